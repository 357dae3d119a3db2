"""EventBridge rules on a schedule and EventBridge Scheduler, fired in time: see README.md."""

from shoplib.localaws.schedules.service import Schedules

__all__ = ["Schedules"]
