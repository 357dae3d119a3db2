"""The result of loading: the events, and what was used, ignored, assumed and rejected."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt
import pandas as pd
import pyarrow as pa

COLUMNS = ["file", "line", "column", "value", "reason"]
MOST_EXAMPLES = 5


@dataclass(frozen=True)
class Use:
    """A column of the file that is used as a field of the lake; `how`: "by name", "as said", or another reason."""

    field: str
    column: str
    how: str


@dataclass(frozen=True)
class Ignored:
    """A column of the file that is not used."""

    column: str
    why: str


@dataclass(frozen=True)
class Provenance:
    """The origin of events.

    `files`: their names. `rows`: rows in them; each is either used or one row of `rejected` (file, line, column, value,
    reason). `used`, `ignored`: columns. `assumed`: assumptions, as sentences. `currency`: of all amounts; None if
    neither file nor caller names one. `time_zone`: of times without a zone, and of days.
    """

    files: tuple[str, ...]
    rows: int
    used: tuple[Use, ...]
    ignored: tuple[Ignored, ...]
    assumed: tuple[str, ...]
    rejected: pd.DataFrame = field(repr=False)
    currency: str | None = None
    time_zone: str = "UTC"

    @property
    def rows_used(self) -> int:
        """The number of rows that became events."""
        return self.rows - len(self.rejected)

    def lines(self) -> list[str]:
        """The report: one line each for what was read, used, ignored, assumed and rejected."""
        return [
            f"read      {self.rows:,} rows of {_few(self.files)}: {self.rows_used:,} used, "
            f"{len(self.rejected):,} rejected",
            *_indent("used", [", ".join(_use(use) for use in self.used)] if self.used else []),
            *_indent(
                "ignored", [", ".join(f"{each.column} ({each.why})" for each in self.ignored)] if self.ignored else []
            ),
            *_indent("assumed", self.assumed),
            *_indent("rejected", self.reasons()),
        ]

    def reasons(self) -> list[str]:
        """Rejected rows by reason, with their lines: "line 5, 9 of a.csv: no time (event_time)"."""
        groups = self.rejected.groupby(["file", "reason", "column"], sort=False)
        return [_reason(str(file), str(reason), str(column), rows) for (file, reason, column), rows in groups]


def _use(use: Use) -> str:
    how = "" if use.how == "by name" else f" ({use.how})"
    return f"{use.field} = {use.column}{how}"


def _indent(word: str, texts: Sequence[str]) -> Iterator[str]:
    for number, text in enumerate(texts):
        yield f"{word if not number else '':<10}{text}"


def _reason(file: str, reason: str, column: str, rows: pd.DataFrame) -> str:
    places = ", ".join(str(line) for line in rows.line.head(MOST_EXAMPLES))
    more = f" and {len(rows) - MOST_EXAMPLES:,} more" if len(rows) > MOST_EXAMPLES else ""
    value = rows.value.iloc[0]
    example = "" if value is None or value != value or value == "" else f", such as {str(value)[:40]!r}"
    return f"line {places}{more} of {file}: {reason}{f' ({column}{example})' if column else ''}"


def _few(names: Sequence[str]) -> str:
    more = f" and {len(names) - MOST_EXAMPLES:,} more files" if len(names) > MOST_EXAMPLES else ""
    return ", ".join(names[:MOST_EXAMPLES]) + more


@dataclass(frozen=True)
class Loaded:
    """`events`: columns of `shoplib.core.lake.SCHEMA`, ready for `clean` and every analysis; `shard_id` is the file and
    `sequence_number` the line of an event. `provenance`: what was used, ignored, assumed and rejected.
    """

    events: pd.DataFrame
    provenance: Provenance

    @property
    def rejected(self) -> pd.DataFrame:
        """The rejected rows: file, line, column, value, reason."""
        return self.provenance.rejected

    @property
    def notes(self) -> tuple[str, ...]:
        """Assumptions and notes."""
        return self.provenance.assumed

    def report(self) -> str:
        """A readable report."""
        return "\n".join(self.provenance.lines())

    def __repr__(self) -> str:
        return self.report()


@dataclass
class Rejections:
    """Collects rejected rows; for a row with several errors, the first is reported. `record`: the file's row to which
    each row belongs; it is rejected as a whole.
    """

    file: str
    lines: npt.NDArray[np.int64]
    record: npt.NDArray[np.int64]
    bad: npt.NDArray[np.bool_] = field(init=False)
    tables: list[pd.DataFrame] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.bad = np.zeros(len(self.lines), bool)

    def reject(self, which: npt.NDArray[np.bool_], column: str, values: pa.ChunkedArray | None, reason: str) -> None:
        """Reject these rows; `values`: the invalid column."""
        rows = np.flatnonzero(which & ~self.bad)
        if not len(rows):
            return
        self.bad |= np.isin(self.record, self.record[rows])
        rows = rows[np.unique(self.record[rows], return_index=True)[1]]
        examples = [None if values is None else values[row].as_py() for row in rows.tolist()]
        table = pd.DataFrame({"line": self.lines[rows], "column": column, "value": examples, "reason": reason})
        self.tables.append(table.assign(file=self.file)[COLUMNS])


def sort_rejections(parts: Sequence[pd.DataFrame]) -> pd.DataFrame:
    """Rejected rows, sorted by file and line."""
    blank = pd.DataFrame({name: pd.Series([], dtype="int64" if name == "line" else "str") for name in COLUMNS})
    some = [part for part in parts if len(part)]
    if not some:
        return blank
    return pd.concat(some).sort_values(["file", "line"], kind="stable", ignore_index=True)
