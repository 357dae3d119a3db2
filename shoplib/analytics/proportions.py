"""Proportions with confidence: Wilson's interval of one, Newcombe's interval of a difference, tests of all pairs. SciPy
and statsmodels are imported where they are used: the import takes half a second, and many users do not need them.
"""

from collections.abc import Sequence
from itertools import combinations

import numpy as np
import numpy.typing as npt
import pandas as pd

Counts = npt.NDArray[np.int64]
Rates = npt.NDArray[np.float64]
# Below so many expected successes or failures the score test's approximation is too coarse.
FEWEST_EXPECTED = 5


def wilson(successes: int, trials: int) -> tuple[float, float]:
    """Wilson's 95 % interval of a proportion (E. B. Wilson, 1927, doi:10.1080/01621459.1927.10502953); (nan, nan)
    without trials."""
    from scipy.stats import binomtest

    if not trials:
        return float("nan"), float("nan")
    interval = binomtest(successes, trials).proportion_ci(0.95, method="wilson")
    return float(interval.low), float(interval.high)


def share(successes: Counts, trials: Counts) -> Rates:
    """successes / trials, element by element; nan without trials."""
    return np.divide(successes, trials, out=np.full(len(trials), np.nan), where=np.asarray(trials) > 0)


def bounds(successes: Counts, trials: Counts) -> tuple[Rates, Rates]:
    """Vectorized `wilson`: lower and upper bounds."""
    from statsmodels.stats.proportion import proportion_confint

    some = np.asarray(trials) > 0
    low, high = np.full((2, len(some)), np.nan)
    if some.any():
        low[some], high[some] = proportion_confint(successes[some], trials[some], method="wilson")
    # Rounding may leave 1 - 2e-16 where the interval ends at 1.
    return np.clip(low, 0, share(successes, trials)), np.clip(high, share(successes, trials), 1)


def difference(first: tuple[int, int], second: tuple[int, int]) -> dict[str, float]:
    """Rate of `first` - rate of `second`, each (successes, trials): difference, low, high, p_value.

    The 95 % interval is Newcombe's hybrid score interval (R. G. Newcombe, 1998, method 10,
    doi:10.1002/(SICI)1097-0258(19980430)17:8<873::AID-SIM779>3.0.CO;2-I). The p-value is that of the two-sided score
    test of equal rates, which is Pearson's chi-square test without correction; 1 if nobody or everybody succeeded in
    both. The interval and the test are different methods: near 0.05, one may exclude "no difference" and the other may
    not. nan without
    trials.
    """
    if not (first[1] and second[1]):
        return dict.fromkeys(("difference", "low", "high", "p_value"), float("nan"))
    from statsmodels.stats.proportion import confint_proportions_2indep

    low, high = confint_proportions_2indep(*first, *second, method="newcomb")
    gap = first[0] / first[1] - second[0] / second[1]
    return {"difference": gap, "low": float(low), "high": float(high), "p_value": _score_test(first, second)}


def _score_test(first: tuple[int, int], second: tuple[int, int]) -> float:
    if first[0] + second[0] in (0, first[1] + second[1]):
        return 1.0
    from statsmodels.stats.proportion import proportions_ztest

    # With the pooled variance, statsmodels' default here, the z test is the score test.
    successes, trials = zip(first, second, strict=True)
    return float(proportions_ztest(np.array(successes), np.array(trials))[1])


def pairs(successes: Sequence[int], trials: Sequence[int]) -> pd.DataFrame:
    """Every pair of groups with trials: indexes `a` < `b`, p_value, and p_adjusted by Holm's method (S.
    Holm, 1979, doi:10.2307/4615733): the probability of calling any equal pair different stays below the level.

    The test is the score test of `difference`; Fisher's exact test if a pair expects fewer than five successes or
    failures in a group.
    """
    some = [place for place, many in enumerate(trials) if many]
    rows = [
        (a, b, _pair_test(*((successes[place], trials[place]) for place in (a, b)))) for a, b in combinations(some, 2)
    ]
    table = pd.DataFrame(rows, columns=["a", "b", "p_value"]).astype({"a": "int64", "b": "int64", "p_value": "float64"})
    return table.assign(p_adjusted=_holm(table.p_value.to_numpy()))


def _holm(p_values: Rates) -> Rates:
    """Holm's step-down adjustment; statsmodels' function runs a full garbage collection at each call."""
    order = np.argsort(p_values)
    stepped = np.maximum.accumulate(p_values[order] * np.arange(len(order), 0, -1))
    adjusted = np.empty_like(p_values)
    adjusted[order] = np.minimum(stepped, 1)
    return adjusted


def _pair_test(first: tuple[int, int], second: tuple[int, int]) -> float:
    rate = (first[0] + second[0]) / (first[1] + second[1])
    if min(rate, 1 - rate) * min(first[1], second[1]) >= FEWEST_EXPECTED:
        return _score_test(first, second)
    from scipy.stats import fisher_exact

    return float(fisher_exact([[hits, tries - hits] for hits, tries in (first, second)])[1])


def with_rates(table: pd.DataFrame, successes: str, trials: str) -> pd.DataFrame:
    """`table` with `rate`, `low`, `high` of two of its columns of counts."""
    counts = [table[name].to_numpy(dtype=np.int64) for name in (successes, trials)]
    low, high = bounds(counts[0], counts[1])
    return table.assign(rate=share(counts[0], counts[1]), low=low, high=high)
