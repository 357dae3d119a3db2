"""The chapter on visits."""

from collections.abc import Iterator

import pandas as pd

from shoplib.analytics import charts, plausible
from shoplib.analytics.conversion import abandonment, conversion_rate
from shoplib.analytics.funnel import funnel
from shoplib.analytics.funnel_steps import STEPS, label
from shoplib.analytics.headlines import behaviour, words
from shoplib.analytics.report.over_time import judge_days
from shoplib.analytics.report.parts import LeftOut, Part, Piece
from shoplib.analytics.report.worlds import period
from shoplib.analytics.trend import daily

KEYS = ("device", "source")
EVENTS = [label(step) for step in STEPS]
WAITS = ["median_seconds_from_previous", "p90_seconds_from_previous"]


def visits_of(visits: pd.DataFrame, name: str) -> str:
    """Source, period and coverage of the findings on visits."""
    return " · ".join(filter(None, [name, period(plausible.span(visits.start)), words.count(len(visits), "session")]))


def chapter(events: pd.DataFrame, visits: pd.DataFrame, name: str) -> Iterator[Piece]:
    """What visitors do; empty without visits."""
    if visits.empty:
        return
    of = visits_of(visits, name)
    yield _funnel(events, of)
    if not visits.purchased.any():
        yield LeftOut("Conversion", "no event is a purchase")
        return
    yield _abandonment(visits, of)
    for key in KEYS:
        yield _by(visits, key, of)
    yield _over_time(visits, of)
    yield judge_days("Sessions", daily(visits), visits.end, of)


def _funnel(events: pd.DataFrame, of: str) -> Piece:
    """The funnel over the shop's steps that occur in the data: a step without any event is not recorded."""
    seen = set(events.event_name.unique())
    steps = [step for step in EVENTS if step in seen]
    if len(steps) < 2:
        return LeftOut("Funnel", f"a funnel needs two of the events {words.enumerate_in_words(EVENTS)}")
    table = funnel(events, steps).drop(columns=WAITS)
    missing = [step for step in EVENTS if step not in seen]
    note = f" · no event is {words.enumerate_in_words(missing, 'or')}" if missing else ""
    if behaviour.funnel(table) is None:
        return LeftOut("Funnel", f"no session has {steps[0]}")
    return Part("Funnel", charts.funnel(table), table, of + note)


def _abandonment(visits: pd.DataFrame, of: str) -> Piece:
    table = abandonment(visits).dropna(subset=["rate"])
    if table.empty:
        return LeftOut("Abandoned carts and checkouts", "no session has a cart or a checkout")
    return Part("Abandoned carts and checkouts", charts.abandonment(table), table, of)


def _by(visits: pd.DataFrame, key: str, of: str) -> Piece:
    rates, heading = conversion_rate(visits, by=key), f"Conversion by {key}"
    if reason := behaviour.nothing_to_compare(rates, key):
        return LeftOut(heading, reason)
    rows = rates[rates[key].notna()]
    count = int(rows.sessions.sum())
    note = "" if count == len(visits) else f" · {words.share(count / len(visits))} name a {key}"
    return Part(heading, charts.conversion(rates), rates, of + note)


def _over_time(visits: pd.DataFrame, of: str) -> Piece:
    days = conversion_rate(visits, by="day").sort_values("day", ignore_index=True)
    if len(days) < 2:
        return LeftOut("Conversion by day", "there is one day")
    return Part("Conversion by day", charts.conversion_by_day(days), days, of, days.tail(12))
