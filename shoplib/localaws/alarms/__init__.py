"""CloudWatch's alarms, evaluated on the engine's timetable. See README.md."""

from shoplib.localaws.alarms.service import Alarms

__all__ = ["Alarms"]
