"""UCI Online Retail: every invoice line of a real British gift shop, 2010-12-01 to 2011-12-09.

D. Chen, UCI Machine Learning Repository, doi:10.24432/C5BW33, CC BY 4.0. Many altered copies are about, so every
published figure is checked before a copy is trusted. Prices have up to three decimals of a pound and stay exact.
"""

import os
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd
import platformdirs

from shoplib.errors import LabError

VARIABLE = "SHOPLIB_ONLINE_RETAIL"
NAMES = ("online_retail.parquet", "online_retail.csv", "Online Retail.csv")
HOME = "https://archive.ics.uci.edu/dataset/352/online+retail"
SHOP_TIME = "Europe/London"
SPREADSHEETS = (".xlsx", ".xls", ".ods", ".zip")
COLUMNS = ["InvoiceNo", "StockCode", "Description", "Quantity", "InvoiceDate", "UnitPrice", "CustomerID", "Country"]

# Of the complete data set; money in thousandths of a pound.
FIGURES: dict[str, int] = {
    "rows": 541_909,
    "rows with CustomerID": 406_829,
    "distinct InvoiceNo": 25_900,
    "distinct StockCode": 4_070,
    "distinct CustomerID": 4_372,
    "distinct Country": 38,
    "sum(Quantity x UnitPrice) in thousandths": 9_747_747_934,
    "cancelled invoices": 3_836,
    "sum of cancelled invoices in thousandths": -896_812_490,
    "net revenue 2010-12 in thousandths": 748_957_020,
    "net revenue 2011-11 in thousandths": 1_461_756_250,
    "net revenue United Kingdom in thousandths": 8_187_806_364,
    "net revenue Netherlands in thousandths": 284_661_540,
    "rows with UnitPrice = 0": 2_515,
    "rows with UnitPrice < 0": 2,
    "rows without Description": 1_454,
    "exact duplicate rows": 5_268,
}


@dataclass(frozen=True)
class Source:
    """A verified copy. `lines` has the original columns plus `mills` (unit price in thousandths of a pound, int64),
    `placed_at` (UTC), `is_return`, and `line` (1-based place on its invoice)."""

    path: Path
    lines: pd.DataFrame

    def invoices(self, count: int | None = None) -> pd.DataFrame:
        """The lines of the first `count` invoices, in the order in which the shop wrote them."""
        if count is None:
            return self.lines
        first = self.lines.InvoiceNo.drop_duplicates().head(count)
        return self.lines[self.lines.InvoiceNo.isin(first)]


def find(path: Path | str | None = None) -> Path | None:
    """The data file: `path`, else the variable SHOPLIB_ONLINE_RETAIL, else the usual places; None when there is none.

    LabError when a file was named and is not there.
    """
    location = path or os.environ.get(VARIABLE)
    if location:
        if not Path(location).is_file():
            raise LabError(f"file not found: {location}", how_to_get_it())
        return Path(location)
    return next((place / name for place in _places() for name in NAMES if (place / name).is_file()), None)


def _places() -> list[Path]:
    repository = Path(__file__).resolve().parents[2]
    here = Path.cwd()
    user = Path(platformdirs.user_data_dir("shoplib", appauthor=False))
    return [
        here / "data",
        here.parent / "shared" / "data",
        repository / "data",
        repository.parent / "shared/data",
        user,
    ]


def how_to_get_it() -> str:
    return f"download it from {HOME}, unpack it, save its sheet as CSV and name that with --file or {VARIABLE}"


def load(path: Path) -> Source:
    """Read and verify a copy. LabError names each figure that differs from the published one."""
    lines = _read(path)
    absent = [column for column in COLUMNS if column not in lines]
    if absent:
        raise LabError(f"{path} has no column {', '.join(absent)}", f"it needs: {', '.join(COLUMNS)}")
    try:
        lines = _prepare(lines)
    except (TypeError, ValueError, OverflowError) as error:
        raise LabError(f"{path} is not Online Retail: {error}", how_to_get_it()) from None
    wrong = [
        f"{name} is {figure:,}, not {FIGURES[name]:,}"
        for name, figure in figures(lines).items()
        if figure != FIGURES[name]
    ]
    if wrong:
        raise LabError(f"{path} is not the complete Online Retail: {'; '.join(wrong)}", how_to_get_it())
    return Source(path, lines)


def _read(path: Path) -> pd.DataFrame:
    if path.suffix.lower() in SPREADSHEETS:
        raise LabError(
            f"{path} is a spreadsheet or an archive, which is not read here",
            "open it, save the sheet as CSV, name that",
        )
    try:
        if path.suffix == ".parquet":
            return pd.read_parquet(path)
        text = {"InvoiceNo": "str", "StockCode": "str", "Description": "str", "Country": "str"}
        return pd.read_csv(path, dtype=text, encoding="utf-8", encoding_errors="replace")
    except (OSError, ValueError) as error:
        raise LabError(f"{path} cannot be read: {error}", how_to_get_it()) from None


def _prepare(lines: pd.DataFrame) -> pd.DataFrame:
    lines = lines[COLUMNS].copy()
    lines["InvoiceDate"] = _moments(lines.InvoiceDate)
    lines["CustomerID"] = lines.CustomerID.astype("Int64")
    lines["mills"] = (lines.UnitPrice.astype("float64") * 1000).round().astype("int64")
    lines["placed_at"] = lines.InvoiceDate.dt.tz_localize(SHOP_TIME).dt.tz_convert("UTC")
    lines["is_return"] = lines.InvoiceNo.str.startswith("C")
    lines["line"] = lines.groupby("InvoiceNo", sort=False).cumcount() + 1
    return lines


def _moments(dates: pd.Series) -> pd.Series:
    """Dates as the copies in circulation write them: 2010-12-01 08:26:00, 12/1/2010 8:26, or 01/12/2010 08:26.

    A whole year read the wrong way round cannot pass: there is no 13th month.
    """
    try:
        return pd.to_datetime(dates)
    except ValueError:
        return pd.to_datetime(dates, dayfirst=True)


def figures(lines: pd.DataFrame) -> dict[str, int]:
    """Every published figure, as this copy has it."""
    value = lines.Quantity * lines.mills
    month = lines.InvoiceDate.dt.strftime("%Y-%m")
    money = {
        "sum(Quantity x UnitPrice)": value,
        "sum of cancelled invoices": value[lines.is_return],
        "net revenue 2010-12": value[month == "2010-12"],
        "net revenue 2011-11": value[month == "2011-11"],
        "net revenue United Kingdom": value[lines.Country == "United Kingdom"],
        "net revenue Netherlands": value[lines.Country == "Netherlands"],
    }
    return _counts(lines) | {f"{name} in thousandths": int(part.sum()) for name, part in money.items()}


def _counts(lines: pd.DataFrame) -> dict[str, int]:
    distinct = {
        f"distinct {name}": lines[name].nunique() for name in ("InvoiceNo", "StockCode", "CustomerID", "Country")
    }
    counts: dict[str, Any] = {
        "rows": len(lines),
        "rows with CustomerID": lines.CustomerID.notna().sum(),
        "cancelled invoices": lines.InvoiceNo[lines.is_return].nunique(),
        "rows with UnitPrice = 0": (lines.mills == 0).sum(),
        "rows with UnitPrice < 0": (lines.mills < 0).sum(),
        "rows without Description": lines.Description.isna().sum(),
        "exact duplicate rows": lines.duplicated(COLUMNS).sum(),
    }
    return {name: int(count) for name, count in (counts | distinct).items()}
