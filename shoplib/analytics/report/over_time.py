"""Days out of the ordinary: which days may be judged at all."""

import pandas as pd

from shoplib.analytics import charts, plausible
from shoplib.analytics.headlines import sales, words
from shoplib.analytics.report.parts import LeftOut, Part, Piece
from shoplib.analytics.trend import trend

# A last day that ends earlier than all but a tenth of the days before it is not over.
USUAL_END = 0.1


def judge_days(what: str, days: pd.Series, times: pd.Series, of: str) -> Piece:
    """The part on a series by day; `times` are of the events behind it.

    Slips of dates and a last day that is not over are left out, for its low figure is no finding.
    """
    heading = f"{what}: out of the ordinary?"
    inside, note = drop_unfinished_day(days, times)
    table = trend(inside)
    if reason := sales.reason_not_to_judge(table):
        return LeftOut(heading, reason)
    odd = table[table.anomaly].assign(day=table.day.dt.strftime("%Y-%m-%d"))
    anomalies = odd[["day", "value", "expected", "low", "high", "verdict"]]
    source = f"{of} · {words.count(len(table), 'day')}{note}"
    return Part(heading, charts.trend(table, what), table.drop(columns=["weeks"]), source, anomalies.head(12))


def drop_unfinished_day(days: pd.Series, times: pd.Series) -> tuple[pd.Series, str]:
    """The days of the plausible span, without the last one where it is not over; and what is left out, in words."""
    span = plausible.span(times)
    if span is None or days.empty:
        return days, ""
    days = days[span.has(days.index.to_series())]
    inside = times[span.has(times)]
    if len(days) > 1 and ends_early(inside):
        return days[
            days.index < inside.max().tz_localize(None).normalize()
        ], f", without {words.day(inside.max())}, which is not over"
    return days, ""


def ends_early(times: pd.Series, now: pd.Timestamp | None = None) -> bool:
    """Whether the last day of `times` is not over: it is today, or its last moment is earlier in the day than that of
    nine in ten days before it."""
    local = times.dt.tz_localize(None)
    day = local.dt.normalize()
    last = (local - day).groupby(day).max().sort_index()
    today = (now or pd.Timestamp.now(times.dt.tz)).tz_localize(None).normalize()
    return bool(last.index[-1] >= today or (len(last) > 1 and last.iloc[-1] < last.iloc[:-1].quantile(USUAL_END)))
