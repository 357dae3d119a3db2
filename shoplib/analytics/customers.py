"""Customers over time: who returns, when, and their revenue. A customer is a `user_id` with purchases."""

from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from shoplib.analytics import exact
from shoplib.analytics.proportions import wilson
from shoplib.analytics.sales import order_lines
from shoplib.errors import LabError

if TYPE_CHECKING:
    from statsmodels.duration.survfunc import SurvfuncRight

MEASURES = ("customers", "orders", "revenue")
DAY = pd.Timedelta(days=1)
# Of a standard normal distribution: 95 % lie within.
Z = 1.959963984540054


def cohorts(events: pd.DataFrame, measure: str = "customers", until: object = None) -> pd.DataFrame:
    """The activity of customers by month since their first purchase: one row per month of the first purchase (months,
    like all days, are in event_time's time zone).

    Columns: cohort ("2026-01"), size (its customers), then 0, 1, 2, ... months since: customers who ordered in that
    month, their orders, or their revenue (Decimal, major units, net of the refunds of that month). Cells after the
    month of `until` (default: the last event) cannot be observed yet and are NA, not zero. If `until` is not the end of
    a month, `.attrs["partial"]` names that month. Refunds before a first purchase belong to no cohort and are left out;
    guests have no cohort.
    """
    if measure not in MEASURES:
        raise LabError(f"cohorts have no {measure!r}", f"measures: {', '.join(MEASURES)}")
    last = until_of(events, until)
    lines = of_customers(events)
    lines = lines.assign(month=_month(lines.event_time))
    purchases = lines[lines.event_name == "purchase"]
    first = purchases.groupby("user_id").month.min()
    lines = lines.assign(cohort=lines.user_id.map(first)).dropna(subset=["cohort"]).astype({"cohort": "int64"})
    lines = lines[(lines.month >= lines.cohort) & (lines.month <= _month_of(last))]
    table = _pivot_by_age(lines.assign(age=lines.month - lines.cohort), measure, first, _month_of(last))
    table.attrs["partial"] = _name(_month_of(last)) if _is_partial(last) else None
    return table


def retention(cohorts: pd.DataFrame) -> pd.DataFrame:
    """`cohorts(events)` as shares of each cohort's size (float; NA stays NA)."""
    ages = [column for column in cohorts.columns if isinstance(column, int)]
    shares = cohorts[ages].astype("Float64").div(cohorts["size"].astype("Float64"), axis=0)
    table = pd.concat([cohorts[["cohort", "size"]], shares], axis=1)
    table.attrs = dict(cohorts.attrs)
    return table


def _pivot_by_age(lines: pd.DataFrame, measure: str, first: pd.Series, last: int) -> pd.DataFrame:
    months = range(int(first.min()), last + 1) if len(first) else range(0)
    sizes = first.value_counts().reindex(months, fill_value=0)
    cells = _measure_cells(lines, measure)
    rows = [_row(month, int(sizes[month]), cells, measure, len(months), last) for month in months if sizes[month]]
    ages = list(range(len(months)))
    table = pd.DataFrame(rows, columns=["cohort", "size", *ages]).astype({"size": "int64"})
    return table.astype(dict.fromkeys(ages, "object" if measure == "revenue" else "Int64"))


def _measure_cells(lines: pd.DataFrame, measure: str) -> dict[tuple[int, int], Any]:
    groups = lines.groupby(["cohort", "age"])
    if measure == "revenue":
        return {cell: exact.major(units) for cell, units in groups.units.sum().items()}
    purchases = lines[lines.event_name == "purchase"].groupby(["cohort", "age"])
    counts: dict[tuple[int, int], Any] = (
        purchases["user_id" if measure == "customers" else "order_id"].nunique().to_dict()
    )
    return counts


def _row(month: int, size: int, cells: dict[tuple[int, int], Any], measure: str, ages: int, last: int) -> list[Any]:
    nothing = exact.major(0) if measure == "revenue" else 0
    seen = [cells.get((month, age), nothing) if month + age <= last else pd.NA for age in range(ages)]
    return [_name(month), size, *seen]


