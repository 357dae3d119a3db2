"""What AWS's published models say of values (enumerations, ranges, lengths, patterns), and AWS's words for a breach.

Each shape is compiled once; what has no constraint within is not looked at.
"""

import re
from collections.abc import Callable, Iterator, Sequence
from functools import cache
from typing import Any

Check = Callable[[Any, str], Iterator[str]]
NUMBERS = ("integer", "long", "float", "double")
# Values of enumerations in the order in which AWS names them, where it is known and not that of the model.
NAMED_IN_ORDER = (
    ("SUCCEEDED", "TIMED_OUT", "PENDING_REDRIVE", "ABORTED", "FAILED", "RUNNING"),
    ("w3c", "raw", "json", "plain", "parquet"),
)


def breaches(service: str, operation: str, parameters: dict[str, Any]) -> str:
    """`1 validation error detected: ...`, or nothing when the parameters keep to the model."""
    check = _check_of(service, operation)
    objections = list(check(parameters, "")) if check else []
    if not objections:
        return ""
    return f"{len(objections)} validation error{'s' if len(objections) > 1 else ''} detected: {'; '.join(objections)}"


@cache
def _check_of(service: str, operation: str) -> Check | None:
    from moto.core.utils import get_service_model

    shape = get_service_model(service).operation_model(operation).input_shape
    return _compile(shape, frozenset()) if shape is not None else None


def _compile(shape: Any, within: frozenset[str]) -> Check | None:
    """None for what has no constraint; a shape within itself is left alone."""
    if shape.name in within:
        return None
    inner = _COMPILERS.get(shape.type_name, _nothing)(shape, within | {shape.name})
    own = _own(shape)
    return _both(own, inner) if own and inner else own or inner


def _structure(shape: Any, within: frozenset[str]) -> Check | None:
    compiled = {name: _compile(member, within) for name, member in shape.members.items()}
    checks = {name: each for name, each in compiled.items() if each is not None}
    required = shape.required_members
    if not checks and not required:
        return None

    def check(value: Any, path: str) -> Iterator[str]:
        if not isinstance(value, dict):
            return
        start = f"{path}." if path else ""
        for name in (each for each in required if value.get(each) is None):
            yield f"Value null at '{start}{_lower(name)}' failed to satisfy constraint: Member must not be null"
        for name in (each for each in checks if value.get(each) is not None):
            yield from checks[name](value[name], f"{start}{_lower(name)}")

    return check


def _list(shape: Any, within: frozenset[str]) -> Check | None:
    member = _compile(shape.member, within)
    if member is None:
        return None

    def check(value: Any, path: str) -> Iterator[str]:
        for number, each in enumerate(value if isinstance(value, list) else (), 1):
            yield from member(each, f"{path}.{number}.member")

    return check


def _map(shape: Any, within: frozenset[str]) -> Check | None:
    value_check = _compile(shape.value, within)
    if value_check is None:
        return None
    of_lengths = [text for _, text in _rules(shape.value)] if shape.value.type_name == "list" else []

    def check(value: Any, path: str) -> Iterator[str]:
        for key, each in value.items() if isinstance(value, dict) else ():
            if any(broken(each) for broken, _ in _rules(shape.value)) and of_lengths:
                yield _describe(value, shape, path, f"Map value must satisfy constraint: [{', '.join(of_lengths)}]")
            else:
                yield from value_check(each, f"{path}.{key}.member")

    return check


def _nothing(shape: Any, within: frozenset[str]) -> None:
    return None


_COMPILERS: dict[str, Callable[[Any, frozenset[str]], Check | None]] = {
    "structure": _structure,
    "list": _list,
    "map": _map,
}


def _own(shape: Any) -> Check | None:
    rules = _rules(shape)
    if not rules:
        return None

    def check(value: Any, path: str) -> Iterator[str]:
        for broken, text in rules:
            if broken(value):
                yield _describe(value, shape, path, text)

    return check


def _rules(shape: Any) -> list[tuple[Callable[[Any], bool], str]]:
    """Whether a value breaks a rule, and the rule in AWS's words."""
    known, kind = shape.metadata, shape.type_name
    rules: list[tuple[Callable[[Any], bool], str]] = []
    if values := known.get("enum"):
        rules.append(
            (_not_among(frozenset(values)), f"Member must satisfy enum value set: [{', '.join(_in_order(values))}]")
        )
    if kind in NUMBERS:
        rules += _range(known, "value", lambda value: value if isinstance(value, int | float) else None)
    elif kind in ("string", "list", "map", "blob"):
        rules += _range(known, "length", lambda value: len(value) if hasattr(value, "__len__") else None)
    if pattern := _pattern(known.get("pattern")):
        text = f"Member must satisfy regular expression pattern: {known['pattern']}"
        rules.append((lambda value: isinstance(value, str) and not pattern.fullmatch(value), text))
    return rules


def _range(
    known: dict[str, Any], what: str, measure: Callable[[Any], float | None]
) -> list[tuple[Callable[[Any], bool], str]]:
    rules: list[tuple[Callable[[Any], bool], str]] = []
    if "max" in known:
        most = known["max"]
        text = f"Member must have {what} less than or equal to {most}"
        rules.append((lambda value: (size := measure(value)) is not None and size > most, text))
    if "min" in known:
        least = known["min"]
        text = f"Member must have {what} greater than or equal to {least}"
        rules.append((lambda value: (size := measure(value)) is not None and size < least, text))
    return rules


def _in_order(values: list[str]) -> Sequence[str]:
    return next((each for each in NAMED_IN_ORDER if set(each) == set(values)), values)


def _not_among(values: frozenset[str]) -> Callable[[Any], bool]:
    return lambda value: isinstance(value, str) and value not in values


def _pattern(text: str | None) -> "re.Pattern[str] | None":
    """None too for what only Java's expressions know."""
    try:
        return re.compile(text) if text else None
    except re.error:
        return None


def _both(first: Check, second: Check) -> Check:
    def check(value: Any, path: str) -> Iterator[str]:
        yield from first(value, path)
        yield from second(value, path)

    return check


def _describe(value: Any, shape: Any, path: str, rule: str) -> str:
    """What the model calls sensitive is not repeated."""
    content = "" if shape.metadata.get("sensitive") else f" '{as_text(value, shape)}'"
    return f"Value{content} at '{path}' failed to satisfy constraint: {rule}"


def as_text(value: Any, shape: Any) -> str:
    """As AWS shows a value, which is as Java writes it: a structure with all its members, whatever is stated."""
    if value is None:
        return "null"
    if shape.type_name == "structure" and isinstance(value, dict):
        members = (f"{_lower(name)}={as_text(value.get(name), member)}" for name, member in shape.members.items())
        return f"{shape.name}({', '.join(members)})"
    if shape.type_name == "map" and isinstance(value, dict):
        return "{" + ", ".join(f"{key}={as_text(each, shape.value)}" for key, each in value.items()) + "}"
    if shape.type_name == "list" and isinstance(value, list):
        return "[" + ", ".join(as_text(each, shape.member) for each in value) + "]"
    return str(value)


def _lower(name: str) -> str:
    return name[0].lower() + name[1:]
