"""The two fields of a cron expression that choose days: day-of-month with L and W, day-of-week with L and #."""

import calendar
import re
from dataclasses import dataclass
from datetime import date
from typing import Protocol

from shoplib.localaws.schedules.cron_fields import WEEK, InvalidExpression, Range, values

MONTH = Range(1, 31)
SATURDAY = 7


class Days(Protocol):
    """A field that chooses days."""

    def of(self, year: int, month: int) -> list[int]:
        """The matching days of one month, ascending."""


@dataclass(frozen=True)
class MonthDays:
    """Numbers of days, `L` (the last one), `15W` (the weekday nearest to the 15th) and `LW` (the last weekday)."""

    numbers: frozenset[int]
    weekdays_near: frozenset[int]
    last: bool
    last_weekday: bool

    @classmethod
    def parse(cls, text: str) -> "MonthDays":
        parts = text.split(",")
        near = {part[:-1] for part in parts if re.fullmatch(r"\d+W", part)}
        plain = [part for part in parts if part not in ("L", "LW") and part[:-1] not in near]
        return cls(
            frozenset(values(",".join(plain), MONTH) if plain else ()),
            frozenset(MONTH.value(day) for day in near),
            "L" in parts,
            "LW" in parts,
        )

    def of(self, year: int, month: int) -> list[int]:
        length = calendar.monthrange(year, month)[1]
        days = {day for day in self.numbers if day <= length}
        days |= {_nearest_weekday(year, month, day, length) for day in self.weekdays_near if day <= length}
        days |= {length} if self.last else set()
        days |= {_nearest_weekday(year, month, length, length)} if self.last_weekday else set()
        return sorted(days)


def _nearest_weekday(year: int, month: int, day: int, length: int) -> int:
    """Saturdays move to Friday and Sundays to Monday, but never to another month."""
    weekday = date(year, month, day).weekday()
    if weekday == calendar.SATURDAY:
        return day - 1 if day > 1 else day + 2
    if weekday == calendar.SUNDAY:
        return day + 1 if day < length else day - 2
    return day


@dataclass(frozen=True)
class WeekDays:
    """Days of the week (1 is Sunday), `6L` (the last Friday of the month) or `6#3` (its third Friday)."""

    numbers: frozenset[int]
    lasts: frozenset[int] = frozenset()
    nth: int = 0  # with `#`: the occurrence within the month

    @classmethod
    def parse(cls, text: str) -> "WeekDays":
        if "#" in text:
            return cls._nth(text)
        parts = text.split(",")
        lasts = [part for part in parts if part.endswith("L") and part != "L"]
        plain = [str(SATURDAY) if part == "L" else part for part in parts if part not in lasts]
        return cls(
            frozenset(values(",".join(plain), WEEK) if plain else ()),
            frozenset(WEEK.value(part[:-1]) for part in lasts),
        )

    @classmethod
    def _nth(cls, text: str) -> "WeekDays":
        day, _, number = text.partition("#")  # a list with # is invalid: "1#1,2#2" is not a number
        if number not in ("1", "2", "3", "4", "5"):
            raise InvalidExpression(f"{text!r} is not one day of the week and its number in the month")
        return cls(frozenset({WEEK.value(day)}), nth=int(number))

    def of(self, year: int, month: int) -> list[int]:
        length = calendar.monthrange(year, month)[1]
        return [day for day in range(1, length + 1) if self._fits(date(year, month, day), length)]

    def _fits(self, day: date, length: int) -> bool:
        number = day.isoweekday() % 7 + 1
        if number in self.lasts and day.day + 7 > length:
            return True
        return number in self.numbers and (not self.nth or (day.day - 1) // 7 + 1 == self.nth)
