"""From what arrived to what happened: each event once, bots out, everything left out counted."""

from dataclasses import dataclass

import pandas as pd

from shoplib.core.events import SALES
from shoplib.core.lake import LATE_AFTER

# CUBOT makes telephones.
BOTS = r"(?<!cu)bot\b|facebookexternalhit|crawler|spider|headless|curl/|wget|python-requests|scrapy"
# More events of one visitor in one minute than a person makes.
MOST_A_MINUTE = 120


@dataclass(frozen=True)
class Cleaned:
    """`events` to analyse, and `dropped`: reason -> number of events left out (`late` ones are kept, and counted)."""

    events: pd.DataFrame
    dropped: pd.Series


def clean(events: pd.DataFrame) -> Cleaned:
    """The first of each `event_id` by (event_time, ingest_time), then the first purchase and refund of each order line
    (`order_id`, `order_line`), then without bots: by their user agent, or by more than 120 events a minute.

    Order and duplicates of the input change nothing. The result is sorted by (event_time, event_id).
    """
    ordered = events.sort_values(["event_time", "ingest_time", "event_id"], kind="stable")
    once = ordered[~ordered.duplicated("event_id")]
    numbered = once.event_name.isin(SALES) & once.order_id.notna() & once.order_line.notna()
    lines = once[~(numbered & once.duplicated(["event_name", "order_id", "order_line"]))]
    people = lines[~_bots(lines)]
    dropped = pd.Series(
        {
            "duplicate event_id": len(events) - len(once),
            "duplicate order line": len(once) - len(lines),
            "bots": len(lines) - len(people),
            "late, kept": int(_late(people).sum()),
        },
        name="events",
    )
    return Cleaned(people.sort_values(["event_time", "event_id"]).reset_index(drop=True), dropped)


def _bots(events: pd.DataFrame) -> pd.Series:
    named = events.user_agent.astype("string").str.contains(BOTS, case=False, regex=True, na=False)
    minute = events.event_time.dt.floor("min")
    browsing = events.channel != "import"
    rate = events[browsing].groupby([events.anonymous_id, minute]).event_id.transform("size")
    fast = rate.reindex(events.index, fill_value=0) > MOST_A_MINUTE
    visitors = events.anonymous_id[(named | fast) & browsing].unique()
    return events.anonymous_id.isin(visitors) & browsing


def _late(events: pd.DataFrame) -> pd.Series:
    """Replayed history is old, not late."""
    return (events.ingest_time - events.event_time > LATE_AFTER) & (events.channel != "import")
