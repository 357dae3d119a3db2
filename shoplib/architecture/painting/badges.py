"""Signs of a badge, drawn rather than taken: at their size an icon of a service cannot be read."""

from shoplib.architecture.layout.scene import Box, Point

# Strokes within a unit square: lines of a log; a bell.
STROKES: dict[str, tuple[tuple[Point, ...], ...]] = {
    "logs": (((0.24, 0.29), (0.76, 0.29)), ((0.24, 0.5), (0.76, 0.5)), ((0.24, 0.71), (0.58, 0.71))),
    "alarm": (
        ((0.2, 0.68), (0.3, 0.58), (0.31, 0.42), (0.39, 0.28), (0.5, 0.23), (0.61, 0.28), (0.69, 0.42), (0.7, 0.58),
         (0.8, 0.68), (0.2, 0.68)),
        ((0.43, 0.82), (0.57, 0.82)),
    ),
}  # fmt: skip
WIDTH = 1.5


def strokes(kind: str, box: Box) -> list[list[Point]]:
    """The sign's lines within `box`."""
    return [[(box.x + x * box.width, box.y + y * box.height) for x, y in line] for line in STROKES[kind]]
