"""Which state the datapoints of a metric alarm mean, and AWS's words for it. Pure functions of their arguments."""

import operator
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import NamedTuple

OK, ALARM, INSUFFICIENT = "OK", "ALARM", "INSUFFICIENT_DATA"
COMPARE: Mapping[str, tuple[Callable[[float, float], bool], str]] = {
    "GreaterThanOrEqualToThreshold": (operator.ge, "greater than or equal to"),
    "GreaterThanThreshold": (operator.gt, "greater than"),
    "LessThanThreshold": (operator.lt, "less than"),
    "LessThanOrEqualToThreshold": (operator.le, "less than or equal to"),
}
TREATED_AS = {"breaching": "Breaching", "notBreaching": "NonBreaching"}
EXTRA_POINTS = 2  # AWS looks further back than the evaluation periods, for what is missing among them


@dataclass(frozen=True)
class Condition:
    """When an alarm is one: `needed` of the last `periods` datapoints must breach the threshold."""

    comparison: str
    threshold: float
    periods: int
    needed: int
    missing: str = "missing"  # breaching, notBreaching, ignore

    @property
    def points_wanted(self) -> int:
        return self.periods + EXTRA_POINTS

    def breaches(self, value: float) -> bool:
        return COMPARE[self.comparison][0](value, self.threshold)


class Point(NamedTuple):
    second: int
    value: float | None


@dataclass(frozen=True)
class Verdict:
    state: str
    reason: str
    points: tuple[Point, ...] = ()  # those that were evaluated, in the order of time


def evaluate(condition: Condition, points: Sequence[Point]) -> Verdict | None:
    """`points`, in the order of time, are the last `points_wanted` periods. None keeps the state as it is."""
    real = [point for point in points if point.value is not None]
    evaluated = tuple(real[-condition.periods :])
    filled = condition.periods - len(evaluated)
    breaching = sum(_breaches(condition, point) for point in evaluated)
    if filled and condition.missing == "breaching":
        breaching += filled
    if breaching >= condition.needed:
        return Verdict(ALARM, _crossed(condition, evaluated, filled, ALARM), evaluated)
    if not filled or condition.missing in TREATED_AS or breaching < len(evaluated):
        return Verdict(OK, _crossed(condition, evaluated, filled, OK), evaluated)
    if condition.missing == "ignore":
        return None
    return _with_missing(condition, points, evaluated, filled)


def _with_missing(condition: Condition, points: Sequence[Point], evaluated: tuple[Point, ...], filled: int) -> Verdict:
    """Only breaching points, too few of them: an alarm once the oldest has been there for long enough."""
    age = next((len(points) - at for at, point in enumerate(points) if point.value is not None), 0)
    if age >= condition.needed:
        return Verdict(ALARM, _crossed(condition, evaluated, filled, ALARM), evaluated)
    return Verdict(INSUFFICIENT, f"Insufficient Data: {_unknown(filled)} unknown.", evaluated)


def _breaches(condition: Condition, point: Point) -> bool:
    return point.value is not None and condition.breaches(point.value)


def _unknown(count: int) -> str:
    return f"{count} datapoint{'s were' if count > 1 else ' was'}"


def _crossed(condition: Condition, points: Sequence[Point], filled: int, state: str) -> str:
    if not points:
        treated = f"{_missing_points(filled)} treated as [{TREATED_AS.get(condition.missing, 'Missing')}]"
        periods = f"{condition.periods} period{'s' if condition.periods > 1 else ''}"
        return f"Threshold Crossed: no datapoints were received for {periods} and {treated}."
    sentence = _sentence(condition, points, state)
    if filled and condition.missing in TREATED_AS:
        sentence += f" and {_missing_points(filled)} treated as [{TREATED_AS[condition.missing]}]"
    transition = "OK -> ALARM" if state == ALARM else "ALARM -> OK"
    least = condition.needed if state == ALARM else condition.periods - condition.needed + 1
    minimum = f"minimum {least} datapoint{'s' if least > 1 else ''} for {transition} transition"
    return f"Threshold Crossed: {sentence} ({minimum})."


def _sentence(condition: Condition, points: Sequence[Point], state: str) -> str:
    """The points that decided, newest first."""
    deciding = [point for point in points if _breaches(condition, point) == (state == ALARM)] or list(points)
    listing = ", ".join(f"{point.value!r} ({_moment(point.second)})" for point in reversed(deciding))
    verb = ("was" if len(deciding) == 1 else "were") + ("" if state == ALARM else " not")
    words = COMPARE[condition.comparison][1]
    which = f"{len(deciding)} out of the last {len(points)} datapoints"
    return f"{which} [{listing}] {verb} {words} the threshold ({condition.threshold!r})"


def _missing_points(count: int) -> str:
    return f"{count} missing datapoint{'s were' if count > 1 else ' was'}"


def _moment(second: int) -> str:
    return f"{datetime.fromtimestamp(second, UTC):%d/%m/%y %H:%M:%S}"
