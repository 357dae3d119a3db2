"""Estimate a bill, with its picture, for templates and stated traffic, or for the traffic of a run."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING, Any

from shoplib import architecture, documents, provision
from shoplib.architecture import Picture
from shoplib.architecture.pictures import stacks_of
from shoplib.architecture.runs.run import ids_in
from shoplib.costs import given_traffic, observed_traffic, price_table, resources, storage
from shoplib.costs.bill import Bill, Traffic, bill
from shoplib.costs.picture import priced
from shoplib.costs.price_table import PriceTable
from shoplib.costs.standing import standing
from shoplib.errors import LabError

if TYPE_CHECKING:
    from shoplib.provision import Stack, Target

STATED, OBSERVED = "stated traffic", "what was done"


@dataclass(frozen=True)
class Estimate:
    """A cost estimate. `about` describes the traffic; `declared` is the architecture's picture."""

    bill: Bill
    declared: Picture
    about: str

    @property
    def picture(self) -> Picture:
        """The architecture with the cost of each connection's traffic."""
        return priced(self.declared, self.bill)


def of_templates(names: Sequence[str], traffic: Sequence[str] = ()) -> Estimate:
    """Estimate for patterns, or for templates by path, with the stated traffic (`ShopApi.requests=1000000`, or a TOML
    file); without traffic, only the fixed monthly costs.

    LabError if a template cannot be read, or traffic is stated for a resource that it does not have."""
    patterns = [*provision.pattern_names()] if list(names) in ([], [provision.SHOP]) else list(names)
    templates = {_group(name): provision.load(provision.template_path(name)) for name in patterns}
    all_resources = resources.of_templates(templates, resources.outputs_as_parameters(templates))
    picture, table = _picture(patterns), price_table.load()
    stated = given_traffic.traffic(given_traffic.read(traffic), picture.model, all_resources, table)
    about = STATED if traffic else "no traffic"
    return Estimate(bill(stated, standing(all_resources), all_resources, table), picture, about)


def of_stacks(target: "Target", *stacks: str, times: Decimal = Decimal(1), traffic: Sequence[str] = ()) -> Estimate:
    """Estimate for the recorded traffic of stacks since their deployment, or since the call log was cleared, multiplied
    by `times`, or for the stated traffic. Without names: the patterns' stacks.

    LabError if a stack is not deployed, or the target does not record calls."""
    there, described = stacks_of(target, *stacks)
    all_resources = resources.of_templates(*_deployed_templates(target, there, described))
    picture, table = architecture.from_run(target, *stacks), price_table.load()
    ids = ids_in(picture.model, there, described)
    monthly = [*standing(all_resources), *storage.storage_of(target, there, ids, all_resources)]
    if traffic:
        used, about = given_traffic.traffic(given_traffic.read(traffic), picture.model, all_resources, table), STATED
    else:
        run = observed_traffic.Run(target, there, ids)
        used = _observed(run, picture, all_resources, table).times(times)
        about = OBSERVED if times == 1 else f"{OBSERVED}, {times.normalize():,f} times"
    return Estimate(bill(used, monthly, all_resources, table), Picture(picture.model, picture.places), about)


def _observed(
    run: observed_traffic.Run, picture: architecture.Live, all_resources: resources.Resources, table: PriceTable
) -> Traffic:
    """LabError if the target does not record calls."""
    if run.since is None:
        raise LabError(
            f"{run.target.banner} does not record who called what", "state the traffic: --traffic NAME.requests=1000"
        )
    logs = observed_traffic.logs_of(run, all_resources)
    return observed_traffic.traffic(picture.verdicts, run, logs, all_resources, table)


def requests_to(estimate: Estimate, node: str) -> Decimal:
    """Return the number of requests to a node. LabError if there were none, or no such node."""
    count = estimate.bill.requests.get(node)
    if not count:
        known = ", ".join(estimate.bill.requests) or "nothing was"
        raise LabError(
            f"{node} received no requests, so there is no cost per request", f"resources with requests: {known}"
        )
    return count


def _group(name: str) -> str:
    path = Path(name)
    return path.resolve().parent.name if path.stem == "template" else path.stem


def _picture(names: Sequence[str]) -> Picture:
    if set(names) <= set(architecture.patterns()):
        return architecture.from_patterns(*names)
    return architecture.from_template(*map(provision.template_path, names))


def _deployed_templates(
    target: "Target", stacks: "Sequence[Stack]", described: Mapping[str, Mapping[str, Any]]
) -> tuple[dict[str, provision.Template], dict[str, dict[str, str]]]:
    """The template of each stack as CloudFormation keeps it, and its parameters' values."""
    client, templates, parameters = target.client("cloudformation"), {}, {}
    for stack in stacks:
        body = client.get_template(StackName=stack.name)["TemplateBody"]
        content = documents.load(body) if isinstance(body, str) else json.loads(json.dumps(body, default=str))
        group = stack.name.removeprefix("shop-")
        templates[group] = provision.Template(Path(f"{stack.name}.yaml"), content, "")
        entries = described.get(stack.name, {}).get("Parameters", ())
        parameters[group] = {each["ParameterKey"]: each.get("ParameterValue", "") for each in entries}
    return templates, parameters
