"""The functions of metric math. What AWS has beside them is refused by name."""

import math
import statistics
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime

from shoplib.localaws.metrics.math_operators import Operand, UnsupportedExpression, Values, at, each, scalar, series

REDUCERS: Mapping[str, Callable[[list[float]], float]] = {
    "SUM": sum,
    "AVG": lambda values: sum(values) / len(values),
    "MIN": min,
    "MAX": max,
    "STDDEV": statistics.pstdev,
}
OF_VALUES: Mapping[str, Callable[[float], float]] = {
    "ABS": abs,
    "CEIL": math.ceil,
    "FLOOR": math.floor,
    "LOG": math.log,
    "LOG10": math.log10,
}
OF_TIMES: Mapping[str, Callable[[datetime], float]] = {
    "MINUTE": lambda moment: moment.minute,
    "HOUR": lambda moment: moment.hour,
    "DAY": lambda moment: moment.isoweekday(),
    "DATE": lambda moment: moment.day,
    "MONTH": lambda moment: moment.month,
    "YEAR": lambda moment: moment.year,
    "EPOCH": lambda moment: moment.timestamp(),
}


def _rate(values: Values) -> Values:
    return _between(values, lambda before, after: (values[after] - values[before]) / (after - before))


def _between(values: Values, of_pair: Callable[[int, int], float]) -> Values:
    seconds = sorted(values)
    return {after: of_pair(before, after) for before, after in zip(seconds, seconds[1:], strict=False)}


def _running_sum(values: Values) -> Values:
    total, sums = 0.0, {}
    for second in sorted(values):
        total += values[second]
        sums[second] = total
    return sums


OF_SERIES: Mapping[str, Callable[[Values], Operand]] = {
    "RATE": _rate,
    "DIFF": lambda values: _between(values, lambda before, after: values[after] - values[before]),
    "DIFF_TIME": lambda values: _between(values, lambda before, after: float(after - before)),
    "RUNNING_SUM": _running_sum,
    "DATAPOINT_COUNT": lambda values: float(len(values)),
}


def _repeat(values: Values, grid: Sequence[int]) -> Values:
    filled: Values = {}
    for second in grid:
        before = filled[max(filled)] if filled else None
        value = values.get(second, before)
        if value is not None:
            filled[second] = value
    return filled


def _linear(values: Values, grid: Sequence[int]) -> Values:
    """Nothing before the first value and after the last one."""
    known = sorted(values)
    filled = dict(values)
    for before, after in zip(known, known[1:], strict=False):
        slope = (values[after] - values[before]) / (after - before)
        filled |= {each: values[before] + slope * (each - before) for each in grid if before < each < after}
    return dict(sorted(filled.items()))


FILLERS: Mapping[str, Callable[[Values, Sequence[int]], Values]] = {"REPEAT": _repeat, "LINEAR": _linear}
_BY_EXPRESSION = ("METRICS", "FILL", "PERIOD", "TIME_SERIES")
_OTHERS = ("IF", "FIRST", "LAST", "METRIC_COUNT")
KNOWN = {*REDUCERS, *OF_VALUES, *OF_TIMES, *OF_SERIES, *_BY_EXPRESSION, *_OTHERS}


def require(name: str) -> None:
    """UnsupportedExpression when nothing here computes it."""
    if name not in KNOWN:
        raise UnsupportedExpression(f"{name} is not supported here; of metric math there is {', '.join(sorted(KNOWN))}")


def call(name: str, arguments: Sequence[Operand]) -> Operand:
    if name == "IF" and len(arguments) in (2, 3):
        return _if(*arguments)
    if len(arguments) != 1:
        raise UnsupportedExpression(f"{name} with {len(arguments)} arguments is not supported here")
    (operand,) = arguments
    if name in REDUCERS:
        return _reduce(REDUCERS[name], operand)
    if name in OF_VALUES:
        return each(OF_VALUES[name], operand)
    if name in OF_TIMES:
        return {second: float(OF_TIMES[name](datetime.fromtimestamp(second, UTC))) for second in series(operand)}
    if name in OF_SERIES:
        return _of_each_series(OF_SERIES[name], operand)
    return _of_list(name, operand)


def _of_each_series(function: Callable[[Values], Operand], operand: Operand) -> Operand:
    return [series(function(one)) for one in operand] if isinstance(operand, list) else function(series(operand))


def _of_list(name: str, operand: Operand) -> Operand:
    several = operand if isinstance(operand, list) else [series(operand)]
    if name == "METRIC_COUNT":
        return float(len(several))
    return several[0 if name == "FIRST" else -1] if several else {}


def _reduce(reduce: Callable[[list[float]], float], operand: Operand) -> Operand:
    """One series becomes a number; a list of series becomes one series."""
    if isinstance(operand, dict):
        return reduce(list(operand.values())) if operand else {}
    if isinstance(operand, list):
        seconds = sorted({second for one in operand for second in one})
        return {second: reduce([one[second] for one in operand if second in one]) for second in seconds}
    return operand


def _if(condition: Operand, positive: Operand, negative: Operand | None = None) -> Operand:
    """Where the condition has no value, and where the chosen side has none, there is none."""
    if isinstance(condition, list) or isinstance(positive, list) or isinstance(negative, list):
        raise UnsupportedExpression("IF takes numbers and single series")
    if not isinstance(condition, dict):
        return positive if scalar(condition) else {} if negative is None else negative
    chosen = {second: positive if value else negative for second, value in condition.items()}
    return {
        second: at(side, second)
        for second, side in chosen.items()
        if side is not None and (not isinstance(side, dict) or second in side)
    }
