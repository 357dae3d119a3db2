"""Whether so many lines meet that a number has no room of its own: on another number, or on another's line."""

from itertools import combinations, pairwise

from shoplib.architecture.layout.scene import Box, Line, Number, Scene

SLACK = 0.6


def is_crowded(scene: Scene) -> bool:
    boxes = [(number, number.box) for number in scene.numbers]
    on_another = any(one.overlaps(other, SLACK) for (_, one), (_, other) in combinations(boxes, 2))
    return on_another or any(_lies_on(number, box, line) for number, box in boxes for line in scene.lines)


def _lies_on(number: Number, box: Box, line: Line) -> bool:
    return line.step != number.step and any(_stretch(*ends).overlaps(box, 0.4) for ends in pairwise(line.points))


def _stretch(start: tuple[float, float], end: tuple[float, float]) -> Box:
    """A stretch of a line as a box of its own thickness."""
    (x1, x2), (y1, y2) = sorted((start[0], end[0])), sorted((start[1], end[1]))
    return Box(x1 - 0.5, y1 - 0.5, x2 - x1 + 1, y2 - y1 + 1)
