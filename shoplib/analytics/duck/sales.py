"""Sales in DuckDB, as defined by `analytics.sales_by`."""

from collections.abc import Sequence

import duckdb
import pandas as pd

from shoplib.analytics.duck.opening import open_view
from shoplib.analytics.exact import UNITS, refuse_several
from shoplib.analytics.scan import Scan
from shoplib.core.events import NAMES, SALES
from shoplib.errors import LabError

# `{}` is the time zone, whose name is one of the machine's.
KEYS = {
    "day": "strftime(event_time AT TIME ZONE '{}', '%Y-%m-%d')",
    "month": "strftime(event_time AT TIME ZONE '{}', '%Y-%m')",
    "product": "coalesce(name, lines.product_id, product_name)",
}
# As `product_names`: what the lines of a product say most often, of equal ones the first by name.
PRODUCT_NAMES = """, names AS (
    SELECT product_id, product_name AS name
    FROM (SELECT product_id, product_name, count(*) AS many FROM lines
        WHERE product_id IS NOT NULL AND product_name IS NOT NULL GROUP BY ALL)
    QUALIFY row_number() OVER (PARTITION BY product_id ORDER BY many DESC, product_name) = 1
)"""
COLUMNS = ("event_code", "event_time", "order_id", "value_minor", "quantity", "currency")
PURCHASE, REFUND = (NAMES.index(name) for name in SALES)

CURRENCIES = f"""SELECT DISTINCT currency FROM events
    WHERE event_code IN ({PURCHASE}, {REFUND}) AND currency IS NOT NULL"""


def sum_sales(scan: Scan, keys: Sequence[str]) -> pd.DataFrame:
    """Columns: `keys`, orders, pieces (thousandths), units (thousandths of a minor unit), sorted by the keys."""
    product = ("product_name", "product_id") if "product" in keys else ()
    plain = [key for key in keys if key not in KEYS]
    keys_sql = ", ".join(f"{KEYS.get(key, _quote(key)).format(scan.time_zone)} AS {_quote(key)}" for key in keys)
    query = f"""
    WITH lines AS (
        SELECT *, CASE event_code WHEN {PURCHASE} THEN 1 ELSE -1 END AS sign
        FROM events WHERE event_code IN ({PURCHASE}, {REFUND})
    )
    {PRODUCT_NAMES if product else ""}
    SELECT {keys_sql},
        count(DISTINCT order_id) FILTER (event_code = {PURCHASE}) AS orders,
        coalesce(sum(round(quantity * {UNITS})::BIGINT * sign), 0)::BIGINT AS pieces,
        coalesce(sum((value_minor * {UNITS})::BIGINT * sign), 0)::BIGINT AS units
    FROM lines {"LEFT JOIN names ON lines.product_id = names.product_id" if product else ""}
    GROUP BY {", ".join(str(place) for place in range(1, len(keys) + 1))}
    """
    with open_view(scan, [*COLUMNS, *plain, *product], of_sales=True) as connection:
        refuse_several(row[0] for row in connection.execute(CURRENCIES).fetchall())
        return _answer(connection, query).sort_values(list(keys), ignore_index=True)


def _answer(connection: duckdb.DuckDBPyConnection, query: str) -> pd.DataFrame:
    try:
        return connection.execute(query).to_arrow_table().to_pandas()
    except (duckdb.ConversionException, duckdb.OutOfRangeException):
        raise LabError("the amounts are too large to be added up exactly", "are they in minor units?") from None


def _quote(name: str) -> str:
    return f'"{name}"'
