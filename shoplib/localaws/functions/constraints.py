"""What AWS refuses before it looks any further: values out of the ranges, patterns and lists of its service model.

moto 5.2.5 checks none of them and botocore only the minima, so that a template with a timeout of 901 seconds would
deploy here and fail on AWS.
"""

import re
from collections.abc import Callable, Iterable, Iterator
from functools import cache
from typing import Any

from moto.awslambda.exceptions import InvalidParameterValueException, LambdaClientError
from moto.core.utils import get_service_model

from shoplib.localaws.functions import retired_runtimes
from shoplib.localaws.json_text import compact
from shoplib.localaws.model_constraints import as_text

# The model's maxima are those of capacity providers and of whole ARNs; ordinary functions have less.
USUAL_MAXIMA = {"timeout": 900, "memorySize": 10_240, "ephemeralStorage.size": 10_240}
# Lambda names these in another order than its model.
ORDERS = {
    "startingPosition": ("LATEST", "AT_TIMESTAMP", "TRIM_HORIZON"),
    "invokeMode": ("RESPONSE_STREAM", "BUFFERED"),
    "snapStart.applyOn": ("PublishedVersions", "None"),
}
LAST = ("CompatibleArchitectures",)
LONGEST_NAME = 64
NOT_NULL = "Member must not be null"
# Accepting these and running the function without them would be a silent difference from AWS.
UNSUPPORTED = ("CapacityProviderConfig", "CodeSigningConfigArn", "DurableConfig", "FileSystemConfigs", "TenancyConfig")
ENVIRONMENT_BYTES = 4096


class ValidationException(LambdaClientError):
    def __init__(self, errors_there: list[str]) -> None:
        errors = f"{len(errors_there)} validation error{'s' if len(errors_there) > 1 else ''} detected"
        super().__init__("ValidationException", f"{errors}: {'; '.join(errors_there)}")


def check(operation: str, parameters: dict[str, Any], *, is_whole: bool = False) -> None:
    """Raises ValidationException, or InvalidParameterValueException for what Lambda does not find in its model.

    Of a call that `is_whole` what the model requires is there.
    """
    lacking = [name for name in UNSUPPORTED if parameters.get(name)]
    if lacking:
        raise InvalidParameterValueException(f"{', '.join(lacking)} is not supported by the local AWS")
    shape = get_service_model("lambda").operation_model(operation).input_shape
    members = shape.members if shape is not None else {}
    absent = [name for name in shape.required_members if parameters.get(name) is None] if is_whole and shape else []
    violations = [_failed(f"Value null at '{_lower(name)}'", NOT_NULL) for name in absent]
    for name in sorted((each for each in members if each in parameters), key=LAST.__contains__):
        violations += _errors(members[name], parameters[name], _lower(name))
    if violations:
        raise ValidationException(violations)
    _check_name(operation, str(parameters.get("FunctionName", "")))
    _check_runtime(members.get("Runtime"), parameters.get("Runtime"))
    _check_environment((parameters.get("Environment") or {}).get("Variables") or {})


def _check_name(operation: str, name: str) -> None:
    if operation == "CreateFunction" and ":" not in name and len(name) > LONGEST_NAME:
        error = _failed(f"Value '{name}' at 'functionName'", f"Member must {_length('less', LONGEST_NAME)}")
        raise InvalidParameterValueException(f"1 validation error detected: {error}")


def _check_runtime(shape: Any, runtime: Any) -> None:
    """Of a runtime that is not in its model Lambda says something else than of other values."""
    if shape is None or not isinstance(runtime, str):
        return
    if runtime not in shape.enum:
        text = f"Member must satisfy enum value set: [{', '.join(shape.enum)}] or be a valid ARN"
        raise InvalidParameterValueException(_failed(f"Value {runtime} at 'runtime'", text))
    retired_runtimes.check(runtime)


def _check_environment(variables: dict[str, str]) -> None:
    text = compact(variables)
    if len(text.encode()) > ENVIRONMENT_BYTES:
        raise InvalidParameterValueException(
            "Lambda was unable to configure your environment variables because the environment variables you have "
            f"provided exceeded the 4KB limit. String measured: {text}"
        )


def _errors(shape: Any, value: Any, path: str) -> Iterator[str]:
    """In the order of the request; a value that is not of the shape's type is moto's to refuse."""
    kinds, errors = _CHECKS.get(shape.type_name, ((), _nothing))
    if isinstance(value, kinds) and not isinstance(value, bool):
        yield from errors(shape, value, path)


def _structure_errors(shape: Any, value: dict[str, Any], path: str) -> Iterator[str]:
    for name, member in shape.members.items():
        yield from _errors(member, value.get(name), f"{path}.{_lower(name)}")


