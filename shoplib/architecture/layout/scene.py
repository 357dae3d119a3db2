"""What is painted, in pixels: boxes, texts and lines. Painters only translate; every position is decided here."""

from dataclasses import dataclass

from shoplib.architecture.edge_labels import Look
from shoplib.architecture.model import Edge, Model, Node
from shoplib.architecture.text import width

Point = tuple[float, float]


@dataclass(frozen=True)
class Box:
    x: float
    y: float
    width: float
    height: float

    @property
    def right(self) -> float:
        return self.x + self.width

    @property
    def bottom(self) -> float:
        return self.y + self.height

    def overlaps(self, other: "Box", slack: float = 0.0) -> bool:
        """Whether the two share an area; touching is not overlapping."""
        across = self.x < other.right - slack and other.x < self.right - slack
        return across and self.y < other.bottom - slack and other.y < self.bottom - slack

    def holds(self, other: "Box") -> bool:
        inside = self.x <= other.x and other.right <= self.right
        return inside and self.y <= other.y and other.bottom <= self.bottom


@dataclass(frozen=True)
class Text:
    """`x` is the start, middle or end by `anchor`; `y` is the baseline. `role` chooses the colour."""

    x: float
    y: float
    words: str
    size: float
    role: str
    anchor: str = "start"
    bold: bool = False

    @property
    def box(self) -> Box:
        wide = width(self.words, self.size, self.bold)
        start = {"start": self.x, "middle": self.x - wide / 2, "end": self.x - wide}[self.anchor]
        return Box(start, self.y - 0.78 * self.size, wide, self.size)


@dataclass(frozen=True)
class Lane:
    """The frame of one template; `tone` counts the lanes and chooses the colour."""

    id: str
    frame: Box
    title: Text | None
    tone: int


@dataclass(frozen=True)
class Mark:
    """A badge at the corner of an icon."""

    box: Box
    kind: str
    text: str


@dataclass(frozen=True)
class Tile:
    """Letters instead of an icon. `ground` is the role of the colour behind them; empty, there is a dashed frame."""

    letters: Text
    ground: str


@dataclass(frozen=True)
class Item:
    """A node: its icon, a body around it when more lines meet it than an icon has room for, its texts and badges."""

    node: Node
    icon: Box
    body: Box
    texts: tuple[Text, ...]
    marks: tuple[Mark, ...]
    tile: Tile | None = None


@dataclass(frozen=True)
class Line:
    """One edge, from the side of one icon to the side of the other; the arrow is at the last point. `says` is what is
    said of it; without a `look` of its own it looks as edges of its kind do."""

    edge: Edge
    step: int
    points: tuple[Point, ...]
    text: str
    look: Look | None = None


@dataclass(frozen=True)
class Number:
    x: float
    y: float
    step: int
    radius: float = 8.5

    @property
    def box(self) -> Box:
        return Box(self.x - self.radius, self.y - self.radius, 2 * self.radius, 2 * self.radius)

    @property
    def digits(self) -> Text:
        size = self.radius * 1.25
        return Text(self.x, self.y + size * 0.36, str(self.step), size, "digit", "middle", bold=True)


@dataclass(frozen=True)
class Sample:
    """A piece of line in the legend."""

    start: Point
    end: Point
    kind: str
    look: Look | None = None


@dataclass(frozen=True)
class Scene:
    model: Model
    width: float
    height: float
    lanes: tuple[Lane, ...]
    items: tuple[Item, ...]
    lines: tuple[Line, ...]
    numbers: tuple[Number, ...]
    labels: tuple[Text, ...]
    words: tuple[Text, ...]
    marks: tuple[Mark, ...]
    samples: tuple[Sample, ...]
