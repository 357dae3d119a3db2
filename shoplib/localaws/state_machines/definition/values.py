"""What is wrong with the values of a state's fields: paths, templates, expressions, numbers and timestamps."""

import re
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from shoplib.localaws.state_machines.definition.faults import Fault, of_integer, schema
from shoplib.localaws.state_machines.language import bounds, intrinsics, paths
from shoplib.localaws.state_machines.language.jsonata_expressions import faults_of, is_expression
from shoplib.localaws.state_machines.language.timestamps import moment

PATHS = ("InputPath", "OutputPath", "ItemsPath")
REFERENCES = (
    *("ResultPath", "SecondsPath", "TimestampPath", "TimeoutSecondsPath", "HeartbeatSecondsPath"),
    *("MaxConcurrencyPath", "ToleratedFailureCountPath", "ToleratedFailurePercentagePath"),
)
CAUSES = ("ErrorPath", "CausePath")
TEMPLATES = ("Parameters", "ResultSelector", "ItemSelector", "Assign")
EXPRESSIONS = (
    *("Arguments", "Output", "Assign", "Items", "ItemSelector", "Seconds", "Timestamp", "TimeoutSeconds"),
    *("HeartbeatSeconds", "MaxConcurrency", "ToleratedFailureCount", "ToleratedFailurePercentage", "Error", "Cause"),
)
TEXTS = ("Error", "Cause", "Comment", "Next", "Default", "Resource")
OBJECTS = ("Assign", "Credentials")
PAYLOADS = ("Parameters", "ResultSelector", "ItemSelector")
VARIABLE = re.compile(r"[^\W\d]\w{0,79}")
RESERVED = ("states", "states.$")  # the variable that holds what a state knows
Fields = Mapping[str, Any]


def of_fields(fields: Fields, language: str, at: str) -> Iterator[Fault]:
    """Of a state, a catcher or a rule."""
    yield from of_jsonata(fields, at) if language == "JSONata" else of_json_path(fields, at)
    yield from _numbers(fields, language, at)
    for name in TEXTS:
        if name in fields and not isinstance(fields[name], str):
            yield schema("Expected value of type String", f"{at}/{name}")
    yield from _objects(fields, language, at)
    stamp = fields.get("Timestamp")
    if stamp is not None and not is_expression(stamp) and moment(stamp) is None:
        yield schema("String does not match RFC3339 timestamp", f"{at}/Timestamp")


def _objects(fields: Fields, language: str, at: str) -> Iterator[Fault]:
    """What must be an object; a computed one must be written as an object of expressions."""
    for name in OBJECTS if language == "JSONata" else (*OBJECTS, *PAYLOADS):
        if name in fields and not isinstance(fields[name], dict):
            yield schema("Expected value of type Object", f"{at}/{name}")
    for name in fields["Assign"] if isinstance(fields.get("Assign"), dict) else ():
        if not VARIABLE.fullmatch(name.removesuffix(".$")) or name in RESERVED:
            yield schema(f"'{name}' is not a valid variable name", f"{at}/Assign")


PATH_CHECKS: tuple[tuple[tuple[str, ...], Callable[[str, Any], bool], str], ...] = (
    (PATHS, lambda _, value: paths.is_path(value), "Value is not a valid JSONPath"),
    (REFERENCES, lambda name, value: _is_reference(name, value), "Value is not a Reference Path"),
    (CAUSES, lambda _, value: _is_computed(value), "Value is not a Reference Path or an intrinsic function"),
)


def of_json_path(fields: Fields, at: str) -> Iterator[Fault]:
    for names, fits, message in PATH_CHECKS:
        for name in names:
            if fields.get(name) is not None and not fits(name, fields[name]):
                yield schema(message, f"{at}/{name}")
    for name in TEMPLATES:
        if name in fields:
            yield from templates(fields[name], f"{at}/{name}")


def _is_reference(name: str, value: Any) -> bool:
    """ResultPath writes into the state's own document; the others may read a variable or the context object."""
    if name == "ResultPath":
        return paths.is_reference(value)
    return isinstance(value, str) and paths.is_path(value) and not any(sign in value for sign in ("*", "..", "?", ":"))


def _is_computed(value: Any) -> bool:
    if not isinstance(value, str):
        return False
    if not value.startswith("States."):
        return paths.is_path(value)
    return intrinsics.is_call(value)


def templates(value: Any, at: str) -> Iterator[Fault]:
    if isinstance(value, list):
        for number, each in enumerate(value):
            yield from templates(each, f"{at}[{number}]")
    for name, each in value.items() if isinstance(value, dict) else ():
        if not name.endswith(".$"):
            yield from templates(each, f"{at}/{name}")
        elif not isinstance(each, str):
            message = f"The value for the field '{name}' must be a STRING that contains a JSONPath but was"
            yield schema(f"{message} {_json_kind(each)}", at)
        elif not _is_computed(each):
            message = f"The value for the field '{name}' must be a valid JSONPath or a valid intrinsic function call"
            yield schema(message, at)


def _json_kind(value: Any) -> str:
    kinds: tuple[tuple[type | tuple[type, ...], str], ...] = (
        *((bool, "BOOLEAN"), ((int, float), "NUMBER"), (list, "an ARRAY")),
        (dict, "an OBJECT"),
    )
    return next((name for kind, name in kinds if isinstance(value, kind)), "NULL")


def of_jsonata(fields: Fields, at: str) -> Iterator[Fault]:
    has_error = "ErrorEquals" in fields  # of a catcher
    for name in EXPRESSIONS:
        if name in fields:
            yield from expressions(fields[name], f"{at}/{name}", has_error)


def expressions(value: Any, at: str, has_error: bool = False) -> Iterator[Fault]:
    """What is wrong with the expressions within `value`."""
    if isinstance(value, list):
        for number, each in enumerate(value):
            yield from expressions(each, f"{at}[{number}]", has_error)
    elif isinstance(value, dict):
        for name, each in value.items():
            yield from expressions(each, f"{at}/{name}", has_error)
    elif is_expression(value):
        yield from (Fault(code, message, at) for code, message in faults_of(value, has_error))


def _numbers(fields: Fields, language: str, at: str) -> Iterator[Fault]:
    for name, (least, most) in bounds.INTEGERS.items():
        value = fields.get(name)
        if value is not None and not (language == "JSONata" and is_expression(value)):
            yield from of_integer(value, least, most, f"{at}/{name}")
    yield from _percentage(fields.get(bounds.PERCENTAGE), f"{at}/{bounds.PERCENTAGE}")
    timeout, heartbeat = fields.get("TimeoutSeconds"), fields.get("HeartbeatSeconds")
    if isinstance(timeout, int) and isinstance(heartbeat, int) and heartbeat >= timeout:
        yield schema("'HeartbeatSeconds' must be smaller than 'TimeoutSeconds'", at)


def _percentage(value: Any, at: str) -> Iterator[Fault]:
    if value is None or is_expression(value):
        return
    least, most = bounds.NUMBERS[bounds.PERCENTAGE]
    if not isinstance(value, int | float) or isinstance(value, bool):
        yield schema("Expected value of type Number", at)
    elif not least <= value <= most:
        yield schema(f"Minimum value is {least}" if value < least else f"Maximum value is {most}", at)
