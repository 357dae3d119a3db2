"""What AWS refuses before it looks any further: values out of the ranges, patterns and lists of its service model.

moto 5.2.5 checks none of them and botocore only the minima, so that a template with a timeout of 901 seconds would
deploy here and fail on AWS.
"""

import json
import re
from collections.abc import Callable, Iterator
from functools import cache
from typing import Any

from moto.awslambda.exceptions import InvalidParameterValueException, LambdaClientError
from moto.awslambda.responses import LambdaResponse
from moto.core.utils import camelcase_to_underscores, get_service_model

from shoplib.localaws.moto_patches import Method, wrap

CHECKED = (
    "CreateFunction",
    "UpdateFunctionConfiguration",
    "CreateAlias",
    "UpdateAlias",
    "PutFunctionConcurrency",
    "PutFunctionEventInvokeConfig",
    "UpdateFunctionEventInvokeConfig",
    "PublishLayerVersion",
)
# The model's maxima are those of capacity providers and of whole ARNs; ordinary functions have less.
USUAL_MAXIMA = {"timeout": 900, "memorySize": 10_240, "ephemeralStorage.size": 10_240}
LONGEST_NAME = 64
# Accepting these and running the function without them would be a silent difference from AWS.
UNSUPPORTED = ("CapacityProviderConfig", "CodeSigningConfigArn", "DurableConfig", "FileSystemConfigs", "TenancyConfig")
ENVIRONMENT_BYTES = 4096


class ValidationException(LambdaClientError):
    def __init__(self, errors_there: list[str]) -> None:
        errors = f"{len(errors_there)} validation error{'s' if len(errors_there) > 1 else ''} detected"
        super().__init__("ValidationException", f"{errors}: {'; '.join(errors_there)}")


def install() -> None:
    """Check the bodies of the calls in CHECKED before moto sees them. Idempotent."""
    for operation in CHECKED:
        wrap(LambdaResponse, camelcase_to_underscores(operation), _checking(operation))


def check(operation: str, body: dict[str, Any]) -> None:
    """Raises ValidationException, or InvalidParameterValueException for an environment of more than 4 KB."""
    lacking = [name for name in UNSUPPORTED if body.get(name)]
    if lacking:
        raise InvalidParameterValueException(f"{', '.join(lacking)} is not supported by the local AWS")
    members = get_service_model("lambda").operation_model(operation).input_shape.members
    violations = [
        error for name in members if name in body for error in _errors(members[name], body[name], _lower(name))
    ]
    if operation == "CreateFunction" and len(str(body.get("FunctionName", ""))) > LONGEST_NAME:
        name = body["FunctionName"]
        violations += [] if name.startswith("arn:") else [_error(name, "functionName", _length("less", LONGEST_NAME))]
    _check_runtime(members.get("Runtime"), body.get("Runtime"))
    if violations:
        raise ValidationException(violations)
    _check_environment((body.get("Environment") or {}).get("Variables") or {})


def _check_runtime(shape: Any, runtime: Any) -> None:
    """Of a runtime that is not in its model Lambda says something else than of other values."""
    if shape is not None and isinstance(runtime, str) and runtime not in shape.enum:
        text = f"satisfy enum value set: [{', '.join(shape.enum)}] or be a valid ARN"
        raise InvalidParameterValueException(_error(runtime, "runtime", text))


def _checking(operation: str) -> Callable[[Method], Method]:
    def around(original: Method) -> Method:
        def method(request: LambdaResponse) -> Any:
            check(operation, request.json_body)
            return original(request)

        return method

    return around


def _check_environment(variables: dict[str, str]) -> None:
    text = json.dumps(variables, separators=(",", ":"), ensure_ascii=False)
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
    for number, item in enumerate(value, 1):
        yield from _errors(shape.member, item, f"{path}.{number}.member")


def _map_errors(shape: Any, value: dict[str, Any], path: str) -> Iterator[str]:
    for key, item in value.items():
        yield from _errors(shape.key, key, path)
        yield from _errors(shape.value, item, f"{path}.{key}.member")


def _number_errors(shape: Any, value: float, path: str) -> Iterator[str]:
    yield from _out_of_range(shape, value, value, path, _value)


def _nothing(shape: Any, value: Any, path: str) -> Iterator[str]:
    yield from ()


def _text_errors(shape: Any, value: str, path: str) -> Iterator[str]:
    if shape.enum and value not in shape.enum:
        yield _error(value, path, f"satisfy enum value set: [{', '.join(shape.enum)}]")
    yield from _out_of_range(shape, len(value), value, path, _length)
    pattern = shape.metadata.get("pattern")
    compiled = _compiled(pattern) if pattern else None
    if compiled and not compiled.fullmatch(value):
        yield _error(value, path, f"satisfy regular expression pattern: {pattern}")


_CHECKS: dict[str, tuple[tuple[type, ...], Callable[[Any, Any, str], Iterator[str]]]] = {
    "structure": ((dict,), _structure_errors),
    "list": ((list,), _list_errors),
    "map": ((dict,), _map_errors),
    "string": ((str,), _text_errors),
    **dict.fromkeys(("integer", "long", "float", "double"), ((int, float), _number_errors)),
}


def _out_of_range(
    shape: Any, measured: float, value: Any, path: str, words: Callable[[str, Any], str]
) -> Iterator[str]:
    least, most = shape.metadata.get("min"), USUAL_MAXIMA.get(path, shape.metadata.get("max"))
    if least is not None and measured < least:
        yield _error(value, path, words("greater", least))
    if most is not None and measured > most:
        yield _error(value, path, words("less", most))


def _error(value: Any, path: str, constraint: str) -> str:
    return f"Value '{value}' at '{path}' failed to satisfy constraint: Member must {constraint}"


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
