"""Rows of text become rows of the lake."""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from shoplib.analytics.loading import amounts, columns, joining, moments
from shoplib.analytics.loading.columns import Columns, Mapping_
from shoplib.analytics.loading.files import Rows
from shoplib.analytics.loading.loaded import COLUMNS, Rejections
from shoplib.core import events, lake
from shoplib.errors import LabError

Whole = npt.NDArray[np.int64]
Flags = npt.NDArray[np.bool_]
DEVICES = {
    **dict.fromkeys(("phone", "smartphone", "iphone", "android"), "mobile"),
    **dict.fromkeys(("pc", "computer", "web", "laptop", "mac"), "desktop"),
    "ipad": "tablet",
}
TEXTS = ("user_id", "session_id", "source", "medium", "campaign", "country", "product_id", "product_name", "category",
         "order_id", "experiment", "variant", "user_agent")  # fmt: skip
SUGGESTED = {
    **dict.fromkeys(("view", "viewed", "product_view", "detail", "pv", "product_viewed", "pageview"), "view_item"),
    **dict.fromkeys(("cart", "addtocart", "add-to-cart", "product_added", "add"), "add_to_cart"),
    **dict.fromkeys(("checkout", "checkout_started", "begincheckout"), "begin_checkout"),
    **dict.fromkeys(("transaction", "order", "buy", "purchased", "order_completed", "ecommerce_purchase"), "purchase"),
    **dict.fromkeys(("remove", "removefromcart", "product_removed"), "remove_from_cart"),
}


@dataclass(frozen=True)
class Reading:
    """How files are to be read; see `load_events`. `orders`: every row is a sale."""

    mapping: Mapping_ | None
    event_names: Mapping[str, str] | None
    time_zone: str
    day_first: bool | None
    currency: str | None
    rates: Mapping[str, Decimal] | None
    decimal: str | None
    orders: bool


@dataclass(frozen=True)
class Shaped:
    """One file: rows of `lake.SCHEMA` (amounts still in their own currency), what was rejected, and notes."""

    table: pa.Table
    rejected: pd.DataFrame
    notes: tuple[str, ...]
    columns: Columns
    rows: int

    @classmethod
    def together(cls, parts: Sequence["Shaped"], reading: Reading) -> tuple[pa.Table, list[str]]:
        """All files in one currency, order lines numbered; and the notes."""
        table = pa.concat_tables([part.table for part in parts])
        notes = [note for part in parts for note in part.notes]
        return joining.numbered(
            joining.in_one_currency(table, reading.currency, reading.rates)
        ), notes + _names_to_know(table, reading)


def shaped(rows: Rows, reading: Reading) -> Shaped:
    """The rows of one file. LabError when a column that is needed is not there."""
    chosen = columns.chosen(rows.table, reading.mapping)
    _needed(chosen.theirs, rows, reading)
    return _Shaping(rows, chosen, reading).shaped()


def _needed(theirs: dict[str, Any], rows: Rows, reading: Reading) -> None:
    wants = [("event_time",), ("order_id",), ("value", "value_minor", "price", "price_minor")]
    if not reading.orders:
        wants = [("event_time",), ("event_name",), ("user_id", "anonymous_id")]
    for names in wants:
        if not any(name in theirs for name in names):
            raise LabError(
                f"{rows.name} has no column for {' or '.join(names)}",
                f'say which: mapping={{"{names[0]}": ...}}; columns: {", ".join(rows.table.column_names)}',
            )


