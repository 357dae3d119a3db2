"""What DescribeAlarmHistory tells. Kept with moto's state of the account and region, and forgotten with it."""

import json
from collections import deque
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from moto.cloudwatch.models import cloudwatch_backends

from shoplib.localaws import engine_clock
from shoplib.localaws.alarms.alarm import Alarm, State

MOST_ITEMS = 10_000
KEPT_S = 14 * 86_400


@dataclass(frozen=True)
class Item:
    alarm_name: str
    alarm_type: str
    kind: str  # ConfigurationUpdate, StateUpdate, Action
    summary: str
    data: str  # JSON
    at: float = field(default_factory=engine_clock.now)


def items(place: tuple[str, str]) -> list[Item]:
    """Of two weeks, oldest first."""
    since = engine_clock.now() - KEPT_S
    return [item for item in list(_items(place)) if item.at >= since]


def configured(alarm: Alarm, change: str) -> None:
    """`change`: created, updated or deleted."""
    document = {"type": {"created": "Create", "updated": "Update", "deleted": "Delete"}[change]}
    _add(alarm, "ConfigurationUpdate", f'Alarm "{alarm.name}" {change}', {"version": "1.0", **document})


def state_changed(alarm: Alarm, before: State) -> None:
    states = {"oldState": _state(before), "newState": _state(alarm.state)}
    summary = f"Alarm updated from {before.value} to {alarm.state.value}"
    _add(alarm, "StateUpdate", summary, {"version": "1.0", **states})


def acted(alarm: Alarm, arn: str, error: str | None) -> None:
    state = {"actionState": "Failed" if error else "Succeeded", "notificationResource": arn}
    result = (
        f"Failed to execute action {arn}. Received error: {error}" if error else f"Successfully executed action {arn}"
    )
    _add(alarm, "Action", result, {"version": "1.0", **state, "error": error})


def _state(state: State) -> dict[str, Any]:
    data = {"stateReasonData": json.loads(state.data)} if state.data else {}
    return {"stateValue": state.value, "stateReason": state.reason, **data}


def _add(alarm: Alarm, kind: str, summary: str, document: Mapping[str, Any]) -> None:
    _items(alarm.place).append(Item(alarm.name, alarm.kind, kind, summary, json.dumps(document)))


def _items(place: tuple[str, str]) -> "deque[Item]":
    account_id, region = place
    items_of_place: deque[Item] = cloudwatch_backends[account_id][region].__dict__.setdefault(
        "alarm_history", deque(maxlen=MOST_ITEMS)
    )
    return items_of_place
