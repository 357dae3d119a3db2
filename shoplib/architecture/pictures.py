"""Which pictures there are, and from which templates each is drawn."""

import os
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from shoplib.architecture.linking import places
from shoplib.architecture.model import Model
from shoplib.architecture.picture import Picture
from shoplib.architecture.reading import declared, joining
from shoplib.architecture.reading.joining import Part
from shoplib.architecture.views import capabilities, domain, logical, states
from shoplib.errors import LabError

if TYPE_CHECKING:
    from shoplib.provision import Stack, Target

PATTERNS_FOLDER = Path(__file__).parent.parent / "patterns"
SHOP, DOMAIN, LOGIN, ORDER_STATES = "shop", "domain", "login", "order-states"
TOGETHER = "Each frame is one template, deployed on its own; outputs of one are parameters of another."


def patterns() -> list[str]:
    """Names of the patterns that have a template, as the data flows."""
    from shoplib.provision import patterns_as_data_flows

    return list(patterns_as_data_flows())


def names() -> list[str]:
    """All pictures of the set: the domain map, login, the states of an order, one for each pattern, the whole shop."""
    return [DOMAIN, LOGIN, ORDER_STATES, *patterns(), SHOP]


def picture_of(name: str | Path) -> Picture:
    """A picture of the set, or that of the template with this path. LabError for anything else."""
    derived: dict[str, Callable[[], Picture]] = {
        SHOP: from_patterns,
        DOMAIN: domain_map,
        LOGIN: _login,
        ORDER_STATES: _order_states,
    }
    if str(name) in derived:
        return derived[str(name)]()
    if str(name) in patterns():
        return from_patterns(str(name))
    if Path(name).suffix in (".yaml", ".yml", ".json", ".template"):
        return from_template(name)
    raise LabError(f"picture not found: {name}", f"use {', '.join(names())}, or the path of a template")


def from_template(path: str | Path, *more: str | Path) -> Picture:
    """The architecture that SAM or CloudFormation templates declare; several are joined by outputs and parameters.

    LabError when a template cannot be read, is not valid, or cannot be expanded."""
    paths = [Path(path), *map(Path, more)]
    return _from_templates({_group(path, paths): path for path in paths}, glue=" + ")


def _group(path: Path, paths: Sequence[Path]) -> str:
    """A short name for a template that none of the others has."""
    if [_name(other) for other in paths].count(_name(path)) == 1:
        return _name(path)
    return path.resolve().relative_to(os.path.commonpath([other.resolve() for other in paths])).as_posix()


def _name(path: Path) -> str:
    return path.resolve().parent.name if path.stem == "template" else path.stem


def from_patterns(*names: str) -> Picture:
    """One or more of the shop's patterns; without names the whole shop."""
    chosen = names or tuple(patterns())
    unknown = [name for name in chosen if name not in patterns()]
    if unknown:
        raise LabError(f"pattern not found: {', '.join(unknown)}", f"the patterns are {', '.join(patterns())}")
    title = "The whole shop" if set(chosen) == set(patterns()) else ""
    return _from_templates(
        {name: PATTERNS_FOLDER / name / "template.yaml" for name in chosen}, title, TOGETHER, " and "
    )


def _from_templates(paths: Mapping[str, Path], title: str = "", summary: str = "", glue: str = "") -> Picture:
    """One picture of templates by group; without a `title`, of all their titles."""
    from shoplib.provision import load

    templates = {group: load(path) for group, path in paths.items()}
    parts = [declared.read(template, group) for group, template in templates.items()]
    model = _join(parts, title or glue.join(model.title for model, _ in parts), summary)
    by_group = {
        name: each for group, it in templates.items() for name, each in declared.templates_of(it, group).items()
    }
    return Picture(model, places.find(model, by_group))


def domain_map(shop: Picture | None = None) -> Picture:
    """The capability groups of a shop, which service covers each, and who asks or tells whom; by default of ours.

    LabError when a function of `shop` belongs to no service."""
    model = (shop or from_patterns()).model
    return Picture(domain.map_of(model, capabilities.capabilities(), capabilities.services()), capabilities.places())


def logical_view(service: str, within: Picture | None = None, title: str = "", figure: str = "") -> Picture:
    """A service as its users know it: shopper, website, service, store; by default within the whole shop.

    LabError when there is no such service, or nobody can ask it anything."""
    whole = within or from_patterns()
    view = logical.view(whole.model, service, capabilities.services(), title, figure)
    return Picture(view, {**whole.places, **capabilities.places()})


def _login() -> Picture:
    return logical_view("accounts", from_patterns("rest"), "Login and registration", "Figure 2 of the paper. ")


def _order_states() -> Picture:
    path = capabilities.SERVICES_FOLDER / "orders" / "states.py"
    return Picture(states.diagram(path, "The states of an order", "orders/states.py"), states.places(path))


def from_deployed(target: "Target", *stacks: str) -> Picture:
    """What the stacks really are now, read back from the target's services; without names those of the patterns, and
    where no pattern is, all that are there.

    LabError when a stack is not deployed there."""
    return from_stacks(*stacks_of(target, *stacks), target)


def from_stacks(stacks: "Sequence[Stack]", described: "Mapping[str, Mapping[str, Any]]", target: "Target") -> Picture:
    """The same of stacks that were looked up already, with what CloudFormation says of each."""
    from shoplib.architecture.reading import deployed

    model = _join(deployed.read(stacks, described, target), _title(stacks), "")
    return Picture(model, deployed.pages(model, stacks, target))


def stacks_of(target: "Target", *names: str) -> "tuple[list[Stack], dict[str, dict[str, Any]]]":
    """The stacks, and what CloudFormation says of each; without names those of the patterns, or all where none of these
    is. LabError when one is not deployed."""
    from shoplib import provision
    from shoplib.architecture.reading import deployed
    from shoplib.provision.stack import describe

    shop = tuple(f"shop-{name}" for name in patterns() if not names and describe(f"shop-{name}", target))
    chosen = names or shop or tuple(provision.stack_names(target))
    if not chosen:
        raise LabError(f"nothing is deployed on {target.banner}", "deploy something first: `shoplib deploy rest`")
    stacks = [deployed.with_nested(provision.read(name, target), target) for name in chosen]
    return stacks, {name: describe(name, target) or {} for name in chosen}


def _title(stacks: "Sequence[Stack]") -> str:
    shop = {f"shop-{name}" for name in patterns()}
    return "The whole shop, as deployed" if shop & {stack.name for stack in stacks} else "What is deployed"


def _join(parts: Sequence[Part], title: str, summary: str) -> Model:
    return parts[0][0] if len(parts) == 1 else joining.join(parts, title, summary)
