"""Calls that were really made: who called what, how often, how fast, and with which failures."""

from shoplib.localaws.observing import carried_traces
from shoplib.localaws.observing.door import ObservedDoor
from shoplib.localaws.observing.observatory import Observatory

__all__ = ["Observatory", "ObservedDoor", "carried_traces"]
