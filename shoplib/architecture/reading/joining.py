"""Several templates as one picture: a parameter with the name of another template's output is that resource."""

from collections.abc import Mapping, Sequence
from dataclasses import replace

from shoplib.architecture.model import Edge, Group, Model, Node, merge_edges
from shoplib.architecture.reading.relations.events import of_default_bus

Part = tuple[Model, Mapping[str, str]]


def join(parts: Sequence[Part], title: str, summary: str) -> Model:
    """One model of `parts`, each with what its outputs name. Ids that two parts share carry their part's name."""
    distinct = _distinct(parts)
    outputs = {name: id for _, by_name in distinct for name, id in by_name.items()}
    nodes: dict[str, Node] = {}
    for node in (node for model, _ in distinct for node in model.nodes):
        if not (node.external and node.id in outputs):
            nodes.setdefault(node.id, node)
    edges = [_rewire(edge, outputs, nodes) for model, _ in distinct for edge in model.edges]
    groups = tuple(group for model, _ in distinct for group in (_single_group(model), *model.groups[1:]))
    source = ", ".join(model.source for model, _ in distinct)
    resources = sum(model.resources for model, _ in distinct)
    notes = tuple(note for model, _ in distinct for note in model.notes)
    listeners = tuple(rule for model, _ in distinct for rule in model.listeners)
    edges += of_default_bus(listeners, edges)
    merged = merge_edges(edges)
    return Model(title, source, resources, groups, tuple(nodes.values()), merged, summary, notes, listeners)


def _single_group(model: Model) -> Group:
    return Group(model.groups[0].id, model.title)


def _rewire(edge: Edge, outputs: Mapping[str, str], nodes: Mapping[str, Node]) -> Edge:
    def end(id: str) -> str:
        return id if id in nodes else outputs[id]

    return replace(edge, source=end(edge.source), target=end(edge.target))


def _distinct(parts: Sequence[Part]) -> list[Part]:
    """The parts with ids that are unique among them: `Table` of two parts becomes rest/Table and cart/Table."""
    owners: dict[str, set[str]] = {}
    for model, _ in parts:
        for node in model.nodes:
            if not node.external:
                owners.setdefault(node.id, set()).add(model.groups[0].id)
    shared = {id for id, groups in owners.items() if len(groups) > 1}
    return [_rename(part, shared) for part in parts]


def _rename(part: Part, shared: set[str]) -> Part:
    model, outputs = part
    group = model.groups[0].id
    own = {node.id for node in model.nodes if not node.external} & shared

    def name(id: str) -> str:
        return f"{group}/{id}" if id in own else id

    nodes = tuple(replace(node, id=name(node.id)) for node in model.nodes)
    edges = tuple(replace(edge, source=name(edge.source), target=name(edge.target)) for edge in model.edges)
    listeners = tuple(map(name, model.listeners))
    return replace(model, nodes=nodes, edges=edges, listeners=listeners), {key: name(id) for key, id in outputs.items()}
