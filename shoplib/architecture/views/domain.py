"""The domain map: capability groups instead of resources, and their synchronous and asynchronous calls."""

from collections.abc import Collection, Iterator, Mapping

from shoplib.architecture.model import Edge, Group, Model, Node, merge_edges
from shoplib.architecture.resource_types import CAPABILITY, CLIENTS, NOT_BUILT
from shoplib.architecture.views import contraction
from shoplib.architecture.views.capabilities import STATEMENT, Capability, Cover, Service
from shoplib.architecture.views.contraction import End
from shoplib.errors import LabError

SHOPPER = "Shopper"


def map_of(shop: Model, groups: Mapping[str, Capability], services: Mapping[str, Service]) -> Model:
    """The map of all `groups`; `services` say which of them they cover, `shop` says what passes between them."""
    lanes = tuple(Group(name.lower(), name) for name in dict.fromkeys(group.subdomain for group in groups.values()))
    ranks = {id: rank for rank, id in enumerate([SHOPPER, *groups])}
    edges = sorted(merge_edges(_edges(shop, services)), key=lambda edge: (ranks[edge.source], ranks[edge.target]))
    nodes = [_node(group, services) for group in groups.values()]
    shopper = [Node(SHOPPER, CLIENTS, external=True)] if any(edge.source == SHOPPER for edge in edges) else []
    source = f"{shop.source}, services/*/{STATEMENT}"
    return Model("The shop's domains", source, shop.resources, lanes, (*shopper, *nodes), tuple(edges), _summary(nodes))


def _summary(nodes: Collection[Node]) -> str:
    built = sum(node.type == CAPABILITY for node in nodes)
    missing = len(nodes) - built
    return (
        f"Figure 1 of the paper: its {len(nodes)} groups of capabilities and what passes between them. "
        f"{built if missing else 'All'} are covered by services: “2 of 3, 1 in part” means that of the paper's 3 "
        "points for a group 2 work here and 1 works with limits, which the tooltip names."
        + (f" {missing} are not built here, and nothing is claimed of them." if missing else "")
    )


def _node(group: Capability, services: Mapping[str, Service]) -> Node:
    covers = {name: cover for name, it in services.items() for cover in it.covers if cover.group == group.id}
    kind, by = (CAPABILITY, ", ".join(covers)) if covers else (NOT_BUILT, "not built here")
    details = (*_claims(covers.values()), *_missing(group, covers.values()))
    settings = (by, _count(group, covers.values()), *details)
    return Node(group.id, kind, group.subdomain.lower(), settings, title=group.title)


def _count(group: Capability, covers: Collection[Cover]) -> str:
    wholly = {point for cover in covers for point in cover.wholly}
    partly = {point for cover in covers for point in cover.partly} - wholly
    return f"{len(wholly)} of {len(group.points)}" + (f", {len(partly)} in part" if partly else "")


def _claims(covers: Collection[Cover]) -> Iterator[str]:
    for cover in covers:
        yield from (f"{point} {how}" for point, how in cover.wholly.items())
        yield from (f"{point} in part: {how}" for point, how in cover.partly.items())


def _missing(group: Capability, covers: Collection[Cover]) -> Iterator[str]:
    claimed = {point for cover in covers for point in (*cover.wholly, *cover.partly)}
    yield from (f"{point} not here: {text}" for point, text in group.points.items() if point not in claimed)


def _edges(shop: Model, services: Mapping[str, Service]) -> Iterator[Edge]:
    """Interactions between groups; what happens within one is its own affair."""
    owners = {node.id: _service(node, services) for node in shop.nodes if node.type == contraction.FUNCTION}
    for interaction in contraction.find(shop, lambda function: owners[function].requests):
        source, target = (_group(shop, end, owners, services) for end in (interaction.source, interaction.target))
        if source and target and source != target:
            yield Edge(source, target, interaction.kind, (interaction.how,), interaction.evidence)


def _service(node: Node, services: Mapping[str, Service]) -> Service:
    name = contraction.service_of(node)
    if name not in services:
        advice = f"give its service's folder a {STATEMENT}; functions are known by their handler"
        raise LabError(f"{node.id} belongs to no service with a service.toml", advice)
    return services[name]


def _group(shop: Model, end: End, owners: Mapping[str, Service], services: Mapping[str, Service]) -> str:
    """A function's group is the main one of its service, unless route or function are another's; a table is of whoever
    names it. Empty: nobody's."""
    if end.id == shop.callers:
        return SHOPPER
    candidates = [owners[end.id]] if end.id in owners else services.values()
    for cover in (cover for service in candidates for cover in service.covers):
        if end.id in cover.where or end.route in cover.where:
            return cover.group
    return owners[end.id].covers[0].group if end.id in owners else ""
