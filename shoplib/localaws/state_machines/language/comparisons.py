"""The rules of a Choice state in JSONPath: 39 comparisons, and what joins them."""

import re
from collections.abc import Callable, Mapping
from functools import lru_cache
from operator import eq, ge, gt, le, lt
from typing import Any

from shoplib.localaws.client_expressions import with_wildcards
from shoplib.localaws.state_machines.language import paths
from shoplib.localaws.state_machines.language.failures import runtime
from shoplib.localaws.state_machines.language.scope import Scope
from shoplib.localaws.state_machines.language.timestamps import moment

Rule = Mapping[str, Any]
NOTHING = object()
ORDERS: dict[str, Callable[[Any, Any], bool]] = {
    "Equals": eq,
    "LessThan": lt,
    "LessThanEquals": le,
    "GreaterThan": gt,
    "GreaterThanEquals": ge,
}


def _text(value: Any) -> Any:
    return value if isinstance(value, str) else NOTHING


def _number(value: Any) -> Any:
    return value if isinstance(value, int | float) and not isinstance(value, bool) else NOTHING


def _boolean(value: Any) -> Any:
    return value if isinstance(value, bool) else NOTHING


def _moment(value: Any) -> Any:
    return moment(value) or NOTHING


KINDS: dict[str, Callable[[Any], Any]] = {"String": _text, "Numeric": _number, "Timestamp": _moment}
ORDERED = {f"{kind}{order}": (read, ORDERS[order]) for kind, read in KINDS.items() for order in ORDERS}
ORDERED["BooleanEquals"] = (_boolean, eq)
TESTS: dict[str, Callable[[Any], bool]] = {
    "IsBoolean": lambda value: _boolean(value) is not NOTHING,
    "IsNull": lambda value: value is None,
    "IsNumeric": lambda value: _number(value) is not NOTHING,
    "IsPresent": lambda value: value is not paths.MISSING,
    "IsString": lambda value: isinstance(value, str),
    "IsTimestamp": lambda value: moment(value) is not None,
}
COMPARISONS = {*ORDERED, *(f"{name}Path" for name in ORDERED), *TESTS, "StringMatches"}
JOINTS = ("And", "Or", "Not")


def holds(rule: Rule, scope: Scope) -> bool:
    """Raises EvaluationFailure when the rule reads what is not there."""
    if "And" in rule:
        return all(holds(each, scope) for each in rule["And"])
    if "Or" in rule:
        return any(holds(each, scope) for each in rule["Or"])
    if "Not" in rule:
        return not holds(rule["Not"], scope)
    name = next(each for each in rule if each in COMPARISONS)
    return _compared(name, paths.find(rule["Variable"], scope), rule, scope)


def _compared(name: str, value: Any, rule: Rule, scope: Scope) -> bool:
    if name == "IsPresent":
        return TESTS[name](value) is rule[name]
    if value is paths.MISSING:
        raise _nothing_at(rule["Variable"])
    if name in TESTS:
        return TESTS[name](value) is rule[name]
    if name == "StringMatches":
        return isinstance(value, str) and _pattern(rule[name]).fullmatch(value) is not None
    read, order = ORDERED[name.removesuffix("Path")]
    left, right = read(value), read(_operand(name, rule, scope))
    return left is not NOTHING and right is not NOTHING and order(left, right)


def _operand(name: str, rule: Rule, scope: Scope) -> Any:
    if not name.endswith("Path"):
        return rule[name]
    value = paths.find(rule[name], scope)
    if value is paths.MISSING:
        raise _nothing_at(rule[name])
    return value


def _nothing_at(path: str) -> Exception:
    return runtime(f"Invalid path '{path}': The choice state's condition path references an invalid value.")


@lru_cache(maxsize=256)
def _pattern(text: str) -> "re.Pattern[str]":
    r"""`*` stands for anything, `\*` for itself."""
    parts = re.findall(r"\\.|\*|[^\\*]+|\\$", text, re.DOTALL)
    return with_wildcards(map(_as_expression, parts))


def _as_expression(part: str) -> str:
    if part == "*":
        return part
    return re.escape(part[1:] if part.startswith("\\") and len(part) == 2 else part)
