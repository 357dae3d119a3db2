"""What came of loading: the events, and every row that could not be taken, with its place and the reason."""

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt
import pandas as pd

COLUMNS = ["file", "line", "column", "value", "reason"]
SHOWN = 5


@dataclass(frozen=True)
class Loaded:
    """`events`: columns of `shoplib.core.lake.SCHEMA`, ready for `clean` and every analysis; `shard_id` is the file and
    `sequence_number` the line that an event is from. `rejected`: file, line, column, value, reason of each row left
    out. `notes`: what was assumed, and what a reader should know."""

    events: pd.DataFrame
    rejected: pd.DataFrame
    notes: tuple[str, ...] = ()

    def report(self) -> str:
        """In words, for people."""
        lines = [f"{len(self.events):,} rows loaded, {len(self.rejected):,} rejected", *self.notes]
        for reason, rows in self.rejected.groupby("reason", sort=False):
            places = ", ".join(str(line) for line in rows.line.head(SHOWN))
            more = f" and {len(rows) - SHOWN:,} more" if len(rows) > SHOWN else ""
            lines.append(f"rejected, {reason}: line {places}{more}")
        return "\n".join(lines)

    def __repr__(self) -> str:
        return self.report()


@dataclass
class Rejections:
    """Collects the rows that are left out; of a row with several faults the first one found is told."""

    file: str
    lines: npt.NDArray[np.int64]
    bad: npt.NDArray[np.bool_] = field(init=False)
    told: list[pd.DataFrame] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.bad = np.zeros(len(self.lines), bool)

    def reject(self, which: npt.NDArray[np.bool_], column: str, values: Sequence[object], reason: str) -> None:
        rows = np.flatnonzero(which & ~self.bad)
        if not len(rows):
            return
        self.bad[rows] = True
        shown = [values[row] for row in rows.tolist()]
        table = pd.DataFrame({"line": self.lines[rows], "column": column, "value": shown, "reason": reason})
        self.told.append(table.assign(file=self.file)[COLUMNS])


def listed(parts: Sequence[pd.DataFrame]) -> pd.DataFrame:
    """Rejected rows in order of file and line."""
    blank = pd.DataFrame({"file": [], "line": np.array([], np.int64), "column": [], "value": [], "reason": []})
    some = [part for part in parts if len(part)]
    if not some:
        return blank
    return pd.concat(some).sort_values(["file", "line"], kind="stable", ignore_index=True)
