"""Runs a definition: one coroutine for each sequence of states, no thread for what waits."""

from shoplib.localaws.state_machines.interpreter.history import History
from shoplib.localaws.state_machines.interpreter.machine import follow
from shoplib.localaws.state_machines.interpreter.timers import Timers, within
from shoplib.localaws.state_machines.interpreter.walk import Integrations, Run, Task, Walk

__all__ = ["History", "Integrations", "Run", "Task", "Timers", "Walk", "follow", "within"]
