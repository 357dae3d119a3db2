"""Whether committed pictures still say what the templates say."""

import re
from collections.abc import Iterator
from pathlib import Path

from shoplib.architecture.model import Edge, Model, Node, from_json
from shoplib.architecture.picture import FORMATS

HINT = "shoplib diagrams"


def differences(drawn: Model, declared: Model) -> list[str]:
    """One line for each thing that the template says and the drawn model does not, or the other way round."""
    return [*_nodes(drawn, declared), *_edges(drawn, declared), *_words(drawn, declared)]


def _nodes(drawn: Model, declared: Model) -> Iterator[str]:
    before, after = ({node.id: node for node in model.nodes} for model in (drawn, declared))
    for id in dict.fromkeys([*after, *before]):
        yield from _node(id, before.get(id), after.get(id))


def _node(id: str, before: Node | None, after: Node | None) -> Iterator[str]:
    if before is None and after:
        yield f"+ {id} ({after.type}): in the template, not in the diagram"
    elif after is None and before:
        yield f"- {id} ({before.type}): in the diagram, not in the template"
    elif before != after and before and after:
        yield f"~ {id}: drawn as {_look(before)}, is {_look(after)}"


def _look(node: Node) -> str:
    badges = [badge.text for badge in node.badges]
    return " · ".join([node.type, *node.settings, *badges])


def _edges(drawn: Model, declared: Model) -> Iterator[str]:
    before, after = ({edge.key: edge for edge in model.edges} for model in (drawn, declared))
    for key in dict.fromkeys([*after, *before]):
        yield from _verbs(key, before.get(key), after.get(key))


def _verbs(key: tuple[str, str, str], before: Edge | None, after: Edge | None) -> Iterator[str]:
    old, new = (edge.verbs if edge else () for edge in (before, after))
    way = f"{key[0]} -> {key[1]}"
    yield from (f"+ {way} {verb}: in the template, not in the diagram" for verb in new if verb not in old)
    yield from (f"- {way} {verb}: in the diagram, not in the template" for verb in old if verb not in new)
    if old == new and before and after and before.evidence != after.evidence:
        yield f"~ {way}: another part of the template says so now ({'; '.join(after.evidence)})"


def _words(drawn: Model, declared: Model) -> Iterator[str]:
    for field in ("title", "summary", "source", "resources"):
        old, new = getattr(drawn, field), getattr(declared, field)
        if old != new:
            yield f"~ {field}: drawn as {old!r}, is {new!r}"


def files(model: Model, folder: Path, name: str) -> list[str]:
    """What is wrong with the files of one picture: missing, unreadable, or drawn from another model."""
    missing = [f"{name}{ending}" for ending in FORMATS if not (folder / f"{name}{ending}").is_file()]
    if missing:
        return [f"{file} is missing" for file in missing]
    try:
        drawn = from_json((folder / f"{name}.model.json").read_text(encoding="utf-8"))
    except ValueError as error:
        return [f"{name}.model.json: {error}"]
    found = differences(drawn, model)
    if found:
        return found
    if drawn != model:
        return [f"{name}.model.json tells the same in another order"]
    return list(_drawn_from_another(model, folder, name))


def _drawn_from_another(model: Model, folder: Path, name: str) -> Iterator[str]:
    """The text files carry the hash of the model that they were drawn from."""
    for ending in (".svg", ".mmd", ".diagram.py"):
        said = re.search(r"model ([0-9a-f]{8})", (folder / f"{name}{ending}").read_text(encoding="utf-8"))
        if not said or said.group(1) != model.hash:
            yield f"{name}{ending} was drawn from another model"
