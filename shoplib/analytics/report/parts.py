"""The contents of a chapter: parts with a chart and a table, and omitted parts with the reason."""

import re
from dataclasses import dataclass
from decimal import Decimal
from typing import TypeAlias

import pandas as pd

from shoplib.analytics.charts import Chart
from shoplib.analytics.headlines import words

ROWS = 12


@dataclass(frozen=True)
class Part:
    """A heading, a chart and its table; `of`: source, period and coverage, printed next to the finding. `excerpt` is
    the part of a long table that the page shows.
    """

    heading: str
    chart: Chart
    table: pd.DataFrame
    of: str
    excerpt: pd.DataFrame | None = None

    @property
    def name(self) -> str:
        """The file name of the table."""
        return re.sub(r"[^a-z0-9]+", "_", self.heading.lower()).strip("_")

    @property
    def page_table(self) -> pd.DataFrame:
        return self.table.head(ROWS) if self.excerpt is None else self.excerpt


@dataclass(frozen=True)
class LeftOut:
    """An omitted part, and why."""

    heading: str
    reason: str


Piece: TypeAlias = Part | LeftOut


def cell(value: object) -> str:
    if words.is_missing(value):
        return "–"
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, float):
        return words.number(value, 3)
    if isinstance(value, Decimal):
        return words.number(value, max(2, -int(value.as_tuple().exponent)) if value % 1 else 2)
    return f"{value:,}" if isinstance(value, int) else str(value)


def is_number(value: object) -> bool:
    return words.is_missing(value) or (isinstance(value, int | float | Decimal) and not isinstance(value, bool))
