"""Resampling with replacement (B. Efron, 1979, doi:10.1214/aos/1176344552), fast if most values are zero."""

import numpy as np
import numpy.typing as npt

DRAWS_AT_ONCE = 4_000_000


def means(values: npt.NDArray[np.int64], resamples: int, dice: np.random.Generator) -> npt.NDArray[np.float64]:
    """Means of resamples of `values` with replacement.

    Most users buy nothing. The number of buyers in a resample is binomial, and which ones they are is uniform: the same
    distribution as drawing every user, at the cost of drawing the buyers. scipy.stats.bootstrap would draw all users.
    """
    if not len(values):
        return np.full(resamples, np.nan)
    buyers = values[values != 0].astype("float64")
    if not len(buyers):
        return np.zeros(resamples)
    draws = dice.binomial(len(values), len(buyers) / len(values), size=resamples)
    at_once = max(1, DRAWS_AT_ONCE // max(int(draws.max()), 1))
    parts = [_sums(buyers, draws[first : first + at_once], dice) for first in range(0, resamples, at_once)]
    return np.concatenate(parts) / len(values)


def _sums(
    buyers: npt.NDArray[np.float64], draws: npt.NDArray[np.int64], dice: np.random.Generator
) -> npt.NDArray[np.float64]:
    picked = np.append(0.0, buyers[dice.integers(0, len(buyers), draws.sum())].cumsum())
    ends = draws.cumsum()
    return picked[ends] - picked[ends - draws]
