"""Selects a part of the events: a time span, a device, a source."""

from datetime import date, datetime
from typing import Any

import numpy as np
import pandas as pd

from shoplib.analytics.conditions import has, part
from shoplib.analytics.sessions import with_sessions
from shoplib.errors import LabError

PER = ("event", "session", "visitor")
MOST_EXAMPLES = 12
Moment = date | datetime | str


def between(events: pd.DataFrame, start: Moment | None = None, end: Moment | None = None) -> pd.DataFrame:
    """Events from `start` (inclusive) to `end`, by event_time. An end that is a day ("2026-01-31") is included as a
    whole, as in `read_events`; an end that is a time ("2026-01-31 12:00") is exclusive. A time without a zone is in
    event_time's zone. A session across a boundary is cut: analyses see only the part inside. LabError on an invalid
    time, and on an empty span.
    """
    low, high = (_moment(moment, events.event_time.dt.tz) for moment in (start, end))
    if high is not None and _is_day(end):
        high += pd.Timedelta(days=1)
    if low is not None and high is not None and high <= low:
        raise LabError(f"the range from {start} to {end} is empty", "the end must be after the start")
    inside = np.ones(len(events), dtype=bool)
    if low is not None:
        inside &= (events.event_time >= low).to_numpy()
    if high is not None:
        inside &= (events.event_time < high).to_numpy()
    return events[inside].reset_index(drop=True)


def _moment(value: Moment | None, zone: Any) -> pd.Timestamp | None:
    if value is None:
        return None
    try:
        moment = pd.Timestamp(value)
    except (ValueError, TypeError):
        raise LabError(f"{value!r} is not a valid date or moment", 'use "2026-01-31" or "2026-01-31 12:00"') from None
    return moment.tz_localize(zone) if moment.tzinfo is None else moment.tz_convert(zone)


def _is_day(value: Moment | None) -> bool:
    if isinstance(value, str):
        return len(value.strip()) == len("2026-01-31") and ":" not in value
    return isinstance(value, date) and not isinstance(value, datetime)


def segment(table: pd.DataFrame, *, per: str = "event", **values: Any) -> pd.DataFrame:
    """The rows of events (or of any other table, for example sessions) whose columns have these values:
    `segment(events, device="mobile", source=["google", None])`; a list means any of them, None means no value.

    `per="session"` or `per="visitor"` keeps every event of the sessions or visitors with at least one such event, which
    is useful for columns that only some events have, such as category. Then replayed history and refunds, which belong
    to no session, are left out. LabError on a missing column, and on a value that never occurs in a table with rows.
    """
    if per not in PER:
        raise LabError(f"per={per!r} is unknown", f"per is one of {', '.join(PER)}")
    for column, value in values.items():
        _check(table, column, value)
    if per == "event":
        return table[_fits(table, values)].reset_index(drop=True)
    rows = with_sessions(table)
    chosen = rows[per][_fits(rows, values)].unique()
    selection = rows[rows[per].isin(chosen)]
    ordered = selection.sort_values(["event_time", "event_id"], kind="stable", ignore_index=True)
    return ordered[list(table.columns)]


def _fits(table: pd.DataFrame, values: dict[str, Any]) -> np.ndarray:
    return np.logical_and.reduce(
        [np.ones(len(table), bool), *(has(table[name], value) for name, value in values.items())]
    )


def _check(table: pd.DataFrame, column: str, value: Any) -> None:
    if len(part(table, [column])) and not has(table[column], value).any():
        seen = sorted(map(str, table[column].dropna().unique()))
        more = f" and {len(seen) - MOST_EXAMPLES} more" if len(seen) > MOST_EXAMPLES else ""
        raise LabError(
            f"no row has {column} {value!r}", f"seen: {', '.join(seen[:MOST_EXAMPLES]) or 'no value at all'}{more}"
        )
