"""The datapoints that a metric alarm is evaluated by."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime

from shoplib.localaws.alarms.alarm import ONLY_QUERY, Alarm
from shoplib.localaws.alarms.evaluation import Point

Query = Callable[..., Mapping[str, Mapping[int, float]]]
MINUTE, HIGH_RESOLUTION = 60, 10
# These only rise, or only fall, while a period runs.
RISING, FALLING = ("Sum", "SampleCount", "Maximum"), ("Minimum",)
ENOUGH = 10  # samples beyond a percentile, for AWS to take it as meaning something


@dataclass(frozen=True)
class Window:
    """`count` periods that end at `end`; it moves on by a minute, ten seconds for shorter periods."""

    end: int
    period: int
    count: int

    @classmethod
    def of(cls, alarm: Alarm, now: float) -> "Window":
        """The last periods that are over."""
        step = _step(period := alarm.period())
        return cls(int(now) // step * step, period, alarm.condition().points_wanted)

    @property
    def start(self) -> int:
        return self.end - self.count * self.period

    def with_running(self) -> "Window":
        """With the period that is not over yet in the last place."""
        return replace(self, end=self.end + _step(self.period))


def points(query: Query, alarm: Alarm, window: Window) -> list[Point]:
    """One for each period, in the order of time."""
    values = query(alarm.place, alarm.queries(), _moment(window.start), _moment(window.end))
    compared = values[alarm.compared_query()["Id"]]
    return [Point(second, compared.get(second)) for second in range(window.start, window.end, window.period)]


def is_certain(alarm: Alarm, running: Point) -> bool:
    """Does the running period breach, whatever values still come?"""
    if running.value is None or not alarm.condition().breaches(running.value):
        return False
    stays = RISING if alarm.settings["ComparisonOperator"].startswith("Greater") else FALLING
    return alarm.statistic in stays


def too_few(query: Query, alarm: Alarm, window: Window) -> bool:
    """Is a percentile asked for that so few samples do not show, by an alarm that then keeps its state?"""
    extended = alarm.settings.get("ExtendedStatistic") or ""
    if alarm.settings.get("EvaluateLowSampleCountPercentile") != "ignore" or not extended.startswith("p"):
        return False
    share = float(extended[1:]) / 100
    least = ENOUGH / (1 - share) if 0.5 <= share < 1 else ENOUGH / share if 0 < share < 0.5 else ENOUGH
    (own_query,) = alarm.queries()
    count_query = {**own_query, "MetricStat": {**own_query["MetricStat"], "Stat": "SampleCount"}}
    counts = query(alarm.place, [count_query], _moment(window.start), _moment(window.end))[ONLY_QUERY]
    return sum(counts.values()) < least


def _step(period: int) -> int:
    return MINUTE if period >= MINUTE else HIGH_RESOLUTION


def _moment(second: int) -> datetime:
    return datetime.fromtimestamp(second, UTC)
