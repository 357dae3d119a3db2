"""Reads files as rows: CSV, JSON, Excel, Parquet; compressed, in folders, or already in memory."""

import csv
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import TypeAlias

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

from shoplib.analytics.loading import excel, items, jsons, texts
from shoplib.analytics.loading.options import Options
from shoplib.analytics.loading.rows import Rows, has_content, is_nested, names_of, of_records, to_typed_rows
from shoplib.errors import LabError

Source: TypeAlias = "Path | str | pd.DataFrame | pa.Table"
TEXTS = (".csv", ".tsv", ".txt", ".tab")
JSONS = (".json", ".jsonl", ".ndjson")
PARQUETS = (".parquet", ".pq")
BOOKS = (".xlsx", ".xlsm")
KNOWN = (*TEXTS, *JSONS, *PARQUETS, *BOOKS)
PACKED = (".gz", ".bz2", ".zst", ".lz4")
MOST_MEMBERS, MOST_BYTES = 1_000, 4 << 30
SAVE_AS = "open it in the program that made it and save it as CSV or .xlsx"


def read(source: Source, options: Options) -> Iterator[Rows]:
    """The rows of each file of `source`. LabError if the format is not supported, or does not match the file's name."""
    if isinstance(source, pd.DataFrame | pa.Table):
        yield _in_memory(source, options)
        return
    for path in paths_of(source):
        for name, content in _contents(path):
            yield _readable(name, content, options)


def paths_of(path: Path | str) -> list[Path]:
    """The files of a path: a file, all readable files of a folder, or a pattern such as `sales-*.csv`."""
    place = Path(path)
    if place.is_dir():
        files = sorted(
            file for file in place.rglob("*") if _kind(file) in (*KNOWN, ".zip") and not _is_hidden(file, place)
        )
    elif place.is_file():
        files = [place]
    else:
        files = sorted(place.parent.glob(place.name)) if place.name else []
    if not files:
        raise LabError(f"file not found: {path}", f"name a file, a folder or a pattern; readable: {', '.join(KNOWN)}")
    return files


def _is_hidden(file: Path, folder: Path) -> bool:
    """Hidden files of operating systems and Excel: .DS_Store, ~$orders.xlsx, __MACOSX."""
    return any(part.startswith((".", "~$", "__MACOSX")) for part in file.relative_to(folder).parts)


def _kind(path: Path) -> str:
    return Path(path.stem).suffix.lower() if path.suffix.lower() in PACKED else path.suffix.lower()


def _contents(path: Path) -> Iterator[tuple[str, bytes]]:
    """The name and content of a file, or of each readable file in a ZIP archive."""
    try:
        if path.suffix.lower() == ".zip":
            yield from _members(path)
        else:
            with pa.input_stream(str(path), compression="detect") as stream:
                yield path.name, stream.read()
    except (OSError, zipfile.BadZipFile, pa.ArrowException, NotImplementedError, RuntimeError) as error:
        raise LabError(f"{path} cannot be read: {error}", "check that it is complete and not locked") from None


def _members(path: Path) -> Iterator[tuple[str, bytes]]:
    with zipfile.ZipFile(path) as archive:
        inside = [each for each in archive.infolist() if _kind(Path(each.filename)) in KNOWN]
        inside = [each for each in inside if not _is_hidden(Path(each.filename), Path())]
        if not inside:
            raise LabError(f"no readable file in {path}", f"readable: {', '.join(KNOWN)}")
        if len(inside) > MOST_MEMBERS or sum(each.file_size for each in inside) > MOST_BYTES:
            raise LabError(f"{path} is too large unpacked", "unpack it and pass the files you need")
        for each in inside:
            yield each.filename, archive.read(each)


