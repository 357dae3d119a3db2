"""The group of each session or visitor in a funnel breakdown."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

from shoplib.analytics.funnel_matching import NEVER

Rows = npt.NDArray[np.int64]
TOUCHES = ("first", "last", "all")


@dataclass(frozen=True)
class Groups:
    """Unit `members[i]` counts in group `codes[i]`; `values` has one row of names per group (None: one group)."""

    members: Rows
    codes: Rows
    values: pd.DataFrame | None

    @property
    def count(self) -> int:
        return 1 if self.values is None else len(self.values)


def groups_of(rows: pd.DataFrame, owner: Rows, places: Rows, by: Sequence[str], touch: str) -> Groups:
    """Groups of the units that reached step 1, sorted by value, null last."""
    members = np.flatnonzero(places[0] != NEVER)
    if touch == "all":
        touched = _every_value(rows, owner, by[0], members)
    else:
        last = (places != NEVER).sum(axis=0) - 1
        touched = places[np.zeros_like(last) if touch == "first" else last, np.arange(len(last))][members]
    values = _values(rows, touched, by)
    codes = values.groupby(list(by), dropna=False, sort=True).ngroup().to_numpy()
    firsts = np.unique(codes, return_index=True)[1]
    table = values.iloc[firsts].reset_index(drop=True)
    return Groups(owner[touched], codes, table.assign(day=table.day.dt.date) if "day" in by else table)


def _values(rows: pd.DataFrame, touched: Rows, by: Sequence[str]) -> pd.DataFrame:
    """The values of `by` on these rows; `day` is the day on which the row's session began."""
    table = {}
    for column in by:
        if column == "day":
            session = rows.session.to_numpy()
            starts = np.searchsorted(session, session[touched])
            table[column] = rows.event_time.iloc[starts].dt.tz_localize(None).dt.normalize().array
        else:
            table[column] = rows[column].iloc[touched].array
    return pd.DataFrame(table)


def _every_value(rows: pd.DataFrame, owner: Rows, column: str, members: Rows) -> Rows:
    """The first row of each value of each unit; for a unit without a value, its first row."""
    values = _values(rows, np.arange(len(rows)), [column])[column]
    pairs = pd.DataFrame({"owner": owner, "value": pd.factorize(values)[0]})
    pairs = pairs[np.isin(owner, members)].drop_duplicates()
    shows = pairs.groupby("owner").value.transform("max") >= 0
    return pairs.index[~shows | (pairs.value >= 0)].to_numpy()
