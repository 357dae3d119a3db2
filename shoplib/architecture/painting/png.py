"""A Scene as PNG, painted by matplotlib from the coordinates and colours of the SVG. No system library, no browser."""

from collections.abc import Mapping, Sequence
from io import BytesIO
from typing import Any, Literal

from shoplib.architecture.edge_labels import Look
from shoplib.architecture.layout.scene import Box, Item, Lane, Line, Mark, Number, Point, Scene, Text, Tile
from shoplib.architecture.painting import badges, icons
from shoplib.architecture.painting.shapes import in_order, round_corners
from shoplib.architecture.text import font_file
from shoplib.architecture.theme import DARK, DASHES, LIGHT, PLAIN, RING, STROKES

INCH = 72.0  # one pixel of the scene is one point
# Whatever the user's own settings are: glyphs as wide as measured, lines that do not wobble.
SETTINGS: dict[Any, Any] = {
    "text.hinting": "no_hinting",
    "text.usetex": False,
    "path.sketch": None,
}
ALIGNED: Mapping[str, Literal["left", "center", "right"]] = {"start": "left", "middle": "center", "end": "right"}


def paint(scene: Scene, dark: bool = False, scale: float = 2.0) -> bytes:
    """The picture with `scale` pixels of the file for each pixel of the scene."""
    import matplotlib

    with matplotlib.rc_context(SETTINGS):
        painter = Painter(scene, DARK if dark else LIGHT)
        painter.everything()
        return _compress(painter.pixels(scale))


def _compress(pixels: Any) -> bytes:
    """256 colours are all that eyes see of it, and a third of the bytes."""
    import numpy as np
    from PIL import Image

    starts, lengths = _runs(pixels.view(np.uint32).reshape(-1))
    colours = Image.frombuffer("RGBA", (starts.size, 1), pixels.reshape(-1, 4)[starts].tobytes()).convert("RGB")
    few = colours.quantize(256, method=Image.Quantize.MEDIANCUT, dither=Image.Dither.NONE)
    height, width, _ = pixels.shape
    image = Image.frombuffer("P", (width, height), np.repeat(np.asarray(few).reshape(-1), lengths).tobytes())
    image.putpalette(few.getpalette() or [])
    out = BytesIO()
    image.save(out, "PNG")
    return out.getvalue()


def _runs(colours: Any) -> tuple[Any, Any]:
    """Where each run of one colour starts, and how long it is: there are thirty times as many pixels, and choosing the
    256 colours takes as long as there are colours to look at."""
    import numpy as np

    starts = np.concatenate(([0], np.flatnonzero(colours[1:] != colours[:-1]) + 1))
    return starts, np.diff(starts, append=colours.size)


