"""Creates what the lake needs and a file lacks: IDs, and refunds from orders."""

import numpy as np
import numpy.typing as npt
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
from pandas.util import hash_array

from shoplib.analytics.loading import joining, usual
from shoplib.analytics.loading.columns import plain
from shoplib.analytics.loading.rows import Rows
from shoplib.core import lake

Texts = npt.NDArray[np.object_]
Whole = npt.NDArray[np.int64]
Bits = npt.NDArray[np.uint64]
# Rows that are Python's texts at the same time: they take several times what Arrow's do.
AT_ONCE = 100_000
# Before which of its 32 digits an id has a dash.
DASHES = (8, 12, 16, 20)


def contents(rows: Rows) -> pd.DataFrame:
    """A hash of each row's content, as two 64-bit columns; equal rows have equal hashes."""
    if not rows.table.num_columns:
        return pd.DataFrame({"high": [], "low": []}, dtype="uint64")
    texts = [pc.fill_null(column.cast(pa.string()), "\x00") for column in rows.table.columns]
    whole = pc.binary_join_element_wise(*texts, "\x1f")
    slices = (whole.slice(start, AT_ONCE) for start in range(0, max(len(whole), 1), AT_ONCE))
    return pd.concat([_hashes(part.to_numpy(zero_copy_only=False)) for part in slices], ignore_index=True)


def _hashes(texts: Texts) -> pd.DataFrame:
    return pd.DataFrame({name: hash_array(texts, hash_key=f"{name:16}", categorize=False) for name in ("high", "low")})


def of_refunds(content: pd.DataFrame) -> pd.DataFrame:
    """Hashes for the refunds in these rows, different from those of the rows."""
    return content.assign(high=hash_array(content.high.to_numpy()))


def ids(content: pd.DataFrame, times: pa.Array | None, batches: list[Whole]) -> pa.Array:
    """An ID from each row's content, the same at every load; equal rows remain separate. With `times`, IDs of the same
    time are ordered by `batches`, then by row.
    """
    again = content.groupby(["high", "low"], sort=False).cumcount().to_numpy()
    place = np.zeros(len(content), np.int64) if times is None else _places(times.cast(pa.int64()).to_numpy(), batches)
    return _uuids(place, content.high.to_numpy(), hash_array(content.low.to_numpy() + again.astype(np.uint64)))


def _places(us: Whole, batches: list[Whole]) -> Whole:
    """Each row's position among those with the same time."""
    order = np.lexsort([*reversed(batches), us])
    starts = np.flatnonzero(np.diff(us[order], prepend=us[order][:1] - 1))
    lengths = np.diff(np.append(starts, len(us)))
    places = np.empty(len(us), np.int64)
    places[order] = np.arange(len(us)) - np.repeat(starts, lengths)
    return places


def batches(rows: Rows) -> list[Whole]:
    """GA4's batch counters, coarsest first."""
    ways = {plain(name.rpartition(".")[2]): name for name in rows.table.column_names}
    columns = [rows.table[ways[each]] for each in usual.BATCH if each in ways]
    return [
        pd.to_numeric(column.to_pandas(), errors="coerce").fillna(0).astype("int64").to_numpy() for column in columns
    ]


def each_line(ids: pa.ChunkedArray, record: Whole) -> pa.ChunkedArray:
    """The rows' own IDs, made unique: the second and further items of a row are numbered."""
    again = pd.Series(record).groupby(record).cumcount().to_numpy()
    if not again.any():
        return ids
    numbers = pa.array(np.where(again > 0, [f"-{number}" for number in again], ""), pa.string())
    return pa.chunked_array([pc.binary_join_element_wise(ids.combine_chunks(), numbers, "")])


def _uuids(place: Whole, high: Bits, low: Bits) -> pa.Array:
    """`place` in the first group of digits, then 64 bits of `high` and 32 of `low`; the text is built from bytes at
    once, because a million single strings take seconds.
    """
    parts = ((place, ">u4"), (high, ">u8"), (low & np.uint64(0xFFFFFFFF), ">u4"))
    raw = np.hstack([_bytes(each.astype(kind)) for each, kind in parts])
    digits = np.frombuffer(raw.tobytes().hex().encode(), np.uint8).reshape(len(place), 2 * raw.shape[1])
    text = np.insert(digits, DASHES, ord("-"), axis=1)
    ends = np.arange(len(place) + 1, dtype=np.int32) * text.shape[1]
    return pa.Array.from_buffers(pa.string(), len(place), [None, pa.py_buffer(ends), pa.py_buffer(text)])


def _bytes(numbers: np.ndarray) -> np.ndarray:
    return numbers.view(np.uint8).reshape(len(numbers), numbers.itemsize)


def refunds(table: pa.Table, rows: Whole, worth: Whole) -> pa.Table:
    """Refunds of `worth` (thousandths of a minor unit) of the orders of these rows, at the rows' time."""
    orders = table.take(pa.array(rows))
    count = len(orders)
    texts = {"product_id": None, "product_name": None, "category": None, "event_name": "refund"}
    changed = {name: pa.repeat(pa.scalar(value, pa.string()), count) for name, value in texts.items()}
    changed |= {
        "event_id": _refund_ids(orders["event_id"]),
        "value_minor": joining.decimals(worth, np.ones(count, bool)),
        "price_minor": pa.nulls(count, lake.AMOUNT),
        "quantity": pa.nulls(count, lake.SCHEMA.field("quantity").type),
    }
    return pa.Table.from_arrays([changed.get(name, orders[name]) for name in lake.SCHEMA.names], schema=lake.SCHEMA)


def _refund_ids(ids: pa.ChunkedArray) -> pa.Array:
    hashes = _hashes(ids.to_numpy().astype(object) + "-refund")
    return _uuids(np.zeros(len(ids), np.int64), hashes.high.to_numpy(), hashes.low.to_numpy())
