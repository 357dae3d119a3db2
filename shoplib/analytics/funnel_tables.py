"""Computes the figures of a funnel from its tally; the same arithmetic for both engines."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

from shoplib.analytics import proportions

Counts = npt.NDArray[np.int64]
Figures = npt.NDArray[np.float64]
# The quantiles shown, in tenths: the median and the 90 % quantile.
TENTHS = (5, 9)
QUANTILES = ("median_seconds", "p90_seconds")
# Quantiles are kept as whole numbers of tenths of a microsecond: both engines give exactly the same.
A_SECOND = 10_000_000
NOBODY = -1


@dataclass(frozen=True)
class Tally:
    """Per group and step: units that `reached` it, shape (groups, steps), and the quantiles of their waits since the
    first step and since the one before, shape (2, groups, steps), in tenths of a microsecond or NOBODY. `names` has one
    row per group; None without a breakdown.
    """

    names: pd.DataFrame | None
    reached: Counts
    since_first: Counts
    since_previous: Counts


def table(tally: Tally, steps: Sequence[str], unit: str) -> pd.DataFrame:
    """The table that `funnel` describes."""
    groups, many = tally.reached.shape
    reached = tally.reached.reshape(-1)
    first = np.repeat(tally.reached[:, 0], many)
    before = np.where(np.arange(len(reached)) % many == 0, reached, np.roll(reached, 1))
    low, high = proportions.bounds(reached, first)
    figures = {
        "step": list(steps) * groups,
        unit: reached,
        "rate_from_first": proportions.share(reached, first),
        "rate_from_previous": proportions.share(reached, before),
        "low": low,
        "high": high,
        **dict(zip(QUANTILES, map(_seconds, tally.since_first), strict=True)),
        **{
            f"{name}_from_previous": _seconds(_after_the_first(waits))
            for name, waits in zip(QUANTILES, tally.since_previous, strict=True)
        },
    }
    return pd.concat([_names(tally.names, many), pd.DataFrame(figures)], axis=1)


def _names(names: pd.DataFrame | None, many: int) -> pd.DataFrame:
    if names is None:
        return pd.DataFrame(index=pd.RangeIndex(many))
    return names.loc[np.repeat(names.index, many)].reset_index(drop=True)


def _after_the_first(waits: Counts) -> Counts:
    """Waiting times since the previous step; the first step has none."""
    return np.concatenate([np.full_like(waits[:, :1], NOBODY), waits[:, 1:]], axis=1)


def _seconds(waits: Counts) -> Figures:
    return np.where(waits == NOBODY, np.nan, waits / A_SECOND).reshape(-1)


def quantiles(waits: Counts, codes: Counts, groups: int) -> Counts:
    """Quantiles of `waits` (microseconds) per group, interpolated linearly: shape (2, groups), in tenths."""
    ordered = waits[np.lexsort((waits, codes))]
    sizes = np.bincount(codes, minlength=groups)
    begins, there = np.cumsum(sizes) - sizes, sizes > 0
    table = np.full((len(TENTHS), groups), NOBODY, dtype=np.int64)
    for row, tenths in zip(table, TENTHS, strict=True):
        place, rest = np.divmod((sizes[there] - 1) * tenths, 10)
        low = begins[there] + place
        high = np.minimum(low + 1, begins[there] + sizes[there] - 1)
        row[there] = ordered[low] * (10 - rest) + ordered[high] * rest
    return table
