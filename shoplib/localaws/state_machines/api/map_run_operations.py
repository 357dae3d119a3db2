"""DescribeMapRun, ListMapRuns and UpdateMapRun."""

from shoplib.localaws.ingress.json_service import Place
from shoplib.localaws.ingress.refusals import Refusal
from shoplib.localaws.state_machines.api.answers import Parameters, Result, page
from shoplib.localaws.state_machines.executions import RUNNING
from shoplib.localaws.state_machines.interpreter.map_limits import Tolerance
from shoplib.localaws.state_machines.machines import require_arn
from shoplib.localaws.state_machines.map_runs import MapRun
from shoplib.localaws.state_machines.runner import Runner


class MapRunOperations:
    def __init__(self, runner: Runner) -> None:
        self._runner = runner

    def describe(self, place: Place, parameters: Parameters) -> Result:
        return require_map_run(self._runner, parameters["mapRunArn"]).described()

    def list_map_runs(self, place: Place, parameters: Parameters) -> Result:
        arn = parameters["executionArn"]
        require_arn(arn, "execution")
        if self._runner.find(arn) is None:
            raise Refusal("ExecutionDoesNotExist", f"Execution Does Not Exist: '{arn}'")
        rows = [run.listed() for run in reversed(self._runner.map_runs.of(arn))]
        return page("mapRuns", rows, parameters)

    def update(self, place: Place, parameters: Parameters) -> Result:
        """Limits of a Map Run that is at work."""
        run = require_map_run(self._runner, parameters["mapRunArn"])
        if run.status != RUNNING:
            raise Refusal("ValidationException", f"Map Run is not running: '{run.arn}'")
        tolerance = Tolerance(parameters.get("toleratedFailureCount"), parameters.get("toleratedFailurePercentage"))
        self._runner.change_map_run(run, parameters.get("maxConcurrency"), tolerance)
        return {}


def require_map_run(runner: Runner, arn: str) -> MapRun:
    """Raises InvalidArn or ResourceNotFound."""
    require_arn(arn, "mapRun")
    run = runner.map_runs.find(arn)
    if run is None:
        raise Refusal("ResourceNotFound", f"Resource not found: '{arn}'")
    return run
