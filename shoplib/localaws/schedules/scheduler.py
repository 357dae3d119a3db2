"""EventBridge Scheduler. moto 5.2.5 stores any text as a schedule, and fires nothing."""

import random
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from moto.core.exceptions import JsonRESTError
from moto.scheduler.models import EventBridgeSchedulerBackend, Schedule, scheduler_backends
from moto.scheduler.responses import EventBridgeSchedulerResponse

from shoplib.localaws.arns import Arn
from shoplib.localaws.moto_patches import replace_methods
from shoplib.localaws.notifications import Deliveries, Notifications
from shoplib.localaws.schedules import expressions, scheduler_checks
from shoplib.localaws.schedules.expressions import At, Rate
from shoplib.localaws.schedules.occurrence import Occurrence
from shoplib.localaws.timetable import Timetable

# Scheduler has minute precision: a one-time schedule up to a minute in the past still fires.
GRACE = timedelta(seconds=60)
INSTANT = timedelta(microseconds=1)
_original_create = EventBridgeSchedulerBackend.create_schedule
_original_create_group = EventBridgeSchedulerBackend.create_schedule_group
_original_delete_group = EventBridgeSchedulerBackend.delete_schedule_group
_original_update = EventBridgeSchedulerResponse.update_schedule


class Scheduler:
    """Fires schedules on the timetable, and deletes those with ActionAfterCompletion DELETE after their last run."""

    def __init__(self, timetable: Timetable, notifications: Notifications) -> None:
        self._timetable = timetable
        self._targets = notifications.targets
        self._deliveries: Deliveries = notifications.deliveries
        self._random = random.Random()

    def install(self) -> None:
        """Hook into the operations that create and update schedules. Idempotent; the last one installed is used."""

        def create(backend: EventBridgeSchedulerBackend, **kwargs: Any) -> Schedule:
            scheduler_checks.check(kwargs, backend)
            schedule = _original_create(backend, **kwargs)
            schedule.action_after_completion = schedule.action_after_completion or "NONE"
            self.changed(schedule)
            return schedule

        def update(response: EventBridgeSchedulerResponse) -> str:
            scheduler_checks.check(_parameters(response), response.scheduler_backend)
            answer = _original_update(response)
            schedule = response.scheduler_backend.get_schedule(
                response._get_param("GroupName"), response.uri.split("?")[0].split("/")[-1]
            )
            # moto drops this one
            schedule.action_after_completion = response._get_param("ActionAfterCompletion") or "NONE"
            self.changed(schedule)
            return answer

        def create_group(backend: EventBridgeSchedulerBackend, name: str, tags: Any) -> Any:
            if name in backend.schedule_groups:
                raise JsonRESTError("ConflictException", f"Schedule group {name} already exists.")
            return _original_create_group(backend, name, tags)

        def delete_group(backend: EventBridgeSchedulerBackend, name: str | None) -> None:
            backend.get_schedule_group(name)
            _original_delete_group(backend, name)

        replace_methods(EventBridgeSchedulerBackend, create_schedule=create)
        replace_methods(
            EventBridgeSchedulerBackend, create_schedule_group=create_group, delete_schedule_group=delete_group
        )
        replace_methods(EventBridgeSchedulerResponse, update_schedule=update)

    def changed(self, schedule: Schedule) -> None:
        """Reschedule the schedule."""
        now = _moment(self._timetable.clock.now())
        self._timetable.drop(schedule.arn)
        if schedule.state != "DISABLED":
            self._plan(schedule, self._first(schedule, now))

    def plan_all(self) -> None:
        for account in list(scheduler_backends.values()):
            for backend in list(account.values()):
                for schedule in [
                    each for group in backend.schedule_groups.values() for each in group.schedules.values()
                ]:
                    self.changed(schedule)

    def _first(self, schedule: Schedule, now: datetime) -> datetime | None:
        """The first time from now on; a rate without StartDate begins when the schedule is created."""
        expression = _expression(schedule)
        if isinstance(expression, At):
            return expression.next_after(now - GRACE, now)
        start, is_new = _start(schedule), schedule.creation_date == schedule.last_modified_date
        begins_now = is_new and isinstance(expression, Rate) and not schedule.start_date
        return _next(schedule, start - INSTANT if begins_now else now, start)

    def _plan(self, schedule: Schedule, due: datetime | None) -> None:
        if due is not None:
            last_modified = schedule.last_modified_date
            self._timetable.set(schedule.arn, due.timestamp(), lambda: self._fire(schedule, due, last_modified))

    def _fire(self, schedule: Schedule, due: datetime, last_modified: float) -> None:
        if not _exists(schedule) or schedule.last_modified_date != last_modified:
            return
        following = _next(schedule, max(due, _moment(self._timetable.clock.now())), _start(schedule))
        self._plan(schedule, following)
        window = schedule.flexible_time_window
        occurrence = Occurrence(schedule, due, self._targets, lambda: self._completed(schedule, following))
        if window["Mode"] == "OFF":
            self._deliveries.start(occurrence.delivery())
            return
        later = self._random.uniform(0, 60 * int(window["MaximumWindowInMinutes"]))
        key = f"{schedule.arn} {occurrence.execution_id}"
        self._timetable.set(key, due.timestamp() + later, lambda: self._deliveries.start(occurrence.delivery()))

    def _completed(self, schedule: Schedule, following: datetime | None) -> None:
        if following is None and schedule.action_after_completion == "DELETE" and _exists(schedule):
            _backend(schedule).delete_schedule(schedule.group_name, schedule.name)


def _next(schedule: Schedule, after: datetime, start: datetime) -> datetime | None:
    """The first time after `after`, between StartDate and EndDate; a one-time schedule has neither."""
    expression = _expression(schedule)
    if isinstance(expression, At):
        return expression.next_after(after, start)
    due = expression.next_after(max(after, _start(schedule) - INSTANT), start)
    end = schedule.end_date
    return None if due is None or (end and due.timestamp() > float(end)) else due


def _expression(schedule: Schedule) -> expressions.Expression:
    return expressions.of_schedule(schedule.schedule_expression, ZoneInfo(schedule.schedule_expression_timezone))


def _start(schedule: Schedule) -> datetime:
    return _moment(float(schedule.start_date or schedule.creation_date))


def _moment(seconds: float) -> datetime:
    return datetime.fromtimestamp(seconds, UTC)


def _backend(schedule: Schedule) -> EventBridgeSchedulerBackend:
    _, _, region, account_id, _ = Arn.parse(schedule.arn)
    return scheduler_backends[account_id][region]


def _exists(schedule: Schedule) -> bool:
    group = _backend(schedule).schedule_groups.get(schedule.group_name)
    return group is not None and group.schedules.get(schedule.name) is schedule


def _parameters(response: EventBridgeSchedulerResponse) -> Mapping[str, Any]:
    """An update's parameters, with the names of moto's backend."""
    names = {
        "schedule_expression": "ScheduleExpression",
        "schedule_expression_timezone": "ScheduleExpressionTimezone",
        "flexible_time_window": "FlexibleTimeWindow",
        "start_date": "StartDate",
        "end_date": "EndDate",
        "group_name": "GroupName",
        "target": "Target",
        "name": "Name",
    }
    parameters = {name: response._get_param(parameter) for name, parameter in names.items()}
    return parameters | {"name": response.uri.split("?")[0].split("/")[-1]}
