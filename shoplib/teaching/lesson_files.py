"""What the lessons say of themselves: titles, minutes, what comes before, and which of the paper's ids a cell shows."""

import json
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any

FOLDER = Path(__file__).parents[2] / "notebooks"
MINUTES = re.compile(r"[^.]*?(\d+) minutes")


@dataclass(frozen=True)
class Place:
    """A cell of a lesson: the heading that it stands under."""

    lesson: str
    heading: str
    cell: str


@dataclass(frozen=True)
class Lesson:
    """`name` is that of its file; `before` the prose of what it needs; `places` by the id of the paper's; `code` is all
    that its cells run."""

    name: str
    title: str
    minutes: int
    learn: tuple[str, ...]
    before: str
    places: dict[str, Place]
    code: str = ""

    @property
    def number(self) -> str:
        return self.name[:2]


def lessons(folder: Path = FOLDER) -> list[Lesson]:
    return [_lesson(path) for path in sorted(folder.glob("[0-9][0-9]-*.ipynb"))]


def _lesson(path: Path) -> Lesson:
    cells = json.loads(path.read_text(encoding="utf-8"))["cells"]
    prose = "\n".join("".join(cell["source"]) for cell in cells if cell["cell_type"] == "markdown")
    code = "\n".join("".join(cell["source"]) for cell in cells if cell["cell_type"] == "code")
    learn = re.findall(r"^[-*] (.+)$", _section(prose, "What you will learn"), re.MULTILINE)
    before = " ".join(_section(prose, "Before you start").split())
    minutes = MINUTES.search(before)
    title = prose.lstrip("# ").partition("\n")[0]
    count, places = int(minutes[1]) if minutes else 0, _places(path.stem, cells)
    return Lesson(path.stem, title, count, tuple(learn), before, places, code)


def _section(prose: str, title: str) -> str:
    after = prose.partition(f"## {title}\n")[2]
    return re.split(r"^#", after, maxsplit=1, flags=re.MULTILINE)[0].strip()


def _places(name: str, cells: list[dict[str, Any]]) -> dict[str, Place]:
    """The first cell that shows an id, which stands in its metadata: {"shoplib": {"covers": ["P2a"]}}."""
    places: dict[str, Place] = {}
    heading = ""
    for cell in cells:
        headings = re.findall(r"^#+ (.+)$", "".join(cell["source"]), re.MULTILINE)
        if cell["cell_type"] == "markdown" and headings:
            heading = headings[0]
        for id in cell["metadata"].get("shoplib", {}).get("covers", ()):
            places.setdefault(id, Place(name, heading, cell.get("id", "")))
    return places
