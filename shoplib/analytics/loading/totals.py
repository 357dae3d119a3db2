"""Rows that are not data: totals, and repeated headers."""

from collections.abc import Mapping
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from shoplib.analytics.loading.columns import Columns
from shoplib.analytics.loading.loaded import Rejections
from shoplib.analytics.loading.rows import Rows

Flags = npt.NDArray[np.bool_]
WORDS = ("total", "totals", "grand total", "sum", "summe", "gesamt", "gesamtsumme", "zwischensumme", "somme", "totale",
         "total général", "total general", "totaal", "subtotal")  # fmt: skip


def refuse(rows: Rows, columns: Columns, by_field: Mapping[str, Any], out: Rejections) -> None:
    """Reject them. A totals row says so, and has no time or no order."""
    times = by_field["event_time"]
    if pa.types.is_string(times.type):
        again = pc.fill_null(pc.equal(times, columns.name_of("event_time")), False)
        out.reject(again.to_numpy(), "event_time", times, "the names of the columns once more")
    sure = [by_field[name] for name in ("event_time", "order_id") if name in by_field]
    odd = np.any([flags for column in sure for flags in (column.is_null().to_numpy(), _is_total(column))], axis=0)
    places = np.flatnonzero(odd)
    if len(places):
        some = rows.table.take(pa.array(places))
        odd[places] = np.any([_is_total(column) for column in some.columns], axis=0)
        out.reject(odd, "", None, "a row of totals")


def _is_total(column: pa.ChunkedArray) -> Flags:
    if not pa.types.is_string(column.type):
        return np.zeros(len(column), bool)
    matches = pc.is_in(pc.utf8_lower(pc.utf8_rtrim(column, ": ")), pa.array(WORDS))
    return np.asarray(pc.fill_null(matches, False).to_numpy())
