"""Whether committed pictures still match the templates."""

import re
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import unquote

from shoplib.architecture.linking.links import Page, Place
from shoplib.architecture.model import Edge, Model, Node, from_json
from shoplib.architecture.painting import svg
from shoplib.architecture.picture import FORMATS, Picture, page_name


def differences(
    known: Model, actual: Model, known_as: str = "in the diagram", actual_as: str = "in the template"
) -> list[str]:
    """Return one line per resource or connection that only one of the models has."""
    notes = (f"{actual_as}, not {known_as}", f"{known_as}, not {actual_as}")
    return [*_nodes(known, actual, notes), *_edges(known, actual, notes)]


def _nodes(known: Model, actual: Model, notes: tuple[str, str]) -> Iterator[str]:
    before, after = ({node.id: node for node in model.nodes} for model in (known, actual))
    yield from (f"+ {id} ({after[id].type}): {notes[0]}" for id in after if id not in before)
    yield from (f"- {id} ({before[id].type}): {notes[1]}" for id in before if id not in after)
    for id in (id for id in after if id in before and before[id] != after[id]):
        yield f"~ {id}: {_describe_look(before[id])} is now {_describe_look(after[id])}"


def _describe_look(node: Node) -> str:
    badges = [badge.text for badge in node.badges]
    return " · ".join([node.type, *node.settings, *badges])


def _edges(known: Model, actual: Model, notes: tuple[str, str]) -> Iterator[str]:
    before, after = ({edge.key: _terms(edge) for edge in model.edges} for model in (known, actual))
    for key in dict.fromkeys([*after, *before]):
        way, old, new = f"{key[0]} -> {key[1]}", before.get(key, ()), after.get(key, ())
        yield from (f"+ {way} {verb}: {notes[0]}" for verb in new if verb not in old)
        yield from (f"- {way} {verb}: {notes[1]}" for verb in old if verb not in new)


def _terms(edge: Edge) -> tuple[str, ...]:
    return (*edge.verbs, *(f"only {text}" for text in edge.filters))


def _wording(recorded: Model, declared: Model) -> Iterator[str]:
    """Once resources and connections agree: another title, or other places in the template that say the same."""
    for field in ("title", "summary", "source", "resources", "notes"):
        old, new = getattr(recorded, field), getattr(declared, field)
        if old != new:
            yield f"~ {field}: {old!r} is now {new!r}"
    proofs = {edge.key: edge.proof for edge in recorded.edges}
    for edge in declared.edges:
        if proofs.get(edge.key) not in (None, edge.proof):
            yield f"~ {edge.source} -> {edge.target}: another part of the template says so now ({edge.proof})"


def files(picture: Picture, folder: Path, name: str) -> list[str]:
    """Return the problems of one picture's files: missing, unreadable, outdated, or with broken links."""
    model = picture.model
    expected = [file for ending in FORMATS for file in picture.file_names(name, ending)]
    missing = [file for file in expected if not (folder / file).is_file()]
    if missing:
        return [f"{file} is missing" for file in missing]
    try:
        recorded = from_json((folder / f"{name}.model.json").read_text(encoding="utf-8"))
    except ValueError as error:
        return [f"{name}.model.json: {error}"]
    lines = [*differences(recorded, model), *_wording(recorded, model)]
    if lines:
        return lines
    if recorded != model:
        return [f"{name}.model.json tells the same in other words or another order"]
    return [*_outdated_files(model, folder, name)] or [*_find_moved_links(picture, folder, name)]


def _outdated_files(model: Model, folder: Path, name: str) -> Iterator[str]:
    """The text files carry the hash of the model that they were drawn from."""
    for ending in (".svg", ".mmd", ".drawio", ".diagram.py"):
        match = re.search(r"model ([0-9a-f]{8})", (folder / f"{name}{ending}").read_text(encoding="utf-8"))
        if not match or match.group(1) != model.hash:
            yield f"{name}{ending} was drawn from another model"


def _same_place(place: Place | Page | None, drawn: str, now: str | None) -> bool:
    """From where no link leads to the code (an installed package, another disk) the file and the line are compared."""
    if now is not None or not isinstance(place, Place):
        return False
    file, _, line = unquote(drawn).partition("#L")
    return f"{file}:{line}".removeprefix("../").endswith(place.location)


def _find_moved_links(picture: Picture, folder: Path, name: str) -> Iterator[str]:
    """One line when nodes link to where they are no longer said: the model is the same, lines have moved."""
    recorded = svg.read_links((folder / f"{name}.svg").read_text(encoding="utf-8"))
    now = {id: link.href for id, link in picture.links(folder, name).items()}
    both = [id for id in dict.fromkeys([*now, *recorded]) if recorded.get(id) != now.get(id)]
    moved = [id for id in both if not _same_place(picture.linked_places.get(id), recorded.get(id, ""), now.get(id))]
    if moved:
        place = picture.linked_places.get(moved[0])
        old, new = recorded.get(moved[0], "nowhere"), now.get(moved[0], place.location if place else "nowhere")
        more = f", and {len(moved) - 1} more" if len(moved) > 1 else ""
        yield f"{name}.svg: {moved[0]} links to {old}, and is now at {new}{more}"
    for id, page in picture.pages.items():
        yield from _find_moved_links(page, folder, page_name(name, id))
