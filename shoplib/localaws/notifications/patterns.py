"""EventBridge's event patterns: every content filter, on values wherever they lie in nested objects and arrays."""

import ipaddress
import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

from shoplib.localaws.notifications.wildcards import matches_wildcard

NUMERIC: Mapping[str, Callable[[float, float], bool]] = {
    "=": lambda value, limit: value == limit,
    ">": lambda value, limit: value > limit,
    ">=": lambda value, limit: value >= limit,
    "<": lambda value, limit: value < limit,
    "<=": lambda value, limit: value <= limit,
}
TEXT: Mapping[str, Callable[[str, str], bool]] = {
    "prefix": str.startswith,
    "suffix": str.endswith,
    "equals-ignore-case": lambda value, wanted: value.lower() == wanted.lower(),
    "wildcard": matches_wildcard,
}
COMPARISONS = {*TEXT, "numeric", "cidr", "exists", "anything-but"}


class InvalidPattern(ValueError):
    """The text is not an event pattern; says why."""


def parse(text: str) -> dict[str, Any]:
    """The pattern, checked. Raises InvalidPattern."""
    try:
        pattern = json.loads(text)
    except ValueError as error:
        raise InvalidPattern("Invalid JSON") from error
    if not isinstance(pattern, dict):
        raise InvalidPattern("Filter is not an object")
    if not pattern:
        raise InvalidPattern("Empty event patterns are not allowed")
    _check(pattern)
    return pattern


def matches(pattern: Mapping[str, Any], event: Any) -> bool:
    """Does the event have, for every key of the pattern, a value that the pattern allows?"""
    return all(_matches_key(key, rule, event) for key, rule in pattern.items())


def _check(pattern: Mapping[str, Any]) -> None:
    for key, rule in pattern.items():
        if key == "$or" and isinstance(rule, list) and all(isinstance(each, dict) for each in rule):
            for each in rule:
                _check(each)
        elif isinstance(rule, dict):
            _check(rule)
        elif not isinstance(rule, list):
            raise InvalidPattern(f"'{key}' must be an object or an array")
        elif not rule:
            raise InvalidPattern("Empty arrays are not allowed")
        else:
            _check_conditions(rule)


def _check_conditions(conditions: Sequence[Any]) -> None:
    for condition in conditions:
        if isinstance(condition, list):
            raise InvalidPattern("Match value must be String, number, true, false, or null")
        if isinstance(condition, dict):
            _check_comparison(condition)


def _check_comparison(condition: Mapping[str, Any]) -> None:
    if len(condition) != 1:
        raise InvalidPattern("Only one key allowed in match expression")
    ((name, argument),) = condition.items()
    if name not in COMPARISONS:
        raise InvalidPattern(f"Unrecognized match type {name}")
    if name == "exists" and not isinstance(argument, bool):
        raise InvalidPattern("exists match pattern must be either true or false.")
    if name == "numeric" and not _is_numeric_range(argument):
        raise InvalidPattern("Value of numeric must be an array of comparisons and numbers.")
    if name in TEXT and not isinstance(argument, str) and not _ignores_case(name, argument):
        raise InvalidPattern(f"{name} match pattern must be a string")
    if name == "cidr":
        _check_network(argument)


def _is_numeric_range(argument: Any) -> bool:
    if not isinstance(argument, list) or not argument or len(argument) % 2:
        return False
    signs, limits = argument[::2], argument[1::2]
    return all(sign in NUMERIC for sign in signs) and all(type(limit) in (int, float) for limit in limits)


def _ignores_case(name: str, argument: Any) -> bool:
    """`{"prefix": {"equals-ignore-case": "a"}}`"""
    return name in ("prefix", "suffix") and isinstance(argument, dict) and [*argument] == ["equals-ignore-case"]


def _check_network(argument: Any) -> None:
    try:
        ipaddress.ip_network(argument, strict=False)
    except ValueError as error:
        raise InvalidPattern(f"Malformed CIDR, {error}") from error


def _matches_key(key: str, rule: Any, event: Any) -> bool:
    if key == "$or" and isinstance(rule, list):
        return any(matches(each, event) for each in rule)
    if isinstance(rule, Mapping):
        # In an array of objects one element must satisfy the whole sub-pattern.
        return any(matches(rule, each) for each in _objects(event, key))
    values = list(_leaves(event, key))
    return any(_allows(condition, values) for condition in rule)


def _objects(event: Any, key: str) -> list[Any]:
    """The objects under `key`; an empty one when there is none, for its keys may be wanted not to exist."""
    found = event.get(key) if isinstance(event, Mapping) else None
    objects = [each for each in (found if isinstance(found, list) else [found]) if isinstance(each, Mapping)]
    return objects or [{}]


def _leaves(event: Any, key: str) -> Iterator[Any]:
    """The values under `key` that are no objects, out of arrays too."""
    if isinstance(event, Mapping) and key in event:
        yield from _flat(event[key])


def _flat(value: Any) -> Iterator[Any]:
    if isinstance(value, list):
        for each in value:
            yield from _flat(each)
    elif not isinstance(value, Mapping):
        yield value


def _allows(condition: Any, values: Sequence[Any]) -> bool:
    if isinstance(condition, Mapping) and "exists" in condition:
        return bool(values) == condition["exists"]
    return any(_allows_value(condition, value) for value in values)


def _allows_value(condition: Any, value: Any) -> bool:
    if not isinstance(condition, Mapping):
        return _kind(condition) == _kind(value) and bool(condition == value)
    ((name, argument),) = condition.items()
    if name == "anything-but":
        return not _is_one_of(argument, value)
    if name == "numeric":
        return _kind(value) == "number" and _in_range(argument, value)
    if name == "cidr":
        return _in_network(argument, value)
    return isinstance(value, str) and _fits_text(name, argument, value)


def _kind(value: Any) -> str:
    """JSON's types: 1 and 1.0 are the same, 1 and true are not."""
    return "number" if type(value) in (int, float) else type(value).__name__


def _is_one_of(argument: Any, value: Any) -> bool:
    if isinstance(argument, Mapping):
        ((name, texts),) = argument.items()
        return any(_allows_value({name: text}, value) for text in (texts if isinstance(texts, list) else [texts]))
    return any(_allows_value(each, value) for each in (argument if isinstance(argument, list) else [argument]))


def _in_range(argument: Sequence[Any], value: float) -> bool:
    return all(NUMERIC[sign](value, limit) for sign, limit in zip(argument[::2], argument[1::2], strict=True))


def _in_network(network: str, value: Any) -> bool:
    try:
        return ipaddress.ip_address(value) in ipaddress.ip_network(network, strict=False)
    except ValueError:
        return False


def _fits_text(name: str, argument: Any, value: str) -> bool:
    if isinstance(argument, Mapping):
        return TEXT[name](value.lower(), str(argument["equals-ignore-case"]).lower())
    return TEXT[name](value, argument)
