"""What a row of the lake needs and a file does not have: ids, and refunds that orders carry."""

import hashlib

import numpy as np
import numpy.typing as npt
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from shoplib.analytics.loading import joining, usual
from shoplib.analytics.loading.columns import plain
from shoplib.analytics.loading.rows import Rows
from shoplib.core import lake

Texts = npt.NDArray[np.object_]
Whole = npt.NDArray[np.int64]
# Equal moments are numbered in so many digits in front of an id.
DIGITS = 8


def contents(rows: Rows) -> Texts:
    """A hash of all that each row says; equal rows have equal ones."""
    if not rows.table.num_columns:
        return np.array([], object)
    texts = [pc.fill_null(column.cast(pa.string()), "\x00") for column in rows.table.columns]
    whole = pc.binary_join_element_wise(*texts, "\x1f").to_pandas()
    return np.array([hashlib.blake2b(text.encode(), digest_size=12).hexdigest() for text in whole], object)


def ids(content: Texts, times: pa.Array | None, batches: list[Whole]) -> list[str]:
    """An id from each row's content, the same at every loading; equal rows stay apart. With `times` ids of one moment
    are in order of `batches`, then of the rows."""
    again = pd.Series(content).groupby(content, sort=False).cumcount().to_numpy()
    place = np.zeros(len(content), np.int64) if times is None else _places(times.cast(pa.int64()).to_numpy(), batches)
    return [_uuid(text, number, first) for text, number, first in zip(content, again, place, strict=True)]


def _places(us: Whole, batches: list[Whole]) -> Whole:
    """Each row's place among those of its moment."""
    order = np.lexsort([*reversed(batches), us])
    starts = np.flatnonzero(np.diff(us[order], prepend=us[order][:1] - 1))
    lengths = np.diff(np.append(starts, len(us)))
    places = np.empty(len(us), np.int64)
    places[order] = np.arange(len(us)) - np.repeat(starts, lengths)
    return places


def batches(rows: Rows) -> list[Whole]:
    """GA4's counters of what happened in one request, coarsest first."""
    ways = {plain(name.rpartition(".")[2]): name for name in rows.table.column_names}
    columns = [rows.table[ways[each]] for each in usual.BATCH if each in ways]
    return [
        pd.to_numeric(column.to_pandas(), errors="coerce").fillna(0).astype("int64").to_numpy() for column in columns
    ]


def each_line(ids: pa.ChunkedArray, record: Whole) -> pa.ChunkedArray:
    """Ids that rows brought, each once: the second and further items of a row are numbered."""
    again = pd.Series(record).groupby(record).cumcount().to_numpy()
    if not again.any():
        return ids
    numbers = pa.array(np.where(again > 0, [f"-{number}" for number in again], ""), pa.string())
    return pa.chunked_array([pc.binary_join_element_wise(ids.combine_chunks(), numbers, "")])


def _uuid(content: str, again: int, place: int) -> str:
    digest = hashlib.blake2b(f"{content}\x1f{again}".encode(), digest_size=16).hexdigest()
    head = f"{place:0{DIGITS}x}" if place else digest[:0] + "0" * DIGITS
    return f"{head}-{digest[8:12]}-{digest[12:16]}-{digest[16:20]}-{digest[20:]}"


def refunds(table: pa.Table, rows: Whole, worth: Whole) -> pa.Table:
    """Refunds of `worth` (thousandths of a minor unit) of the orders of these rows, at the rows' time."""
    orders = table.take(pa.array(rows))
    count = len(orders)
    texts = {"product_id": None, "product_name": None, "category": None, "event_name": "refund"}
    changed = {name: pa.repeat(pa.scalar(value, pa.string()), count) for name, value in texts.items()}
    changed |= {
        "event_id": pa.array([_uuid(f"{each}-refund", 0, 0) for each in orders["event_id"].to_pylist()], pa.string()),
        "value_minor": joining.decimals(worth, np.ones(count, bool)),
        "price_minor": pa.nulls(count, lake.AMOUNT),
        "quantity": pa.nulls(count, lake.SCHEMA.field("quantity").type),
    }
    return pa.Table.from_arrays([changed.get(name, orders[name]) for name in lake.SCHEMA.names], schema=lake.SCHEMA)
