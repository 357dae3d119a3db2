"""The report's tables as files: CSV, Excel, Parquet; each with the data dictionary."""

import re
from decimal import Decimal
from io import BytesIO
from pathlib import Path

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

from shoplib import whole_files
from shoplib.analytics.report.dictionary import dictionary
from shoplib.analytics.report.page import Report
from shoplib.errors import LabError

DICTIONARY = "dictionary"
# A spreadsheet runs texts that begin so as formulas; names of campaigns come from anybody's links.
FORMULA = re.compile(r"^[=+\-@\t\r]")
# Excel's limits.
SHEET_NAME, SHEET_ROWS = 31, 1_048_576


def export_csv(report: Report, folder: Path) -> list[Path]:
    """A file per table (UTF-8). Text that a spreadsheet would interpret as a formula is prefixed with an apostrophe."""
    return [_csv(table, _folder(folder) / f"{name}.csv") for name, table in _all(report).items()]


def _csv(table: pd.DataFrame, file: Path) -> Path:
    with whole_files.replacing(file) as draft:
        table.map(_escape_formula).to_csv(draft, index=False)
    return file


def _escape_formula(value: object) -> object:
    return f"'{value}" if isinstance(value, str) and FORMULA.match(value) else value


def export_parquet(report: Report, folder: Path) -> list[Path]:
    """A file per table; amounts are decimals."""
    return [_parquet(table, _folder(folder) / f"{name}.parquet") for name, table in _all(report).items()]


def _parquet(table: pd.DataFrame, file: Path) -> Path:
    rows = pa.Table.from_pandas(table.rename(columns=str), preserve_index=False).replace_schema_metadata(None)
    with whole_files.replacing(file) as draft:
        pq.write_table(rows, draft)
    return file


def export_xlsx(report: Report, file: Path) -> Path:
    """One workbook, a sheet per table, the dictionary first. Excel stores binary floats: amounts have 15 digits."""
    tables = _all(report)
    if long := [name for name, table in tables.items() if len(table) >= SHEET_ROWS]:
        raise LabError(
            f"{', '.join(long)} has more rows than an Excel sheet can hold", "export with --csv or --parquet"
        )
    sheets = _sheet_names(list(tables))
    content = BytesIO()
    # openpyxl writes sheets into the folder for temporary files first.
    with whole_files.naming(file), pd.ExcelWriter(content, engine="openpyxl") as book:
        for name in sorted(tables, key=lambda each: each != DICTIONARY):
            tables[name].map(_of_excel).to_excel(book, sheet_name=sheets[name], index=False)
            _finish(book.sheets[sheets[name]])
    return whole_files.write(file, content.getvalue())


def _of_excel(value: object) -> object:
    if isinstance(value, Decimal):
        return float(value)
    return value if pd.api.types.is_scalar(value) and not isinstance(value, pd.Timestamp) else str(value)


def _finish(sheet) -> None:
    sheet.freeze_panes = "A2"
    for row in sheet.iter_rows():
        for cell in row:
            if cell.data_type == "f":
                cell.data_type = "s"


def _sheet_names(names: list[str]) -> dict[str, str]:
    """Sheet names, which Excel limits in length; shortened names get a number to stay unique."""
    return {
        name: name if len(name) <= SHEET_NAME else f"{name[: SHEET_NAME - 3]}_{number:02d}"
        for number, name in enumerate(names)
    }


def _all(report: Report) -> dict[str, pd.DataFrame]:
    tables = report.tables()
    return {**tables, DICTIONARY: dictionary(tables)}


def _folder(folder: Path) -> Path:
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise LabError(f"{folder} cannot be created: {error.strerror}", "choose another folder") from None
    return folder
