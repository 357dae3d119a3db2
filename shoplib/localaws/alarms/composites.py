"""The state of a composite alarm: what its rule says of the states of others."""

import json
from collections.abc import Mapping
from datetime import UTC, datetime

from shoplib.localaws.alarms import rules
from shoplib.localaws.alarms.alarm import Alarm, State
from shoplib.localaws.alarms.evaluation import ALARM, INSUFFICIENT, OK
from shoplib.localaws.alarms.messages import moment

Alarms = Mapping[str, Alarm]


def watches(alarm: Alarm, child: Alarm) -> bool:
    return bool({child.name, child.alarm_arn} & set(children(alarm)))


def children(alarm: Alarm) -> tuple[str, ...]:
    """As its rule names them."""
    return rules.parse(alarm.rule or "").alarms


def by_name_or_arn(alarms: Alarms, name: str) -> Alarm | None:
    """By name or ARN."""
    return alarms.get(name) or next((each for each in alarms.values() if each.alarm_arn == name), None)


def state(alarm: Alarm, alarms: Alarms, child: Alarm | None) -> State:
    """`child` is the alarm whose change asks for this."""

    def state_of(name: str) -> str:
        other = by_name_or_arn(alarms, name)
        return other.state.value if other else INSUFFICIENT

    value = ALARM if rules.parse(alarm.rule or "").is_true(state_of) else OK
    if child is None:
        return State(value, f"{alarm.alarm_arn} was created and its alarm rule evaluates to {value}")
    return State(value, _reason(child), json.dumps({"triggeringAlarms": [_child(child)]}))


def makes_circle(name: str, rule: str, alarms: Alarms) -> bool:
    """Would an alarm with this rule depend on itself?"""
    open_names, seen = list(rules.parse(rule).alarms), set[str]()
    while open_names:
        other = by_name_or_arn(alarms, open_names.pop())
        if other is not None and other.name not in seen:
            seen.add(other.name)
            open_names += children(other) if other.rule is not None else ()
    return name in seen


def _reason(child: Alarm) -> str:
    when = datetime.fromtimestamp(child.state.since, UTC)
    return f"{child.alarm_arn} transitioned to {child.state.value} at {when:%A %d %B, %Y %H:%M:%S} UTC"


def _child(child: Alarm) -> dict[str, object]:
    return {"arn": child.alarm_arn, "state": {"value": child.state.value, "timestamp": moment(child.state.since)}}
