"""What was sold: revenue, orders, average order value; exact."""

from decimal import Decimal
from typing import Any

import pandas as pd

from shoplib.analytics import exact
from shoplib.core.events import SALES

KEYS = {
    "day": lambda lines: lines.event_time.dt.strftime("%Y-%m-%d"),
    "month": lambda lines: lines.event_time.dt.strftime("%Y-%m"),
    "product": lambda lines: lines.product_name.where(lines.product_name.notna(), lines.product_id),
    "country": lambda lines: lines.country,
    "category": lambda lines: lines.category,
    "device": lambda lines: lines.device,
    "source": lambda lines: lines.source,
}


def order_lines(events: pd.DataFrame) -> pd.DataFrame:
    """Purchases and refunds with `units`: their value in thousandths of a minor unit (int64), refunds negative."""
    lines = events[events.event_name.isin(SALES)]
    sign = lines.event_name.map({"purchase": 1, "refund": -1}).astype("int64")
    return lines.assign(
        units=exact.units(lines.value_minor) * sign, pieces=lines.quantity.fillna(0).astype("int64") * sign
    )


def revenue(events: pd.DataFrame) -> Decimal:
    """Purchases - refunds, in major units, exact."""
    return exact.major(order_lines(events).units.sum())


def totals(events: pd.DataFrame) -> dict[str, Any]:
    """Key figures of cleaned events: net_revenue (Decimal, major units), orders (distinct order_id with a purchase),
    invoices (distinct order_id of purchases and refunds), lines, customers (distinct user_id of buyers), countries."""
    lines = order_lines(events)
    return {
        "net_revenue": exact.major(lines.units.sum()),
        "orders": int(lines.order_id[lines.event_name == "purchase"].nunique()),
        "invoices": int(lines.order_id.nunique()),
        "lines": len(lines),
        "customers": int(lines.user_id.nunique()),
        "countries": int(lines.country.nunique()),
    }


def sales_by(events: pd.DataFrame, key: str) -> pd.DataFrame:
    """Sales per `key`: day or month (UTC), product, country, category, device or source.

    Columns: key, orders (distinct, with a purchase), pieces (net), revenue (Decimal, major units, net of refunds), aov
    (revenue / orders, rounded to a hundredth; None without orders). Days and months in order, others by revenue.
    """
    lines = order_lines(events)
    lines = lines.assign(**{key: KEYS[key](lines)})
    groups = lines.groupby(key, dropna=False)
    table = groups.agg(pieces=("pieces", "sum"), units=("units", "sum"))
    bought = lines[lines.event_name == "purchase"].groupby(key, dropna=False).order_id.nunique()
    table["orders"] = bought.reindex(table.index, fill_value=0)
    table["revenue"] = table.units.map(exact.major)
    table["aov"] = [_average(money, orders) for money, orders in zip(table.revenue, table.orders, strict=True)]
    ordered = (
        table.sort_index() if key in ("day", "month") else table.sort_values("units", ascending=False, kind="stable")
    )
    return ordered.reset_index()[[key, "orders", "pieces", "revenue", "aov"]]


def _average(money: Decimal, orders: int) -> Decimal | None:
    return (money / orders).quantize(Decimal("0.01")) if orders else None
