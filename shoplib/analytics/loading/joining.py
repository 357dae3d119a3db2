"""Combines files: one currency, numbered order lines, and duplicates."""

from collections.abc import Mapping, Sequence
from decimal import Decimal

import numpy as np
import numpy.typing as npt
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from shoplib.analytics.loading import amounts, currencies
from shoplib.analytics.loading.rows import Rows
from shoplib.core import events, lake
from shoplib.errors import LabError

Whole = npt.NDArray[np.int64]
Flags = npt.NDArray[np.bool_]
# Signs of several currencies, and what they are taken for.
DEFAULT_CURRENCY = {"$": "USD", "¥": "JPY"}
UNKNOWN = "no currency is named, so the amounts are in an unknown one: say --currency EUR"


def decimals(values: Whole, there: Flags) -> pa.Array:
    """The lake's decimals, which count thousandths: each has 16 bytes, low half first."""
    halves = np.ascontiguousarray(np.stack([values, values >> 63], axis=1))
    amounts = pa.Array.from_buffers(lake.AMOUNT, len(values), [None, pa.py_buffer(halves)])
    return pc.if_else(pa.array(there), amounts, pa.scalar(None, lake.AMOUNT))


def require_mark(text: str, column: str, rows: Rows, notes: list[str]) -> str:
    """The decimal separator if all amounts are ambiguous, such as 1,500: in a comma-separated file such a comma
    separates thousands. LabError in all other cases.
    """
    if "," in text and rows.comma == ",":
        notes.append(f"{rows.name}: the comma in {column} separates thousands, as in {text}; else say --decimal ,")
        return "."
    whole, part = text.replace(",", "."), text.replace(",", "").replace(".", "")
    raise LabError(
        f"{text} in {column} of {rows.name} may be {part}, or {whole.rstrip('0').rstrip('.')} with decimals",
        'pass --decimal . or --decimal , (in Python decimal=".") for the mark before the decimals',
    )


def of_signs(columns: Mapping[str, pa.ChunkedArray], signs: Sequence[tuple[str, npt.NDArray[np.object_]]]) -> list[str]:
    """Notes on signs that several currencies share."""
    if any((signs_there == "").any() for _, signs_there in signs):
        shared = "; ".join(f"{sign} may be {which}" for sign, which in currencies.SHARED.items() if sign not in "$¥")
        return [f"a sign beside amounts is of several currencies ({shared}): say --currency"]
    assumed = {
        sign: code
        for sign, code in DEFAULT_CURRENCY.items()
        if any(_has_alone(each, sign) for each in columns.values())
    }
    return [f"the sign {sign} is taken for {code}; else say --currency" for sign, code in assumed.items()]


def _has_alone(column: pa.ChunkedArray, sign: str) -> bool:
    """Whether texts have a sign without preceding letters such as in US$."""
    return bool(pc.any(pc.match_substring_regex(column, rf"(?:^|[^A-Za-z])[{sign}]")).as_py())


def in_one_currency(
    table: pa.Table, currency: str | None, rates: Mapping[str, Decimal] | None, notes: list[str]
) -> pa.Table:
    """Converts all amounts to `currency`, or to the only one in the data; no currency is assumed. LabError for other
    currencies without a rate.
    """
    priced = pc.or_(table["value_minor"].is_valid(), table["price_minor"].is_valid())
    counts = pc.value_counts(table["currency"].filter(priced)).to_pylist()
    codes = [each["values"] for each in counts if each["values"]]
    base = currency.upper() if currency else (codes[0] if len(codes) == 1 else None)
    foreign = [each for each in codes if each != base]
    known = {name.upper(): Decimal(rate) for name, rate in (rates or {}).items()}
    if missing := [each for each in foreign if each not in known and each != (base or codes[0])]:
        listing = ", ".join(f"{each['values']} ({each['counts']:,} rows)" for each in counts if each["values"])
        raise LabError(
            f"the amounts are in several currencies: {listing}",
            f"pass --currency {base or codes[0]} --rate {missing[0]}=... (in Python currency="
            f'"{base or codes[0]}" and rates={{"{missing[0]}": Decimal("...")}})',
        )
    for name in ("price_minor", "value_minor"):
        table = _convert_amounts(table, name, {each: known[each] for each in foreign})
    if base is None:
        notes += [UNKNOWN] if len(counts) else []
        return table
    without = sum(each["counts"] for each in counts if not each["values"])
    if codes and without:
        notes.append(f"{without:,} amounts name no currency and are taken for {base}")
    filled = pc.if_else(priced, pa.scalar(base, pa.string()), table["currency"])
    return table.set_column(table.schema.get_field_index("currency"), lake.SCHEMA.field("currency"), filled)


def _convert_amounts(table: pa.Table, name: str, rates: Mapping[str, Decimal]) -> pa.Table:
    if not rates:
        return table
    column, currency = table[name].combine_chunks(), table["currency"].to_numpy()
    scaled = pc.cast(pc.multiply(column, pa.scalar(Decimal(1_000))), pa.int64())
    values = pc.fill_null(scaled, 0).to_numpy().copy()
    for each, rate in rates.items():
        values[currency == each] = amounts.convert(values[currency == each], rate)
    worth = decimals(values, pc.is_valid(column).to_numpy(zero_copy_only=False))
    return table.set_column(table.schema.get_field_index(name), lake.SCHEMA.field(name), worth)


def number_lines(table: pa.Table) -> pa.Table:
    """Makes sales without an order ID separate orders; numbers the lines in file order."""
    sold = pc.is_in(table["event_name"], pa.array(events.SALES))
    own = pc.if_else(sold, table["event_id"], pa.scalar(None, pa.string()))
    order = pc.coalesce(table["order_id"], own)
    frame = pd.DataFrame({"name": table["event_name"].to_pandas(), "order": order.to_pandas()})
    lines = frame.groupby(["name", "order"], sort=False, dropna=False).cumcount().to_numpy() + 1
    numbers = pa.array(lines.astype(np.int32), mask=~sold.to_numpy(zero_copy_only=False))
    for name, values in (("order_id", order), ("order_line", numbers)):
        table = table.set_column(table.schema.get_field_index(name), lake.SCHEMA.field(name), values)
    return table