def _readable(name: str, content: bytes, options: Options) -> Rows:
    kind = _kind(Path(name))
    try:
        if kind in PARQUETS:
            return _in_memory(pq.read_table(pa.BufferReader(content)), options, name)
        if kind in BOOKS or content[:4] == b"PK\x03\x04":
            return _book(content, name, options)
        if kind in JSONS or kind in TEXTS:
            return _text(content, name, kind, options)
    except (pa.ArrowException, UnicodeError, LookupError, csv.Error, OSError) as error:
        raise LabError(f"{name} cannot be read: {error}", "pass --delimiter or --encoding") from None
    raise LabError(f"{name} is not in a supported format", f"{SAVE_AS}; readable: {', '.join(KNOWN)}, packed too")


def _text(content: bytes, name: str, kind: str, options: Options) -> Rows:
    text, notes = texts.decode(content, name, options.encoding)
    if kind in JSONS or text.lstrip()[:2] in ('{"', "[{"):
        records, lines, broken = jsons.records(text)
        if not records and not broken:
            raise LabError(f"{name} is empty", "it needs JSON objects: one per line, or a list of them")
        return _of_records(name, records, lines, broken, options, notes)
    return texts.rows(text, name, notes, options.delimiter)


def _of_records(
    name: str,
    records: list[jsons.Record],
    lines: list[int],
    broken: jsons.Broken,
    options: Options,
    notes: tuple[str, ...],
) -> Rows:
    column = (options.mapping or {}).get("event_name")
    renamed = None if options.orders else options.event_names or {}
    return items.rows_of(
        name, records, lines, broken, renamed, column if isinstance(column, str) else None, notes=notes
    )


def _book(content: bytes, name: str, options: Options) -> Rows:
    cells, notes = excel.sheet(content, name, options.sheet)
    written = [[excel.text(cell) for cell in row] for row in cells]
    top = texts.header_of(written)
    if not written or not any(written[top]):
        raise LabError(f"{name} is empty", "the first row must have the column names")
    if top:
        notes.append(f"{name}: the columns' names are in row {top + 1}; what is above was left out")
    names = names_of([cell or "" for cell in written[top]])
    records = [dict(zip(names, row, strict=True)) for row in written[top + 1 :]]
    numbers = [
        all(cell is None or excel.is_number(cell) for cell in column) for column in zip(*cells[top + 1 :], strict=True)
    ]
    rows = of_records(name, [dict.fromkeys(names), *records], range(top + 1, len(written) + 1))
    table, lines = rows.table, rows.lines
    something = has_content(table)
    return Rows(name, table.filter(pa.array(something)), lines[something], notes=tuple(notes), exact=frozenset(
        each for each, number in zip(names, numbers or [False] * len(names), strict=True) if number
    ))  # fmt: skip


def _in_memory(source: pd.DataFrame | pa.Table, options: Options, name: str = "table") -> Rows:
    if isinstance(source, pd.DataFrame):
        source = _arrow(source)
    if any(is_nested(field.type) for field in source.schema):
        lines = list(range(1, len(source) + 1))
        return _of_records(name, source.to_pylist(), lines, [], options, ())
    return to_typed_rows(name, source)


def _arrow(frame: pd.DataFrame) -> pa.Table:
    """An Arrow table: columns of mixed types become text; a named index becomes a column."""
    has_index = any(name is not None for name in frame.index.names)
    frame = frame.reset_index() if has_index else frame.reset_index(drop=True)
    return pa.Table.from_arrays([_column(frame.iloc[:, place]) for place in range(frame.shape[1])],
                                [str(name) for name in frame.columns])  # fmt: skip


def _column(values: pd.Series) -> pa.Array:
    try:
        return pa.Array.from_pandas(values)
    except (pa.ArrowException, TypeError):
        return pa.array([None if _nothing(value) else excel.text(value) for value in values], pa.string())


def _nothing(value: object) -> bool:
    return (
        value is None
        or value is pd.NA
        or value is pd.NaT
        or (isinstance(value, float | np.floating) and bool(np.isnan(value)))
    )
