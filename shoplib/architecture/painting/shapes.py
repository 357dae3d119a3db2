"""Curves that both painters draw."""

from collections.abc import Sequence

from shoplib.architecture.layout.scene import Line, Point

CORNER = 7.0


def round_corners(points: Sequence[Point]) -> list[tuple[str, Point]]:
    """A line through `points` with rounded corners, in letters of an SVG path; Q comes twice, for control and end. At a
    point that comes twice the pen is lifted, and dashes begin anew."""
    lifts = [index for index in range(1, len(points)) if points[index] == points[index - 1]]
    bounds = zip([0, *lifts], [*lifts, len(points)], strict=True)
    return [step for start, end in bounds for step in _stroke(points[start:end])]


def _stroke(points: Sequence[Point]) -> list[tuple[str, Point]]:
    curve = [("M", points[0])]
    for before, corner, after in zip(points, points[1:], points[2:], strict=False):
        radius = min(CORNER, _length(before, corner) / 2, _length(corner, after) / 2)
        end = ("Q", _step_towards(corner, after, radius))
        curve += [("L", _step_towards(corner, before, radius)), ("Q", corner), end]
    return [*curve, ("L", points[-1])]


def _length(one: Point, other: Point) -> float:
    return abs(one[0] - other[0]) + abs(one[1] - other[1])


def _step_towards(start: Point, end: Point, distance: float) -> Point:
    whole = _length(start, end) or 1.0
    return start[0] + (end[0] - start[0]) * distance / whole, start[1] + (end[1] - start[1]) * distance / whole


def in_order(lines: Sequence[Line]) -> list[Line]:
    """What matters most is painted last: lines that are not used, then the others, the widest and the faults on top."""
    return sorted(lines, key=lambda line: (line.look.role == "fault", line.look.width) if line.look else (False, 0.0))
