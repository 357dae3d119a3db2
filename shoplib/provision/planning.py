"""Work out what a deployment would change, before changing anything."""

import copy
import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from html import escape
from typing import Any

from shoplib.errors import LabError
from shoplib.provision import artifacts, lint, parameters, runtimes, unknown_names, unreachable
from shoplib.provision.artifacts import Artifact
from shoplib.provision.changes import Change, compare, sections
from shoplib.provision.decoding import decode
from shoplib.provision.extensions import unroll
from shoplib.provision.refusals import explain_errors
from shoplib.provision.stack import deployed_body, describe
from shoplib.provision.stack_waiter import wait_until_settled
from shoplib.provision.target import Target
from shoplib.provision.template import LINT, Template, expand, with_includes

# A stack of which only a name is left: it is removed and made anew.
FAILED = ("ROLLBACK_COMPLETE", "CREATE_FAILED", "ROLLBACK_FAILED", "REVIEW_IN_PROGRESS")
PATIENCE_SECONDS = 60.0
FAULTS = ("Template format error: ", "Template error: ", "Circular dependency ")  # as AWS begins them
ADVICE = {
    "DELETE_FAILED": "destroy it first: `shoplib destroy {stack}`",
    "UPDATE_ROLLBACK_FAILED": (
        "fix what it names, then `aws cloudformation continue-update-rollback --stack-name {stack}`"
    ),
    "UPDATE_FAILED": "roll it back first: `aws cloudformation rollback-stack --stack-name {stack}`",
}


@dataclass(frozen=True)
class Plan:
    """The desired stack compared with the deployed one (`status` is None if there is none)."""

    stack_name: str
    target: Target
    template: Template
    body: dict[str, Any] = field(repr=False)
    artifacts: tuple[Artifact, ...] = field(repr=False)
    parameters: dict[str, str] = field(repr=False)
    previous: dict[str, str] = field(repr=False)
    changes: tuple[Change, ...]
    sections: tuple[str, ...]
    status: str | None

    @property
    def is_update(self) -> bool:
        return self.status is not None and not self.follows_failure

    @property
    def follows_failure(self) -> bool:
        """Whether the remains of a failed creation are removed first."""
        return self.status in FAILED

    @property
    def changed_parameters(self) -> dict[str, tuple[str, str]]:
        """Parameter -> its value before and after, secrets masked (so that a changed one is not seen)."""
        before, after = (
            parameters.mask(self.template.parameters, values) for values in (self.previous, self.parameters)
        )
        names = [name for name in after if self.is_update and before.get(name, "") != after[name]]
        return {name: (before.get(name, ""), after[name]) for name in names}

    @property
    def masked_parameters(self) -> dict[str, str]:
        return parameters.mask(self.template.parameters, self.parameters)

    @property
    def is_empty(self) -> bool:
        same = all(change.action == "keep" for change in self.changes)
        # A secret cannot be compared: CloudFormation itself finds out whether it is another one.
        secret = any(parameters.is_secret(spec) for spec in self.template.parameters.values())
        return self.is_update and same and not (self.sections or self.changed_parameters or secret)

    def count(self, action: str) -> int:
        return sum(change.action == action for change in self.changes)

    def __str__(self) -> str:
        actions = ("add", "change", "replace", "remove", "keep")
        counts = ", ".join(f"{self.count(action)} to {action}" for action in actions if self.count(action))
        return f"{self.stack_name} on {self.target.banner}: {counts}"

    def _repr_html_(self) -> str:
        visible = [change for change in self.changes if change.action != "keep"]
        cells = [(change.action, change.logical_id, change.type, ", ".join(change.why)) for change in visible]
        rows = "".join("<tr>" + "".join(f"<td>{escape(text)}</td>" for text in row) + "</tr>" for row in cells)
        head = "<tr><th>action</th><th>resource</th><th>type</th><th>because of</th></tr>" if rows else ""
        return f"<b>{escape(str(self))}</b><table>{head}{rows}</table>"


