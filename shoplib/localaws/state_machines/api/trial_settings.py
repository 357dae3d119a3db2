"""What TestState may be told of the state's surroundings: the context object, and what happened before."""

import json
from collections.abc import Mapping
from typing import Any

from shoplib.localaws.ingress.refusals import Refusal
from shoplib.localaws.state_machines.api.answers import Parameters
from shoplib.localaws.state_machines.definition.check import machines_within
from shoplib.localaws.state_machines.definition.resources import resource_of
from shoplib.localaws.state_machines.trials import GROUPS, Settings

State = Mapping[str, Any]
STRING, INTEGER = (str, "a string"), (int, "an integer")
ANYTHING = (object, "")
CONTEXT: Mapping[str, Mapping[str, tuple[type, str]]] = {
    "Execution": {
        **dict.fromkeys(("Id", "Name", "RoleArn", "StartTime", "RedriveTime"), STRING),
        "Input": ANYTHING,
        "RedriveCount": INTEGER,
    },
    "State": {"Name": STRING, "EnteredTime": STRING, "RetryCount": INTEGER},
    "StateMachine": {"Id": STRING, "Name": STRING},
    "Task": {"Token": STRING},
}
CALLBACKS = ("sync", "sync:2", "waitForTaskToken")
NO_TASK = (
    "Context object contains 'Task' when state is not a Task state with a '.sync' or '.waitForTaskToken' service "
    "integration pattern"
)
# What a configuration says, and the types of states that it can say it of.
KINDS = {
    "retrierRetryCount": ("Task", *GROUPS),
    "errorCausedByState": GROUPS,
    "mapIterationFailureCount": ("Map",),
    "mapItemReaderData": ("Map",),
}


def require_context(context: Any, state: State) -> dict[str, Any]:
    """Raises ValidationException."""
    if not isinstance(context, dict):
        raise _invalid_context("Context object must be a JSON object")
    if "Map" in context:
        raise _invalid_context("'Map' field is not supported when mocking a Context object")
    for name, part in context.items():
        _require_part(name, part)
    if "Task" in context and not _is_called_back(state):
        raise _invalid_context(NO_TASK)
    return context


def _require_part(name: str, part: Any) -> None:
    if name not in CONTEXT:
        raise _invalid_context(f"Field '{name}' is not allowed")
    if not isinstance(part, dict):
        raise _invalid_context(f"{name} must be an object")
    for field, value in part.items():
        if field not in CONTEXT[name]:
            raise _invalid_context(f"Field '{field}' is not allowed")
        kind, words = CONTEXT[name][field]
        if not isinstance(value, kind):
            raise _invalid_context(f"{name}.{field} must be {words}")


def _is_called_back(state: State) -> bool:
    resource = resource_of(state["Resource"]) if state["Type"] == "Task" else None
    return resource is not None and resource.pattern in CALLBACKS


def settings_of(state: State, parameters: Parameters) -> Settings:
    """Raises ValidationException."""
    configuration = parameters.get("stateConfiguration") or {}
    if configuration and "mock" not in parameters:
        raise _invalid("stateConfiguration can only be specified when a mock is specified")
    for name in configuration:
        if state["Type"] not in KINDS[name]:
            raise _invalid(f"'{name}' is not supported for a state of type '{state['Type']}'")
    culprit = configuration.get("errorCausedByState")
    if culprit is not None and culprit not in _states_within(state):
        raise _invalid(f"The state '{culprit}' of errorCausedByState is not within the state under test")
    items = _items(configuration["mapItemReaderData"], state) if "mapItemReaderData" in configuration else None
    return Settings(configuration.get("retrierRetryCount", 0), configuration.get("mapIterationFailureCount", 0), items)


def _states_within(state: State) -> set[str]:
    names: set[str] = set()
    for machine, _, _ in machines_within(state, ""):
        for name, inner in machine["States"].items():
            names |= {name} | _states_within(inner)
    return names


def _items(text: str, state: State) -> list[Any]:
    if "ItemReader" not in state:
        raise _invalid("mapItemReaderData can only be specified for a Map state with an ItemReader")
    try:
        items = json.loads(text)
    except ValueError:
        items = None
    if not isinstance(items, list):
        raise Refusal("NotImplemented", "The local AWS reads a mapItemReaderData that is a JSON array alone.", 501)
    return items


def _invalid_context(reason: str) -> Refusal:
    return _invalid(f"Invalid Context object provided: {reason}")


def _invalid(reason: str) -> Refusal:
    return Refusal("ValidationException", reason)
