"""AWS's cron expressions: six fields (minutes hours day-of-month month day-of-week year) with , - * / ? L W #."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, time

from shoplib.localaws.schedules.cron_days import Days, MonthDays, WeekDays
from shoplib.localaws.schedules.cron_fields import MONTHS, InvalidExpression, Range, values

MINUTES, HOURS, YEARS = Range(0, 59), Range(0, 23), Range(1970, 2199)


@dataclass(frozen=True)
class Cron:
    """A parsed expression. Times are naive: local times in the schedule's time zone."""

    minutes: tuple[int, ...]
    hours: tuple[int, ...]
    days: Days
    months: tuple[int, ...]
    years: tuple[int, ...]

    @classmethod
    def parse(cls, fields: str) -> "Cron":
        """Parses the text within cron(...). Raises InvalidExpression."""
        parts = fields.upper().split()
        if len(parts) != 6:
            raise InvalidExpression(f"cron has six fields, not {len(parts)}")
        minutes, hours, month_day, month, week_day, year = parts
        return cls(
            values(minutes, MINUTES),
            values(hours, HOURS),
            _days(month_day, week_day),
            values(month, MONTHS),
            values(year, YEARS),
        )

    def next_after(self, moment: datetime) -> datetime | None:
        """The first time strictly after `moment`; None if there is none before 2200."""
        for day in self._days_from(moment.date()):
            for hour in self.hours:
                for minute in self.minutes:
                    candidate = datetime.combine(day, time(hour, minute))
                    if candidate > moment:
                        return candidate
        return None

    def _days_from(self, first: date) -> Iterator[date]:
        for year in self.years:
            for month in self.months:
                if (year, month) >= (first.year, first.month):
                    days = (date(year, month, day) for day in self.days.of(year, month))
                    yield from (day for day in days if day >= first)


def _days(month_day: str, week_day: str) -> Days:
    """Exactly one of the two fields chooses the days; the other is `?`."""
    if (month_day == "?") == (week_day == "?"):
        raise InvalidExpression("one of day-of-month and day-of-week must be ?")
    return WeekDays.parse(week_day) if month_day == "?" else MonthDays.parse(month_day)


def body_of(expression: str, kind: str, flags: re.RegexFlag = re.NOFLAG) -> str | None:
    """The text within `kind(...)`; None if the expression is of another kind."""
    match = re.fullmatch(rf"{kind}\((.*)\)", expression, flags)
    return match.group(1) if match else None
