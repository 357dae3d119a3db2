"""Loading events and orders of other shops."""

from collections.abc import Mapping, Sequence
from decimal import Decimal
from pathlib import Path

import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from shoplib.analytics.loading import files
from shoplib.analytics.loading.columns import Mapping_
from shoplib.analytics.loading.loaded import Loaded, Provenance, listed
from shoplib.analytics.loading.shaping import Reading, Shaped, shaped
from shoplib.core import lake


def load_events(
    path: Path | str,
    mapping: Mapping_ | None = None,
    *,
    event_names: Mapping[str, str] | None = None,
    time_zone: str = "UTC",
    day_first: bool | None = None,
    currency: str | None = None,
    rates: Mapping[str, Decimal] | None = None,
    decimal: str | None = None,
    delimiter: str | None = None,
    encoding: str | None = None,
) -> Loaded:
    """Events of another shop or tool: one row per event, in CSV, JSON lines or Parquet (.gz too; a folder or pattern
    reads all its files).

    `mapping` says which of their columns is ours: `{"event_time": "ts", "currency": Constant("EUR"), "category":
    lambda frame: frame.path.str.split("/").str[0]}`; None keeps a column out. What it leaves open is found by the names
    in use (GA4, RetailRocket, UCI Online Retail, Shopify, ...). Ours: event_time and event_name (needed), user_id or
    anonymous_id (one needed), event_id, session_id, device, source, medium, campaign, country, product_id,
    product_name, category, price and value (in pounds, euros) or price_minor and value_minor, quantity, currency,
    order_id, order_line, experiment, variant, user_agent.

    Event names stay what they are unless `event_names` renames them ({"addtocart": "add_to_cart"}); analyses of sales
    look for `purchase` and `refund`. A purchase without an order_id is an order of its own; without a value it is worth
    price x quantity; with a negative one it is a refund. Rows without an event_id get one made from their content, the
    same at every loading; equal rows stay apart. Times without a zone are of `time_zone`. Amounts are exact; a text
    with more than three decimals of a minor unit is rejected. One result has one currency: others need `rates`
    ({"EUR": Decimal("0.86")}: one euro in `currency`).

    LabError for what concerns the whole file; single bad rows are in `rejected`, with line, column, value and reason.
    """
    reading = Reading(mapping, event_names, time_zone, day_first, currency, rates, decimal, orders=False)
    return _loaded(path, reading, delimiter, encoding)


def load_orders(
    path: Path | str,
    mapping: Mapping_ | None = None,
    *,
    time_zone: str = "UTC",
    day_first: bool | None = None,
    currency: str | None = None,
    rates: Mapping[str, Decimal] | None = None,
    decimal: str | None = None,
    delimiter: str | None = None,
    encoding: str | None = None,
) -> Loaded:
    """Orders of another shop, one row per order line, as purchases and refunds for every analysis of sales.

    As `load_events`, but each row is a sale and needs event_time, order_id, and a value, or a price (the quantity is 1
    where there is none). A row with a negative quantity or value is a refund. Channel is "import": there were no
    visits. A row without a customer is a guest's. A row without a time or customer takes those of the row before it if
    that is of the same order (Shopify writes them once an order).
    """
    reading = Reading(mapping, None, time_zone, day_first, currency, rates, decimal, orders=True)
    return _loaded(path, reading, delimiter, encoding)


def _loaded(path: Path | str, reading: Reading, delimiter: str | None, encoding: str | None) -> Loaded:
    names = files.found(path)
    parts = [shaped(files.read(file, delimiter, encoding), reading) for file in names]
    table, told = Shaped.together(parts, reading)
    return Loaded(_frame(table), _provenance([name.name for name in names], parts, told, table, reading))


def _provenance(
    names: Sequence[str], parts: Sequence[Shaped], told: Sequence[str], table: pa.Table, reading: Reading
) -> Provenance:
    currencies = [each for each in pc.unique(table["currency"]).to_pylist() if each]
    return Provenance(
        files=tuple(names),
        rows=sum(part.rows for part in parts),
        used=tuple(dict.fromkeys(use for part in parts for use in part.columns.used)),
        ignored=tuple(dict.fromkeys(each for part in parts for each in part.columns.ignored)),
        assumed=tuple(dict.fromkeys(told)),
        rejected=listed([part.rejected for part in parts]),
        currency=currencies[0] if len(currencies) == 1 else None,
        time_zone=reading.time_zone,
    )


def _frame(table: pa.Table) -> pd.DataFrame:
    return pa.concat_tables([lake.SCHEMA.empty_table(), table]).to_pandas()
