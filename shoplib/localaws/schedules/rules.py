"""EventBridge rules with a ScheduleExpression. moto 5.2.5 stores them, accepts any text within cron(), and fires
none.
"""

import functools
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

from moto.events.exceptions import ValidationException
from moto.events.models import EventsBackend, events_backends

from shoplib.localaws.moto_patches import replace_methods
from shoplib.localaws.notifications import EventBus, iso_time, service_event
from shoplib.localaws.schedules import expressions
from shoplib.localaws.schedules.expressions import Expression, InvalidExpression
from shoplib.localaws.timetable import Timetable

DEFAULT_BUS = "default"


class ScheduledRules:
    """Fires rules on the timetable; `bus` delivers their events."""

    def __init__(self, timetable: Timetable, bus: EventBus) -> None:
        self._timetable = timetable
        self._bus = bus

    def install(self) -> None:
        """Hook into PutRule and the operations that change or delete rules. Idempotent; the last one installed is
        used.
        """

        def put_rule(backend: Any, original: Callable[..., Any], name: str, *rest: Any, **kwargs: Any) -> Any:
            _require_valid(kwargs.get("scheduled_expression"))
            rule = original(backend, name, *rest, **kwargs)
            self.changed(rule)
            return rule

        def switch(backend: Any, original: Callable[..., Any], name: str, event_bus_arn: str | None) -> Any:
            existed = original(backend, name, event_bus_arn)
            if existed:
                self.changed(backend.describe_rule(name, event_bus_arn))
            return existed

        _wrap("put_rule", put_rule)
        _wrap("enable_rule", switch)
        _wrap("disable_rule", switch)

    def changed(self, rule: Any) -> None:
        """Reschedule the rule: a rate counts from now."""
        if not rule.scheduled_expression or rule.state == "DISABLED":
            self._timetable.drop(rule.arn)
            return
        start = _moment(self._timetable.clock.now())
        self._plan(rule, expressions.of_rule(rule.scheduled_expression), start, start)

    def plan_all(self) -> None:
        for account in list(events_backends.values()):
            for backend in list(account.values()):
                for rule in list(backend.event_buses[DEFAULT_BUS].rules.values()):
                    self.changed(rule)

    def _plan(self, rule: Any, expression: Expression, start: datetime, after: datetime) -> None:
        due = expression.next_after(after, start)
        if due is not None:
            self._timetable.set(rule.arn, due.timestamp(), lambda: self._fire(rule, expression, start, due))

    def _fire(self, rule: Any, expression: Expression, start: datetime, due: datetime) -> None:
        """Send one event; runs missed while the laptop slept are not made up."""
        buses = events_backends[rule.account_id][rule.region_name].event_buses
        current: Any = buses[DEFAULT_BUS].rules.get(rule.name)
        if current is not rule or rule.state == "DISABLED":
            return
        self._plan(rule, expression, start, max(due, _moment(self._timetable.clock.now())))
        event = service_event(
            "aws.events",
            "Scheduled Event",
            rule.account_id,
            rule.region_name,
            time=iso_time(due.timestamp()),
            resources=[rule.arn],
            detail={},
        )
        self._bus.fire(rule, event)


def _moment(seconds: float) -> datetime:
    return datetime.fromtimestamp(seconds, UTC)


def _require_valid(expression: str | None) -> None:
    if not expression:
        return
    try:
        expressions.of_rule(expression)
    except InvalidExpression as error:
        raise ValidationException("Parameter ScheduleExpression is not valid.") from error


def _wrap(name: str, replacement: Callable[..., Any]) -> None:
    """Wrap moto's method in `replacement(backend, original, ...)`; replaces an earlier wrapper."""
    current = getattr(EventsBackend, name)
    original = getattr(current, "before_schedules", current)

    @functools.wraps(original)
    def method(backend: Any, *arguments: Any, **kwargs: Any) -> Any:
        return replacement(backend, original, *arguments, **kwargs)

    method.before_schedules = original  # type: ignore[attr-defined]
    replace_methods(EventsBackend, **{name: method})
