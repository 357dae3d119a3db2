"""A Model with its ways to be seen: in a notebook, as files, as tables."""

from collections.abc import Callable, Mapping
from functools import cached_property
from html import escape
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import quote

from shoplib import whole_files
from shoplib.architecture.edge_labels import Declared, EdgeLabels
from shoplib.architecture.layout import Scene, arrange
from shoplib.architecture.linking.links import Link, Page, Place
from shoplib.architecture.model import ADDED, REMOVED, Model
from shoplib.architecture.painting import drawio, mermaid, png, script, svg
from shoplib.architecture.views.folding import Folded, fold, is_large
from shoplib.architecture.views.paging import Paged, divide
from shoplib.errors import LabError

if TYPE_CHECKING:
    import pandas as pd

LEGIBLE = 0.55  # a notebook shows the picture at no less than this scale, and lets it scroll instead


class Picture:
    """An architecture that draws itself. `model` holds all that it says, `places` where its nodes are said, `telling`
    how its edges are told."""

    def __init__(
        self, model: Model, places: Mapping[str, Place | Page] | None = None, edge_labels: EdgeLabels | None = None
    ) -> None:
        self.model = model
        self.places = {id: place for id, place in (places or {}).items() if model.has(id)}
        self.edge_labels = edge_labels or Declared()
        self._folds = True

    def unfold(self) -> "Picture":
        """The same with every node drawn, however many there are: for what is told of each by itself."""
        same = Picture(self.model, self.places, self.edge_labels)
        same._folds = False
        return same

    @property
    def formats(self) -> tuple[str, ...]:
        """The endings of the files that say all that the picture says."""
        return tuple(FORMATS)

    @cached_property
    def _folding(self) -> Folded:
        """What repeats is drawn once where there is too much."""
        alone = Folded(self.model, {node.id: [node.id] for node in self.model.nodes})
        return fold(self.model) if self._can_page and isinstance(self.edge_labels, Declared) else alone

    @property
    def _can_page(self) -> bool:
        """What changes is told of each connection by itself, on one picture."""
        return self._folds and not any(edge.kind in (ADDED, REMOVED) for edge in self.model.edges)

    @cached_property
    def _paging(self) -> Paged:
        model = self._folding.model
        return divide(model) if is_large(model) and self._can_page else Paged(model, {}, {})

    @cached_property
    def _drawn_labels(self) -> EdgeLabels:
        """Of the scene's edges, each of which may stand for several."""
        return self.edge_labels.over(self._paging.originals[""]) if self._paging.pages else self.edge_labels

    @cached_property
    def scene(self) -> Scene:
        """What is drawn: all of the model; of a large one what does not repeat, or an overview of its `pages`."""
        return arrange(self._paging.overview, self._drawn_labels)

    @cached_property
    def pages(self) -> "dict[str, Picture]":
        """The groups of an overview as pictures of their own, by the id of the node that stands for each."""
        members = self._folding.members
        places = {id: self.places[ids[0]] for id, ids in members.items() if ids[0] in self.places}
        labels = {name: self.edge_labels.over(self._paging.originals[name]) for name in self._paging.pages}
        return {name: Picture(model, places, labels[name]) for name, model in self._paging.pages.items()}

    @property
    def linked_places(self) -> dict[str, Place | Page]:
        """Of what is drawn once for several, the first one's."""
        members = self._folding.members
        places = {node.id: self.places.get(members.get(node.id, [""])[0]) for node in self._paging.overview.nodes}
        return {id: place for id, place in places.items() if place}

    def links(self, folder: str | Path, name: str = "") -> dict[str, Link]:
        """What each node links to in a file in `folder`; nodes without a place that can be reached have none. `name` is
        the file's, from which those of the pages follow."""
        links = {id: place.link(Path(folder)) for id, place in self.linked_places.items()}
        pages = {id: Link(f"{quote(page_name(name, id))}.svg", f"page {id}") for id in self.pages} if name else {}
        return {id: link for id, link in links.items() if link} | pages

    def svg(self, folder: str | Path | None = None, name: str = "") -> str:
        """A self-contained SVG document, for light and dark. For a file, when told its `folder` and `name`: with links,
        and of its natural size; else to stand in a page, which it fits."""
        links = None if folder is None else self.links(folder, name)
        return svg.paint(self.scene, links, fluid=folder is None)

    def png(self, dark: bool = False, scale: float = 2.0) -> bytes:
        """A PNG file with `scale` pixels for each pixel of the SVG."""
        return png.paint(self.scene, dark, scale)

    def mermaid(self) -> str:
        """A Mermaid flowchart."""
        return mermaid.write(self.model)

    def drawio(self) -> str:
        """A file for draw.io (diagrams.net), to go on by hand. It opens no files, so it has links to pages alone."""
        pages = {id: place.url for id, place in self.places.items() if isinstance(place, Page)}
        return drawio.paint(self.scene, pages)

    def script(self, name: str = "architecture") -> str:
        """A Python script that draws the same with the `diagrams` package, into `<name>-by-diagrams.png`."""
        return script.write(self.model, name)

    @property
    def edges(self) -> "pd.DataFrame":
        """One row per connection, in the order of the numbered steps: step, source, target, kind, verbs, evidence."""
        import pandas as pd

        edges = [(line.step, line.edge) for line in self.scene.lines]
        rows = [(step, edge.source, edge.target, edge.kind, edge.description, edge.proof) for step, edge in edges]
        return pd.DataFrame(rows, columns=["step", "source", "target", "kind", "verbs", "evidence"])

    @property
    def nodes(self) -> "pd.DataFrame":
        """One row per resource that is drawn: id, type, group, settings, badges."""
        import pandas as pd

        rows = [
            (node.id, node.type, node.group, " · ".join(node.settings), "; ".join(badge.text for badge in node.badges))
            for node in self.model.nodes
        ]
        return pd.DataFrame(rows, columns=["id", "type", "group", "settings", "badges"])

    def save(self, path: str | Path) -> Path:
        """Write one file; its ending says which: .svg, .png, .mmd, .drawio, .diagram.py or .model.json."""
        path = Path(path)
        ending = next((ending for ending in FORMATS if path.name.endswith(ending)), None)
        if ending is None:
            raise LabError(f"{path.name}: unsupported file format", f"use one of {', '.join(FORMATS)}")
        path.parent.mkdir(parents=True, exist_ok=True)
        return whole_files.write(path, FORMATS[ending](self, path))

    def file_names(self, name: str, ending: str) -> list[str]:
        """The files of one format, those of the pages of an overview included."""
        pages = self.pages if ending in DRAWN else {}
        inner = [file for id, page in pages.items() for file in page.file_names(page_name(name, id), ending)]
        return [f"{name}{ending}", *inner]

    def save_all(self, folder: Path, name: str, ending: str) -> list[Path]:
        """Write one format as `name`, with the pages of an overview beside it."""
        pages = self.pages if ending in DRAWN else {}
        inner = [path for id, page in pages.items() for path in page.save_all(folder, page_name(name, id), ending)]
        return [self.save(folder / f"{name}{ending}"), *inner]

    def _repr_html_(self) -> str:
        """JupyterLab rewrites every link of an output and fails at one within SVG: there, places are only told."""
        least = f"min-width:{self.scene.width * LEGIBLE:.0f}px"
        painting = svg.paint(self.scene, {id: Link("", place.location) for id, place in self.linked_places.items()})
        pages = "".join(
            f"<details><summary>{id}</summary>{page._repr_html_()}</details>" for id, page in self.pages.items()
        )
        return f'<div style="overflow-x:auto"><div style="{least}">{painting}</div></div>{self._table()}{pages}'

    def save_whole(self, path: str | Path) -> list[Path]:
        """Write one file as `save` does, with the pages of an overview beside it."""
        path = Path(path)
        ending = next((ending for ending in DRAWN if path.name.endswith(ending)), None)
        return self.save_all(path.parent, path.name.removesuffix(ending), ending) if ending else [self.save(path)]

    def _table(self) -> str:
        """The connections as text, for whoever cannot see the picture or wants to copy from it."""
        cell = '<td style="text-align:left;overflow-wrap:anywhere">'
        edges = [(line.step, line.edge) for line in self.scene.lines]
        if not edges:
            return ""
        lines = [
            (step, edge.source, edge.target, self._drawn_labels.describe(edge), edge.proof) for step, edge in edges
        ]
        rows = "".join(f"<tr>{''.join(f'{cell}{escape(str(word))}</td>' for word in line)}</tr>" for line in lines)
        head = "<tr><th>step</th><th>from</th><th>to</th><th>how</th><th>evidence</th></tr>"
        summary = f"<summary>{len(edges)} connection{'s' if len(edges) > 1 else ''} as a table</summary>"
        return f"<details>{summary}<table>{head}{rows}</table></details>"

    def __repr__(self) -> str:
        return f"<Picture {self.model.title!r}: {len(self.model.nodes)} nodes, {len(self.model.edges)} edges>"


# What `write` makes of each picture.
FORMATS: Mapping[str, Callable[[Picture, Path], bytes]] = {
    ".svg": lambda picture, path: picture.svg(path.parent, path.name.removesuffix(".svg")).encode(),
    ".png": lambda picture, _: picture.png(),
    ".mmd": lambda picture, _: picture.mermaid().encode(),
    ".drawio": lambda picture, _: picture.drawio().encode(),
    ".diagram.py": lambda picture, path: picture.script(path.name.removesuffix(".diagram.py")).encode(),
    ".model.json": lambda picture, _: picture.model.to_json().encode(),
}
DRAWN = (".svg", ".png", ".drawio")  # the formats that the pages of an overview have, too


def page_name(name: str, id: str) -> str:
    """What the files of a page are called, beside those of its overview."""
    return f"{name}-{id.lower()}"
