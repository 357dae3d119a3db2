"""Analyses in Athena, with the project's own statements: the same values as from the other engines."""

from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from typing import NoReturn

import pandas as pd

from shoplib.analytics import exact
from shoplib.analytics.athena import athena_sql
from shoplib.analytics.places import Place, open_lake
from shoplib.analytics.scan import Scan
from shoplib.errors import LabError

SESSION_KEYS = ("day", "device", "source", "country")
SALES_KEYS = ("day", "month", "product", "country", "category", "device", "source")


def query_athena(place: Place, name: str, start: str, end: str) -> pd.DataFrame:
    """The results of the statement `name` (see `athena_sql`) for the days from `start` to `end`, from Athena on the
    lake's target: the local AWS or AWS. LabError for a lake without Athena.
    """
    table = open_lake(place).athena
    if table is None:
        raise LabError(f"{place} has no table in Athena", "pass the lab in which clickstream is deployed")
    return table.ask(athena_sql(name, table.database, start, end))


def count_sessions(scan: Scan, keys: Sequence[str], per: str) -> pd.DataFrame:
    """Per group: the keys, `of` (sessions), `purchases`."""
    if per != "session":
        _refuse("it counts sessions, not visitors")
    answer = _of_key(scan, "conversion_rate", keys, SESSION_KEYS)
    if "day" in keys:
        answer = answer.assign(day=[date.fromisoformat(day) for day in answer.day])
    counts = answer[[*keys, "trials", "successes"]].rename(columns={"trials": "of", "successes": "purchases"})
    return counts.astype({"of": "int64", "purchases": "int64"})


def count_abandonment(scan: Scan, keys: Sequence[str]) -> pd.DataFrame:
    """Per stage: `sessions`, `purchased`, `abandoned`."""
    if keys:
        _refuse("it has abandonment only overall")
    answer = _ask(scan, "abandonment").set_index("stage").loc[["cart", "checkout"]].reset_index()
    table = answer.rename(columns={"trials": "sessions", "successes": "abandoned"}).astype(
        {"sessions": "int64", "abandoned": "int64"}
    )
    return table.assign(purchased=table.sessions - table.abandoned)


def sum_sales(scan: Scan, keys: Sequence[str]) -> pd.DataFrame:
    """Per group: the keys, `orders`, `pieces` and `units` in thousandths."""
    answer = _of_key(scan, "sales", keys, SALES_KEYS)
    pieces = [round(exact.UNITS * float(each)) for each in answer.pieces]
    units = [int(Decimal(each) * exact.UNITS) for each in answer.revenue_minor]
    table = answer[list(keys)].assign(orders=answer.orders, pieces=pieces, units=units)
    return table.astype({"orders": "int64", "pieces": "int64", "units": "int64"}).sort_values(
        list(keys), ignore_index=True
    )


def _of_key(scan: Scan, name: str, keys: Sequence[str], known: Sequence[str]) -> pd.DataFrame:
    """The result rows for one key, with its values in a column of that name."""
    if len(keys) > 1 or (keys and keys[0] not in known):
        _refuse(f"it groups {name} by one of {', '.join(known)}")
    key = keys[0] if keys else "all"
    answer = _ask(scan, name)
    rows = answer[answer.key == key].rename(columns={"value": key}).reset_index(drop=True)
    return rows.assign(**{key: rows[key].astype("str")})


def _ask(scan: Scan, name: str) -> pd.DataFrame:
    if scan.lake.athena is None:
        raise LabError(f"{scan.lake} has no table in Athena", "scan the lab in which clickstream is deployed")
    if not scan.is_compacted:
        _refuse("it sees events once they are compacted; `analytics.compact` does that now")
    if scan.time_zone != "UTC":
        _refuse(f"its days are those of UTC, not of {scan.time_zone}")
    days = [day.day for day in scan.days]
    return query_athena(scan.lake, name, min(days).isoformat(), max(days).isoformat())


def _refuse(reason: str) -> NoReturn:
    raise LabError(f"Athena does not support this: {reason}", 'use engine="auto" or engine="pandas"')
