"""A Model with its ways to be seen: in a notebook, as files, as tables."""

from collections.abc import Callable, Mapping
from functools import cached_property
from html import escape
from pathlib import Path
from typing import TYPE_CHECKING

from shoplib.architecture import mermaid, script
from shoplib.architecture.layout import Scene, arrange
from shoplib.architecture.model import Model
from shoplib.architecture.painting import png, svg
from shoplib.architecture.telling import Declared, Telling
from shoplib.errors import LabError

if TYPE_CHECKING:
    import pandas as pd

LEGIBLE = 0.55  # a notebook shows the picture at no less than this scale, and lets it scroll instead


class Picture:
    """An architecture that draws itself. `model` holds all that it says, `telling` how its edges are told."""

    def __init__(self, model: Model, telling: Telling | None = None) -> None:
        self.model, self.telling = model, telling or Declared()

    @cached_property
    def scene(self) -> Scene:
        return arrange(self.model, self.telling)

    def svg(self) -> str:
        """A self-contained SVG document, for light and dark."""
        return svg.paint(self.scene)

    def png(self, dark: bool = False, scale: float = 2.0) -> bytes:
        """A PNG file with `scale` pixels for each pixel of the SVG."""
        return png.paint(self.scene, dark, scale)

    def mermaid(self) -> str:
        """A Mermaid flowchart."""
        return mermaid.write(self.model)

    def script(self, name: str = "architecture") -> str:
        """A Python script that draws the same with the `diagrams` package, into `<name>-by-diagrams.png`."""
        return script.write(self.model, name)

    @property
    def edges(self) -> "pd.DataFrame":
        """One row per connection, in the order of the numbered steps: step, source, target, kind, verbs, evidence."""
        import pandas as pd

        edges = [(line.step, line.edge) for line in self.scene.lines]
        rows = [(step, edge.source, edge.target, edge.kind, edge.spoken, edge.proof) for step, edge in edges]
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
        """Write one file; its ending says which: .svg, .png, .mmd, .diagram.py or .model.json."""
        path = Path(path)
        ending = next((ending for ending in FORMATS if path.name.endswith(ending)), None)
        if ending is None:
            raise LabError(f"{path.name}: no picture has this ending", f"use one of {', '.join(FORMATS)}")
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(FORMATS[ending](self, path.name.removesuffix(ending)))
        return path

    def _repr_html_(self) -> str:
        least = f"min-width:{self.scene.width * LEGIBLE:.0f}px"
        return f'<div style="overflow-x:auto"><div style="{least}">{self.svg()}</div></div>{self._table()}'

    def _table(self) -> str:
        """The connections as text, for whoever cannot see the picture or wants to copy from it."""
        cell = '<td style="text-align:left;overflow-wrap:anywhere">'
        edges = [(line.step, line.edge) for line in self.scene.lines]
        lines = [(step, edge.source, edge.target, self.telling.spoken(edge), edge.proof) for step, edge in edges]
        rows = "".join(f"<tr>{''.join(f'{cell}{escape(str(word))}</td>' for word in line)}</tr>" for line in lines)
        head = "<tr><th>step</th><th>from</th><th>to</th><th>how</th><th>evidence</th></tr>"
        summary = f"<summary>{len(self.model.edges)} connections as a table</summary>"
        return f"<details>{summary}<table>{head}{rows}</table></details>"

    def __repr__(self) -> str:
        return f"<Picture {self.model.title!r}: {len(self.model.nodes)} nodes, {len(self.model.edges)} edges>"


# What `write` makes of each picture.
FORMATS: Mapping[str, Callable[[Picture, str], bytes]] = {
    ".svg": lambda picture, _: picture.svg().encode(),
    ".png": lambda picture, _: picture.png(),
    ".mmd": lambda picture, _: picture.mermaid().encode(),
    ".diagram.py": lambda picture, name: picture.script(name).encode(),
    ".model.json": lambda picture, _: picture.model.to_json().encode(),
}
