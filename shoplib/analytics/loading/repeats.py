"""Duplicates: rows that another file has too, repeated orders, equal rows."""

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from shoplib.analytics.loading.shaping import Shaped
from shoplib.core import events

Flags = npt.NDArray[np.bool_]
KEY = ["event_name", "order_id", "event_time"]
LINE = ["product_id", "product_name", "value_minor", "quantity"]


def drop_repeats(parts: Sequence[Shaped], orders: bool) -> tuple[pa.Table, list[pd.DataFrame], list[str]]:
    """The rows without duplicates, the duplicates as rejected rows, and notes."""
    table = pa.concat_tables([part.table for part in parts])
    file = np.repeat(np.arange(len(parts)), [len(part.table) for part in parts])
    content = pd.concat([part.content for part in parts], ignore_index=True)
    again = _in_another_file(content, file)
    rejected = [_reject_rows(table, again, "", "a row that another file has too")]
    repeated = np.zeros(len(table), bool)
    if not orders:
        repeated[~again] = _repeats_order(table.filter(pa.array(~again)))
        rejected.append(
            _reject_rows(table, repeated, "order_id", "the same order was there before, with the same lines")
        )
    keep = ~(again | repeated)
    notes = [*_note_same_content(table, content, keep), *(_same_ids(table, keep) if _have_ids(parts) else [])]
    return table if keep.all() else table.filter(pa.array(keep)), rejected, notes


def _in_another_file(content: pd.DataFrame, file: npt.NDArray[np.int64]) -> Flags:
    if not len(file) or file[-1] == 0:
        return np.zeros(len(file), bool)
    first = content.assign(file=file).groupby(["high", "low"], sort=False).file.transform("first").to_numpy()
    return np.asarray(first != file)


def _repeats_order(table: pa.Table) -> Flags:
    """Rows of purchases (refunds) that repeat an earlier order line by line, for example because a page was
    reloaded.
    """
    again = np.zeros(len(table), bool)
    rows = np.flatnonzero(pc.and_(pc.is_in(table["event_name"], pa.array(events.SALES)), table["order_id"].is_valid()))
    lines = table.select([*KEY, *LINE]).take(pa.array(rows)).to_pandas().assign(row=rows)
    lines = lines[lines.duplicated(KEY[:2], keep=False)]
    if lines.empty:
        return again
    # Without products each row is the whole order.
    whole = lines.product_id.isna() & lines.product_name.isna()
    lines["telling"] = lines.groupby(KEY, sort=False).ngroup().where(~whole, -1 - lines.row)
    lines["said"] = lines[LINE].astype("string").fillna("").agg("\x1f".join, axis=1)
    tellings = lines.sort_values("said").groupby("telling", sort=False).agg(
        name=("event_name", "first"), order=("order_id", "first"), at=("event_time", "first"), row=("row", "min"),
        said=("said", "\x1e".join),
    )  # fmt: skip
    later = tellings.sort_values(["at", "row"], kind="stable").duplicated(["name", "order", "said"])
    again[lines.row[lines.telling.isin(later.index[later])]] = True
    return again


def _reject_rows(table: pa.Table, which: Flags, column: str, reason: str) -> pd.DataFrame:
    some = table.select(["shard_id", "sequence_number", "order_id"]).filter(pa.array(which)).to_pandas()
    values = some.order_id if column else ""
    rows = pd.DataFrame({"file": some.shard_id, "line": some.sequence_number.astype("int64"), "column": column,
                          "value": values, "reason": reason})  # fmt: skip
    return rows.drop_duplicates(["file", "line"])


def _note_same_content(table: pa.Table, content: pd.DataFrame, keep: Flags) -> list[str]:
    alike = content.duplicated().to_numpy() & keep
    if not alike.any():
        return []
    line = int(table["sequence_number"][int(np.flatnonzero(alike)[0])].as_py())
    many = f"{int(alike.sum()):,} rows are word for word the same as another (the first in line {line})"
    return [f"{many}: each is counted"]


def _have_ids(parts: Sequence[Shaped]) -> bool:
    return any(use.field == "event_id" for part in parts for use in part.columns.used)


def _same_ids(table: pa.Table, keep: Flags) -> list[str]:
    """Rows with equal IDs from the file; generated IDs are unique."""
    more = int(keep.sum()) - pc.count_distinct(table["event_id"].filter(pa.array(keep)), mode="all").as_py()
    return [f"{more:,} rows have the event_id of another: cleaning counts them once"] if more else []
