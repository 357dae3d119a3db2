"""Reads delimited text as rows: any delimiter, titles above the header, multi-line rows, line numbers."""

import csv
import io
import re
from collections import Counter
from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv as pacsv

from shoplib.analytics.loading.rows import Rows, blank_is_null, has_content, names_of
from shoplib.errors import LabError

DELIMITERS = ",;\t|"
SAMPLE = 1 << 16
LINES_ABOVE = 30
MARKS = {b"\xff\xfe\x00\x00": "utf-32", b"\x00\x00\xfe\xff": "utf-32", b"\xff\xfe": "utf-16", b"\xfe\xff": "utf-16",
         b"\xef\xbb\xbf": "utf-8-sig"}  # fmt: skip
# Excel's own first line, which says what separates fields.
SEPARATOR = re.compile(r"\Asep=(.)\r?\n", re.IGNORECASE)
VALUE = re.compile(r"^[\s\-+(€$£]*[0-9][0-9.,:/\-\s%TZ€$£)]*$")


def decode(raw: bytes, name: str, encoding: str | None) -> tuple[str, tuple[str, ...]]:
    """The decoded text, and what was assumed: by its byte order mark, else UTF-8, else Windows-1252."""
    codec = encoding or next((each for mark, each in MARKS.items() if raw.startswith(mark)), None) or _guess_utf16(raw)
    if codec:
        return raw.decode(codec).removeprefix("\ufeff"), ()
    if b"\x00" in raw[:SAMPLE]:
        raise LabError(f"{name} is not text: it has zero bytes", "does it have the wrong file extension?")
    try:
        return raw.decode("utf-8"), ()
    except UnicodeDecodeError:
        return raw.decode("cp1252", errors="replace"), (
            f"{name} is not UTF-8 and was read as Windows-1252; say --encoding if umlauts look wrong",
        )


def _guess_utf16(raw: bytes) -> str | None:
    """Detects UTF-16: every other byte of Latin text is zero."""
    head = raw[:2_000]
    if head[1::2].count(0) > len(head) * 0.4:
        return "utf-16-le"
    return "utf-16-be" if head[::2].count(0) > len(head) * 0.4 else None


def rows(text: str, name: str, notes: tuple[str, ...], delimiter: str | None) -> Rows:
    """Parses a text. LabError if it has no rows."""
    if not text.strip():
        raise LabError(f"{name} is empty", "the first line must have the column names")
    first = 1
    if match := SEPARATOR.match(text):
        text, delimiter, first = text[match.end() :], delimiter or match[1], 2
    if "\n" not in text:
        text = text.replace("\r", "\n")
    comma = delimiter or _delimiter(text)
    above, header = _header(text, comma)
    if above:
        text, first = _skip_lines(text, above), first + above
        notes = (*notes, f"{name}: the columns' names are in line {first}; what is above was left out")
    return _parse(text, name, names_of(header), header, first, comma, notes)


def _sample(text: str, comma: str) -> list[list[str]]:
    head = text[:SAMPLE]
    if len(text) > SAMPLE:
        head = head.rpartition("\n")[0] or head
    try:
        return list(csv.reader(io.StringIO(head, newline=""), delimiter=comma))
    except csv.Error:
        return []


def _delimiter(text: str) -> str:
    """The delimiter that gives the most rows the same number of fields; on ties, the most fields."""

    def fit(comma: str) -> float:
        counts = Counter(len(row) for row in _sample(text, comma) if row)
        if not counts:
            return 0
        width = max(counts, key=lambda each: (counts[each], each))
        return counts[width] / counts.total() * float(np.log2(width))

    return max(DELIMITERS, key=fit)


def _header(text: str, comma: str) -> tuple[int, list[str]]:
    """The number of lines above the header, and the column names."""
    sample = _sample(text, comma)
    place = header_of([[cell or None for cell in row] for row in sample])
    names = sample[place] if sample else [text.split("\n", 1)[0]]
    above = sum(1 + sum(cell.count("\n") for cell in row) for row in sample[:place])
    return above, names


def header_of(table: Sequence[Sequence[str | None]]) -> int:
    """The header row: the first row that is as wide as most rows and has no values; 0 if there is none."""
    widths = Counter(_width(row) for row in table if _width(row) > 1)
    if not widths:
        return 0
    usual = max(widths, key=lambda each: (widths[each], each))
    for number, row in enumerate(table[:LINES_ABOVE]):
        if _width(row) >= max(2, 0.6 * usual) and not any(cell and VALUE.match(cell) for cell in row):
            return number
    return next((number for number, row in enumerate(table) if any(row)), 0)


def _width(row: Sequence[str | None]) -> int:
    return sum(cell is not None and bool(cell.strip()) for cell in row)


def _skip_lines(text: str, lines: int) -> str:
    at = 0
    for _ in range(lines):
        at = text.index("\n", at) + 1
    return text[at:]


def _parse(
    text: str, name: str, names: list[str], header: list[str], first: int, comma: str, notes: tuple[str, ...]
) -> Rows:
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
    lines, broken = _lines(table, invalid, header, first)
    if len(table) and text.count('"') % 2 and any("\n" in (column[-1].as_py() or "") for column in table.columns):
        swallowed = "\n".join(column[-1].as_py() or "" for column in table.columns)
        broken.append((int(lines[-1]), swallowed, "a quote that opens here is never closed"))
        table, lines = table.slice(0, len(table) - 1), lines[:-1]
    table = pa.Table.from_arrays([blank_is_null(column) for column in table.columns], names)
    something = has_content(table)
    return Rows(name, table.filter(pa.array(something)), lines[something], broken, notes, comma=comma)


def _lines(
    table: pa.Table, invalid: list[tuple[int, str]], header: list[str], first: int
) -> tuple[npt.NDArray[np.int64], list[tuple[int, str, str]]]:
    """The line at which each row starts: rows may span several lines, and some lines are not rows."""
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
    starts = first + 1 + sum(name.count("\n") for name in header) + np.cumsum(height) - height
    reason = f"not {len(header)} fields, as the line with the names has"
    broken = [
        (int(starts[number]), text, reason) for number, (_, text) in zip(numbers, invalid, strict=True) if text.strip()
    ]
    return starts[is_row], broken
