"""Unusual days, and which days can be judged."""

import pandas as pd

from shoplib.analytics import charts, plausible
from shoplib.analytics.headlines import sales, words
from shoplib.analytics.report.parts import LeftOut, Part, Piece
from shoplib.analytics.trend import trend

# A last day that ends earlier than all but a tenth of the days before it is not over.
USUAL_END = 0.1


def judge_days(what: str, days: pd.Series, times: pd.Series, of: str) -> Piece:
    """The part on a daily series; `times` are those of the underlying events.

    Implausible dates and an unfinished last day, whose low figure is not a finding, are left out.
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
    """The days of the plausible span, without an unfinished last day; and a note on what is left out."""
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
    """Whether the last day of `times` is unfinished: it is today, or its last event is earlier in the day than that of
    nine in ten earlier days.
    """
    local = times.dt.tz_localize(None)
    day = local.dt.normalize()
    last = (local - day).groupby(day).max().sort_index()
    today = (now or pd.Timestamp.now(times.dt.tz)).tz_localize(None).normalize()
    return bool(last.index[-1] >= today or (len(last) > 1 and last.iloc[-1] < last.iloc[:-1].quantile(USUAL_END)))
