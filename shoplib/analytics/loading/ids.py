"""Placeholders for missing values, and IDs damaged by spreadsheets or floats."""

import re
from decimal import Decimal

import numpy as np
import numpy.typing as npt
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

IDS = ("event_id", "user_id", "anonymous_id", "session_id", "order_id", "product_id")
# What tools write where there is nothing, in lower case.
NOTHING = (
    "null",
    "undefined",
    "(not set)",
    "nan",
    "<na>",
    "nat",
    "\\n",
    "#n/a",
    "#ref!",
    "#value!",
    "[null]",
    "(null)",
)
# Of ids besides; a country may be NA, a medium "(none)".
NO_ID = (
    "none",
    "n/a",
    "na",
    "nil",
    "-",
    "--",
    "?",
    "unknown",
    "not set",
    "not available",
    "(none)",
    "anonymous",
    "guest",
)
# Nobody: guests of WooCommerce and Magento, phones that tell no id.
ZEROS = r"^[0\-]+(?:\.0)?$"
WHOLE = r"^-?[0-9]+(?:\.0+)?$"
SCIENTIFIC = r"^[0-9](?:\.[0-9]+)?[eE]\+[0-9]{2,3}$"


def nulls_for_blanks(column: pa.ChunkedArray, field: str) -> pa.ChunkedArray:
    """The column with null for placeholders of missing values."""
    words = (*NOTHING, *NO_ID) if field in IDS else NOTHING
    empty = pc.is_in(pc.utf8_lower(column), pa.array(words))
    if field in ("user_id", "anonymous_id"):
        empty = pc.or_kleene(empty, pc.match_substring_regex(column, ZEROS))
    return pc.if_else(pc.fill_null(empty, False), pa.scalar(None, pa.string()), column)


def repair(column: pa.ChunkedArray, name: str) -> tuple[pa.ChunkedArray, str | None]:
    """Restores IDs that became floats to integers: 12345.0, 5.00000000005e+11; and a note if a spreadsheet has
    truncated digits.
    """
    texts = pd.Series([text for text in pc.unique(column).to_pylist() if text], dtype="string")
    if not texts.str.contains(".", regex=False).any() and not texts.str.contains("+", regex=False).any():
        return column, None
    scientific = texts.str.match(SCIENTIFIC).to_numpy(bool)
    if not (texts.str.match(WHOLE).to_numpy(bool) | scientific).all():
        return column, None
    values = column.to_pandas()
    whole = {text: _integer(text) for text in texts}
    whole_ids = pa.chunked_array([pa.array(values.map(whole), pa.string())])
    short = [text for text in texts[scientific] if len(re.sub(r"[eE].*|\D", "", text)) < 8]
    return whole_ids, _note_lost_ids(name, short) if short else None


def _integer(text: str) -> str:
    return f"{int(Decimal(text))}"


def _note_lost_ids(name: str, short: list[str]) -> str:
    return (
        f"{name}: ids such as {short[0]} were shortened by a spreadsheet, so that different ones may have become the "
        "same; export them as text"
    )


def positions(texts: pa.ChunkedArray) -> npt.NDArray[np.int64]:
    """Each text's index among the distinct texts; -1 for null."""
    codes, _ = pd.factorize(pd.Series(texts.to_pandas(), dtype="object"))
    return codes.astype(np.int64)
