"""Scheduled EventBridge rules and EventBridge Scheduler: see README.md."""

from shoplib.localaws.schedules.service import Schedules

__all__ = ["Schedules"]
