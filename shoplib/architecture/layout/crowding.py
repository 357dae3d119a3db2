"""Whether so many lines meet that a number has no room of its own: on another number, or on another's line."""

from collections.abc import Sequence
from itertools import combinations, pairwise

from shoplib.architecture.layout.scene import Box, Line, Number, Scene

SLACK = 0.6


def is_crowded(scene: Scene) -> bool:
    boxes = [(number, number.box) for number in scene.numbers]
    on_another = any(one.overlaps(other, SLACK) for (_, one), (_, other) in combinations(boxes, 2))
    return on_another or any(_runs_over(line, boxes) for line in scene.lines)


def _runs_over(line: Line, numbers: Sequence[tuple[Number, Box]]) -> bool:
    across, down = zip(*line.points, strict=True)
    around = _stretch((min(across), min(down)), (max(across), max(down)))
    near = [box for number, box in numbers if number.step != line.step and around.overlaps(box, 0.4)]
    return any(_stretch(*ends).overlaps(box, 0.4) for ends in pairwise(line.points) for box in near)


def _stretch(start: tuple[float, float], end: tuple[float, float]) -> Box:
    """A stretch of a line as a box of its own thickness."""
    (x1, x2), (y1, y2) = sorted((start[0], end[0])), sorted((start[1], end[1]))
    return Box(x1 - 0.5, y1 - 0.5, x2 - x1 + 1, y2 - y1 + 1)
