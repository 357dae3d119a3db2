"""Calls that were really made: who called what, how often, how fast, and with which failures."""

from shoplib.localaws.call_log import trace_propagation
from shoplib.localaws.call_log.endpoint import CallLogEndpoint
from shoplib.localaws.call_log.recorder import CallRecorder

__all__ = ["CallRecorder", "CallLogEndpoint", "trace_propagation"]