def repeat_purchases(events: pd.DataFrame, until: object = None) -> pd.DataFrame:
    """How many customers order again. One row: customers, repeaters (two or more orders), share, low, high (Wilson's
    95 % interval), median_days, p90_days: days to the second order among all customers, by the Kaplan-Meier estimate
    (E. L. Kaplan, P. Meier, 1958, doi:10.1080/01621459.1958.10501452): customers who have not ordered again by `until`
    (default: the last event) are censored; nan if fewer than that share ever did.
    """
    waits = _waits(events, until)
    again = int(waits.again.sum())
    low, high = wilson(again, len(waits))
    curve = _survival(waits)
    figures = {"customers": len(waits), "repeaters": again, "share": again / len(waits) if len(waits) else float("nan")}
    quantiles = {"median_days": _quantile(curve, 0.5), "p90_days": _quantile(curve, 0.9)}
    return pd.DataFrame([{**figures, "low": low, "high": high, **quantiles}])


def time_to_second_order(events: pd.DataFrame, until: object = None) -> pd.DataFrame:
    """Share of customers who have ordered again within a number of days of the first order: Kaplan-Meier estimate, with
    pointwise 95 % intervals (Greenwood). Columns: days, share, low, high, at_risk (customers observed that long).
    """
    curve = _survival(_waits(events, until))
    if curve is None:
        return pd.DataFrame(columns=["days", "share", "low", "high", "at_risk"])
    share, spread = 1 - curve.surv_prob, Z * curve.surv_prob_se
    bounds = {"low": np.clip(share - spread, 0, 1), "high": np.clip(share + spread, 0, 1)}
    return pd.DataFrame({"days": curve.surv_times, "share": share, **bounds, "at_risk": curve.n_risk.astype("int64")})


def _waits(events: pd.DataFrame, until: object) -> pd.DataFrame:
    """Per customer: `days` from the first to the second order, or to the end of observation; `again`: whether there was
    a second order.
    """
    lines = of_customers(events)
    orders = (
        lines[lines.event_name == "purchase"]
        .groupby("order_id")
        .agg(user_id=("user_id", "first"), moment=("event_time", "min"))
    )
    orders = orders.sort_values(["user_id", "moment"])
    place = orders.groupby("user_id").cumcount()
    first, second = (orders[place == number].set_index("user_id").moment for number in (0, 1))
    again = second.reindex(first.index)
    ends = again.fillna(until_of(events, until))
    return pd.DataFrame({"days": (ends - first) / DAY, "again": again.notna()})


def _survival(waits: pd.DataFrame) -> "SurvfuncRight | None":
    from statsmodels.duration.survfunc import SurvfuncRight

    return SurvfuncRight(waits.days, waits.again.astype("int64")) if waits.again.any() else None


def _quantile(curve: "SurvfuncRight | None", share: float) -> float:
    return float("nan") if curve is None else float(curve.quantile(share))


def of_customers(events: pd.DataFrame) -> pd.DataFrame:
    return order_lines(events[events.user_id.notna()])


def until_of(events: pd.DataFrame, until: object) -> pd.Timestamp:
    if until is None:
        return events.event_time.max() if len(events) else pd.Timestamp(0, tz="UTC")
    try:
        moment = pd.Timestamp(until)
    except (ValueError, TypeError):
        raise LabError(f"until={until!r} is not a valid date", "use 2026-01-31 or a date") from None
    zone = events.event_time.dt.tz
    return moment.tz_localize(zone) if moment.tz is None else moment.tz_convert(zone)


def next_midnight(moment: pd.Timestamp) -> pd.Timestamp:
    """The end of the moment's day, in its own time zone."""
    after = moment.tz_localize(None).normalize() + DAY
    return after.tz_localize(moment.tz, ambiguous=True, nonexistent="shift_forward")


def _month(times: pd.Series) -> npt.NDArray[np.int64]:
    return (times.dt.year * 12 + times.dt.month - 1).to_numpy(dtype=np.int64)


def _month_of(moment: pd.Timestamp) -> int:
    return int(moment.year * 12 + moment.month - 1)


def _name(month: int) -> str:
    return f"{month // 12:04d}-{month % 12 + 1:02d}"


def _is_partial(moment: pd.Timestamp) -> bool:
    return bool((moment + DAY).month == moment.month)
