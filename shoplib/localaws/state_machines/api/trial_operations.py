"""TestState: a state without a machine."""

import json
from typing import Any

from shoplib.documents import load_json
from shoplib.localaws.ingress.json_service import Place
from shoplib.localaws.ingress.refusals import Refusal
from shoplib.localaws.state_machines.api.answers import Parameters, Result
from shoplib.localaws.state_machines.api.mocks import require_mock, require_result
from shoplib.localaws.state_machines.api.revisions import require_role
from shoplib.localaws.state_machines.definition.check import faults_of_state
from shoplib.localaws.state_machines.definition.resources import resource_of
from shoplib.localaws.state_machines.integrations import Caller, refusal
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
        mocked = _mocked(state, mock, parameters) if mock is not None else None
        role = require_role(parameters["roleArn"], place.region) if parameters.get("roleArn") else ""
        if state["Type"] == "Task" and mock is None and not role:
            raise _invalid("RoleArn must be specified when testing a Task state without a mock")
        trial = Trial(
            *(name, state, language, _json(parameters, "input"), _json(parameters, "variables")),
            context=_json(parameters, "context"),
            inspected=parameters.get("inspectionLevel", "INFO") != "INFO",
            region=place.region,
        )
        return self._runner.try_state(trial, _caller(place, role), mocked)


def _mocked(state: dict[str, Any], mock: Parameters, parameters: Parameters) -> Mocked:
    require_mock(state, mock, parameters)
    result = _json(mock, "result")
    if "errorOutput" not in mock:
        require_result(state, result, mock.get("fieldValidationMode", "STRICT"))
    return Mocked(mock, result)


def _caller(place: Place, role: str) -> Caller:
    arn = f"arn:aws:states:{place.region}:{place.account_id}"
    return Caller(f"{arn}:express:{NAME}:{NAME}", f"{arn}:stateMachine:{NAME}", role, place.account_id, place.region)


def _state(parameters: Parameters) -> tuple[str, dict[str, Any], str]:
    """Name, state and query language of what is to be tried. Raises InvalidDefinition."""
    definition = _object(parameters["definition"])
    name, language = NAME, "JSONPath"
    if "States" in definition:
        name, language = parameters.get("stateName") or "", definition.get("QueryLanguage", language)
        states = definition["States"]
        if not isinstance(states, dict) or name not in states:
            raise _invalid(f"State '{name}' not found in definition")
        definition = states[name]
    if wrong := faults_of_state(definition, language):
        reason = ", ".join(map(str, wrong))
        raise Refusal("InvalidDefinition", f"Invalid State Machine Definition: '{reason}'")
    return name, definition, language


def _object(text: str) -> dict[str, Any]:
    try:
        definition = load_json(text)
    except ValueError as error:
        raise Refusal("InvalidDefinition", f"Invalid State Machine Definition: '{error}'") from None
    if not isinstance(definition, dict):
        raise Refusal("InvalidDefinition", "Invalid State Machine Definition: 'Definition must be a valid JSON object'")
    return definition


def _require_supported(state: dict[str, Any], mock: Parameters | None, parameters: Parameters) -> None:
    if parameters.get("stateConfiguration"):
        raise Refusal("NotImplemented", "The local AWS takes no stateConfiguration.", 501)
    if state["Type"] in GROUPS and mock is None:
        raise Refusal("InvalidDefinition", NO_GROUPS)
    resource = resource_of(state["Resource"]) if state["Type"] == "Task" else None
    if mock is None and resource and (resource.pattern or resource.kind == "activity"):
        reason = f"Resource '{state['Resource']}' is not supported when a mock is not specified"
        raise Refusal("InvalidDefinition", f"Invalid State Machine Definition: '{reason}'")
    if mock is None and (missing := refusal({"States": {NAME: state}})):
        raise Refusal("NotImplemented", f"The local AWS does not run {missing}; deploy to AWS for it.", 501)


def _json(parameters: Parameters, name: str) -> Any:
    text = parameters.get(name)
    try:
        return {} if text is None else json.loads(text)
    except ValueError:
        raise _invalid(f"{name} is not valid JSON") from None


def _invalid(reason: str) -> Refusal:
    return Refusal("ValidationException", reason)
