"""Cleans events: each event once, without bots, with counts of everything left out."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

from shoplib.core.events import SALES
from shoplib.core.lake import LATE_AFTER
from shoplib.core.lake.curation import FIRST, MOST_A_MINUTE, is_robot
from shoplib.core.lake.parquet import Unreadable
from shoplib.errors import LabError

# Of two events of one order line.
FIRST_LINE = ("event_time", "ingest_time", "event_id")


@dataclass(frozen=True)
class Cleaned:
    """`events` to analyse, `dropped`: reason -> number of events left out (`late` ones are counted but kept), and
    `unreadable`: objects of the lake that could not be read.
    """

    events: pd.DataFrame
    dropped: pd.Series
    unreadable: tuple[Unreadable, ...] = ()


def clean(events: pd.DataFrame) -> Cleaned:
    """Keep the first of each `event_id` by (event_time, ingest_time), remove bots, then keep the first purchase and
    refund of each order line (`order_id`, `order_line`).

    A visitor (`anonymous_id`) is a bot for a whole UTC day, by its user agent or by more than 120 events in one minute
    of that day; channel "import" never is. Compaction uses the same rules, so curated and raw events give the same
    result. The order of the input, and duplicates in it, change nothing. The result is sorted by
    (event_time, event_id).
    """
    unreadable = tuple(events.attrs.get("unreadable", ()))
    events = events.reset_index(drop=True)
    once = _drop_rows(events, events.index.isin(_find_repeats(events, ["event_id"], FIRST)))
    people = _drop_rows(once, _bots(once))
    lines = _drop_rows(people, people.index.isin(repetitions(people)))
    dropped = pd.Series(
        {
            "duplicate event_id": len(events) - len(once),
            "duplicate order line": len(people) - len(lines),
            "bots": len(once) - len(people),
            "late, kept": int(_late(lines).sum()),
        },
        name="events",
    )
    return Cleaned(_in_order(lines), dropped, unreadable)


def _drop_rows(events: pd.DataFrame, bad: npt.NDArray[np.bool_]) -> pd.DataFrame:
    """Drops rows; copies only if there are any, because millions of order lines are large."""
    return events[~bad] if bad.any() else events


def _in_order(events: pd.DataFrame) -> pd.DataFrame:
    """Rows sorted by (event_time, event_id)."""
    order = by_time(events)
    ordered = events if (order == np.arange(len(order))).all() else events.take(order)
    return ordered.reset_index(drop=True)


def moments(times: pd.Series) -> npt.NDArray[np.int64]:
    """Times as microseconds since 1970 (UTC)."""
    if not isinstance(times.dtype, pd.DatetimeTZDtype):
        raise LabError(f"{times.name} is {times.dtype}, not a time in UTC", "convert it: pd.to_datetime(..., utc=True)")
    return times.astype("datetime64[us, UTC]").astype("int64").to_numpy()


def by_time(events: pd.DataFrame) -> npt.NDArray[np.int64]:
    """Positions sorted by (event_time, event_id). IDs are read only where times are equal: sorting text costs more than
    all the rest.
    """
    when = moments(events.event_time)
    order = np.argsort(when, kind="stable")
    same = np.diff(when[order]) == 0
    tied = np.flatnonzero(np.append(same, False) | np.insert(same, 0, False)) if len(same) else order[:0]
    ids = events.event_id.take(order[tied])
    if _rises(ids, when[order[tied]]):
        return order
    rank = pd.factorize(ids, sort=True)[0]
    order[tied] = order[tied][np.lexsort((rank, when[order[tied]]))]
    return order


def _rises(ids: pd.Series, when: npt.NDArray[np.int64]) -> bool:
    """Whether the IDs of equal times are already sorted: quick to check, and often true for files."""
    if not isinstance(ids.dtype, pd.StringDtype):
        return False
    before, after = ids.array[:-1], ids.array[1:]
    return bool((np.asarray(before <= after, dtype=bool) | (np.diff(when) > 0)).all())


def repetitions(events: pd.DataFrame) -> pd.Index:
    """Labels of repeated purchases and refunds of an order line (`order_id`, `order_line`): all but the first."""
    numbered = events.event_name.isin(SALES) & events.order_id.notna() & events.order_line.notna()
    return _find_repeats(events, ["event_name", "order_id", "order_line"], FIRST_LINE, numbered)


def _find_repeats(
    events: pd.DataFrame, same: list[str], order: Sequence[str], suspect: pd.Series | None = None
) -> pd.Index:
    """Labels of the rows that repeat an earlier one. Few rows are suspect, and only those are sorted."""
    keys = events[same] if suspect is None else events.loc[suspect, same]
    rivals = events.loc[keys.index[keys.duplicated(keep=False)]]
    rivals = rivals.sort_values([name for name in order if name in events], kind="stable")
    return rivals.index[rivals.duplicated(same)]


def _bots(everything: pd.DataFrame) -> npt.NDArray[np.bool_]:
    """Whether a bot made each event; replayed history has no bots."""
    bots = np.zeros(len(everything), bool)
    browsing = (everything.channel != "import").to_numpy()
    if browsing.any():
        bots[browsing] = _of_bots(everything if browsing.all() else everything[browsing])
    return bots


def _of_bots(events: pd.DataFrame) -> npt.NDArray[np.bool_]:
    agents = events.user_agent.dropna().unique()
    declared = events.user_agent.isin([agent for agent in agents if is_robot(agent)])
    times = events.event_time.dt.tz_convert("UTC")
    fast = events.groupby([events.anonymous_id, times.dt.floor("min")]).event_id.transform("size")
    visits = pd.MultiIndex.from_arrays([events.anonymous_id, times.dt.floor("D")])
    suspicious = declared | (fast > MOST_A_MINUTE)
    return visits.isin(visits[suspicious]) if suspicious.any() else np.zeros(len(events), bool)


def _late(events: pd.DataFrame) -> pd.Series:
    """Which events are late. Replayed history is old, not late."""
    return (events.ingest_time - events.event_time > LATE_AFTER) & (events.channel != "import")
