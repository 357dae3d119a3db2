"""Converts rows of text to rows of the lake."""

from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from shoplib.analytics.loading import columns, ids, joining, making, moments, totals, usual
from shoplib.analytics.loading.columns import Columns, plain
from shoplib.analytics.loading.loaded import COLUMNS, Rejections, Use
from shoplib.analytics.loading.money import Amounts
from shoplib.analytics.loading.options import Options
from shoplib.analytics.loading.rows import Rows
from shoplib.analytics.loading.sales import Money, Sales
from shoplib.core import events, lake

Whole = npt.NDArray[np.int64]
Flags = npt.NDArray[np.bool_]
DEVICES = {
    **dict.fromkeys(("phone", "smartphone", "iphone", "android", "ios"), "mobile"),
    **dict.fromkeys(("pc", "computer", "web", "laptop", "mac", "windows"), "desktop"),
    "ipad": "tablet",
}
TEXTS = ("user_id", "session_id", "source", "medium", "campaign", "country", "product_id", "product_name", "category",
         "order_id", "experiment", "variant", "user_agent")  # fmt: skip
# Written once an order, and left empty on its further lines.
ONCE_AN_ORDER = ("event_time", "user_id", "currency", "country", "status", "source")
DAY_ONLY = r"^\s*(?:[0-9]{1,4}[-/.][0-9]{1,2}[-/.][0-9]{1,4}\.?|[0-9]{8})(?:[ T]00:00(?::00)?)?\s*$"


@dataclass(frozen=True)
class Shaped:
    """One file: rows of `lake.SCHEMA` (amounts still in their own currency), each with the hash (`content`) and the
    line of its row; rejected rows; and notes.
    """

    name: str
    table: pa.Table
    content: pd.DataFrame
    rejected: pd.DataFrame
    notes: tuple[str, ...]
    columns: Columns
    rows: int


def shape(rows: Rows, options: Options) -> Shaped:
    """Converts the rows of one file. LabError if a required column is missing."""
    mapping = dict(options.mapping or {})
    if options.sessions_from:
        mapping["session_id"] = options.sessions_from
    chosen = columns.choose_columns(rows.table, mapping, options.orders, rows.items)
    wants: list[tuple[str, ...]] = [("event_time",), ("event_name",), ("user_id", "anonymous_id")]
    if options.orders:
        wants = [("event_time",), ("order_id",), ("value", "value_minor", "price", "price_minor", "total")]
        chosen = chosen.drop({"event_name"}, "every row is a sale")
    columns.require_columns(chosen, rows.table, rows.name, wants)
    return _Shaping(rows, chosen, options).shape()


