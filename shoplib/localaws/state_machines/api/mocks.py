"""What TestState refuses of a mock: where it has no place, and a result that the called service could not give."""

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from shoplib.localaws.ingress.refusals import Refusal
from shoplib.localaws.sdk_operations import model_of, operation_of, service_of
from shoplib.localaws.state_machines.api.answers import Parameters
from shoplib.localaws.state_machines.definition.resources import resource_of
from shoplib.localaws.state_machines.integrations.optimized import BOTO_NAMES

State = Mapping[str, Any]
MOCKED = ("Task", "Map", "Parallel")
NUMBERS = ("integer", "long", "float", "double")
KINDS: Mapping[str, tuple[type | tuple[type, ...], str]] = {
    "structure": (dict, "an object"),
    "map": (dict, "an object"),
    "list": (list, "an array"),
    "boolean": (bool, "a boolean"),
    **dict.fromkeys(NUMBERS, ((int, float), "a number")),
    **dict.fromkeys(("string", "timestamp", "blob", "character"), (str, "a string")),
}


def require_mock(state: State, mock: Parameters, parameters: Parameters) -> None:
    """Raises ValidationException."""
    if {"result", "errorOutput"} <= set(mock):
        raise _invalid("A test mock should have only one of the following fields: [result, errorOutput].")
    if parameters.get("revealSecrets"):
        raise _invalid("TestState does not support RevealSecrets when a mock is specified.")
    if state["Type"] not in MOCKED:
        raise _invalid(f"State type '{state['Type']}' is not supported when a mock is specified")


def require_result(state: State, result: Any, mode: str) -> None:
    """Raises ValidationException."""
    if state["Type"] != "Task":
        _require_outputs(state, result)
    elif mode != "NONE" and isinstance(result, dict):
        shape = _answer_of(state["Resource"])
        if shape and (wrong := next(_breaches(result, shape, "", mode == "STRICT"), None)):
            raise _invalid(f"Mock result schema validation error: {wrong}")


def _require_outputs(state: State, result: Any) -> None:
    if "ResultWriter" in state:
        if not isinstance(result, dict):
            raise _invalid("Mocked result must be a JSON object.")
    elif not isinstance(result, list):
        raise _invalid("Mocked result must be an array.")
    elif state["Type"] == "Parallel" and len(result) != len(state["Branches"]):
        raise _invalid("Mocked result must contain the same number of items as number of Parallel branches.")


def _answer_of(arn: str) -> Any:
    """The shape of a service's own answer; None for a function, an activity, and what somebody else ends."""
    resource = resource_of(arn)
    if resource is None or resource.kind != "service" or resource.pattern:
        return None
    name = resource.service.removeprefix("aws-sdk:")
    service = service_of(name) if resource.is_sdk else BOTO_NAMES.get(name, name)
    operation = operation_of(service, resource.operation)
    return model_of(service).operation_model(operation).output_shape if operation else None


def _breaches(value: Any, shape: Any, name: str, strict: bool) -> Iterator[str]:
    kind, words = KINDS.get(shape.type_name, (object, ""))
    if not isinstance(value, kind) or (isinstance(value, bool) and shape.type_name in NUMBERS):
        yield f"Field '{name}' must be {words}"
    else:
        yield from (f"Field '{name}' {text}" for text in _of_limits(value, shape))
        yield from _WITHIN.get(shape.type_name, _nothing)(value, shape, name, strict)


def _of_members(value: Any, shape: Any, name: str, strict: bool) -> Iterator[str]:
    members = {each[:1].upper() + each[1:]: member for each, member in shape.members.items()}
    required = [each[:1].upper() + each[1:] for each in shape.required_members] if strict else []
    yield from (f"Required field '{each}' is missing" for each in required if each not in value)
    for each in (each for each in members if value.get(each) is not None):
        yield from _breaches(value[each], members[each], each, strict)


def _of_items(value: Any, shape: Any, name: str, strict: bool) -> Iterator[str]:
    for each in value:
        yield from _breaches(each, shape.member, name, strict)


def _of_values(value: Any, shape: Any, name: str, strict: bool) -> Iterator[str]:
    for key, each in value.items():
        yield from _breaches(each, shape.value, key, strict)


def _nothing(value: Any, shape: Any, name: str, strict: bool) -> Iterator[str]:
    return iter(())


_WITHIN: Mapping[str, Callable[[Any, Any, str, bool], Iterator[str]]] = {
    "structure": _of_members,
    "list": _of_items,
    "map": _of_values,
}


def _of_limits(value: Any, shape: Any) -> Iterator[str]:
    known = shape.metadata
    if value not in known.get("enum", [value]):
        yield "is not an expected value"
    is_number = shape.type_name in NUMBERS
    size = value if is_number else len(value) if hasattr(value, "__len__") else 0
    if size < known.get("min", size):
        yield "is less than the minimum value" if is_number else "is smaller than the minimum length"
    if size > known.get("max", size):
        yield "exceeds the maximum value" if is_number else "exceeds the maximum length"


def _invalid(reason: str) -> Refusal:
    return Refusal("ValidationException", reason)
