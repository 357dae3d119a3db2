"""Which event of a unit (a session or a visitor) is its step k: numpy on row numbers, no loop over rows or units.

Rows lie in order of (unit, event_time, event_id). `owner` is each row's unit, 0, 1, 2, ... without gaps; `hits` holds
per step the rows that are this step, ascending. A unit's ATTEMPTS start at different rows; the unit shows the attempt
that gets furthest, of several the one that starts first. This is the definition of the three modes:

ordered     An attempt starts at any occurrence of step 1. Step k is the earliest occurrence after the match of step k-1
            (a later row of the unit), no later than `window` after the attempt's first event.
strict      As ordered, but step k must be the very next row of the unit after the match of step k-1.
unordered   An attempt starts at any row that is one of the steps. Each step is its earliest occurrence at this row or
            after it, no later than `window` after it. The attempt reaches k when it has all of the steps 1 to k.

Without a window the attempt that starts first gets furthest in the modes ordered and unordered. In every mode reaching
step k includes reaching k-1, and strict implies ordered implies unordered.
"""

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

Rows = npt.NDArray[np.int64]
NEVER = -1
MODES = ("ordered", "strict", "unordered")


def match(owner: Rows, moments: Rows, hits: Sequence[Rows], mode: str, window: int | None) -> Rows:
    """The row at which each unit did each step, or NEVER: shape (steps, units). `moments` and `window` in one unit of
    time; the end of the window belongs to it."""
    units = int(owner[-1]) + 1 if len(owner) else 0
    starts = np.flatnonzero(_to_mask(len(owner), *hits)) if mode == "unordered" else hits[0]
    if window is None and mode != "strict":
        starts = starts[_first_of_each(owner[starts])]
    attempts = _ATTEMPTS[mode](owner, hits, starts)
    if window is not None:
        # A row that is NEVER looks up a moment of somebody else, which `attempts >= 0` leaves out.
        late = moments[attempts] - moments[starts] > window
        attempts[late & (attempts >= 0)] = NEVER
    return _furthest(owner[starts], _cut_at_gaps(attempts), units)


def _match_in_order(owner: Rows, hits: Sequence[Rows], starts: Rows) -> Rows:
    places = [starts]
    for rows in hits[1:]:
        places.append(_next(owner, rows, places[-1], "right"))
    return np.stack(places)


def _strict(owner: Rows, hits: Sequence[Rows], starts: Rows) -> Rows:
    places = [starts]
    for number, rows in enumerate(hits[1:], start=1):
        right = _to_mask(len(owner) + number, rows)
        here = starts + number
        same = owner[np.minimum(here, len(owner) - 1)] == owner[starts]
        places.append(np.where(right[here] & same, here, NEVER))
    return np.stack(places)


def _match_in_any_order(owner: Rows, hits: Sequence[Rows], starts: Rows) -> Rows:
    return np.stack([_next(owner, rows, starts, "left") for rows in hits])


_ATTEMPTS = {"ordered": _match_in_order, "strict": _strict, "unordered": _match_in_any_order}


def _next(owner: Rows, rows: Rows, places: Rows, side: str) -> Rows:
    """The first of `rows` after each place ("right") or at it or after it ("left"), of the same unit, else NEVER."""
    index = np.searchsorted(rows, places, side=side)  # type: ignore[call-overload]
    padded = np.append(rows, NEVER)
    there = padded[index]
    fits = (there != NEVER) & (places != NEVER)
    fits[fits] = owner[there[fits]] == owner[places[fits]]
    return np.where(fits, there, NEVER)


def _to_mask(length: int, *rows: Rows) -> npt.NDArray[np.bool_]:
    marked = np.zeros(length, dtype=bool)
    for each in rows:
        marked[each] = True
    return marked


def _cut_at_gaps(attempts: Rows) -> Rows:
    """A step counts only if all earlier steps are reached."""
    return np.where(np.minimum.accumulate(attempts, axis=0) == NEVER, NEVER, attempts)


def _furthest(owner: Rows, attempts: Rows, units: int) -> Rows:
    """Of each unit's attempts, in order of their starts, the first one with the most steps."""
    furthest = np.full((len(attempts), units), NEVER, dtype=np.int64)
    if not len(owner):
        return furthest
    depth = (attempts != NEVER).sum(axis=0)
    firsts = np.flatnonzero(_first_of_each(owner))
    most = np.repeat(np.maximum.reduceat(depth, firsts), np.diff(np.append(firsts, len(owner))))
    best = np.flatnonzero(depth == most)
    best = best[_first_of_each(owner[best])]
    furthest[:, owner[best]] = attempts[:, best]
    return furthest


def _first_of_each(owner: Rows) -> npt.NDArray[np.bool_]:
    """Where a new unit begins, in a non-decreasing array."""
    return np.diff(owner, prepend=-1) != 0
