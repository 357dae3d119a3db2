"""Dashed lines that share a stretch: their dashes begin anew at the same places, else they fill each other's gaps."""

from collections.abc import Iterator, Sequence
from itertools import pairwise

from shoplib.architecture.layout.scene import Point

ROOM = 14.0  # after a corner, for its rounding


def align(lines: Sequence[Sequence[Point]]) -> list[list[Point]]:
    """The lines with a point twice wherever one of them has just turned into a stretch that another may share."""
    places = sorted({place for line in lines for place in _turns(line)})
    return [
        [point for start, end in pairwise(line) for point in _cut_stretch(start, end, places)] + [line[-1]]
        for line in lines
    ]


def _turns(line: Sequence[Point]) -> Iterator[Point]:
    for (x, y), (x2, y2) in pairwise(line[1:]):
        length = abs(x2 - x) + abs(y2 - y)
        if length > 2 * ROOM:
            yield x + ROOM * (x2 - x) / length, y + ROOM * (y2 - y) / length


def _cut_stretch(start: Point, end: Point, places: Sequence[Point]) -> Iterator[Point]:
    yield start
    inside = [place for place in places if _is_inside(start, place, end)]
    for place in sorted(inside, key=lambda place: abs(place[0] - start[0]) + abs(place[1] - start[1])):
        yield from (place, place)


def _is_inside(start: Point, place: Point, end: Point) -> bool:
    """Whether `place` lies on the level or upright stretch, and not at its ends."""
    (x1, x2), (y1, y2) = sorted((start[0], end[0])), sorted((start[1], end[1]))
    on_level = y1 == place[1] == y2 and x1 < place[0] < x2
    return on_level or (x1 == place[0] == x2 and y1 < place[1] < y2)
