"""What of Step Functions a saved state has: machines, activities, and executions with their histories.

An execution is code that waits, which no file can hold: those that run are aborted when they are loaded.
"""

from collections import deque
from dataclasses import replace
from typing import Any

from shoplib.localaws.state_machines.executions import ABORTED, RUNNING, Execution
from shoplib.localaws.state_machines.machines import Machine, Machines
from shoplib.localaws.state_machines.runner import Runner

REASON = "The local AWS was loaded from a saved state."


class MachinesState:
    def __init__(self, machines: Machines, runner: Runner) -> None:
        self._machines, self._runner = machines, runner
        self.pause, self.resume = runner.pause, runner.resume

    def state(self) -> dict[str, Any]:
        activities = [replace(each, errands=deque()) for each in self._runner.activities.by_arn.values()]
        return {
            "machines": self._machines.all(),
            "activities": activities,
            "executions": self._runner.executions(),
            "map_runs": self._runner.map_runs.all(),
        }

    def restore(self, state: dict[str, Any]) -> None:
        machines: list[Machine] = state["machines"]
        executions: list[Execution] = state["executions"]
        for execution in executions:
            if execution.status == RUNNING:
                execution.error, execution.cause = "States.Runtime", REASON
                execution.finish(ABORTED, self._runner.timers.now())
        for run in state.get("map_runs", []):
            run.stop_at(self._runner.now())
        self._runner.map_runs.replace(state.get("map_runs", []))
        self._machines.replace(machines)
        self._runner.replace(executions)
        self._runner.activities.by_arn.clear()
        self._runner.activities.by_arn.update({each.arn: each for each in state["activities"]})
