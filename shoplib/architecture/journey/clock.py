"""Where moments lie on a time axis on which long idle stretches are folded, so that short calls remain visible."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

from shoplib.architecture.journey.steps import Step

FOLDED = 0.07  # of the axis, for one idle stretch
ROOM = 0.2  # of the axis, for one name
LONG = 0.25  # of all busy time: longer idle stretches are folded


@dataclass(frozen=True)
class Fold:
    """A stretch of the axis that stands for `ms` in which nothing of the journey ran. `named`: there is room for it."""

    left: float
    width: float
    ms: float
    has_label: bool = True

    @property
    def middle(self) -> float:
        return self.left + self.width / 2


class Clock:
    """Places moments (ms since the first step) between 0 and 1."""

    def __init__(self, steps: Sequence[Step]) -> None:
        busy = list(_united(sorted((step.at_ms, step.at_ms + (step.ms or 0.0)) for step in steps)))
        self.total = busy[-1][1]
        working = sum(end - start for start, end in busy) or 1.0
        marks = [(0.0, 0.0)]
        folds: list[tuple[float, float, float]] = []
        for (_, end), (start, _) in pairwise([*busy, (self.total, self.total)]):
            here = marks[-1][1] + (end - marks[-1][0])
            idle = start - end
            drawn_width = working * FOLDED if idle > working * LONG else idle
            folds += [(here, drawn_width, idle)] if drawn_width < idle else []
            marks += [(end, here), (start, here + drawn_width)]
        self._marks, self._length = marks, marks[-1][1] or 1.0
        self.folds = list(_with_labels(Fold(at / self._length, width / self._length, ms) for at, width, ms in folds))

    def place(self, ms: float) -> float:
        """Where a moment lies; before the beginning is at the beginning, and after the end at the end."""
        for (start, left), (end, right) in pairwise(self._marks):
            if ms <= end:
                share = (ms - start) / (end - start) if end > start else 0.0
                return min(1.0, max(0.0, (left + share * (right - left)) / self._length))
        return 1.0


def _with_labels(folds: Iterable[Fold]) -> Iterator[Fold]:
    """Names stand apart from each other, and from those of the axis's ends."""
    end = 0.0
    for fold in folds:
        has_label = end + ROOM / 2 < fold.middle < 1 - ROOM
        end = fold.middle + ROOM / 2 if has_label else end
        yield replace(fold, has_label=has_label)


def _united(spans: Sequence[tuple[float, float]]) -> Iterator[tuple[float, float]]:
    """Spans that touch or overlap, as one."""
    start, end = spans[0]
    for first, last in spans[1:]:
        if first > end:
            yield start, end
            start = first
        end = max(end, last)
    yield start, end
