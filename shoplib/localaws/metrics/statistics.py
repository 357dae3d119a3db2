"""The statistics that can be asked of a metric: the five plain ones, percentiles, and those of a part of the values.

`tm90` is the mean of the values up to the 90th percentile, `tm(10%:90%)` of those between two; `ts`, `tc` and `wm` are
their sum, their number, and the mean with the others pulled to the edge; `PR(0:100)` is the share of values in a range.
"""

import re
from collections.abc import Sequence

from shoplib.localaws.metrics.histogram import Histogram

PLAIN = ("SampleCount", "Average", "Sum", "Minimum", "Maximum")
PERCENTILE = re.compile(r"p(\d{1,2}(?:\.\d+)?|100)")
UP_TO = re.compile(r"(tm|tc|ts|wm)(\d{1,2}(?:\.\d+)?|100)")
BETWEEN = re.compile(r"(TM|TC|TS|WM|PR)\((\d*(?:\.\d+)?)(%?):(\d*(?:\.\d+)?)(%?)\)", re.IGNORECASE)
MIDDLE = "IQM"
Pair = tuple[float, float]  # a value, and how often it is there


class UnsupportedStatistic(ValueError):
    """The name is no statistic."""


def check(name: str) -> None:
    """UnsupportedStatistic when `value` could not answer."""
    if name in PLAIN or name == MIDDLE or PERCENTILE.fullmatch(name) or UP_TO.fullmatch(name):
        return
    match = BETWEEN.fullmatch(name)
    if not match or (match[3] != match[5] and match[2] and match[4]) or (match[1].upper() == "PR" and "%" in name):
        raise UnsupportedStatistic(
            f"The statistic {name} is not known; use {', '.join(PLAIN)}, a percentile such as p90, tm90, tc90, ts90, "
            "wm90, IQM, their ranges such as TM(10%:90%), or PR(0:100)."
        )


def value(name: str, cell: Histogram) -> float | None:
    """The statistic of the values; None where it cannot be known (the distribution of statistic sets)."""
    plain = {
        "SampleCount": cell.count,
        "Sum": cell.total,
        "Average": cell.total / cell.count if cell.count else 0.0,
        "Minimum": cell.low,
        "Maximum": cell.high,
    }
    if name in plain:
        return plain[name]
    if PERCENTILE.fullmatch(name):
        return cell.percentile(float(name[1:]))
    return _of_part(name, cell) if cell.complete and cell.count else None


def _of_part(name: str, cell: Histogram) -> float | None:
    pairs = sorted(cell.values.items())
    if name == MIDDLE:
        return _mean(_between_shares(pairs, 25.0, 75.0))
    if match := UP_TO.fullmatch(name):
        return _figure(match[1], pairs, _between_shares(pairs, 0.0, float(match[2])))
    match = BETWEEN.fullmatch(name)
    assert match is not None
    kind, low, high = match[1].lower(), match[2], match[4]
    if "%" in name:
        part = _between_shares(pairs, float(low or 0), float(high or 100))
    else:
        part = [(each, times) for each, times in pairs if _within(each, low, high)]
    return _figure(kind, pairs, part)


def _figure(kind: str, pairs: Sequence[Pair], part: Sequence[Pair]) -> float | None:
    count = sum(times for _, times in part)
    if kind == "tc":
        return count
    if kind == "pr":
        return 100.0 * count / sum(times for _, times in pairs)
    if kind == "ts":
        return sum(each * times for each, times in part)
    return _mean(part) if kind == "tm" else _winsorized(pairs, part)


def _winsorized(pairs: Sequence[Pair], part: Sequence[Pair]) -> float | None:
    """Values outside count as the nearest one inside."""
    if not part:
        return None
    low, high = part[0][0], part[-1][0]
    return _mean([(min(max(each, low), high), times) for each, times in pairs])


def _mean(pairs: Sequence[Pair]) -> float | None:
    count = sum(times for _, times in pairs)
    return sum(each * times for each, times in pairs) / count if count else None


def _between_shares(pairs: Sequence[Pair], low: float, high: float) -> list[Pair]:
    """Those values whose rank lies between two shares of all, a value with a part of its times if need be."""
    total, passed, part = sum(times for _, times in pairs), 0.0, []
    begin, end = total * low / 100, total * high / 100
    for each, times in pairs:
        inside = min(passed + times, end) - max(passed, begin)
        if inside > 1e-9:
            part.append((each, inside))
        passed += times
    return part


def _within(each: float, low: str, high: str) -> bool:
    """Above the lower bound, up to the upper one, as AWS counts ranks."""
    return (not low or each > float(low)) and (not high or each <= float(high))