class _Shaping:
    def __init__(self, rows: Rows, chosen: Columns, reading: Reading) -> None:
        self.rows, self.columns, self.theirs, self.reading = rows, chosen, dict(chosen.theirs), reading
        self.count = len(rows.table)
        self.out = Rejections(rows.name, rows.lines)
        self.notes = [*rows.notes]

    def shaped(self) -> Shaped:
        if self.reading.orders:
            self._fill_down("event_time", "user_id", "currency", "country")
        found: dict[str, Any] = {name: self._text(name) for name in TEXTS}
        found |= {"event_time": self._times(), **self._names(), **self._visitors(found)}
        found |= self._amounts(found)
        found["event_id"] = self._ids()
        found["device"] = self._devices()
        found["currency"] = self._text("currency", upper=True)
        found |= {"ingest_time": found["event_time"], **self._constants()}
        every = [self._column(name, found) for name in lake.SCHEMA.names]
        table = pa.Table.from_arrays(every, schema=lake.SCHEMA).filter(pa.array(~self.out.bad))
        every_row = self.count + len(self.rows.broken)
        return Shaped(table, self._rejected(), tuple(self.notes), self.columns, every_row)

    def _rejected(self) -> pd.DataFrame:
        broken = pd.DataFrame(
            [(self.rows.name, line, "", text[:200], reason) for line, text, reason in self.rows.broken], columns=COLUMNS
        )
        return pd.concat([broken.astype({"line": "int64"}), *self.out.told], ignore_index=True)

    def _column(self, name: str, found: dict[str, Any]) -> Any:
        kind = lake.SCHEMA.field(name).type
        values = found.get(name)
        return pa.nulls(self.count, kind) if values is None else values

    def _constants(self) -> dict[str, pa.Array]:
        lines = pc.utf8_lpad(pa.array(self.rows.lines).cast(pa.string()), 12, "0")
        return {
            "schema_version": pa.repeat(pa.scalar(events.SCHEMA_VERSION, pa.int32()), self.count),
            "channel": self._all("import" if self.reading.orders else "web"),
            "shard_id": self._all(self.rows.name),
            "sequence_number": lines,
        }

    def _all(self, text: str) -> pa.Array:
        return pa.repeat(pa.scalar(text, pa.string()), self.count)

    def _text(self, name: str, upper: bool = False) -> pa.ChunkedArray | None:
        column = self.theirs.get(name)
        if column is None or not pa.types.is_string(column.type):
            return column if column is None else column.cast(pa.string())
        return pc.utf8_upper(column) if upper else column

    def _fill_down(self, *names: str) -> None:
        orders = self.theirs["order_id"].to_pandas()
        same = orders.eq(orders.shift()) & orders.notna()
        for name in names:
            column = self.theirs.get(name)
            if column is not None and column.null_count and pa.types.is_string(column.type):
                values = column.to_pandas()
                group = (~same).cumsum()
                self.theirs[name] = pa.chunked_array([pa.array(values.groupby(group).ffill(), pa.string())])

    def _times(self) -> pa.Array:
        column = self.theirs["event_time"]
        found = moments.moments(column, self.reading.time_zone, self.reading.day_first)
        self.notes += [f"{self.rows.name}: {note}" for note in found.notes]
        shown = self._shown("event_time")
        missing = column.is_null().to_numpy()
        self.out.reject(missing, "event_time", shown, "no time")
        self.out.reject(found.bad & ~missing, "event_time", shown, "not a time that is understood")
        return moments.as_column(found.us, lake.MOMENT)

    def _names(self) -> dict[str, Any]:
        if self.reading.orders:
            return {"event_name": self._all("purchase")}
        column = self.theirs["event_name"]
        self.out.reject(column.is_null().to_numpy(), "event_name", self._shown("event_name"), "no event name")
        renamed = self.reading.event_names or {}
        if not renamed:
            return {"event_name": column}
        names = column.to_pandas()
        return {"event_name": pa.array(names.map(renamed).where(names.isin(list(renamed)), names), pa.string())}

    def _visitors(self, found: dict[str, Any]) -> dict[str, Any]:
        user, anonymous = found["user_id"], self._text("anonymous_id")
        nobody = pa.nulls(self.count, pa.string())
        known = pc.coalesce(nobody if anonymous is None else anonymous, nobody if user is None else user)
        if self.reading.orders:
            order = pc.binary_join_element_wise("order", found["order_id"], "-")
            self.out.reject(
                pc.is_null(found["order_id"]).to_numpy(), "order_id", self._shown("order_id"), "no order id"
            )
            return {"anonymous_id": pc.coalesce(known, order)}
        self.out.reject(pc.is_null(known).to_numpy(), "anonymous_id", self._shown("anonymous_id"), "nobody is named")
        return {"anonymous_id": known}

    def _devices(self) -> Any:
        column = self._text("device")
        if column is None:
            return None
        names = pc.utf8_lower(column).to_pandas()
        return pa.array(names.map(DEVICES).where(names.isin(list(DEVICES)), names), pa.string())

    def _ids(self) -> pa.Array:
        """Theirs where they are; else made from all the row says, and from how often it has been said before."""
        given = self._text("event_id")
        if given is not None and not given.null_count:
            return given
        texts = [pc.fill_null(column.cast(pa.string()), "\x00") for column in self.rows.table.columns]
        whole = pd.Series(pc.binary_join_element_wise(*texts, "\x1f").to_pandas())
        again = whole.groupby(whole, sort=False).cumcount()
        made = [_uuid(f"{text}\x1f{number}") for text, number in zip(whole, again, strict=True)]
        derived = pa.array(made, pa.string())
        return derived if given is None else pc.coalesce(given, pa.chunked_array([derived]))

    def _amounts(self, found: dict[str, Any]) -> dict[str, Any]:
        quantity, no_quantity = self._whole("quantity")
        price, no_price = self._money("price")
        value, no_value = self._money("value")
        names = found["event_name"]
        sold = pc.fill_null(pc.is_in(names, pa.array(events.SALES)), False).to_numpy(zero_copy_only=False)
        pieces = np.where(no_quantity & sold, 1, quantity)
        computed = no_value & ~no_price
        self._refuse_overflow(price, pieces)
        worth = np.where(computed, price * pieces, value)
        valued = ~no_value | (computed & sold)
        if self.reading.orders:
            shown = self._shown("value") if "value" in self.theirs else self._shown("price")
            self.out.reject(~valued, "value", shown, "neither a value nor a price")
        # A refund in its own words, or a purchase with a minus.
        back = sold & ((worth < 0) | (pieces < 0))
        told = pa.array(np.where(back, "refund", ""), pa.string())
        renamed = pc.if_else(pa.array(back), told, names)
        order = found["order_id"]
        return {
            "event_name": renamed,
            "price_minor": joining.decimals(np.abs(price), ~no_price),
            "value_minor": joining.decimals(np.where(sold, np.abs(worth), worth), valued),
            "quantity": pa.array(np.abs(pieces).astype(np.int32), mask=no_quantity & ~sold),
            "order_id": order,
        }

    def _refuse_overflow(self, price: Whole, pieces: Whole) -> None:
        too_much = np.abs(price.astype(np.float64) * pieces) > 9e17
        self.out.reject(too_much, "price", self._shown("price"), "too large an amount")

    def _whole(self, name: str) -> tuple[Whole, Flags]:
        if name not in self.theirs:
            return np.zeros(self.count, np.int64), np.ones(self.count, bool)
        values, bad, missing = amounts.whole(self.theirs[name], self.reading.decimal)
        self.out.reject(bad & ~missing, name, self._shown(name), "not a whole number")
        return values, missing

    def _money(self, name: str) -> tuple[Whole, Flags]:
        """Of `price` or `price_minor`, in thousandths of a minor unit, and where there is none."""
        minor = f"{name}_minor" in self.theirs and name not in (self.reading.mapping or {})
        column, scale = (f"{name}_minor", amounts.MINOR) if minor else (name, amounts.MAJOR)
        if column not in self.theirs:
            return np.zeros(self.count, np.int64), np.ones(self.count, bool)
        values, bad, missing = amounts.thousandths(self.theirs[column], scale, self.reading.decimal)
        self.out.reject(
            bad & ~missing, column, self._shown(column), "not an amount of at most three decimals of a minor unit"
        )
        return values, missing

    def _shown(self, name: str) -> Sequence[object]:
        column = self.theirs.get(name)
        return _Lazily(column) if column is not None else _Lazily(pa.nulls(self.count))


class _Lazily(Sequence[object]):
    """A column from which a few values are shown."""

    def __init__(self, column: Any) -> None:
        self._column = column

    def __len__(self) -> int:
        return len(self._column)

    def __getitem__(self, row: Any) -> Any:
        return self._column[row].as_py()


def _uuid(text: str) -> str:
    digest = hashlib.blake2b(text.encode(), digest_size=16).hexdigest()
    return f"{digest[:8]}-{digest[8:12]}-{digest[12:16]}-{digest[16:20]}-{digest[20:]}"


def _names_to_know(table: pa.Table, reading: Reading) -> list[str]:
    """Names that the analyses of the shop do not look for, with what they are likely to be."""
    if reading.orders:
        return []
    other = [name for name in pc.unique(table["event_name"]).to_pylist() if name and name not in events.NAMES]
    likely = {name: SUGGESTED[name.lower()] for name in other if name.lower() in SUGGESTED}
    if not likely:
        return []
    return [f"event names are kept as they are; for the shop's own names say event_names={likely}"]
