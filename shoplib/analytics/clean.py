"""From what arrived to what happened: each event once, bots out, everything left out counted."""

from collections.abc import Sequence
from dataclasses import dataclass

import pandas as pd

from shoplib.core.events import SALES
from shoplib.core.lake import LATE_AFTER
from shoplib.core.lake.curation import FIRST, MOST_A_MINUTE, is_robot
from shoplib.core.lake.parquet import Unreadable

# Of two events of one order line.
FIRST_LINE = ("event_time", "ingest_time", "event_id")


@dataclass(frozen=True)
class Cleaned:
    """`events` to analyse, `dropped`: reason -> number of events left out (`late` ones are kept, and counted), and
    `unreadable`: objects of the lake that no event could be read from."""

    events: pd.DataFrame
    dropped: pd.Series
    unreadable: tuple[Unreadable, ...] = ()


def clean(events: pd.DataFrame) -> Cleaned:
    """The first of each `event_id` by (event_time, ingest_time), then without bots, then the first purchase and refund
    of each order line (`order_id`, `order_line`).

    A visitor (`anonymous_id`) is a bot for a whole UTC day, by its user agent or by more than 120 events in one minute
    of that day; channel "import" never is. Compaction has the same rules, so that curated events and events as they
    arrived are cleaned alike. Order and duplicates of the input change nothing. The result is sorted by
    (event_time, event_id).
    """
    unreadable = tuple(events.attrs.get("unreadable", ()))
    events = events.reset_index(drop=True)
    once = events.drop(_repeated(events, events.event_id.duplicated(keep=False), ["event_id"], FIRST))
    people = once[~_bots(once)]
    lines = people.drop(repetitions(people))
    dropped = pd.Series(
        {
            "duplicate event_id": len(events) - len(once),
            "duplicate order line": len(people) - len(lines),
            "bots": len(once) - len(people),
            "late, kept": int(_late(lines).sum()),
        },
        name="events",
    )
    return Cleaned(lines.sort_values(["event_time", "event_id"]).reset_index(drop=True), dropped, unreadable)


def repetitions(events: pd.DataFrame) -> pd.Index:
    """Labels of purchases and refunds of an order line (`order_id`, `order_line`) that another one came before."""
    numbered = events.event_name.isin(SALES) & events.order_id.notna() & events.order_line.notna()
    return _repeated(events, numbered, ["event_name", "order_id", "order_line"], FIRST_LINE)


def _repeated(events: pd.DataFrame, suspect: pd.Series, same: list[str], order: Sequence[str]) -> pd.Index:
    """Labels of suspect rows that come after another one which is the same."""
    rivals = events[suspect].sort_values([name for name in order if name in events], kind="stable")
    return rivals.index[rivals.duplicated(same)]


def _bots(events: pd.DataFrame) -> pd.Series:
    agents = events.user_agent.dropna().unique()
    named = events.user_agent.isin([agent for agent in agents if is_robot(agent)])
    browsing, times = events.channel != "import", events.event_time.dt.tz_convert("UTC")
    rate = events[browsing].groupby([events.anonymous_id, times.dt.floor("min")]).event_id.transform("size")
    fast = rate.reindex(events.index, fill_value=0) > MOST_A_MINUTE
    visits = pd.MultiIndex.from_arrays([events.anonymous_id, times.dt.floor("D")])
    return pd.Series(visits.isin(visits[(named | fast) & browsing]), events.index) & browsing


def _late(events: pd.DataFrame) -> pd.Series:
    """Replayed history is old, not late."""
    return (events.ingest_time - events.event_time > LATE_AFTER) & (events.channel != "import")
