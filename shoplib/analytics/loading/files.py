"""Files of rows as tables of text, with each row's line: CSV (any delimiter, usual encodings), JSON lines, Parquet.

Everything stays text, so that amounts keep their decimals; only Parquet's own times come as times.
"""

import csv
import io
import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv as pacsv
import pyarrow.parquet as pq

from shoplib.errors import LabError

DELIMITERS = ",;\t|"
SAMPLE = 1 << 16
ENCODINGS = {b"\xff\xfe": "utf-16", b"\xfe\xff": "utf-16", b"\xef\xbb\xbf": "utf-8-sig"}
TEXTS = (".csv", ".tsv", ".txt")
JSONS = (".jsonl", ".ndjson")
PARQUETS = (".parquet", ".pq")
KNOWN = (*TEXTS, *JSONS, *PARQUETS)


@dataclass(frozen=True)
class Rows:
    """Rows of one file, each column text (or a time), and the line (from 1; of Parquet the row) that each starts at.

    `broken`: (line, text, reason) of what is no row at all.
    """

    name: str
    table: pa.Table
    lines: npt.NDArray[np.int64]
    broken: list[tuple[int, str, str]] = field(default_factory=list)
    notes: tuple[str, ...] = ()


def found(path: Path | str) -> list[Path]:
    """The files that a path means: a file, all readable ones of a folder, or a pattern such as `sales-*.csv`."""
    place = Path(path)
    if place.is_dir():
        files = sorted(file for file in place.rglob("*") if _kind(file) in KNOWN)
    elif place.is_file():
        files = [place]
    else:
        files = sorted(place.parent.glob(place.name)) if place.name else []
    if not files:
        raise LabError(f"there is no file {path}", f"name a file, a folder or a pattern; readable: {', '.join(KNOWN)}")
    return files


def read(path: Path, delimiter: str | None = None, encoding: str | None = None) -> Rows:
    """One file. LabError when it is not of a readable kind, or not what its name says."""
    kind = _kind(path)
    try:
        if kind in PARQUETS:
            return _parquet(path)
        if kind in JSONS:
            return _json(path, encoding)
        if kind in TEXTS:
            return _csv(path, delimiter, encoding)
    except (pa.ArrowException, UnicodeError, csv.Error, OSError) as error:
        raise LabError(f"{path} cannot be read: {error}", "say delimiter= or encoding= if they are unusual") from None
    raise LabError(f"{path} is of no kind that is read here", f"readable: {', '.join(KNOWN)} (text also as .gz)")


def _kind(path: Path) -> str:
    return Path(path.stem).suffix.lower() if path.suffix.lower() == ".gz" else path.suffix.lower()


def _parquet(path: Path) -> Rows:
    table = pq.read_table(path)
    columns = [_text(column) for column in table.columns]
    return Rows(path.name, pa.Table.from_arrays(columns, table.column_names), np.arange(1, len(table) + 1))


def _text(column: pa.ChunkedArray) -> pa.ChunkedArray:
    if pa.types.is_timestamp(column.type) or pa.types.is_date(column.type):
        return column
    if pa.types.is_dictionary(column.type):
        column = column.cast(column.type.value_type)
    if pa.types.is_nested(column.type) or pa.types.is_binary(column.type):
        return pa.chunked_array([pa.array([_shown(value) for value in column.to_pylist()], pa.string())])
    return _blank_is_null(column.cast(pa.string()))


def _shown(value: Any) -> str | None:
    return None if value is None else json.dumps(value, default=str)


def _blank_is_null(column: pa.ChunkedArray) -> pa.ChunkedArray:
    trimmed = pc.utf8_trim_whitespace(column)
    return pc.if_else(pc.equal(trimmed, ""), pa.scalar(None, pa.string()), trimmed)


def _content(path: Path) -> bytes:
    with pa.input_stream(str(path), compression="detect") as stream:
        return stream.read()


def _decoded(path: Path, encoding: str | None) -> tuple[str, tuple[str, ...]]:
    raw = _content(path)
    named = encoding or next((name for mark, name in ENCODINGS.items() if raw.startswith(mark)), None)
    if named:
        return raw.decode(named).removeprefix("\ufeff"), ()
    try:
        return raw.decode("utf-8"), ()
    except UnicodeDecodeError:
        return raw.decode("cp1252", errors="replace"), (f"{path.name} is not UTF-8 and was read as Windows-1252",)


