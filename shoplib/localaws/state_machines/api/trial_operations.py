"""TestState: a state without a machine."""

import json
import uuid
from typing import Any

from shoplib.documents import load_json
from shoplib.localaws import engine_clock
from shoplib.localaws.ingress.json_service import Place
from shoplib.localaws.ingress.refusals import Refusal
from shoplib.localaws.state_machines.api.answers import Parameters, Result
from shoplib.localaws.state_machines.api.mocks import require_mock, require_result
from shoplib.localaws.state_machines.api.revisions import require_role
from shoplib.localaws.state_machines.api.trial_settings import require_context, settings_of
from shoplib.localaws.state_machines.definition.check import faults, faults_of_state, machines_within
from shoplib.localaws.state_machines.definition.faults import Fault
from shoplib.localaws.state_machines.definition.resources import resource_of
from shoplib.localaws.state_machines.integrations import Caller, refusal
from shoplib.localaws.state_machines.language.timestamps import written
from shoplib.localaws.state_machines.runner import Runner
from shoplib.localaws.state_machines.trials import GROUPS, NAME, Mocked, Trial

NO_GROUPS = (
    "TestState API does not support Map or Parallel states. Supported state types include: [Task, Wait, Pass, Succeed, "
    "Fail, Choice]"
)


class TrialOperations:
    def __init__(self, runner: Runner) -> None:
        self._runner = runner

    def try_state(self, place: Place, parameters: Parameters) -> Result:
        name, state, language = _state(parameters)
        mock = parameters.get("mock")
        _require_supported(state, mock, parameters)
        context = _context(state, parameters)
        token = (context or {}).get("Task", {}).get("Token", "token")
        mocked = _mocked(state, mock, parameters, token) if mock is not None else None
        role = require_role(parameters["roleArn"], place.region) if parameters.get("roleArn") else ""
        if state["Type"] == "Task" and mock is None and not role:
            raise _invalid("RoleArn must be specified when testing a Task state without a mock")
        caller, document = _caller(place, role), _json(parameters, "input")
        trial = Trial(
            *(name, state, language, document, _json(parameters, "variables"), _execution(caller, document), context),
            inspected=parameters.get("inspectionLevel", "INFO") != "INFO",
            region=place.region,
            settings=settings_of(state, parameters),
        )
        return self._runner.try_state(trial, caller, mocked)


def _context(state: dict[str, Any], parameters: Parameters) -> dict[str, Any] | None:
    if "context" not in parameters:
        return None
    if "mock" not in parameters:
        raise _invalid("Context object can only be specified when a mock is specified")
    return require_context(_json(parameters, "context"), state)


def _mocked(state: dict[str, Any], mock: Parameters, parameters: Parameters, token: str) -> Mocked:
    require_mock(state, mock, parameters)
    result = _json(mock, "result", "Mocked result must be valid JSON")
    if "errorOutput" not in mock:
        require_result(state, result, mock.get("fieldValidationMode", "STRICT"))
    return Mocked(mock, result, token)


def _caller(place: Place, role: str) -> Caller:
    """As on AWS an express execution of its own, of a machine that nobody has."""
    arn, machine = f"arn:aws:states:{place.region}:{place.account_id}", uuid.uuid4()
    execution = f"{arn}:express:{machine}:{uuid.uuid4()}"
    return Caller(execution, f"{arn}:stateMachine:{machine}", role, place.account_id, place.region)


def _execution(caller: Caller, document: Any) -> dict[str, Any]:
    """What the context object says of it."""
    role = {"RoleArn": caller.role_arn} if caller.role_arn else {}
    execution = {"Id": caller.execution_arn, "Input": document, "Name": caller.execution_arn.rpartition(":")[2], **role}
    machine = {"Id": caller.machine_arn, "Name": caller.machine_arn.rpartition(":")[2]}
    return {"Execution": {**execution, "StartTime": written(engine_clock.now())}, "StateMachine": machine}


def _state(parameters: Parameters) -> tuple[str, dict[str, Any], str]:
    """Name, state and query language of what is to be tried. Raises InvalidDefinition."""
    definition, name = _object(parameters["definition"]), parameters.get("stateName") or ""
    if "States" not in definition:
        _require_faultless(faults_of_state(definition, "JSONPath"))
        return NAME, definition, "JSONPath"
    _require_faultless(faults(definition))
    if (state := _find(definition, name)) is None:
        raise _invalid("State not found in definition")
    return name, state, definition.get("QueryLanguage", "JSONPath")


def _require_faultless(wrong: list[Fault]) -> None:
    if wrong:
        reason = ", ".join(map(str, wrong))
        raise Refusal("InvalidDefinition", f"Invalid State Machine Definition: '{reason}'")


def _find(machine: dict[str, Any], name: str) -> dict[str, Any] | None:
    """The state of that name, wherever in the machine it is."""
    if name in machine["States"]:
        return dict(machine["States"][name])
    inner = [each for state in machine["States"].values() for each, _, _ in machines_within(state, "")]
    return next((state for each in inner if (state := _find(each, name)) is not None), None)


def _object(text: str) -> dict[str, Any]:
    try:
        definition = load_json(text)
    except ValueError as error:
        raise Refusal("InvalidDefinition", f"Invalid State Machine Definition: '{error}'") from None
    if not isinstance(definition, dict):
        raise Refusal("InvalidDefinition", "Invalid State Machine Definition: 'Definition must be a valid JSON object'")
    return definition


def _require_supported(state: dict[str, Any], mock: Parameters | None, parameters: Parameters) -> None:
    if state["Type"] in GROUPS and mock is None:
        raise Refusal("InvalidDefinition", NO_GROUPS)
    resource = resource_of(state["Resource"]) if state["Type"] == "Task" else None
    if mock is None and resource and (resource.pattern or resource.kind == "activity"):
        reason = f"Resource '{state['Resource']}' is not supported when a mock is not specified"
        raise Refusal("InvalidDefinition", f"Invalid State Machine Definition: '{reason}'")
    if mock is None and (missing := refusal({"States": {NAME: state}})):
        raise Refusal("NotImplemented", f"The local AWS does not run {missing}; deploy to AWS for it.", 501)


def _json(parameters: Parameters, name: str, wrong: str = "") -> Any:
    text = parameters.get(name)
    try:
        return {} if text is None else json.loads(text)
    except ValueError:
        raise _invalid(wrong or f"{name} is not valid JSON") from None


def _invalid(reason: str) -> Refusal:
    return Refusal("ValidationException", reason)
