"""Lambda's event filters: which records of a source a function wants to see.

A pattern is a JSON object whose leaves are lists of allowed values or comparisons, as in EventBridge.
"""

import fnmatch
import json
import re
from collections.abc import Callable, Mapping, Sequence
from typing import Any

MISSING = object()
NUMERIC: Mapping[str, Callable[[float, float], bool]] = {
    "=": lambda value, limit: value == limit,
    ">": lambda value, limit: value > limit,
    ">=": lambda value, limit: value >= limit,
    "<": lambda value, limit: value < limit,
    "<=": lambda value, limit: value <= limit,
}
COMPARISONS = {"exists", "anything-but", "numeric", "prefix", "suffix", "equals-ignore-case", "wildcard"}


def parse(filter_criteria: Mapping[str, Any] | None) -> list[dict[str, Any]]:
    """The patterns of a mapping's FilterCriteria. Raises ValueError when one is not a pattern."""
    patterns = [json.loads(entry["Pattern"]) for entry in (filter_criteria or {}).get("Filters") or []]
    for pattern in patterns:
        _check(pattern)
    return patterns


def _check(pattern: Any) -> None:
    if not isinstance(pattern, dict):
        raise ValueError("a filter pattern must be a JSON object")
    for key, rule in pattern.items():
        if isinstance(rule, dict):
            _check(rule)
        elif not isinstance(rule, list) or not rule:
            raise ValueError(f'"{key}" must be an object or an array that is not empty')
        elif key == "$or":
            for alternative in rule:
                _check(alternative)
        else:
            _check_conditions(rule)


def _check_conditions(conditions: Sequence[Any]) -> None:
    for condition in conditions:
        unknown = set(condition) - COMPARISONS if isinstance(condition, dict) else set()
        if unknown or isinstance(condition, list):
            raise ValueError(f"Unrecognized match type {', '.join(sorted(unknown)) or condition}")


def wanted(record: Mapping[str, Any], patterns: Sequence[Mapping[str, Any]], data_key: str) -> bool:
    """True when any pattern accepts the record (or there is none). `data_key` holds the record's own data.

    As on AWS a pattern for data that is an object matches only data that is JSON; a list of plain strings for the
    data matches plain text.
    """
    if not patterns:
        return True
    return any(_accepts(pattern, _readable(record, pattern, data_key)) for pattern in patterns)


def _readable(record: Mapping[str, Any], pattern: Mapping[str, Any], data_key: str) -> Mapping[str, Any]:
    """The record with its data decoded from JSON where the pattern looks into it."""
    if not isinstance(pattern.get(data_key), dict) or not isinstance(record.get(data_key), str):
        return record
    try:
        return {**record, data_key: json.loads(record[data_key])}
    except ValueError:
        return {**record, data_key: MISSING}


def _accepts(pattern: Mapping[str, Any], value: Any) -> bool:
    return all(_accepts_key(key, rule, value) for key, rule in pattern.items())


def _accepts_key(key: str, rule: Any, value: Any) -> bool:
    if key == "$or":
        return any(_accepts(alternative, value) for alternative in rule)
    found = value.get(key, MISSING) if isinstance(value, Mapping) else MISSING
    if isinstance(rule, Mapping):  # of a list of objects one must fit as a whole, as in EventBridge
        return any(isinstance(each, Mapping) and _accepts(rule, each) for each in _each(found))
    values = found if isinstance(found, list) and found else [found]
    return any(_matches(condition, each) for condition in rule for each in values)


def _each(found: Any) -> Sequence[Any]:
    return found if isinstance(found, list) else [found]


def _matches(condition: Any, value: Any) -> bool:
    if isinstance(condition, Mapping):
        return all(_compares(name, argument, value) for name, argument in condition.items())
    return value is not MISSING and type(value) in _kinds(condition) and value == condition


def _kinds(condition: Any) -> tuple[type, ...]:
    """JSON's types: 1 and 1.0 are the same, 1 and true are not."""
    return (int, float) if type(condition) in (int, float) else (type(condition),)


def _compares(name: str, argument: Any, value: Any) -> bool:
    if name == "exists":
        return (value is not MISSING) == argument
    if name == "anything-but":
        return value is not MISSING and not _anything_but_hits(argument, value)
    if name == "numeric":
        return _in_range(argument, value)
    return isinstance(value, str) and _compares_text(name, argument, value)


def _anything_but_hits(argument: Any, value: Any) -> bool:
    if isinstance(argument, Mapping):
        return _matches(argument, value)
    return value in (argument if isinstance(argument, list) else [argument])


def _in_range(argument: Sequence[Any], value: Any) -> bool:
    if type(value) not in (int, float):
        return False
    return all(NUMERIC[sign](value, limit) for sign, limit in zip(argument[::2], argument[1::2], strict=True))


def _compares_text(name: str, argument: Any, value: str) -> bool:
    if isinstance(argument, Mapping):  # {"prefix": {"equals-ignore-case": "..."}}
        return _compares_text(name, str(argument["equals-ignore-case"]).lower(), value.lower())
    if name == "prefix":
        return value.startswith(argument)
    if name == "suffix":
        return value.endswith(argument)
    if name == "equals-ignore-case":
        return value.lower() == argument.lower()
    if name == "wildcard":
        literal = fnmatch.translate(re.sub(r"([?\[])", r"[\1]", argument))
        return re.match(literal, value) is not None
    raise ValueError(f"the comparison {name} is not supported")