def plan(template: Template, stack_name: str, target: Target, overrides: Mapping[str, str] | None = None) -> Plan:
    """Package the code, expand the template and compare it with the deployed stack. Changes and uploads nothing.

    `given` are parameter values. LabError for a broken template, a missing parameter, missing code, a target that
    does not answer, or a stack in a state that cannot be updated.
    """
    values = parameters.values(template, overrides or {})
    with explain_errors(target.banner):
        template = _with_remote_includes(template, target, values)
    template = unroll(template, values, target.region)
    lint.check(template, target.region, overrides or {})
    packaged, packages = artifacts.package(template, artifacts.in_bucket(target))
    body = expand(template, packaged, values, target.region)
    unknown_names.check(template, body)
    runtimes.check(template, body, values)
    with explain_errors(target.banner):
        there = _at_rest(stack_name, target)
        status = _updatable(stack_name, there)
        old = deployed_body(stack_name, target) if there and status not in FAILED else {}
    if _is_supported(template, _with_definitions(body, packages), values, target):
        template = replace(template, warnings=(*template.warnings, *unreachable.warnings(template, body)))
    previous = {p["ParameterKey"]: p.get("ParameterValue", "") for p in (there or {}).get("Parameters", [])}
    used = {name: value for name, value in values.items() if name in body.get("Parameters", {})}
    other = {name for name in used if previous.get(name, "") != used[name]} if old else set()
    return Plan(
        stack_name=stack_name,
        target=target,
        template=template,
        body=body,
        artifacts=tuple(packages),
        parameters=used,
        previous=previous,
        changes=compare(old, body, {name for name in other if not parameters.is_secret(template.parameters[name])}),
        sections=sections(old, body),
        status=status,
    )


def _with_definitions(body: dict[str, Any], packages: Iterable[Artifact]) -> dict[str, Any]:
    """The template with the state machines that are not uploaded yet, so that the question has all that is asked of."""
    resources = dict(body["Resources"])
    for each in packages:
        if each.type in artifacts.STATE_MACHINES and each.logical_id in resources:
            resource, text = resources[each.logical_id], each.content.decode("utf-8", "replace")
            properties = {name: it for name, it in resource["Properties"].items() if name != "DefinitionS3Location"}
            resources[each.logical_id] = {**resource, "Properties": {**properties, "DefinitionString": text}}
    return {**body, "Resources": resources}


def _is_supported(template: Template, body: dict[str, Any], values: Mapping[str, str], target: Target) -> bool:
    """LabError for what no AWS would take, or the local one would refuse. False for another AWS, which is not asked, or
    does not know the question."""
    declared = {name: value for name, value in values.items() if name in body.get("Parameters", {})}
    question = {"template": json.dumps(body), "parameters": declared}
    answer = target.ask("/_aws/template-check", "POST", question)
    if isinstance(answer, dict) and answer.get("refusal"):
        is_fault = str(answer["refusal"]).startswith(FAULTS)
        advice = "fix the template" if is_fault else "leave it out here, or deploy it with --target aws"
        raise LabError(f"{_place(template, str(answer['refusal']))}: {answer['refusal']}", advice)
    return isinstance(answer, dict)


def _place(template: Template, refusal: str) -> str:
    """The file, and the line of the first resource that the refusal names."""
    known = "|".join(map(re.escape, template.resources))
    mention = re.search(rf"(?<!\S)({known})(?=: | \(\w+::|/)", refusal) if known else None
    line = template.line("Resources", mention[1]) if mention else None
    return f"{template.path}:{line}" if line else str(template.path)


def _with_remote_includes(template: Template, target: Target, values: Mapping[str, str]) -> Template:
    """Files of S3 that the template includes, read with the target's rights: SAM must see them."""

    def read(location: str) -> Any:
        if not location.startswith("s3://"):
            return None
        bucket, _, key = location.removeprefix("s3://").partition("/")
        text = target.client("s3").get_object(Bucket=bucket, Key=key)["Body"].read().decode("utf-8")
        return decode(location, text, str(LINT))[0]

    body = copy.deepcopy(template.body)
    return replace(template, body=with_includes(body, read, values))


def _at_rest(stack_name: str, target: Target) -> dict[str, Any] | None:
    """The stack, after a little patience with somebody else's deployment of it (two notebooks at once)."""
    there = describe(stack_name, target)
    if there and there["StackStatus"].endswith("_IN_PROGRESS") and there["StackStatus"] not in FAILED:
        wait_until_settled(there["StackId"], stack_name, target, limit=PATIENCE_SECONDS)
        there = describe(stack_name, target)
    return there


def _updatable(stack_name: str, there: dict[str, Any] | None) -> str | None:
    """The stack's status. LabError when it needs a hand first."""
    if not there:
        return None
    status = str(there["StackStatus"])
    if status in ADVICE:
        raise LabError(
            f"{stack_name} is {status}: {there.get('StackStatusReason', 'no reason given')}",
            ADVICE[status].format(stack=stack_name),
        )
    return status
