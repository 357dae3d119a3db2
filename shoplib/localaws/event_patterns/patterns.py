"""Patterns: read and checked once, in the order in which AWS reads them, then held against events."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any

from shoplib.localaws.event_patterns.comparisons import COMPARISONS, ONE_KEY, Test, comparison, equality
from shoplib.localaws.event_patterns.events import Event, Field, Path
from shoplib.localaws.event_patterns.invalid import InvalidPattern, inside

OR = "$or"
RESERVED_IN_OR = {*COMPARISONS, "exists", "=", "<", "<=", ">", ">=", "regex"}


@dataclass
class Conditions:
    """What one field may be: one of `tests` holds for one of its values, or it has none and `absent` allows that."""

    path: Path
    tests: list[Test] = field(default_factory=list)
    absent: bool = False
    size: int = 0

    def hold(self, field: Field, event: Event) -> bool:
        if any(test(value) for test in self.tests for value in field.values):
            return True
        return self.absent and not event.has_value(self.path)


@dataclass
class Pattern:
    """Every field holds, and of each `$or` one alternative, in one and the same element of an array."""

    fields: dict[str, "Conditions | Pattern"] = field(default_factory=dict)
    choices: list[list["Pattern"]] = field(default_factory=list)

    def matches(self, event: Event) -> bool:
        return self._within(event.root, event)

    def combinations(self, depth: int = 1) -> int:
        """The number of values, each weighed by its depth, multiplied over fields and added up over alternatives."""
        product = 1
        for each in self.fields.values():
            product *= each.size * depth if isinstance(each, Conditions) else each.combinations(depth + 1)
        for alternatives in self.choices:
            product *= sum(each.combinations(depth) for each in alternatives)
        return product

    @property
    def is_nested(self) -> bool:
        inner = [each for alternatives in self.choices for each in alternatives]
        return any(isinstance(each, Pattern) for each in self.fields.values()) or any(each.is_nested for each in inner)

    def _within(self, field: Field, event: Event) -> bool:
        return any(self._holds(option, event) for option in field.options())

    def _holds(self, field: Field, event: Event) -> bool:
        for name, rule in self.fields.items():
            below = field.child(name)
            if not (rule.hold(below, event) if isinstance(rule, Conditions) else rule._within(below, event)):
                return False
        return all(any(each._holds(field, event) for each in alternatives) for alternatives in self.choices)


@lru_cache(maxsize=1024)
def parse(text: str) -> Pattern:
    """The pattern of a JSON text. Raises InvalidPattern."""
    try:
        return compiled(json.loads(text))
    except (json.JSONDecodeError, RecursionError):
        raise InvalidPattern("Invalid JSON") from None


def compiled(pattern: Any) -> Pattern:
    """The pattern of what a JSON text holds. Raises InvalidPattern."""
    if not isinstance(pattern, Mapping):
        raise InvalidPattern("Filter is not an object")
    return _object(pattern, (), inside_or=False)


def _object(rules: Mapping[str, Any], path: Path, inside_or: bool) -> Pattern:
    if not rules:
        raise InvalidPattern("Empty objects are not allowed", behind=True)
    pattern = Pattern()
    for name, rule in rules.items():
        with inside(name):
            if name == OR:
                pattern.choices.append(_alternatives(rule, path))
            elif inside_or and name in RESERVED_IN_OR:
                raise InvalidPattern(f"{name} is Ruler reserved fieldName which cannot be used inside {OR}.")
            else:
                _put(pattern, tuple(name.split(".")), _rule(name, rule, path, inside_or))
    return pattern


def _rule(name: str, rule: Any, path: Path, inside_or: bool) -> Conditions | Pattern:
    below = (*path, *name.split("."))
    if isinstance(rule, Mapping):
        return _object(rule, below, inside_or)
    if not isinstance(rule, list):
        raise InvalidPattern(f'"{name}" must be an object or an array')
    return _conditions(rule, below)


def _put(pattern: Pattern, steps: Path, rule: Conditions | Pattern) -> None:
    """Under a name with dots, step by step; two objects under one name are one."""
    *above, last = steps
    for step in above:
        inner = pattern.fields.get(step)
        pattern.fields[step] = pattern = inner if isinstance(inner, Pattern) else Pattern()
    there = pattern.fields.get(last)
    if isinstance(there, Pattern) and isinstance(rule, Pattern):
        there.fields |= rule.fields
        there.choices += rule.choices
    else:
        pattern.fields[last] = rule


def _alternatives(rules: Any, path: Path) -> list[Pattern]:
    if not isinstance(rules, list):
        raise InvalidPattern(f"It must be an Array followed with {OR}.")
    if not all(isinstance(each, Mapping) for each in rules):
        raise InvalidPattern(f"Only JSON object is allowed in array of {OR} relationship.")
    patterns = []
    for index, each in enumerate(rules):
        with inside(index):
            patterns.append(_object(each, path, inside_or=True))
    if len(patterns) < 2:
        raise InvalidPattern(f"There must have at least 2 Objects in {OR} relationship.", behind=True)
    return patterns


def _conditions(rules: list[Any], path: Path) -> Conditions:
    conditions = Conditions(path, size=len(rules))
    for index, rule in enumerate(rules):
        with inside(index):
            _add(conditions, rule)
    if not rules:
        raise InvalidPattern("Empty arrays are not allowed", behind=True)
    return conditions


def _add(conditions: Conditions, rule: Any) -> None:
    if isinstance(rule, list):
        raise InvalidPattern("Match value must be String, number, true, false, or null")
    if not isinstance(rule, Mapping):
        conditions.tests.append(equality(rule))
    elif not rule:
        raise InvalidPattern("Match expression name not found", behind=True)
    elif next(iter(rule)) == "exists":
        _add_existence(conditions, rule)
    else:
        conditions.tests.append(comparison(rule))


def _add_existence(conditions: Conditions, rule: Mapping[str, Any]) -> None:
    if not isinstance(rule["exists"], bool):
        raise InvalidPattern("exists match pattern must be either true or false.", ("exists",))
    if len(rule) > 1:
        raise InvalidPattern(ONE_KEY, (next(name for name in rule if name != "exists"),))
    if rule["exists"]:
        conditions.tests.append(lambda _: True)
    else:
        conditions.absent = True