class _Shaping:
    def __init__(self, rows: Rows, chosen: Columns, options: Options) -> None:
        self.rows, self.columns, self.by_field, self.options = rows, chosen, dict(chosen.by_field), options
        self.count = len(rows.table)
        self.record = np.arange(self.count) if rows.record is None else rows.record
        self.out = Rejections(rows.name, rows.lines, self.record)
        self.notes = [*rows.notes]

    def shape(self) -> Shaped:
        self._clean()
        if self.options.orders:
            self._fill_down()
        self._join_clock()
        totals.refuse(self.rows, self.columns, self.by_field, self.out)
        fields: dict[str, Any] = {name: self._text(name) for name in TEXTS}
        fields |= {"event_time": self._times(), **self._names(), **self._visitors(fields)}
        returned = self._is_returned()
        fields |= self._amounts(fields, returned)
        fields |= {"device": self._devices(), "ingest_time": fields["event_time"], **self._constants()}
        content = making.contents(self.rows)
        fields["event_id"] = self._ids(fields["event_time"], content)
        every = [self._column(name, fields) for name in lake.SCHEMA.names]
        table = pa.Table.from_arrays(every, schema=lake.SCHEMA)
        return self._result(table, content)

    def _result(self, table: pa.Table, content: pd.DataFrame) -> Shaped:
        good = ~self.out.bad
        rows_used, hashes = (table, content) if good.all() else (table.filter(pa.array(good)), content[good])
        if len(self.refund_rows):
            valid = good[self.refund_rows]
            refunds = making.refunds(table, self.refund_rows[valid], self.refund_worth[valid])
            rows_used = pa.concat_tables([rows_used, refunds])
            hashes = pd.concat([hashes, making.of_refunds(content.iloc[self.refund_rows[valid]])])
        rows = (self.count if self.rows.record is None else len(np.unique(self.record))) + len(self.rows.broken)
        return Shaped(
            self.rows.name, rows_used, hashes, self._collect_rejections(), tuple(self.notes), self.columns, rows
        )

    def _collect_rejections(self) -> pd.DataFrame:
        broken = pd.DataFrame(
            [(self.rows.name, line, "", text[:200], reason) for line, text, reason in self.rows.broken], columns=COLUMNS
        )
        return pd.concat([broken.astype({"line": "int64"}), *self.out.tables], ignore_index=True)

    def _column(self, name: str, fields: dict[str, Any]) -> Any:
        kind = lake.SCHEMA.field(name).type
        values = fields.get(name)
        return pa.nulls(self.count, kind) if values is None else values

    def _constants(self) -> dict[str, pa.Array]:
        lines = pc.utf8_lpad(pa.array(self.rows.lines).cast(pa.string()), 12, "0")
        return {
            "schema_version": pa.repeat(pa.scalar(events.SCHEMA_VERSION, pa.int32()), self.count),
            "channel": self._all("import" if self.options.orders else "web"),
            "shard_id": self._all(self.rows.name),
            "sequence_number": lines,
        }

    def _all(self, text: str) -> pa.Array:
        return pa.repeat(pa.scalar(text, pa.string()), self.count)

    def _clean(self) -> None:
        """Replaces placeholders by null, and restores IDs that became floats."""
        for name, column in self.by_field.items():
            if not pa.types.is_string(column.type):
                continue
            self.by_field[name] = ids.nulls_for_blanks(column, name)
            if name in ids.IDS:
                self.by_field[name], lost = ids.repair(self.by_field[name], self.columns.name_of(name))
                self.notes += [lost] if lost else []

    def _text(self, name: str) -> pa.ChunkedArray | None:
        column = self.by_field.get(name)
        return column if column is None or pa.types.is_string(column.type) else column.cast(pa.string())

    def _fill_down(self) -> None:
        orders = self.by_field["order_id"].to_pandas()
        group = (~(orders.eq(orders.shift()) & orders.notna())).cumsum()
        for name in ONCE_AN_ORDER:
            column = self.by_field.get(name)
            if column is not None and column.null_count and pa.types.is_string(column.type):
                values = column.to_pandas()
                self.by_field[name] = pa.chunked_array([pa.array(values.groupby(group).ffill(), pa.string())])

    def _join_clock(self) -> None:
        """Joins a date column and a time-of-day column."""
        clock, day = self.by_field.pop("clock", None), self.by_field["event_time"]
        if clock is None:
            return
        texts = day.cast(pa.string())
        days = pc.unique(texts).to_pandas().dropna()
        if not len(days) or not days.str.match(DAY_ONLY).all():
            self.columns = self.columns.drop({"clock"}, "the time is in another column")
            return
        bare = pc.replace_substring_regex(texts, r"[ T]00:00(:00)?\s*$", "")
        joined = pc.binary_join_element_wise(bare, clock, " ")
        self.by_field["event_time"] = pc.coalesce(joined, bare)
        pair = f"{self.columns.name_of('event_time')} and {self.columns.name_of('clock')}"
        used = [Use("event_time", pair, use.how) if use.field == "event_time" else use for use in self.columns.used]
        self.columns = replace(self.columns, used=tuple(use for use in used if use.field != "clock"))

    def _times(self) -> pa.Array:
        column = self.by_field["event_time"]
        zone = "UTC" if "(utc)" in self.columns.name_of("event_time").lower() else self.options.time_zone
        times = moments.moments(column, zone, self.options.day_first)
        self.notes += [f"{self.rows.name}: {note}" for note in times.notes]
        missing = column.is_null().to_numpy()
        self.out.reject(missing, "event_time", self.by_field.get("event_time"), "no time")
        self.out.reject(
            times.bad & ~missing, "event_time", self.by_field.get("event_time"), "not a time that is understood"
        )
        return moments.as_column(times.us, lake.MOMENT)

    def _names(self) -> dict[str, Any]:
        if self.options.orders:
            return {"event_name": self._all("purchase")}
        column = self._or_type(self.by_field["event_name"])
        self.out.reject(column.is_null().to_numpy(), "event_name", self.by_field.get("event_name"), "no event name")
        renamed = self.options.event_names or {}
        if not renamed:
            return {"event_name": column}
        names = column.to_pandas()
        return {"event_name": pa.array(names.map(renamed).where(names.isin(list(renamed)), names), pa.string())}

    def _or_type(self, column: pa.ChunkedArray) -> pa.ChunkedArray:
        """Segment names only `track` events; other events (page, screen, identify) are named by their type."""
        types = next((name for name in self.rows.table.column_names if name == "type"), None)
        if types is None or not column.null_count or self.columns.name_of("event_name") == types:
            return column
        return pc.coalesce(column, self.rows.table[types])

    def _visitors(self, fields: dict[str, Any]) -> dict[str, Any]:
        user, anonymous = fields["user_id"], self._text("anonymous_id")
        nobody = pa.nulls(self.count, pa.string())
        known = pc.coalesce(nobody if anonymous is None else anonymous, nobody if user is None else user)
        if self.options.orders:
            order = pc.binary_join_element_wise("order", fields["order_id"], "-")
            self.out.reject(
                pc.is_null(fields["order_id"]).to_numpy(), "order_id", self.by_field.get("order_id"), "no order id"
            )
            return {"anonymous_id": pc.coalesce(known, order)}
        self.out.reject(
            pc.is_null(known).to_numpy(), "anonymous_id", self.by_field.get("anonymous_id"), "nobody is named"
        )
        return {"anonymous_id": known}

    def _devices(self) -> Any:
        column = self._text("device")
        if column is None:
            return None
        names = pc.utf8_lower(column).to_pandas()
        return pa.array(names.map(DEVICES).where(names.isin(list(DEVICES)), names), pa.string())

    def _ids(self, times: pa.Array, content: pd.DataFrame) -> pa.Array:
        """The file's IDs if it has any; otherwise derived from the row's content and, for events of the same time, its
        position.
        """
        ids_there = self._text("event_id")
        if ids_there is not None and not ids_there.null_count:
            return making.each_line(ids_there, self.record)
        hashes = making.ids(content, None if self.options.orders else times, making.batches(self.rows))
        derived = pa.chunked_array([hashes])
        return derived if ids_there is None else pc.coalesce(making.each_line(ids_there, self.record), derived)

    def _is_returned(self) -> Flags:
        """Which orders are fully refunded, by status; orders that were never paid are rejected."""
        column = self.by_field.get("status")
        if not self.options.orders:
            self.columns = self.columns.drop(usual.SHAPING, "only used for orders")
        if column is None or not self.options.orders:
            return np.zeros(self.count, bool)
        words = {text: plain(text) for text in pc.unique(column).to_pylist() if text}
        statuses = column.to_pandas().map(words)
        kinds = {name: statuses.isin(names).to_numpy() for name, names in usual.statuses().items()}
        self.out.reject(kinds["never_paid"], "status", self.by_field.get("status"), "never paid, by its status")
        if kinds["not_yet"].any():
            some = ", ".join(sorted({text for text, word in words.items() if word in usual.statuses()["not_yet"]}))
            self.notes.append(f"{int(kinds['not_yet'].sum()):,} rows with the status {some} are counted as sales")
        return kinds["given_back"]

    def _note_cancelled(self, back: Flags) -> None:
        column = self.by_field.get("cancelled_at")
        if column is not None and (cancelled := column.is_valid().to_numpy() & ~back & ~self.out.bad).any():
            self.notes.append(f"{int(cancelled.sum()):,} rows of cancelled orders that tell of no refund are counted")

    def _amounts(self, fields: dict[str, Any], returned: Flags) -> dict[str, Any]:
        names = fields["event_name"]
        sold = pc.fill_null(pc.is_in(names, pa.array(events.SALES)), False).to_numpy(zero_copy_only=False)
        reader = Amounts(self.rows, self.columns, self.by_field, self.options, self.out)
        money, currency = reader.read(), reader.currency()
        sales = Sales(
            sold & ~self.out.bad,
            ids.positions(fields["order_id"]) if fields["order_id"] is not None else np.full(self.count, -1),
            self._products(fields),
            money,
            self.rows.itemised if self.rows.itemised is not None else np.zeros(self.count, bool),
        )
        reader.refuse_overflow(money, sales.pieces)
        sales.sold &= ~self.out.bad
        worth, valued = sales.worth()
        if self.options.orders:
            at_fault = self.by_field.get("value") if "value" in self.by_field else self.by_field.get("price")
            self.out.reject(~valued, "value", at_fault, "neither a value nor a price")
            sales.sold &= valued
        # A refund in its own words, or a purchase with a minus.
        back = sold & ((worth < 0) | (sales.pieces < 0))
        at, refund_worth = (
            sales.refunds(np.where(back, 0, worth), returned & ~back) if self.options.orders else (_NONE, _NONE)
        )
        self.refund_rows, self.refund_worth = at, refund_worth
        self._note_cancelled(np.isin(sales.order, sales.order[at]))
        self.notes += [*reader.notes, *(f"{self.rows.name}: {note}" for note in sales.notes)]
        for field, why in sales.dropped.items():
            self.columns = self.columns.drop({field}, why)
        price = money.get("price", _nothing(self.count))
        pieces, any_pieces = np.abs(sales.pieces), sold | (money["quantity"].there if "quantity" in money else sold)
        return {
            "event_name": pc.if_else(pa.array(back), "refund", names),
            "price_minor": joining.decimals(np.abs(price.values), price.there),
            "value_minor": joining.decimals(np.where(sold, np.abs(worth), worth), valued),
            "quantity": pa.array(pieces / 1_000, mask=~any_pieces),
            "currency": currency,
        }

    def _products(self, fields: dict[str, Any]) -> Whole:
        """What distinguishes the lines of an order."""
        parts = [fields[name] for name in ("product_id", "product_name") if fields[name] is not None]
        if not parts:
            return np.zeros(self.count, np.int64)
        return ids.positions(pc.binary_join_element_wise(*(pc.fill_null(part, "") for part in parts), "\x1f"))


_NONE = np.array([], np.int64)


def _nothing(count: int) -> Money:
    return Money(np.zeros(count, np.int64), np.zeros(count, bool))
