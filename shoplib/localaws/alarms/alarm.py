"""One alarm: its settings as they were put, and its state."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from shoplib.localaws import engine_clock
from shoplib.localaws.alarms.evaluation import INSUFFICIENT, Condition
from shoplib.localaws.arns import Arn

FIRST_REASON = "Unchecked: Initial alarm creation"
ONLY_QUERY = "m1"
LISTS = ("OKActions", "AlarmActions", "InsufficientDataActions")
ACTIONS = {"OK": "OKActions", "ALARM": "AlarmActions", "INSUFFICIENT_DATA": "InsufficientDataActions"}


@dataclass
class State:
    value: str = INSUFFICIENT
    reason: str = FIRST_REASON
    data: str | None = None  # JSON
    since: float = field(default_factory=engine_clock.now)


@dataclass(frozen=True)
class Suppression:
    """Actions that are put off: by what, and the state from which the alarm has changed."""

    by: str
    reason: str
    before: State


@dataclass
class Alarm:
    """Kept in moto's own dictionary of alarms, which asks for `name` and `alarm_arn`."""

    name: str
    alarm_arn: str
    settings: Mapping[str, Any]
    updated_at: float = field(default_factory=engine_clock.now)
    state: State = field(default_factory=State)
    suppression: Suppression | None = None
    held_until: float = 0.0  # a state set by hand lasts until the next comparison

    @property
    def place(self) -> tuple[str, str]:
        arn = Arn.parse(self.alarm_arn)
        return arn.account_id, arn.region

    @property
    def rule(self) -> str | None:
        """Of a composite alarm."""
        return self.settings.get("AlarmRule")

    @property
    def suppressor(self) -> str | None:
        """The name or ARN of the alarm that suppresses the actions of this one."""
        return self.settings.get("ActionsSuppressor")

    @property
    def enabled(self) -> bool:
        return bool(self.settings["ActionsEnabled"])

    @property
    def kind(self) -> str:
        return "MetricAlarm" if self.rule is None else "CompositeAlarm"

    @property
    def statistic(self) -> str | None:
        return self.settings.get("Statistic") or self.settings.get("ExtendedStatistic")

    def actions(self) -> list[str]:
        return list(self.settings[ACTIONS[self.state.value]]) if self.enabled else []

    def queries(self) -> list[Mapping[str, Any]]:
        """As GetMetricData takes them; one of them returns the data that is compared."""
        settings = self.settings
        if settings.get("Metrics"):
            return list(settings["Metrics"])
        metric = {name: settings[name] for name in ("Namespace", "MetricName")}
        stat = {
            "Metric": {**metric, "Dimensions": settings["Dimensions"]},
            "Period": settings["Period"],
            "Stat": self.statistic,
        }
        unit = {"Unit": settings["Unit"]} if settings.get("Unit") else {}
        return [{"Id": ONLY_QUERY, "MetricStat": stat | unit, "ReturnData": True}]

    def compared_query(self) -> Mapping[str, Any]:
        return next(each for each in self.queries() if each.get("ReturnData", True))

    def metrics(self) -> set[tuple[str, str]]:
        """Namespace and name of every metric that it watches."""
        watched = (each["MetricStat"]["Metric"] for each in self.queries() if "MetricStat" in each)
        return {(each["Namespace"], each["MetricName"]) for each in watched}

    def period(self) -> int:
        periods = [each.get("MetricStat", each).get("Period") for each in self.queries()]
        return min(int(each) for each in periods if each)

    def condition(self) -> Condition:
        settings = self.settings
        missing = settings.get("TreatMissingData") or "missing"
        if any(namespace == "AWS/DynamoDB" for namespace, _ in self.metrics()):
            missing = "ignore"  # whatever is asked for, as on AWS
        periods = int(settings["EvaluationPeriods"])
        return Condition(
            comparison=settings["ComparisonOperator"],
            threshold=float(settings["Threshold"]),
            periods=periods,
            needed=int(settings.get("DatapointsToAlarm") or periods),
            missing=missing,
        )
