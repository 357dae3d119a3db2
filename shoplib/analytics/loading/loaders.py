"""Loads events and orders of other shops."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from shoplib.analytics import zones
from shoplib.analytics.loading import columns, files, joining, naming, repeats
from shoplib.analytics.loading.columns import Mapping_
from shoplib.analytics.loading.files import Source
from shoplib.analytics.loading.loaded import Loaded, Provenance, sort_rejections
from shoplib.analytics.loading.options import Options
from shoplib.analytics.loading.shaping import Shaped, shape
from shoplib.analytics.sessions import with_rule
from shoplib.core import lake

# Before shops had web pages, and after next year.
FIRST, AHEAD = datetime(1990, 1, 1, tzinfo=UTC), timedelta(days=366)


def load_events(
    source: Source,
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
    sheet: str | None = None,
    sessions_from: str | None = None,
    gap: str | None = None,
) -> Loaded:
    """Events of another shop or tool: one row per event, in CSV, Excel, JSON (one object a line, or a list) or Parquet;
    also as .gz or .zip; a folder or pattern reads all its files; a DataFrame or an Arrow table is used directly.

    `mapping` maps our fields to columns of the file: `{"event_time": "ts", "currency": Constant("EUR"), "category":
    lambda frame: frame.path.str.split("/").str[0]}`; None excludes a field. Other fields are found by common column
    names (GA4, Segment, Shopify, Stripe, WooCommerce, Magento, Matomo, ...). Ours: event_time and event_name (needed),
    user_id or anonymous_id (one needed), event_id, session_id, device, source, medium, campaign, country, product_id,
    product_name, category, price and value (in pounds, euros) or price_minor and value_minor, quantity, currency,
    order_id, order_line, experiment, variant, user_agent. Lists of items (GA4, Segment) become the lines of a sale.

    Event names are kept unless `event_names` renames them ({"addtocart": "add_to_cart"}); analyses of sales
    look for `purchase` and `refund`. A purchase without an order_id is an order of its own; without a value, its value
    is price x quantity; with a negative value it is a refund; a repeated order is rejected. Rows without an event_id
    get one derived from their content, the same at every load; equal rows remain separate, and rows of the same time
    keep their order. Amounts are exact, apart from float noise (1e-9); one with more than three decimals of a
    minor unit is rejected. A result has one currency: others need `rates` ({"EUR": Decimal("0.86")}: one euro in
    `currency`); if no currency is named, it is unknown.

    Times without a zone are in `time_zone`, and so are days, months and cohorts of the result. Sessions end after `gap`
    ("30 min") without an event; `sessions_from` is the column with an event's session ID.

    LabError for problems of the whole file; invalid rows are in `rejected`, with line, column, value and reason.
    """
    options = Options(
        False,
        mapping,
        event_names,
        time_zone,
        day_first,
        currency,
        rates,
        decimal,
        delimiter,
        encoding,
        sheet,
        sessions_from,
        gap,
    )
    return load(source, options)


def load_orders(
    source: Source,
    mapping: Mapping_ | None = None,
    *,
    time_zone: str = "UTC",
    day_first: bool | None = None,
    currency: str | None = None,
    rates: Mapping[str, Decimal] | None = None,
    decimal: str | None = None,
    delimiter: str | None = None,
    encoding: str | None = None,
    sheet: str | None = None,
) -> Loaded:
    """Orders of another shop, one row per order line (or per order), as purchases and refunds for the sales analyses.

    As `load_events`, but each row is a sale and needs event_time, order_id, and a value, or a price (the quantity is 1
    where there is none), or the order's total. A row with a negative quantity or value is a refund. The channel is
    "import": there are no visits. A row without a customer is a guest's. A row without a time or customer takes them
    from the previous row of the same order (Shopify writes them once per order).

    Additional fields: total, subtotal, discount (of a line), order_discount, refunded (amounts), status, cancelled_at.
    Discounts are subtracted if the value is price x quantity; orders that were never paid (voided, cancelled, failed)
    are rejected; refunded amounts become refunds at the time of the order.
    """
    options = Options(True, mapping, None, time_zone, day_first, currency, rates, decimal, delimiter, encoding, sheet)
    return load(source, options)


def load(source: Source, options: Options) -> Loaded:
    """As `load_events` and `load_orders`."""
    parts = [shape(rows, options) for rows in files.read(source, options)]
    table, repeated, repeat_notes = repeats.drop_repeats(parts, options.orders)
    notes = [note for part in parts for note in part.notes] + repeat_notes
    table = joining.number_lines(joining.in_one_currency(table, options.currency, options.rates, notes))
    notes += _odd_times(table)
    notes += [] if options.orders else naming.hint(each for each in pc.unique(table["event_name"]).to_pylist() if each)
    provenance = _provenance(parts, notes, [part.rejected for part in parts] + repeated, table, options)
    events = zones.seen_from(_frame(table), zones.zone(options.time_zone).key)
    if options.gap or options.sessions_from:
        events = with_rule(events, options.gap, bool(options.sessions_from))
    del parts, table
    # What reading took is given back before the analyses take theirs.
    pa.default_memory_pool().release_unused()
    return Loaded(events, provenance)


def _odd_times(table: pa.Table) -> list[str]:
    times = table["event_time"]
    odd = pc.or_(pc.less(times, FIRST), pc.greater(times, datetime.now(UTC) + AHEAD))
    few = table.filter(odd)
    if not len(few):
        return []
    lines = ", ".join(f"line {int(line)}" for line in few["sequence_number"].slice(0, 3).to_pylist())
    years = sorted({f"{moment:%Y}" for moment in pc.unique(few["event_time"]).to_pylist()})
    which = f"{len(few):,} rows are of the years {', '.join(years[:3])} ({lines})"
    return [f"{which}: they are counted; look whether they are right"]


def _provenance(
    parts: Sequence[Shaped], notes: Sequence[str], rejected: Sequence[pd.DataFrame], table: pa.Table, options: Options
) -> Provenance:
    currencies = [each for each in pc.unique(table["currency"]).to_pylist() if each]
    return Provenance(
        files=tuple(part.name for part in parts),
        rows=sum(part.rows for part in parts),
        used=tuple(dict.fromkeys(use for part in parts for use in part.columns.used)),
        ignored=tuple(dict.fromkeys(each for part in parts for each in part.columns.ignored)),
        assumed=tuple(dict.fromkeys(notes)),
        rejected=sort_rejections(rejected),
        currency=currencies[0] if len(currencies) == 1 else None,
        time_zone=options.time_zone,
    )


def _frame(table: pa.Table) -> pd.DataFrame:
    whole = pa.concat_tables([lake.SCHEMA.empty_table(), table])
    amounts = [field.name for field in whole.schema if field.type == lake.AMOUNT]
    frame = (
        whole.drop_columns(amounts).to_pandas().assign(**{name: _to_shared_decimals(whole[name]) for name in amounts})
    )
    return frame[whole.column_names]


def _to_shared_decimals(column: pa.ChunkedArray) -> np.ndarray:
    """Decimals, one object per distinct amount: prices repeat, and a Decimal takes a hundred bytes."""
    coded = pc.dictionary_encode(column.combine_chunks())
    values = np.array([*coded.dictionary.to_pylist(), None], dtype=object)
    return values[coded.indices.fill_null(len(coded.dictionary)).to_numpy(zero_copy_only=False)]


def has_event_names(source: Source, mapping: Mapping_ | None = None, options: Mapping[str, Any] | None = None) -> bool:
    """Whether the first file of `source` has an event name column that `load_events` would find."""
    reading = {name: value for name, value in (options or {}).items() if name in ("delimiter", "encoding", "sheet")}
    first = next(iter(files.read(source, Options(mapping=mapping, **reading))))
    return "event_name" in columns.choose_columns(first.table, mapping).by_field
