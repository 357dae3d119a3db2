"""What must hold of an expression beyond its grammar: names, values, functions and the kinds of their operands."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from itertools import combinations
from typing import Any

from moto.dynamodb.parsing.reserved_keywords import ReservedKeywords

from shoplib.localaws.dynamodb.expressions.nodes import (
    Call,
    Comparison,
    Condition,
    Logic,
    Operand,
    Path,
    Value,
    calls_of,
    operands_of,
)
from shoplib.localaws.dynamodb.expressions.tokens import Objection

AttributeValue = Mapping[str, Any]
FullPath = tuple[str | int, ...]
# How many operands a function takes, and whether it stands where a condition stands.
FUNCTIONS = {
    "attribute_exists": (1, True),
    "attribute_not_exists": (1, True),
    "attribute_type": (2, True),
    "begins_with": (2, True),
    "contains": (2, True),
    "size": (1, False),
}
OF_PATHS = ("attribute_exists", "attribute_not_exists")
TYPES = ("B", "NULL", "SS", "BOOL", "L", "BS", "N", "NS", "S", "M")
ORDERED = ("S", "N", "B")
OPERANDS_OF_IN = 100


@dataclass
class Placeholders:
    """ExpressionAttributeNames and ExpressionAttributeValues of a request, and which of them its expressions use."""

    names: Mapping[str, str]
    values: Mapping[str, AttributeValue]
    used: set[str] = field(default_factory=set)

    def resolve(self, part: str | int) -> str | int:
        """The attribute's name, or the list element's number."""
        if isinstance(part, int):
            return part
        if not part.startswith("#"):
            if part.upper() in ReservedKeywords.get_reserved_keywords():
                raise Objection(f"Attribute name is a reserved keyword; reserved keyword: {part}")
            return part
        self.used.add(part)
        if part not in self.names:
            text = "An expression attribute name used in the document path is not defined; attribute name:"
            raise Objection(f"{text} {part}")
        return self.names[part]

    def path(self, path: Path) -> tuple[str | int, ...]:
        return tuple(self.resolve(part) for part in path.parts)

    def value(self, value: Value) -> AttributeValue:
        self.used.add(value.name)
        if value.name not in self.values:
            text = "An expression attribute value used in expression is not defined; attribute value:"
            raise Objection(f"{text} {value.name}")
        return self.values[value.name]


def check_condition(condition: Condition, placeholders: Placeholders) -> None:
    """Objection when DynamoDB does not take it."""
    _check_functions(condition, as_condition=True)
    for operand in operands_of(condition):
        if isinstance(operand, Path):
            placeholders.path(operand)
        elif isinstance(operand, Value):
            placeholders.value(operand)
    for each in calls_of(condition):
        if isinstance(each, Call):
            _check_call(each, placeholders)
        else:
            _check_comparison(each, placeholders)


def check_projection(paths: Iterable[Path], placeholders: Placeholders) -> list[FullPath]:
    """The paths with their names resolved; no two of them overlap."""
    full_paths = [placeholders.path(path) for path in paths]
    require_apart(full_paths)
    return full_paths


def require_apart(paths: list[FullPath]) -> None:
    """Objection to a path within another, or to one through a map where another leads through a list."""
    for how, meet in (("overlap", _overlap), ("conflict", _conflict)):
        for one, other in combinations(paths, 2):
            if meet(one, other):
                raise Objection(
                    f"Two document paths {how} with each other; must remove or rewrite one of these paths; "
                    f"path one: {_render(one)}, path two: {_render(other)}"
                )


def _overlap(one: FullPath, other: FullPath) -> bool:
    return all(part == same for part, same in zip(one, other, strict=False))


def _conflict(one: FullPath, other: FullPath) -> bool:
    """At the first part in which they differ."""
    parts = next((pair for pair in zip(one, other, strict=False) if pair[0] != pair[1]), None)
    return parts is not None and isinstance(parts[0], int) != isinstance(parts[1], int)


def _check_functions(node: Condition | Operand, as_condition: bool) -> None:
    if isinstance(node, Call):
        _check_function(node, as_condition)
    for inner in _within(node):
        _check_functions(inner, isinstance(node, Logic))


def _within(node: Condition | Operand) -> tuple[Any, ...]:
    if isinstance(node, Logic):
        return node.conditions
    return node.operands if isinstance(node, Call | Comparison) else ()


def _check_function(call: Call, as_condition: bool) -> None:
    if call.function not in FUNCTIONS:
        raise Objection(f"Invalid function name; function: {call.function}")
    count, is_condition = FUNCTIONS[call.function]
    if is_condition != as_condition:
        raise Objection(f"The function is not allowed to be used this way in an expression; function: {call.function}")
    if len(call.operands) != count:
        raise Objection(
            "Incorrect number of operands for operator or function; operator or function: "
            f"{call.function}, number of operands: {len(call.operands)}"
        )


def _check_call(call: Call, placeholders: Placeholders) -> None:
    first, second = call.operands[0], call.operands[-1]
    if call.function in OF_PATHS and not isinstance(first, Path):
        raise Objection(f"Operator or function requires a document path; operator or function: {call.function}")
    if call.function == "attribute_type":
        _check_type_name(second, placeholders)
    elif call.function == "begins_with":
        for operand in call.operands:
            _require_kind(call.function, operand, ("S", "B"), placeholders)
    elif call.function == "size":
        _require_kind(
            call.function, first, tuple(kind for kind in TYPES if kind not in ("N", "BOOL", "NULL")), placeholders
        )
    if len(call.operands) > 1:
        _require_distinct(call.function, call.operands)


def _check_type_name(operand: Operand, placeholders: Placeholders) -> None:
    if not isinstance(operand, Value):
        return
    _require_kind("attribute_type", operand, ("S",), placeholders)
    name = placeholders.value(operand)["S"]
    if name not in TYPES:
        raise Objection(f"Invalid attribute type name found; type: {name}, valid types: {{{','.join(TYPES)}}}")


def _check_comparison(comparison: Comparison, placeholders: Placeholders) -> None:
    operator, operands = comparison.operator, comparison.operands
    if operator == "IN" and len(operands) > OPERANDS_OF_IN + 1:
        raise Objection(f"The IN operator is provided with too many operands; number of operands: {len(operands) - 1}")
    if operator in ("<", "<=", ">", ">=", "BETWEEN"):
        for operand in operands:
            _require_kind(operator, operand, ORDERED, placeholders)
    if operator == "BETWEEN":
        _check_bounds(operands[1], operands[2], placeholders)
    _require_distinct(operator, operands)


def _check_bounds(lower: Operand, upper: Operand, placeholders: Placeholders) -> None:
    if not (isinstance(lower, Value) and isinstance(upper, Value)):
        return
    (kind, low), (other, high) = _typed(placeholders.value(lower)), _typed(placeholders.value(upper))
    lowest, highest = f"AttributeValue: {{{kind}:{low}}}", f"AttributeValue: {{{other}:{high}}}"
    bounds = f"lower bound operand: {lowest}, upper bound operand: {highest}"
    if kind != other:
        raise Objection(f"The BETWEEN operator requires same data type for lower and upper bounds; {bounds}")
    if _ordered(kind, high) < _ordered(kind, low):
        raise Objection(
            f"The BETWEEN operator requires upper bound to be greater than or equal to lower bound; {bounds}"
        )


def _require_kind(operator: str, operand: Operand, kinds: tuple[str, ...], placeholders: Placeholders) -> None:
    if isinstance(operand, Value) and (kind := _typed(placeholders.value(operand))[0]) not in kinds:
        raise Objection(
            f"Incorrect operand type for operator or function; operator or function: {operator}, operand type: {kind}"
        )


def _require_distinct(operator: str, operands: tuple[Operand, ...]) -> None:
    first = operands[0]
    if isinstance(first, Path) and first in operands[1:]:
        raise Objection(
            "The first operand must be distinct from the remaining operands for this operator or function; "
            f"operator: {operator}, first operand: {_render(first.parts)}"
        )


def _typed(value: AttributeValue) -> tuple[str, Any]:
    return next(iter(value.items()))


def _ordered(kind: str, value: Any) -> Any:
    from decimal import Decimal

    return Decimal(value) if kind == "N" else value.encode() if isinstance(value, str) else value


def _render(parts: tuple[str | int, ...]) -> str:
    return f"[{', '.join(f'[{part}]' if isinstance(part, int) else part for part in parts)}]"
