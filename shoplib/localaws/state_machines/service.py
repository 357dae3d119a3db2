"""Step Functions: the entry point of this room."""

from collections.abc import Callable
from typing import Any

from shoplib.localaws.ingress.json_service import JsonService
from shoplib.localaws.state_machines.api import operations_by_name
from shoplib.localaws.state_machines.machines import Machines
from shoplib.localaws.state_machines.monitoring import Monitor
from shoplib.localaws.state_machines.runner import Runner
from shoplib.localaws.state_machines.saved_state import MachinesState
from shoplib.localaws.timetable import Timetable

Put = Callable[[str, str, dict[str, Any]], None]


class StateMachines:
    """`put` gives an event of a service to an account's default bus, `trace` a segment to X-Ray; `endpoint` answers
    the API."""

    def __init__(self, timetable: Timetable, put: Put, trace: Put) -> None:
        self._runner = Runner(timetable, Monitor(put, trace))
        machines = Machines()
        self.saved = MachinesState(machines, self._runner)
        self.endpoint = JsonService("states", operations_by_name(machines, self._runner))

    def close(self) -> None:
        """Executions that run are dropped."""
        self._runner.close()
