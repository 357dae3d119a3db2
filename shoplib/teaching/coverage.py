"""The coverage matrix: for each thing that the paper names what runs, what proves it, and where a lesson shows it."""

import re
from collections import Counter
from collections.abc import Iterable, Iterator
from pathlib import Path

from shoplib.teaching import checklist, lesson_files
from shoplib.teaching.checklist import ROOT, Item
from shoplib.teaching.lesson_files import Place

FILE = ROOT / "docs" / "paper-coverage.md"
COMMAND = "make coverage-matrix"
HEAD = f"""# What the paper names, and where it is

Every pattern, capability, figure, interaction and service feature of Nandula and Padmanabhan (2023), by the ids of our
checklist. **run**: it really executes on this laptop. **simulated**: its behaviour is modelled, and said so.
**said**: it cannot be shown here, or is not built.

Written by `{COMMAND}` from [paper.toml](../shoplib/teaching/paper.toml), from what each service states in its
`service.toml`, and from the ids in the metadata of the lessons' cells.
"""


def write(path: Path = FILE) -> Path:
    path.write_text(text(), encoding="utf-8")
    return path


def text() -> str:
    places = places_by_id()
    sections = checklist.sections()
    kinds = Counter(item.kind for items in sections.values() for item in items)
    total = ", ".join(f"{kinds[kind]} {kind}" for kind in checklist.KINDS)
    parts = [HEAD, f"{sum(kinds.values())} in all: {total}; {len(places)} of them in a lesson.\n"]
    for title, items in sections.items():
        parts += [
            f"## {title}",
            "| id | what | shown | how | handler or room | test | lesson |",
            "|---|---|---|---|---|---|---|",
        ]
        parts += [_row(item, places.get(item.id, [])) for item in items] + [""]
    return "\n".join(parts).rstrip() + "\n"


def places_by_id() -> dict[str, list[Place]]:
    """The cells that show each id, one for each lesson."""
    places: dict[str, list[Place]] = {}
    for lesson in lesson_files.lessons():
        for id, place in lesson.places.items():
            places.setdefault(id, []).append(place)
    return places


def faults() -> list[str]:
    """What is claimed and is not so: unknown ids and kinds, files and tests that are not there, no proof at all."""
    items = checklist.items()
    strange = [
        f"{place.lesson}: no id {id}" for id, each in places_by_id().items() if id not in items for place in each
    ]
    return strange + [fault for item in items.values() for fault in _faults(item)]


def _faults(item: Item) -> Iterator[str]:
    if item.kind not in checklist.KINDS:
        yield f"{item.id}: kind is {item.kind}, not one of {', '.join(checklist.KINDS)}"
    if item.kind != checklist.TEXT_ONLY and not (item.at and item.tests):
        yield f"{item.id}: what runs or is simulated names its place and a test"
    yield from (f"{item.id}: {path} is not there" for path in item.at if not (ROOT / path).exists())
    yield from (f"{item.id}: {test} is not there" for test in item.tests if not _is_there(test))


def _is_there(test: str) -> bool:
    file, _, name = test.partition("::")
    path = ROOT / file
    if not name:
        return path.exists()
    return path.is_file() and bool(
        re.search(rf"^(async )?def {re.escape(name)}\(", path.read_text("utf-8"), re.MULTILINE)
    )


def _row(item: Item, places: list[Place]) -> str:
    lessons = "<br>".join(_lesson_link(place) for place in places)
    cells = (item.id, item.title, item.kind, item.how, _links(item.at), _links(item.tests), lessons)
    return "| " + " | ".join(cell.replace("|", "\\|") or "—" for cell in cells) + " |"


def _links(paths: Iterable[str]) -> str:
    return "<br>".join(_link(path) for path in dict.fromkeys(paths))


def _link(path: str) -> str:
    """The file is linked; of a test, its name is the text."""
    file, _, name = path.partition("::")
    short = file.removeprefix("shoplib/").removeprefix("tests/")
    return f"[{name.removeprefix('test_').replace('_', ' ') or short}](../{file})"


def _lesson_link(place: Place) -> str:
    return f"[{place.lesson[:2]} · {place.heading}](../notebooks/{place.lesson}.ipynb)"
