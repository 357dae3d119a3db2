"""Conditions on columns, and checks that columns exist."""

from collections.abc import Iterable
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from shoplib.errors import LabError


def part(table: pd.DataFrame, columns: Iterable[str]) -> pd.DataFrame:
    """These columns of a table, each once; LabError names missing ones."""
    names = list(dict.fromkeys(columns))
    if absent := [column for column in names if column not in table]:
        raise LabError(
            f"there is no column {', '.join(absent)}",
            f"the table has: {', '.join(map(str, table.columns)) or 'nothing'}",
        )
    return table[names]


def has(values: pd.Series, value: Any) -> npt.NDArray[np.bool_]:
    """The rows where a column has this value, one of these values (a list, tuple or set), or no value (None)."""
    if isinstance(value, list | tuple | set | frozenset):
        parts = [has(values, each) for each in value]
        return np.logical_or.reduce([np.zeros(len(values), dtype=bool), *parts])
    matches = values.isna() if value is None else values == value
    return matches.fillna(False).to_numpy(dtype=bool)
