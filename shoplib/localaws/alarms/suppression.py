"""A composite alarm whose actions another alarm suppresses: they are put off while that one rings, and around it."""

from collections.abc import Callable, Mapping

from shoplib.localaws import engine_clock
from shoplib.localaws.alarms import composites
from shoplib.localaws.alarms.alarm import Alarm, State, Suppression
from shoplib.localaws.alarms.evaluation import ALARM
from shoplib.localaws.timetable import Timetable

BY_ALARM, BY_WAIT, BY_EXTENSION = "Alarm", "WaitPeriod", "ExtensionPeriod"
WAIT, EXTENSION = "ActionsSuppressorWaitPeriod", "ActionsSuppressorExtensionPeriod"
Act = Callable[[Alarm, State], None]
AlarmsLike = Callable[[Alarm], Mapping[str, Alarm]]


class Suppressors:
    """Lets `act` happen at once, later, or not at all. `neighbours` gives the alarms of an alarm's place.

    Its methods are called under the lock of whoever changes alarms; `locked` runs what the timetable calls under it.
    """

    def __init__(self, act: Act, neighbours: AlarmsLike, timetable: Timetable, locked: Callable[..., None]) -> None:
        self._act, self._neighbours, self._timetable, self._locked = act, neighbours, timetable, locked

    def act(self, alarm: Alarm, before: State) -> None:
        """The alarm has changed: what it then does waits for its suppressor to ring, if it has one."""
        if alarm.suppressor is None:
            self._act(alarm, before)
        elif self._rings(alarm):
            self._suppress(alarm, before, BY_ALARM)
        else:
            self._suppress(alarm, before, BY_WAIT)
            self._plan(alarm, WAIT)

    def changed(self, suppressor: Alarm) -> None:
        """It rings from now on, or no longer does."""
        for alarm in self._neighbours(suppressor).values():
            if alarm.suppression is None or alarm.suppressor not in (suppressor.name, suppressor.alarm_arn):
                continue
            if suppressor.state.value == ALARM:
                self._timetable.drop(_key(alarm))
                self._suppress(alarm, alarm.suppression.before, BY_ALARM)
            elif alarm.suppression.by == BY_ALARM:
                self._suppress(alarm, alarm.suppression.before, BY_EXTENSION)
                self._plan(alarm, EXTENSION)

    def go_on(self, alarm: Alarm) -> None:
        """An alarm of a saved state: what waits for the end of a period waits for all of it."""
        by = alarm.suppression.by if alarm.suppression else None
        if by in (BY_WAIT, BY_EXTENSION):
            self._plan(alarm, WAIT if by == BY_WAIT else EXTENSION)

    def _rings(self, alarm: Alarm) -> bool:
        suppressor = composites.by_name_or_arn(self._neighbours(alarm), alarm.suppressor or "")
        return suppressor is not None and suppressor.state.value == ALARM

    def _suppress(self, alarm: Alarm, before: State, by: str) -> None:
        alarm.suppression = Suppression(by, f"Actions are suppressed by {by} of {alarm.suppressor}", before)

    def _plan(self, alarm: Alarm, period: str) -> None:
        due = engine_clock.now() + float(alarm.settings[period])
        self._timetable.set(_key(alarm), due, lambda: self._locked(self._release, alarm))

    def _release(self, alarm: Alarm) -> None:
        suppression, alarm.suppression = alarm.suppression, None
        if suppression is not None and self._neighbours(alarm).get(alarm.name) is alarm:
            self._act(alarm, suppression.before)


def _key(alarm: Alarm) -> str:
    return f"suppression of {alarm.alarm_arn}"