def _list_errors(shape: Any, value: list[Any], path: str) -> Iterator[str]:
    yield from _out_of_range(shape, len(value), value, path, _length)
    if shape.member.type_name == "string":
        yield from _member_errors(
            shape, shape.member, value, value, path, _MEMBER_WORDS.get(path, _WORDS.format("Member"))
        )
        return
    for number, item in enumerate(value, 1):
        yield from _errors(shape.member, item, f"{path}.{number}.member")


def _map_errors(shape: Any, value: dict[str, Any], path: str) -> Iterator[str]:
    display = {key: float(each) for key, each in value.items()} if shape.value.type_name == "double" else value
    yield from _member_errors(shape, shape.key, value, display, path, _WORDS.format("Map keys"))
    yield from _member_errors(shape, shape.value, value.values(), display, path, _WORDS.format("Map value"))


_WORDS = f"{{}} must satisfy constraint: [{{{{}}}}, {NOT_NULL}]"
# What Lambda says of one member of a list, where that is not as usual.
_MEMBER_WORDS = {"compatibleArchitectures": "Member must satisfy constraint: [{}]", "compatibleRuntimes": "{}"}


def _member_errors(
    whole: Any, shape: Any, members: Iterable[Any], display: Any, path: str, words: str
) -> Iterator[str]:
    """Of the members of a list or a map Lambda names all constraints, and shows all of them."""
    if any(True for member in members for _ in _errors(shape, member, path)):
        yield _failed(f"Value '{as_text(display, whole)}' at '{path}'", words.format(", ".join(_rules(shape))))


def _rules(shape: Any) -> Iterator[str]:
    """The constraints of a value, in Lambda's order and words."""
    words = _value if shape.type_name in _NUMBERS else _length
    if shape.metadata.get("max") is not None:
        yield f"Member must {words('less', shape.metadata['max'])}"
    if shape.metadata.get("min") is not None:
        yield f"Member must {words('greater', shape.metadata['min'])}"
    if shape.metadata.get("pattern"):
        yield f"Member must satisfy regular expression pattern: {shape.metadata['pattern']}"
    if shape.metadata.get("enum"):
        yield f"Member must satisfy enum value set: [{', '.join(shape.metadata['enum'])}]"


def _number_errors(shape: Any, value: float, path: str) -> Iterator[str]:
    yield from _out_of_range(shape, value, value, path, _value)


def _nothing(shape: Any, value: Any, path: str) -> Iterator[str]:
    yield from ()


def _text_errors(shape: Any, value: str, path: str) -> Iterator[str]:
    if shape.enum and value not in shape.enum and path != "runtime":
        yield _error(shape, value, path, f"satisfy enum value set: [{', '.join(ORDERS.get(path, shape.enum))}]")
    yield from _out_of_range(shape, len(value), value, path, _length)
    pattern = shape.metadata.get("pattern")
    compiled = _compiled(pattern) if pattern else None
    if compiled and not compiled.fullmatch(value):
        yield _error(shape, value, path, f"satisfy regular expression pattern: {pattern}")


_NUMBERS = ("integer", "long", "float", "double")
_CHECKS: dict[str, tuple[tuple[type, ...], Callable[[Any, Any, str], Iterator[str]]]] = {
    "structure": ((dict,), _structure_errors),
    "list": ((list,), _list_errors),
    "map": ((dict,), _map_errors),
    "string": ((str,), _text_errors),
    **dict.fromkeys(_NUMBERS, ((int, float), _number_errors)),
}


def _out_of_range(
    shape: Any, measured: float, value: Any, path: str, words: Callable[[str, Any], str]
) -> Iterator[str]:
    least, most = shape.metadata.get("min"), USUAL_MAXIMA.get(path, shape.metadata.get("max"))
    if least is not None and measured < least:
        yield _error(shape, value, path, words("greater", least))
    if most is not None and measured > most:
        yield _error(shape, value, path, words("less", most))


def _error(shape: Any, value: Any, path: str, constraint: str) -> str:
    return _failed(f"Value '{as_text(value, shape)}' at '{path}'", f"Member must {constraint}")


def _failed(what: str, constraint: str) -> str:
    return f"{what} failed to satisfy constraint: {constraint}"


def _length(direction: str, limit: Any) -> str:
    return f"have length {direction} than or equal to {limit}"


def _value(direction: str, limit: Any) -> str:
    return f"have value {direction} than or equal to {limit}"


def _lower(name: str) -> str:
    return name[:1].lower() + name[1:]


@cache
def _compiled(pattern: str) -> re.Pattern[str] | None:
    """None for a pattern that only Java understands (classes of Unicode properties)."""
    try:
        return re.compile(pattern)
    except re.error:
        return None
