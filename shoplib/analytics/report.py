"""The report: one HTML file that needs nothing else, no network, no script."""

from collections.abc import Sequence
from datetime import UTC, datetime
from decimal import Decimal
from importlib.resources import files
from pathlib import Path
from typing import Any

import pandas as pd
from jinja2 import Environment
from markupsafe import Markup

from shoplib.analytics import charts
from shoplib.analytics.clean import Cleaned
from shoplib.analytics.conversion import abandonment, conversion_rate
from shoplib.analytics.funnel import funnel
from shoplib.analytics.sales import sales_by, totals
from shoplib.analytics.sessions import sessions

# (claim, whether it held, what was seen)
Proof = tuple[str, bool, str]
ROWS = 12
CHANNELS = {"web": "shoppers", "import": "replayed invoices"}


def write(cleaned: Cleaned, path: Path, title: str = "Shop report", proofs: Sequence[Proof] = ()) -> Path:
    """Write the report of a cleaned lake to `path`."""
    template = (files("shoplib.analytics") / "report.html.j2").read_text(encoding="utf-8")
    visits = sessions(cleaned.events)
    page = Environment(autoescape=True, trim_blocks=True, lstrip_blocks=True).from_string(template)
    text = page.render(
        title=title,
        made=datetime.now(UTC).strftime("%Y-%m-%d %H:%M UTC"),
        figures=_key_figures(cleaned.events, visits),
        proofs=proofs,
        quality=[(reason, f"{count:,}") for reason, count in cleaned.dropped.items()],
        behaviour=_behaviour(cleaned.events, visits) if len(visits) else [],
        sales=_sales(cleaned.events),
    )
    path.write_text(text, encoding="utf-8")
    return path


def _key_figures(events: pd.DataFrame, visits: pd.DataFrame) -> list[tuple[str, str]]:
    known = totals(events)
    rate = conversion_rate(visits).iloc[0]
    shown = [("net revenue, GBP", _cell(known["net_revenue"]))]
    shown += [(name, f"{known[name]:,}") for name in ("orders", "invoices", "lines", "customers", "countries")]
    if len(visits):
        shown += [("sessions", f"{len(visits):,}"), ("conversion", f"{rate.rate:.1%}")]
        shown += [("cart abandonment", f"{abandonment(visits).rate[0]:.1%}")]
    return shown


def _behaviour(events: pd.DataFrame, visits: pd.DataFrame) -> list[dict[str, Any]]:
    steps = funnel(events).drop(columns=["median_seconds_from_previous", "p90_seconds_from_previous"])
    parts = [_part("Funnel", charts.funnel(steps), steps)]
    for key in ("device", "source"):
        rates = conversion_rate(visits, by=key)
        parts.append(_part(f"Conversion by {key}", charts.conversion(rates), rates))
    return parts


def _sales(events: pd.DataFrame) -> list[dict[str, Any]]:
    parts = [_days(heading, events[events.channel == channel]) for channel, heading in CHANNELS.items()]
    for key in ("country", "product"):
        table = sales_by(events, key)
        parts.append(_part(f"Sales by {key}", charts.top(table), table.head(ROWS)))
    return [part for part in parts if part["rows"]]


def _days(heading: str, events: pd.DataFrame) -> dict[str, Any]:
    """Replayed history and the shop of today lie years apart: one axis would show neither."""
    days = sales_by(events, "day")
    return _part(f"Sales by day, {heading}", charts.sales_by_day(days), days.tail(ROWS))


def _part(heading: str, chart: charts.Chart, table: pd.DataFrame) -> dict[str, Any]:
    rows = [[_cell(value) for value in row] for row in table.itertuples(index=False)]
    numeric = [all(_is_number(value) for value in table[column]) for column in table.columns]
    return {
        "heading": heading,
        "chart": Markup(chart._repr_html_()),
        "columns": [(str(name).replace("_", " "), number) for name, number in zip(table.columns, numeric, strict=True)],
        "rows": rows,
    }


def _is_number(value: Any) -> bool:
    return value is None or isinstance(value, int | float | Decimal)


def _cell(value: Any) -> str:
    if value is None or value is pd.NA or (isinstance(value, float) and value != value):
        return "–"
    if isinstance(value, float):
        return f"{value:,.3f}"
    if isinstance(value, int | Decimal):
        return f"{value:,}"
    return str(value)
