"""The rows of one file as a table of text columns."""

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc


@dataclass(frozen=True)
class Rows:
    """The rows of one file; each column is text (or a timestamp).

    `lines`: where each row starts (from 1; of tables the row's number). `broken`: (line, text, reason) of lines that
    are not rows. `exact`: columns that were numbers, so that a point is a decimal point. `record`: the
    row of the file that each row is of, where one has several items; None where each is its own. `itemised`: rows that
    are items, whose amounts are their own. `items`: how the names of an item's columns begin. `comma`: what separates
    the fields of a text.
    """

    name: str
    table: pa.Table
    lines: npt.NDArray[np.int64]
    broken: list[tuple[int, str, str]] = field(default_factory=list)
    notes: tuple[str, ...] = ()
    exact: frozenset[str] = frozenset()
    record: npt.NDArray[np.int64] | None = None
    itemised: npt.NDArray[np.bool_] | None = None
    items: str = ""
    comma: str = ","


def names_of(header: Sequence[str]) -> list[str]:
    """Unique column names: an empty one becomes "column 3", a second "Price" becomes "Price.2"."""
    seen: dict[str, int] = {}
    names = []
    for place, name in enumerate(header, 1):
        bare = name.strip().strip("\ufeff") or f"column {place}"
        seen[bare] = seen.get(bare, 0) + 1
        names.append(bare if seen[bare] == 1 else f"{bare}.{seen[bare]}")
    return names


def to_typed_rows(name: str, table: pa.Table) -> Rows:
    """A typed table as rows: timestamps stay, everything else becomes text."""
    table = table.rename_columns(names_of([str(each) for each in table.column_names]))
    exact = frozenset(field.name for field in table.schema if _is_number(field.type))
    columns = [_text(column) for column in table.columns]
    texts = pa.Table.from_arrays(columns, table.column_names)
    something = has_content(texts)
    lines = np.arange(1, len(table) + 1)
    return Rows(name, texts.filter(pa.array(something)), lines[something], exact=exact)


def has_content(table: pa.Table) -> npt.NDArray[np.bool_]:
    """Which rows are not empty."""
    there = [column.is_valid().to_numpy() for column in table.columns]
    return np.any(there, axis=0) if there else np.zeros(len(table), bool)


def _is_number(kind: pa.DataType) -> bool:
    return pa.types.is_floating(kind) or pa.types.is_integer(kind) or pa.types.is_decimal(kind)


def is_nested(kind: pa.DataType) -> bool:
    """Whether values are nested."""
    return pa.types.is_nested(kind) or pa.types.is_map(kind)


def _text(column: pa.ChunkedArray) -> pa.ChunkedArray:
    if pa.types.is_dictionary(column.type):
        column = column.cast(column.type.value_type)
    if pa.types.is_timestamp(column.type) or pa.types.is_date(column.type):
        return column
    if is_nested(column.type) or pa.types.is_binary(column.type) or pa.types.is_time(column.type):
        return pa.chunked_array([pa.array([_to_text(value) for value in column.to_pylist()], pa.string())])
    return blank_is_null(column.cast(pa.string()))


def _to_text(value: Any) -> str | None:
    if value is None or isinstance(value, str):
        return value
    return value.decode("utf-8", "replace") if isinstance(value, bytes) else json.dumps(value, default=str).strip('"')


def blank_is_null(column: pa.ChunkedArray) -> pa.ChunkedArray:
    trimmed = pc.utf8_trim_whitespace(column)
    return pc.if_else(pc.equal(trimmed, ""), pa.scalar(None, pa.string()), trimmed)


def of_records(name: str, records: Sequence[dict[str, str | None]], lines: Sequence[int], **more: Any) -> Rows:
    """Records with any keys as rows."""
    names = list(dict.fromkeys(key for record in records for key in record))
    columns = [blank_is_null(pa.chunked_array([pa.array([record.get(key) for record in records], pa.string())]))
               for key in names]  # fmt: skip
    return Rows(name, pa.Table.from_arrays(columns, names), np.array(lines, np.int64), **more)


def flat(entry: dict[str, Any], before: str = "") -> Iterator[tuple[str, Any]]:
    """Flattens nested objects to dotted names, and lists of key-value pairs (GA4 parameters) likewise; other lists are
    unchanged.
    """
    for name, value in entry.items():
        if isinstance(value, dict):
            yield from flat(value, f"{before}{name}.")
        elif isinstance(value, list) and value and all(_is_pair(each) for each in value):
            yield from ((f"{before}{name}.{each['key']}", _value(each["value"])) for each in value)
        elif isinstance(value, bool):
            yield f"{before}{name}", "true" if value else "false"
        else:
            yield f"{before}{name}", value if value is None or isinstance(value, str | list) else str(value)


def _is_pair(entry: Any) -> bool:
    return isinstance(entry, dict) and "key" in entry and "value" in entry


def _value(value: Any) -> str | None:
    """GA4's {"string_value": ..., "int_value": ...}: the value that is set."""
    content = next((each for each in value.values() if each is not None), None) if isinstance(value, dict) else value
    return content if content is None or isinstance(content, str) else str(content)
