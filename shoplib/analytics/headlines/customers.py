"""Findings on customers and baskets: who returns, who brings how much, what is bought together."""

import numpy as np
import pandas as pd

from shoplib.analytics.headlines import words

# What segments by recency and frequency need: days between first and last sale, customers, and those who came back.
SPAN, CUSTOMERS, RETURNING = 90, 20, 5
# Days that a curve of second orders needs.
CURVE = 28
# A curve is read as far as so many customers were still looked at.
AT_RISK = 10


def cohort_rate(shares: pd.DataFrame) -> tuple[float, int, int] | None:
    """Of `retention(cohorts(events))`: the share of customers who order in the month after their first order, and the
    number of customers and cohorts. Cohorts are weighted by size; those whose next month is not over are left out. None
    if no cohort is left.
    """
    if 1 not in shares.columns:
        return None
    running = shares.attrs.get("partial")
    over = shares[shares[1].notna() & (shares.cohort.map(_next) != running)]
    customers = int(over["size"].sum())
    if not customers:
        return None
    return float((over[1].astype("float64") * over["size"]).sum() / customers), customers, len(over)


def _next(month: str) -> str:
    return f"{pd.Period(month, 'M') + 1}"


def cohorts(shares: pd.DataFrame) -> str | None:
    summary = cohort_rate(shares)
    if summary is None:
        return None
    rate, customers, many = summary
    return (
        f"{words.share(rate)} of {words.count(customers, 'customer')} order again in the month after their first order "
        f"({words.count(many, 'monthly cohort')} whose next month is over)"
    )


def no_cohorts(shares: pd.DataFrame) -> str | None:
    """Why `retention(cohorts(events))` has no result yet; None if it has one."""
    if shares.empty:
        return "no purchase names a customer"
    return None if cohort_rate(shares) else "no month after a customer's first order is over yet"


def no_segments(days: float, customers: int, returning: int) -> str | None:
    """Why RFM segments do not distinguish customers; None if they do."""
    if customers < CUSTOMERS:
        have = f"there {'is' if customers == 1 else 'are'} {words.number(customers)}"
        return f"segments need {CUSTOMERS} customers with a purchase; {have}"
    if days < SPAN:
        return f"segments need sales over {SPAN} days; these span {words.count(np.floor(days), 'day')}"
    if returning < RETURNING:
        return f"segments need {RETURNING} customers who came back; {words.number(returning)} did"
    return None


def no_second_orders(days: float, customers: int, returning: int) -> str | None:
    """Why there is no finding on the time to the second order; None if there is one."""
    if not customers:
        return "no purchase names a customer"
    if days < CURVE:
        return f"a curve needs sales over {CURVE} days; these span {words.count(np.floor(days), 'day')}"
    if customers < CUSTOMERS or returning < RETURNING:
        return f"of {words.count(customers, 'customer')} {words.number(returning)} came back: too few for a curve"
    return None


def second_order(curve: pd.DataFrame) -> str | None:
    """When half of the customers have ordered again, by `time_to_second_order(events)`; otherwise how many have, up to
    the point where ten customers are still at risk.
    """
    if curve.empty:
        return None
    half = curve[curve.share >= 0.5]
    if len(half) and half.at_risk.iloc[0] >= AT_RISK:
        return f"Half of the customers order again within {_days(half.days.iloc[0])}"
    looked_at = curve[curve.at_risk >= AT_RISK]
    last = (looked_at if len(looked_at) else curve).iloc[-1]
    return f"{words.share(last.share)} of customers order again within {_days(last.days)}"


def _days(many: float) -> str:
    return words.count(max(np.ceil(many), 1), "day")


def segments(table: pd.DataFrame) -> str | None:
    """The segment of `rfm_segments(rfm(events))` with the most revenue; None with one segment, or without revenue."""
    if len(table) < 2 or table.revenue.sum() <= 0:
        return None
    best = table.loc[table.revenue.astype("float64").idxmax()]
    name = f"{best.segment[0].upper()}{best.segment[1:]}"
    return (
        f"{name}: {words.share(best.share)} of customers with a purchase bring "
        f"{words.share(best.revenue_share)} of what customers bring, net"
    )


def pairs(table: pd.DataFrame, labels: list[str]) -> str | None:
    """The top pair of `basket(events)` by `lift_low`; `labels` are those of its rows."""
    if table.empty:
        return None
    if table.lift_low.iloc[0] <= 1:
        return "No pair of products is clearly bought together more often than by chance"
    sure = table.iloc[0]
    return (
        f"{labels[0]}: {_times(sure.lift)} as often in one order as by chance, "
        f"{_times(sure.lift_low)} at least (95% interval)"
    )


def _times(lift: float) -> str:
    return f"{lift:,.0f} times" if lift >= 10 else f"{lift:.1f} times"
