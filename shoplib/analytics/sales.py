"""Sales: exact revenue, orders, average order value."""

from collections.abc import Sequence
from decimal import Decimal
from typing import Any

import numpy as np
import pandas as pd

from shoplib.analytics import by_athena, exact
from shoplib.analytics.duck import sales as duck_sales
from shoplib.analytics.products import product_labels
from shoplib.analytics.sources import Source, for_athena, for_duckdb, frame
from shoplib.core.events import SALES
from shoplib.errors import LabError

KEYS = {
    "day": lambda lines: _names(lines.event_time, "D"),
    "month": lambda lines: _names(lines.event_time, "M"),
    "product": product_labels,
    "country": lambda lines: lines.country,
    "category": lambda lines: lines.category,
    "device": lambda lines: lines.device,
    "source": lambda lines: lines.source,
}


TIMES = ("day", "month")
TRAITS = ("product_id", "product_name", "country", "category", "device", "source")
READ = ["event_name", "event_time", "order_id", "user_id", "value_minor", "quantity", "currency", *TRAITS]


def _names(times: pd.Series, unit: str) -> pd.Series:
    """Days ("2026-01-31") or months ("2026-01"), each formatted once: there are few days and many lines."""
    local = times.dt.tz_localize(None).to_numpy(dtype="datetime64[s]").astype(f"datetime64[{unit}]")
    values, places = np.unique(local, return_inverse=True)
    return pd.Series(pd.array(values.astype(str), dtype="str").take(places), index=times.index)


def order_lines(events: pd.DataFrame) -> pd.DataFrame:
    """Purchases and refunds with `units`: their value in thousandths of a minor unit, and `pieces`, in thousandths
    (int64); refunds are negative. Order lines that already have these columns are returned unchanged, so that several
    analyses parse the amounts once.
    """
    if "units" in events:
        return events
    lines = events[events.event_name.isin(SALES)]
    sign = lines.event_name.map({"purchase": 1, "refund": -1}).astype("int64")
    return lines.assign(units=exact.units(lines.value_minor) * sign, pieces=exact.thousandths(lines.quantity) * sign)


def order_lines_of_one_currency(events: pd.DataFrame) -> pd.DataFrame:
    """As `order_lines`; LabError if their amounts cannot be added up."""
    lines = order_lines(events)
    exact.require_one_currency(lines)
    return lines


def revenue(events: pd.DataFrame) -> Decimal:
    """Purchases - refunds, in major units, exact. LabError for several currencies."""
    return exact.major(order_lines_of_one_currency(events).units.sum())


def totals(events: pd.DataFrame) -> dict[str, Any]:
    """Key figures of cleaned events: net_revenue (Decimal, major units), orders (distinct order_id with a purchase),
    invoices (distinct order_id of purchases and refunds), lines, customers (distinct user_id of buyers), countries."""
    lines = order_lines_of_one_currency(events)
    return {
        "net_revenue": exact.major(lines.units.sum()),
        "orders": int(lines.order_id[lines.event_name == "purchase"].nunique()),
        "invoices": int(lines.order_id.nunique()),
        "lines": len(lines),
        "customers": int(lines.user_id.nunique()),
        "countries": int(lines.country.nunique()),
    }


def sales_by(events: Source, key: str | Sequence[str], *, engine: str = "auto") -> pd.DataFrame:
    """Sales of cleaned events, or of a scan of a lake, per `key`, one or several of: day or month (in the time zone of
    event_time, or of the scan), product, country, category, device, source. A product is identified by its name in
    `product_names`, else by its ID.

    Columns: the keys, orders (distinct, with a purchase), pieces (net; whole numbers where all are), revenue (Decimal,
    major units, net of refunds), aov (revenue / orders, rounded to a hundredth; None without orders). Sorted by day or
    month if that is the first key, else by revenue. An order with lines in several groups counts in each. LabError on
    an unknown key and for several currencies. `engine`: DuckDB or pandas sums a scan, with the same results.
    """
    keys = [key] if isinstance(key, str) else list(key)
    if not keys or (unknown := [each for each in keys if each not in KEYS]):
        raise LabError(
            f"sales cannot be grouped by {', '.join(unknown) if keys else 'nothing'}", f"by {', '.join(KEYS)}"
        )
    table = _sums(events, keys, engine)
    table["pieces"] = exact.whole_or_float(table.pieces)
    table["revenue"] = [exact.major(units) for units in table.units]
    table["aov"] = [_average(money, orders) for money, orders in zip(table.revenue, table.orders, strict=True)]
    if keys[0] not in TIMES:
        table = table.sort_values("units", ascending=False, kind="stable", ignore_index=True)
    return table[[*keys, "orders", "pieces", "revenue", "aov"]]


def _sums(events: Source, keys: list[str], engine: str) -> pd.DataFrame:
    if lake := for_athena(events, engine):
        return by_athena.sum_sales(lake, keys)
    if scan := for_duckdb(events, engine):
        return duck_sales.sum_sales(scan, keys)
    return _sum_by(frame(events, READ, names=SALES), keys)


def _sum_by(events: pd.DataFrame, keys: list[str]) -> pd.DataFrame:
    lines = order_lines_of_one_currency(events)
    lines = lines.assign(**{each: KEYS[each](lines) for each in keys})
    table = lines.groupby(keys, dropna=False).agg(pieces=("pieces", "sum"), units=("units", "sum"))
    purchases = lines[lines.event_name == "purchase"].groupby(keys, dropna=False).order_id.nunique()
    return table.assign(orders=purchases.reindex(table.index, fill_value=0)).reset_index()


def _average(money: Decimal, orders: int) -> Decimal | None:
    return (money / orders).quantize(Decimal("0.01")) if orders else None