class Painter:
    """One figure whose axes count pixels from the upper left, as SVG does."""

    def __init__(self, scene: Scene, colours: Mapping[str, str]) -> None:
        from matplotlib.backends.backend_agg import FigureCanvasAgg
        from matplotlib.figure import Figure

        self.scene, self.colours = scene, colours
        self.figure = Figure(figsize=(scene.width / INCH, scene.height / INCH), facecolor=colours["page"])
        self.canvas = FigureCanvasAgg(self.figure)
        self.axes = self.figure.add_axes((0, 0, 1, 1))
        self.axes.set_axis_off()
        self.axes.set_xlim(0, scene.width)
        self.axes.set_ylim(scene.height, 0)
        self.layer = 0

    def pixels(self, scale: float) -> Any:
        """The painted page: rows of pixels of red, green, blue and opacity."""
        import numpy as np

        self.figure.set_dpi(INCH * scale)
        self.canvas.draw()
        return np.asarray(self.canvas.buffer_rgba())

    def everything(self) -> None:
        for lane in self.scene.lanes:
            self._lane(lane)
        for line in in_order(self.scene.lines):
            self._line(line)
        for item in self.scene.items:
            self._item(item)
        for mark in self.scene.marks:
            self._mark(mark)
        for sample in self.scene.samples:
            self._connection(round_corners([sample.start, sample.end]), sample.kind, sample.look)
        for text in (*self.scene.labels, *self.scene.words):
            self._text(text)
        for number in self.scene.numbers:
            self._number(number)

    def _add(self, patch: Any) -> None:
        """Whatever is painted later lies above."""
        self.layer += 1
        patch.set_zorder(self.layer)
        self.axes.add_artist(patch)

    def _lane(self, lane: Lane) -> None:
        self._box(lane.frame, 12, fill="lane")
        self._box(lane.frame, 12, edge=f"lane{lane.tone % 4}", width=1.0, alpha=0.55)
        if lane.title:
            self._text(lane.title)

    def _box(
        self,
        box: Box,
        radius: float,
        fill: str = "",
        edge: str = "",
        width: float = 0.0,
        alpha: float = 1.0,
        dashed: bool = False,
    ) -> None:
        from matplotlib.patches import FancyBboxPatch

        style = f"round,pad=0,rounding_size={radius}"
        patch = FancyBboxPatch((box.x, box.y), box.width, box.height, boxstyle=style, linewidth=width, alpha=alpha)
        patch.set_facecolor(self.colours[fill] if fill else "none")
        patch.set_edgecolor(self.colours[edge] if edge else "none")
        if dashed:
            patch.set_linestyle((0, (4 / width, 3 / width)))
        self._add(patch)

    def _line(self, line: Line) -> None:
        (x, y), end = line.points[-1], (line.points[-1][0] - 8, line.points[-1][1])
        self._connection(round_corners([*line.points[:-1], end]), line.edge.kind, line.look)
        colour = line.look.role if line.look else STROKES.get(line.edge.kind, PLAIN)[0]
        self._polygon([(x - 10, y - 4.2), (x, y), (x - 10, y + 4.2)], colour)

    def _connection(self, curve: Sequence[tuple[str, Point]], kind: str, look: Look | None) -> None:
        if look:
            self._stroke(curve, look.role, look.width, look.dashes)
        else:
            self._stroke(curve, *STROKES.get(kind, PLAIN), DASHES.get(kind))

    def _stroke(
        self, curve: Sequence[tuple[str, Point]], colour: str, width: float, dashes: tuple[float, float] | None = None
    ) -> None:
        from matplotlib.patches import PathPatch
        from matplotlib.path import Path

        codes = {"M": Path.MOVETO, "L": Path.LINETO, "Q": Path.CURVE3}
        path = Path([point for _, point in curve], [codes[letter] for letter, _ in curve])
        patch = PathPatch(
            path, fill=False, edgecolor=self.colours[colour], linewidth=width, capstyle="butt" if dashes else "round"
        )
        if dashes:
            patch.set_linestyle((0, tuple(dash / width for dash in dashes)))
        self._add(patch)

    def _polygon(self, points: Sequence[Point], colour: str) -> None:
        from matplotlib.patches import Polygon

        self._add(Polygon(points, closed=True, facecolor=self.colours[colour], edgecolor="none"))

    def _item(self, item: Item) -> None:
        if item.body != item.icon:
            self._box(item.body, 10, "", "hair", 1.2, dashed=item.node.external)
        if item.tile:
            self._tile(item.tile, item.icon)
        else:
            self._icon(icons.of_type(item.node.type), item.icon)
        if item.node.is_in_trouble:
            self._box(item.body, 8, edge="fault", width=RING)
        for mark in item.marks:
            self._mark(mark)
        for text in item.texts:
            self._text(text)

    def _tile(self, tile: Tile, box: Box) -> None:
        if tile.ground:
            self._box(box, 8, fill=tile.ground)
        else:
            self._box(box, 8, "page", "hair", 1.2, dashed=True)
        self._text(tile.letters)

    def _icon(self, icon: str, box: Box) -> None:
        inset = 0.0
        if icons.needs_tile(icon):
            self._box(box, 8, fill="tile")
            inset = box.width * icons.INSET
        extent = (box.x + inset, box.right - inset, box.bottom - inset, box.y + inset)
        self.layer += 1
        self.axes.imshow(
            icons.image(icon), extent=extent, interpolation="antialiased", zorder=self.layer, aspect="auto"
        )

    def _mark(self, mark: Mark) -> None:
        self._box(mark.box, 4.5, "page", "sign", 1.1)
        for line in badges.strokes(mark.kind, mark.box):
            self._stroke(
                [("M" if index == 0 else "L", point) for index, point in enumerate(line)], "sign", badges.WIDTH
            )

    def _text(self, text: Text) -> None:
        from matplotlib.font_manager import FontProperties
        from matplotlib.text import Text as Drawn

        across = ALIGNED[text.anchor]
        font = FontProperties(fname=str(font_file(text.bold)), size=text.size)
        words = Drawn(
            text.x, text.y, text.words, color=self.colours[text.role], fontproperties=font, horizontalalignment=across,
            verticalalignment="baseline", parse_math=False,
        )  # fmt: skip
        self._add(words)

    def _number(self, number: Number) -> None:
        from matplotlib.patches import Circle

        self._add(Circle((number.x, number.y), number.radius, facecolor=self.colours["number"], edgecolor="none"))
        self._text(number.digits)
