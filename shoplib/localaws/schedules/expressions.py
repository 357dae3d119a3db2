"""Schedule expressions of EventBridge rules and of EventBridge Scheduler, and when they fire."""

import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, tzinfo
from typing import Protocol

from shoplib.localaws.schedules.cron import Cron, body_of
from shoplib.localaws.schedules.cron_fields import InvalidExpression

UNITS = {"minute": timedelta(minutes=1), "hour": timedelta(hours=1), "day": timedelta(days=1)}
AT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d(:\d\d)?", re.ASCII)
RATE = re.compile(r"(\d+) +(minute|hour|day)(s?)")
LOOSE_RATE = re.compile(r"(\d+) *(minute|hour|day)(s?)", re.IGNORECASE)
YEARLY_FIELDS = 5  # what Scheduler takes without the year


class Expression(Protocol):
    """When a schedule fires. All times have a time zone; results are in UTC."""

    def next_after(self, moment: datetime, start: datetime) -> datetime | None:
        """The first time strictly after `moment`, for a schedule that starts at `start`."""


@dataclass(frozen=True)
class Rate:
    """Every `period`, beginning with the schedule's start."""

    period: timedelta

    def next_after(self, moment: datetime, start: datetime) -> datetime | None:
        if moment < start:
            return start.astimezone(UTC)
        passed = (moment - start) // self.period
        return (start + (passed + 1) * self.period).astimezone(UTC)


@dataclass(frozen=True)
class At:
    """A one-time schedule."""

    moment: datetime

    def next_after(self, moment: datetime, start: datetime) -> datetime | None:
        return self.moment.astimezone(UTC) if self.moment > moment else None


@dataclass(frozen=True)
class ZonedCron:
    """A cron expression in a time zone. Times in the hour that daylight saving time skips do not fire; times in the
    hour that it repeats fire once.
    """

    cron: Cron
    zone: tzinfo

    def next_after(self, moment: datetime, start: datetime) -> datetime | None:
        local: datetime | None = moment.astimezone(self.zone).replace(tzinfo=None, fold=0)
        while local is not None and (local := self.cron.next_after(local)) is not None:
            candidate = local.replace(tzinfo=self.zone).astimezone(UTC)
            if candidate > moment and candidate.astimezone(self.zone).replace(tzinfo=None, fold=0) == local:
                return candidate
        return None


def of_rule(expression: str) -> Expression:
    """`rate(...)` or `cron(...)` of an EventBridge rule. Raises InvalidExpression."""
    rate = body_of(expression, "rate")
    if rate is not None:
        return _rate(rate, exact_unit=True)
    return _cron(expression, UTC)


def of_schedule(expression: str, zone: tzinfo) -> Expression:
    """`at(...)`, `rate(...)` or `cron(...)` of EventBridge Scheduler, in any case. Raises InvalidExpression."""
    rate, at = (body_of(expression, kind, re.IGNORECASE) for kind in ("rate", "at"))
    if rate is not None:
        return _rate(rate, exact_unit=False)
    if at is not None:
        return _at(at, zone)
    fields = body_of(expression, "cron", re.IGNORECASE)
    every_year = fields is not None and len(fields.split()) == YEARLY_FIELDS
    return _cron(f"cron({fields}{' *' if every_year else ''})" if fields is not None else expression, zone)


def _rate(text: str, exact_unit: bool) -> Rate:
    """A rule requires `1 minute` and `5 minutes`; Scheduler accepts either form of the unit."""
    match = (RATE if exact_unit else LOOSE_RATE).fullmatch(text)
    if not match or not int(match[1]):
        raise InvalidExpression(f"{text!r} is not a positive number of minutes, hours or days")
    if exact_unit and (match[3] == "s") != (int(match[1]) > 1):
        raise InvalidExpression("a rate of 1 requires a singular unit, any other rate a plural one")
    try:
        return Rate(int(match[1]) * UNITS[match[2].lower()])
    except OverflowError as error:
        raise InvalidExpression(f"{text!r} is too long") from error


def _at(text: str, zone: tzinfo) -> At:
    try:
        if AT.fullmatch(text):
            return At(datetime.fromisoformat(text).replace(tzinfo=zone))
    except ValueError as error:
        raise InvalidExpression(str(error)) from error
    raise InvalidExpression(f"{text!r} does not have the format yyyy-mm-ddThh:mm:ss")


def _cron(expression: str, zone: tzinfo) -> ZonedCron:
    fields = body_of(expression, "cron")
    if fields is None:
        raise InvalidExpression(f"{expression!r} is neither rate(...) nor cron(...)")
    return ZonedCron(Cron.parse(fields), zone)
