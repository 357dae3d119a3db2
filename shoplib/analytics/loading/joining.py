"""Files together: one currency, and order lines with their numbers."""

from collections.abc import Mapping
from decimal import Decimal

import numpy as np
import numpy.typing as npt
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from shoplib.analytics.loading import amounts
from shoplib.core import events, lake
from shoplib.errors import LabError

Whole = npt.NDArray[np.int64]
Flags = npt.NDArray[np.bool_]


def decimals(values: Whole, there: Flags) -> pa.Array:
    """The lake's decimals count thousandths: each is 16 bytes, the lower half first."""
    halves = np.ascontiguousarray(np.stack([values, values >> 63], axis=1))
    made = pa.Array.from_buffers(lake.AMOUNT, len(values), [None, pa.py_buffer(halves)])
    return pc.if_else(pa.array(there), made, pa.scalar(None, lake.AMOUNT))


def in_one_currency(table: pa.Table, currency: str | None, rates: Mapping[str, Decimal] | None) -> pa.Table:
    """All amounts in `currency`, or in the one that there is. LabError when there are others without a rate."""
    found = [each for each in pc.unique(table["currency"]).to_pylist() if each]
    base = currency.upper() if currency else (found[0] if len(found) == 1 else None)
    foreign = [each for each in found if each != base]
    known = {name.upper(): Decimal(rate) for name, rate in (rates or {}).items()}
    if missing := [each for each in foreign if each not in known]:
        counts = pc.value_counts(table["currency"]).to_pylist()
        shown = ", ".join(f"{each['values']} ({each['counts']:,} rows)" for each in counts if each["values"])
        raise LabError(
            f"the amounts are in several currencies: {shown}",
            f'say currency="{base or found[0]}" and rates={{"{missing[0]}": Decimal("...")}}',
        )
    for name in ("price_minor", "value_minor"):
        table = _exchanged(table, name, {each: known[each] for each in foreign})
    if base is None:
        return table
    told = pa.repeat(pa.scalar(base, pa.string()), len(table))
    return table.set_column(table.schema.get_field_index("currency"), lake.SCHEMA.field("currency"), told)


def _exchanged(table: pa.Table, name: str, rates: Mapping[str, Decimal]) -> pa.Table:
    if not rates:
        return table
    column, currency = table[name].combine_chunks(), table["currency"].to_numpy()
    scaled = pc.cast(pc.multiply(column, pa.scalar(Decimal(1_000))), pa.int64())
    values = pc.fill_null(scaled, 0).to_numpy().copy()
    for each, rate in rates.items():
        values[currency == each] = amounts.exchanged(values[currency == each], rate)
    worth = decimals(values, pc.is_valid(column).to_numpy(zero_copy_only=False))
    return table.set_column(table.schema.get_field_index(name), lake.SCHEMA.field(name), worth)


def numbered(table: pa.Table) -> pa.Table:
    """Sales without an order are orders of their own; lines are numbered in the order in which they stand."""
    sold = pc.is_in(table["event_name"], pa.array(events.SALES))
    own = pc.if_else(sold, table["event_id"], pa.scalar(None, pa.string()))
    order = pc.coalesce(table["order_id"], own)
    frame = pd.DataFrame({"name": table["event_name"].to_pandas(), "order": order.to_pandas()})
    lines = frame.groupby(["name", "order"], sort=False, dropna=False).cumcount().to_numpy() + 1
    numbers = pa.array(lines.astype(np.int32), mask=~sold.to_numpy(zero_copy_only=False))
    for name, values in (("order_id", order), ("order_line", numbers)):
        table = table.set_column(table.schema.get_field_index(name), lake.SCHEMA.field(name), values)
    return table
