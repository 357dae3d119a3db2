"""The parts of the report: a heading, a chart and its table each."""

from collections.abc import Callable, Iterator
from decimal import Decimal
from typing import Any

import pandas as pd
from markupsafe import Markup

from shoplib.analytics import charts, charts_behaviour, charts_funnel, charts_sales
from shoplib.analytics.basket import basket, product_names
from shoplib.analytics.conversion import abandonment, conversion_rate
from shoplib.analytics.customers import cohorts, retention, time_to_second_order
from shoplib.analytics.funnel import funnel
from shoplib.analytics.rfm import rfm, rfm_segments
from shoplib.analytics.sales import sales_by
from shoplib.analytics.trend import daily, trend
from shoplib.core.events import SALES

ROWS = 12
CHANNELS = {"web": "shoppers", "import": "replayed invoices"}
Part = dict[str, Any]


def behaviour(events: pd.DataFrame, visits: pd.DataFrame) -> list[Part]:
    """What visitors do; nothing where nobody visited."""
    if visits.empty:
        return []
    steps = funnel(events).drop(columns=["median_seconds_from_previous", "p90_seconds_from_previous"])
    parts = [_part("Funnel", charts.funnel(steps), steps)]
    left = abandonment(visits)
    parts.append(_part("Carts and checkouts left standing", charts_funnel.abandonment(left), left))
    for key in ("device", "source"):
        rates = conversion_rate(visits, by=key)
        parts.append(_part(f"Conversion by {key}", charts.conversion(rates), rates))
    return parts + list(_conversion_by_day(visits)) + list(_trend("Sessions", daily(visits)))


def _conversion_by_day(visits: pd.DataFrame) -> Iterator[Part]:
    days = conversion_rate(visits, by="day").sort_values("day", ignore_index=True)
    if len(days) > 1:
        yield _part("Conversion by day", charts_behaviour.conversion_by_day(days), days.tail(ROWS))


def sales(events: pd.DataFrame, currency: str) -> list[Part]:
    """What was sold. Replayed history and the shop of today lie years apart: on one axis neither would be seen."""
    parts = _each_channel(events, lambda part: _sales_over_time(part, currency))
    for key in ("country", "category", "product"):
        # Invoices that were replayed name no category.
        told, whole = (events[events.category.notna()], "what has one") if key == "category" else (events, "all")
        table = sales_by(told, key)
        parts.append(_part(f"Sales by {key}", charts.top(table, currency=currency, whole=whole), table.head(ROWS)))
    return [part for part in parts if part["rows"]]


def _sales_over_time(events: pd.DataFrame, currency: str) -> Iterator[Part]:
    days = sales_by(events, "day")
    yield _part("Sales by day", charts.sales_by_day(days, currency), days.tail(ROWS))
    if len(days):
        yield from _trend(f"Revenue, {currency}", daily(days, "revenue"))


def customers(events: pd.DataFrame, currency: str) -> list[Part]:
    """Who comes back, who is worth what, and what goes together."""
    return _each_channel(events, lambda part: _customers(part, currency)) + list(_baskets(events))


def _customers(events: pd.DataFrame, currency: str) -> Iterator[Part]:
    shares = retention(cohorts(events))
    if len(shares.columns) > 3:
        yield _part(
            "Cohorts: share that orders again, by months since the first order", charts_sales.cohorts(shares), shares
        )
    curve = time_to_second_order(events)
    if len(curve):
        yield _part(
            "Time to the second order", charts_sales.second_order(curve), curve.iloc[:: max(1, len(curve) // ROWS)]
        )
    segments = rfm_segments(rfm(events))
    if len(segments) > 1:
        yield _part(
            "Customers by recency, frequency and money", charts_sales.rfm_segments(segments, currency), segments
        )


def _baskets(events: pd.DataFrame) -> Iterator[Part]:
    pairs = basket(events)
    if len(pairs):
        chart = charts_sales.basket(pairs, product_names(events))
        yield _part("Bought together", chart, pairs.sort_values("lift", ascending=False).head(ROWS))


def _trend(what: str, days: pd.Series) -> Iterator[Part]:
    """Only with weeks enough for a verdict on some day."""
    table = trend(days)
    if (table.verdict != "too little history").any():
        odd = table[table.anomaly].assign(day=table.day.dt.strftime("%Y-%m-%d"))
        shown = odd[["day", "value", "expected", "low", "high", "verdict"]]
        yield _part(f"{what}: out of the ordinary?", charts_behaviour.trend(table, what), shown.head(ROWS))


def _each_channel(events: pd.DataFrame, parts: Callable[[pd.DataFrame], Iterator[Part]]) -> list[Part]:
    sold = events[events.event_name.isin(SALES)].channel.dropna().unique()
    found = []
    for channel in sorted(sold, key=lambda name: ([*CHANNELS, name].index(name), name)):
        said = f", {CHANNELS.get(channel, channel)}" if len(sold) > 1 else ""
        found += [{**part, "heading": part["heading"] + said} for part in parts(events[events.channel == channel])]
    return found


def _part(heading: str, chart: charts.Chart, table: pd.DataFrame) -> Part:
    rows = [[cell(value) for value in row] for row in table.itertuples(index=False)]
    numeric = [all(_is_number(value) for value in table[column]) for column in table.columns]
    return {
        "heading": heading,
        "chart": Markup(chart._repr_html_()),
        "columns": [(str(name).replace("_", " "), number) for name, number in zip(table.columns, numeric, strict=True)],
        "rows": rows,
    }


def _is_number(value: Any) -> bool:
    return value is None or value is pd.NA or isinstance(value, int | float | Decimal)


def cell(value: Any) -> str:
    if value is None or value is pd.NA or (isinstance(value, float) and value != value):
        return "–"
    if isinstance(value, float):
        return f"{value:,.3f}"
    if isinstance(value, int | Decimal):
        return f"{value:,}"
    return str(value)
