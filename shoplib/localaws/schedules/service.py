"""All schedules of the engine. The entry point of this room."""

from shoplib.localaws.notifications import Notifications
from shoplib.localaws.schedules.rules import ScheduledRules
from shoplib.localaws.schedules.scheduler import Scheduler
from shoplib.localaws.timetable import Timetable


class Schedules:
    """Fires the schedules that moto only stores, on a timetable."""

    def __init__(self, notifications: Notifications, timetable: Timetable) -> None:
        self._rules = ScheduledRules(timetable, notifications.bus)
        self._scheduler = Scheduler(timetable, notifications)

    def install(self) -> None:
        """Hook into every change of schedules in moto. Install after the notifications."""
        self._rules.install()
        self._scheduler.install()

    def state(self) -> None:
        """None: moto keeps the schedules."""

    def restore(self, state: None) -> None:
        """Schedule all current rules and schedules; rates count from now."""
        self._rules.plan_all()
        self._scheduler.plan_all()
