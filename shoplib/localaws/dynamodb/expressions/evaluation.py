"""Conditions made into functions of an item: what is missing, and values of different types, are never equal."""

from collections.abc import Callable, Mapping

from moto.dynamodb.models.dynamo_type import DynamoType

from shoplib.localaws.dynamodb.expressions.nodes import Call, Comparison, Condition, Logic, Operand, Path, Value
from shoplib.localaws.dynamodb.expressions.semantics import ORDERED, Placeholders

Attributes = Mapping[str, DynamoType]
Test = Callable[[Attributes], bool]
Read = Callable[[Attributes], DynamoType | None]
Pair = Callable[[DynamoType | None, DynamoType | None], bool]


def compile_condition(condition: Condition, placeholders: Placeholders) -> Test:
    """For a condition that was checked."""
    if isinstance(condition, Logic):
        return _logic(condition.operator, [compile_condition(each, placeholders) for each in condition.conditions])
    reads = [_read(operand, placeholders) for operand in condition.operands]
    if isinstance(condition, Call):
        return _function(condition.function, reads)
    return _comparison(condition, reads)


def _logic(operator: str, tests: list[Test]) -> Test:
    first, last = tests[0], tests[-1]
    if operator == "AND":
        return lambda item: first(item) and last(item)
    if operator == "OR":
        return lambda item: first(item) or last(item)
    return (lambda item: not first(item)) if operator == "NOT" else first


def _comparison(comparison: Comparison, reads: list[Read]) -> Test:
    subject, *others = reads
    if comparison.operator == "IN":
        return lambda item: any(_equal(subject(item), other(item)) for other in others)
    if comparison.operator == "BETWEEN":
        low, high = others
        return lambda item: (
            _ordered(low(item), subject(item), or_equal=True) and _ordered(subject(item), high(item), or_equal=True)
        )
    compare, other = _PAIRS[comparison.operator], others[0]
    return lambda item: compare(subject(item), other(item))


def _function(function: str, reads: list[Read]) -> Test:
    first, last = reads[0], reads[-1]
    if function == "attribute_exists":
        return lambda item: first(item) is not None
    if function == "attribute_not_exists":
        return lambda item: first(item) is None
    compare = _FUNCTIONS[function]
    return lambda item: compare(first(item), last(item))


def _read(operand: Operand, placeholders: Placeholders) -> Read:
    if isinstance(operand, Value):
        value = DynamoType(dict(placeholders.value(operand)))
        return lambda item: value
    if isinstance(operand, Path):
        return _walk(placeholders.path(operand))
    inner = _read(operand.operands[0], placeholders)
    return lambda item: _size(inner(item))


def _walk(parts: tuple[str | int, ...]) -> Read:
    name, rest = str(parts[0]), parts[1:]

    def read(item: Attributes) -> DynamoType | None:
        current = item.get(name)
        for part in rest:
            current = current.child_attr(part) if current is not None else None
        return current

    return read


def _size(value: DynamoType | None) -> DynamoType | None:
    if value is None or value.type in ("N", "BOOL", "NULL"):
        return None
    return DynamoType({"N": str(len(value.value))})


def _equal(one: DynamoType | None, other: DynamoType | None) -> bool:
    return one is not None and other is not None and one == other


def _ordered(one: DynamoType | None, other: DynamoType | None, or_equal: bool) -> bool:
    if one is None or other is None or one.type != other.type or one.type not in ORDERED:
        return False
    return one <= other if or_equal else one < other


def _begins_with(one: DynamoType | None, start: DynamoType | None) -> bool:
    if one is None or start is None or one.type != start.type or one.type not in ("S", "B"):
        return False
    return bool(one.value.startswith(start.value))


def _contains(one: DynamoType | None, part: DynamoType | None) -> bool:
    if one is None or part is None:
        return False
    if one.type in ("S", "B"):
        return one.type == part.type and part.value in one.value
    if one.is_set():
        return one.type[0] == part.type and part.cast_value in one.cast_value
    return one.is_list() and any(each == part for each in one.value)


def _is_of_type(one: DynamoType | None, name: DynamoType | None) -> bool:
    return one is not None and name is not None and one.type == name.value


_PAIRS: dict[str, Pair] = {
    "=": _equal,
    "<>": lambda one, other: not _equal(one, other),
    "<": lambda one, other: _ordered(one, other, or_equal=False),
    "<=": lambda one, other: _ordered(one, other, or_equal=True),
    ">": lambda one, other: _ordered(other, one, or_equal=False),
    ">=": lambda one, other: _ordered(other, one, or_equal=True),
}
_FUNCTIONS: dict[str, Pair] = {"begins_with": _begins_with, "contains": _contains, "attribute_type": _is_of_type}