def _csv(path: Path, delimiter: str | None, encoding: str | None) -> Rows:
    text, notes = _decoded(path, encoding)
    if not text.strip():
        raise LabError(f"{path} is empty", "a first line with the names of the columns is needed")
    comma = delimiter or _delimiter(text)
    header = next(csv.reader(io.StringIO(text[: 1 << 20]), delimiter=comma))
    names = _names([name.strip() for name in header], path)
    invalid: list[tuple[int, str]] = []

    def skip(row: pacsv.InvalidRow) -> str:
        invalid.append((row.number, row.text))
        return "skip"

    table = pacsv.read_csv(
        io.BytesIO(text.encode()),
        read_options=pacsv.ReadOptions(use_threads=False, column_names=names, skip_rows_after_names=1),
        parse_options=pacsv.ParseOptions(
            delimiter=comma, newlines_in_values=True, ignore_empty_lines=False, invalid_row_handler=skip
        ),
        convert_options=pacsv.ConvertOptions(column_types=dict.fromkeys(names, pa.string()), strings_can_be_null=False),
    )
    lines, broken = _lines(table, invalid, header)
    table = pa.Table.from_arrays([_blank_is_null(column) for column in table.columns], names)
    something = np.any([column.is_valid().to_numpy() for column in table.columns], axis=0)
    return Rows(path.name, table.filter(pa.array(something)), lines[something], broken, notes)


def _delimiter(text: str) -> str:
    sample = text[:SAMPLE]
    try:
        return csv.Sniffer().sniff(sample, DELIMITERS).delimiter
    except csv.Error:
        first = sample.split("\n", 1)[0]
        return max(DELIMITERS, key=first.count)


def _names(header: list[str], path: Path) -> list[str]:
    if double := sorted({name for name in header if header.count(name) > 1}):
        raise LabError(f"{path} has columns of the same name: {', '.join(map(repr, double))}", "rename them")
    return header


def _lines(
    table: pa.Table, invalid: list[tuple[int, str]], header: list[str]
) -> tuple[npt.NDArray[np.int64], list[tuple[int, str, str]]]:
    """The line that each row starts at: rows may be several lines long, and some are no rows."""
    inside = np.zeros(len(table), np.int64)
    for column in table.columns:
        inside += pc.fill_null(pc.count_substring(column, "\n"), 0).to_numpy().astype(np.int64)
    # The parser numbers records from 1, the header's included.
    numbers = [number - 2 for number, _ in invalid]
    every = len(table) + len(invalid)
    is_row = np.ones(every, bool)
    is_row[numbers] = False
    height = np.ones(every, np.int64)
    height[is_row] += inside
    height[numbers] += np.array([text.count("\n") for _, text in invalid], np.int64)
    first = 2 + sum(name.count("\n") for name in header)
    starts = first + np.cumsum(height) - height
    reason = f"not {len(header)} fields, as the first line has"
    broken = [
        (int(starts[number]), text, reason) for number, (_, text) in zip(numbers, invalid, strict=True) if text.strip()
    ]
    return starts[is_row], broken


def _json(path: Path, encoding: str | None) -> Rows:
    text, notes = _decoded(path, encoding)
    rows: list[dict[str, str | None]] = []
    lines, broken = [], []
    for number, line in enumerate(text.splitlines(), 1):
        if not line.strip():
            continue
        try:
            rows.append(dict(_flat(json.loads(line, parse_float=str, parse_int=str))))
            lines.append(number)
        except (ValueError, AttributeError, RecursionError) as error:
            broken.append((number, line, f"not a JSON object: {error}"))
    names = list(dict.fromkeys(name for row in rows for name in row))
    columns = [pa.array([row.get(name) for row in rows], pa.string()) for name in names]
    return Rows(path.name, pa.Table.from_arrays(columns, names), np.array(lines, np.int64), broken, notes)


def _flat(entry: dict[str, Any], before: str = "") -> Iterator[tuple[str, str | None]]:
    """Nested objects as names with dots."""
    for name, value in entry.items():
        if isinstance(value, dict):
            yield from _flat(value, f"{before}{name}.")
        elif isinstance(value, bool | list):
            yield f"{before}{name}", json.dumps(value)
        else:
            yield f"{before}{name}", value
