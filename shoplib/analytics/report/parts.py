"""What a chapter is made of: parts with a chart and a table, and what was left out, with the reason."""

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
    """A heading, its chart and the table behind it; `of`: source, period and coverage, printed beside the finding.
    `excerpt` is what the page has of a long table."""

    heading: str
    chart: Chart
    table: pd.DataFrame
    of: str
    excerpt: pd.DataFrame | None = None

    @property
    def name(self) -> str:
        """The table's name as a file."""
        return re.sub(r"[^a-z0-9]+", "_", self.heading.lower()).strip("_")

    @property
    def page_table(self) -> pd.DataFrame:
        return self.table.head(ROWS) if self.excerpt is None else self.excerpt


@dataclass(frozen=True)
class LeftOut:
    """A part that would say nothing, and why."""

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
