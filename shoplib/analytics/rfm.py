"""RFM analysis: customers by recency, frequency and monetary value.

A. M. Hughes, Strategic Database Marketing, 1994.
"""

import numpy as np
import numpy.typing as npt
import pandas as pd

from shoplib.analytics import exact
from shoplib.analytics.customers import DAY, next_midnight, of_customers, until_of

QUINTILES = 5
# Name, (lowest, highest) score of recency, the same of frequency: the first that fits.
SEGMENTS: tuple[tuple[str, tuple[int, int], tuple[int, int]], ...] = (
    ("champions", (4, 5), (4, 5)),
    ("loyal", (3, 5), (3, 5)),
    ("newcomers", (4, 5), (1, 2)),
    ("slipping away", (1, 2), (4, 5)),
    ("asleep", (1, 2), (1, 3)),
    ("in between", (1, 5), (1, 5)),
)


def rfm(events: pd.DataFrame, at: object = None) -> pd.DataFrame:
    """One row per customer (`user_id` of purchases) as of the moment `at` (default: midnight after the last
    event): recency_days (whole days since the last purchase), frequency (orders), monetary (Decimal, major units,
    purchases less refunds), r, f, m (scores 1 to 5, 5 the best), score ("545") and segment.

    A score is one more than the number of whole fifths of customers with a worse value, so equal values share the lower
    score: a customer with one order has f = 1, however many there are. Purchases after `at` do not count. Segments by r
    and f: champions
    4-5/4-5, loyal 3-5/3-5, newcomers 4-5/1-2, slipping away 1-2/4-5, asleep 1-2/1-3, in between the rest; the first
    that fits. Best customers first, then by user_id.
    """
    moment = until_of(events, at) if at is not None else next_midnight(until_of(events, None))
    lines = of_customers(events[events.event_time < moment])
    exact.require_one_currency(lines)
    purchases = lines[lines.event_name == "purchase"].groupby("user_id")
    table = purchases.agg(last=("event_time", "max"), frequency=("order_id", "nunique"))
    units = lines.groupby("user_id").units.sum().reindex(table.index)
    table["recency_days"] = ((moment - table["last"]) // DAY).astype("int64")
    table["r"] = _score(-table.recency_days)
    table["f"], table["m"] = _score(table.frequency), _score(units)
    table["monetary"] = units.map(exact.major)
    table["score"] = table.r.astype(str) + table.f.astype(str) + table.m.astype(str)
    table["segment"] = _segment(table.r.to_numpy(), table.f.to_numpy())
    table = table.assign(_units=units).reset_index()
    ordered = table.sort_values(["r", "f", "m", "_units", "user_id"], ascending=[False] * 4 + [True], ignore_index=True)
    return ordered[["user_id", "recency_days", "frequency", "monetary", "r", "f", "m", "score", "segment"]]


def rfm_segments(customers: pd.DataFrame) -> pd.DataFrame:
    """`rfm(events)` by segment: segment, customers, share (of customers), revenue (Decimal), revenue_share (float),
    median_recency_days, orders_each (mean). In the order of their definition; segments without customers are left
    out.
    """
    groups = customers.groupby("segment", sort=False)
    table = groups.agg(
        customers=("user_id", "size"),
        revenue=("monetary", "sum"),
        median_recency_days=("recency_days", "median"),
        orders_each=("frequency", "mean"),
    )
    table = table.reindex([name for name, *_ in SEGMENTS if name in table.index]).reset_index()
    whole = float(table.revenue.sum()) if len(table) else 0.0
    table["share"] = table.customers / max(len(customers), 1)
    table["revenue_share"] = table.revenue.astype("float64") / whole if whole else float("nan")
    return table[["segment", "customers", "share", "revenue", "revenue_share", "median_recency_days", "orders_each"]]


def _score(values: pd.Series) -> pd.Series:
    worse = values.rank(method="min").astype("int64") - 1 if len(values) else values.astype("int64")
    return worse * QUINTILES // max(len(values), 1) + 1


def _segment(r: npt.NDArray[np.int64], f: npt.NDArray[np.int64]) -> npt.NDArray[np.object_]:
    fits = [(r >= low) & (r <= high) & (f >= few) & (f <= many) for _, (low, high), (few, many) in SEGMENTS]
    return np.select(fits, [np.array(name, object) for name, *_ in SEGMENTS], "")
