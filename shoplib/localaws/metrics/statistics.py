"""The statistics that can be asked of a metric: the five plain ones and percentiles."""

import re

from shoplib.localaws.metrics.histogram import Histogram

PLAIN = ("SampleCount", "Average", "Sum", "Minimum", "Maximum")
PERCENTILE = re.compile(r"p(\d{1,2}(?:\.\d+)?|100)")


class UnsupportedStatistic(ValueError):
    """The name is no statistic, or one that the local AWS does not compute."""


def check(name: str) -> None:
    """UnsupportedStatistic when `value` could not answer."""
    if name not in PLAIN and not PERCENTILE.fullmatch(name):
        raise UnsupportedStatistic(
            f"The statistic {name} is not supported here; use {', '.join(PLAIN)} or a percentile such as p90."
        )


def value(name: str, cell: Histogram) -> float | None:
    """The statistic of the values; None where it cannot be known (a percentile of statistic sets)."""
    if name == "SampleCount":
        return cell.count
    if name == "Sum":
        return cell.total
    if name == "Average":
        return cell.total / cell.count
    if name == "Minimum":
        return cell.low
    if name == "Maximum":
        return cell.high
    return cell.percentile(float(name[1:]))
