"""Parameters and answers between the States Language, which writes members as `StateMachineArn`, and service models."""

import base64
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

from botocore.validate import ParamValidator

from shoplib.localaws.json_text import compact

Write = Callable[[datetime], Any]


def to_model(value: Any, shape: Any) -> Any:
    """Members under the names of the model, blobs as bytes; what the model does not know stays as it is."""
    if shape.type_name == "structure" and isinstance(value, dict):
        names = {_capital(name): name for name in shape.members}
        known = {names.get(_capital(name), name): each for name, each in value.items()}
        return {
            name: to_model(each, shape.members[name]) if name in shape.members else each for name, each in known.items()
        }
    if shape.type_name == "list" and isinstance(value, list):
        return [to_model(each, shape.member) for each in value]
    if shape.type_name == "map" and isinstance(value, dict):
        return {name: to_model(each, shape.value) for name, each in value.items()}
    if shape.type_name == "blob" and not isinstance(value, bytes):
        return (value if isinstance(value, str) else compact(value)).encode()
    return value


def without_nulls(parameters: dict[str, Any]) -> dict[str, Any]:
    """As AWS's own SDK calls: what is null is not sent."""
    return {name: value for name, value in parameters.items() if value is not None}


def objection_to(parameters: dict[str, Any], shape: Any) -> str:
    """What is wrong with the parameters, in Step Functions' words; nothing when they are as the model has them.

    What is null the service itself misses, unless its address needs it.
    """
    report = ParamValidator().validate(without_nulls(parameters), shape)
    for reason, where, details in report._errors:
        name = details.get("required_name")
        if reason == "missing required field" and not where and _is_left_to_service(parameters, shape, name):
            continue
        if reason == "unknown field":
            return f'The field "{details["unknown_param"]}" is not supported by Step Functions.'
        if reason == "missing required field":
            return f'The field "{_capital(name)}" is required but was missing.'
        return " ".join(report.generate_report().split())
    return ""


def _is_left_to_service(parameters: dict[str, Any], shape: Any, name: str) -> bool:
    return name in parameters and "location" not in shape.members[name].serialization


def from_model(value: Any, shape: Any, write: Write) -> Any:
    """Members with a capital, bytes and streams as text, times as `write` has them."""
    if shape is None or value is None:
        return value
    if shape.type_name == "structure":
        members = {name: each for name, each in value.items() if name in shape.members and each is not None}
        return {_capital(name): from_model(each, shape.members[name], write) for name, each in members.items()}
    if shape.type_name == "list":
        return [from_model(each, shape.member, write) for each in value]
    if shape.type_name == "map":
        return {name: from_model(each, shape.value, write) for name, each in value.items()}
    return _scalar(value, write)


def _scalar(value: Any, write: Write) -> Any:
    if isinstance(value, datetime):
        return write(value)
    if hasattr(value, "read"):
        value = value.read()
    if isinstance(value, bytes):
        return _text(value)
    return value


def _text(value: bytes) -> str:
    try:
        return value.decode()
    except UnicodeDecodeError:
        return base64.b64encode(value).decode()


def as_iso(moment: datetime) -> str:
    utc = moment.astimezone(UTC)
    fraction = f".{utc.microsecond // 1000:03d}" if utc.microsecond else ""
    return f"{utc:%Y-%m-%dT%H:%M:%S}{fraction}Z"


def as_milliseconds(moment: datetime) -> int:
    return round(moment.timestamp() * 1000)


def _capital(name: str) -> str:
    return name[:1].upper() + name[1:]


def ended_answer(described: dict[str, Any]) -> dict[str, Any]:
    """An execution's description, whose times are in seconds, as a state that waited for it gets it."""
    return with_capitals(described, lambda seconds: round(seconds * 1000))


def with_capitals(described: dict[str, Any], write_time: Callable[[float], Any]) -> dict[str, Any]:
    """An execution's description as the States Language names its members."""
    return {
        _capital(name): write_time(value) if name.endswith("Date") else _members_with_capitals(value)
        for name, value in described.items()
    }


def _members_with_capitals(value: Any) -> Any:
    return {_capital(name): each for name, each in value.items()} if isinstance(value, dict) else value
