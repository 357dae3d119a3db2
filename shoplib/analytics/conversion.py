"""How many visits end in a purchase, and how sure that is."""

import pandas as pd
from scipy.stats import binomtest


def wilson(successes: int, trials: int) -> tuple[float, float]:
    """Wilson's 95 % interval of a proportion (E. B. Wilson, 1927); (nan, nan) without trials."""
    if not trials:
        return float("nan"), float("nan")
    interval = binomtest(successes, trials).proportion_ci(0.95, method="wilson")
    return float(interval.low), float(interval.high)


def conversion_rate(sessions: pd.DataFrame, by: str | None = None) -> pd.DataFrame:
    """Sessions with a purchase / sessions, over all or per value of the column `by`.

    Columns: [by,] sessions, purchases, rate, low, high (Wilson's 95 % interval); most sessions first.
    """
    groups = sessions.groupby(by, dropna=False).purchased if by else None
    counted = groups.agg(["size", "sum"]) if groups is not None else pd.DataFrame([_count(sessions)])
    counted = counted.rename(columns={"size": "sessions", "sum": "purchases"}).astype("int64")
    counted["rate"] = (counted.purchases / counted.sessions.where(counted.sessions > 0)).astype("float64")
    bounds = [wilson(int(row.purchases), int(row.sessions)) for row in counted.itertuples()]
    counted["low"], counted["high"] = [low for low, _ in bounds], [high for _, high in bounds]
    ordered = counted.sort_values("sessions", ascending=False, kind="stable")
    return ordered.reset_index() if by else ordered.reset_index(drop=True)


def _count(sessions: pd.DataFrame) -> dict[str, int]:
    return {"size": len(sessions), "sum": int(sessions.purchased.astype(bool).sum())}


def abandonment(sessions: pd.DataFrame) -> float:
    """1 - sessions with cart and purchase / sessions with a cart; nan where there was no cart."""
    carts = sessions[sessions.cart.astype(bool)]
    return float("nan") if carts.empty else 1 - float(carts.purchased.astype(bool).mean())
