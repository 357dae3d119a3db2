"""Reads Excel workbooks (.xlsx) as rows of text."""

import io
from datetime import date, datetime, time
from typing import Any
from zipfile import BadZipFile

from shoplib.errors import LabError

Cells = list[list[Any]]


def sheet(content: bytes, name: str, title: str | None) -> tuple[Cells, list[str]]:
    """The cells of a sheet (`title`, or else the one with the most rows), and notes."""
    import openpyxl  # takes a quarter of a second
    from openpyxl.utils.exceptions import InvalidFileException

    try:
        book = openpyxl.load_workbook(io.BytesIO(content), read_only=False, data_only=True)
    except (InvalidFileException, BadZipFile, KeyError, ValueError) as error:
        raise LabError(
            f"{name} cannot be read as .xlsx: {error}", "open it in Excel and save it as .xlsx or CSV"
        ) from None
    names = [each.title for each in book.worksheets]
    if title is not None and title not in names:
        raise LabError(f"{name} has no sheet {title!r}", f"sheets: {', '.join(names)}")
    chosen = book[title] if title else max(book.worksheets, key=lambda each: each.max_row * (each.max_column > 1))
    notes = [f"of the sheets {', '.join(names)} the one called {chosen.title} was read"] if len(names) > 1 else []
    return [list(row) for row in chosen.iter_rows(values_only=True)], notes


def text(value: Any) -> str | None:
    """A cell as text; numbers in their shortest exact form."""
    if value is None:
        return None
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, datetime):
        return value.isoformat(sep=" ")
    if isinstance(value, date | time):
        return value.isoformat()
    if isinstance(value, float):
        return str(int(value)) if value.is_integer() and abs(value) < 1e15 else repr(value)
    return str(value)


def is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)
