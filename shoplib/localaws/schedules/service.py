"""All schedules of the engine: the entry point of this room."""

from shoplib.localaws.notifications import Notifications
from shoplib.localaws.schedules.rules import ScheduledRules
from shoplib.localaws.schedules.scheduler import Scheduler
from shoplib.localaws.timetable import Timetable


class Schedules:
    """Fires what moto only stores, on the given timetable."""

    def __init__(self, notifications: Notifications, timetable: Timetable) -> None:
        self._rules = ScheduledRules(timetable, notifications.bus)
        self._scheduler = Scheduler(timetable, notifications)

    def install(self) -> None:
        """Hear of every change that moto's state of schedules sees. Install after the notifications."""
        self._rules.install()
        self._scheduler.install()

    def state(self) -> None:
        """moto has it all."""

    def restore(self, state: None) -> None:
        """Plan what is there now; rates count from this moment."""
        self._rules.plan_all()
        self._scheduler.plan_all()
