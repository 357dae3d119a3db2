"""Calls that were really made: who called what, how often, how fast, and with which failures."""

from shoplib.localaws.call_log.endpoint import CallLogEndpoint
from shoplib.localaws.call_log.recorder import CallRecorder

__all__ = ["CallLogEndpoint", "CallRecorder"]
