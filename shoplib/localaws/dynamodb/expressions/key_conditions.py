"""Key conditions: equality with the hash key, and one condition on the sort key at most."""

from collections.abc import Iterator
from typing import Any

from shoplib.localaws.dynamodb.expressions.nodes import Call, Comparison, Condition, Logic, Operand, Path, Value
from shoplib.localaws.dynamodb.expressions.semantics import Placeholders
from shoplib.localaws.dynamodb.expressions.tokens import Objection

# An attribute, how it is compared, and with what.
KeyCondition = tuple[str, str, list[dict[str, Any]]]
OPERATORS = ("=", "<", "<=", ">", ">=", "BETWEEN")
FLIPPED = {"<": ">", "<=": ">=", ">": "<", ">=": "<="}
INVALID_OPERATOR = "Invalid operator used in KeyConditionExpression: {}"
INVALID_CONDITION = "Invalid condition in KeyConditionExpression: {}"


def key_conditions(condition: Condition, placeholders: Placeholders) -> list[KeyCondition]:
    """Objection, as the whole message, for a condition that no key condition may be."""
    result = [_key_condition(each, placeholders) for each in _alternatives_refused(condition)]
    names = [name for name, _, _ in result]
    if len(set(names)) < len(names):
        raise Objection("KeyConditionExpressions must only contain one condition per key")
    return result


def _alternatives_refused(condition: Condition) -> Iterator[Comparison | Call]:
    if not isinstance(condition, Logic):
        yield condition
        return
    if condition.operator not in ("AND", "()"):
        raise Objection(INVALID_OPERATOR.format(condition.operator))
    for inner in condition.conditions:
        yield from _alternatives_refused(inner)


def _key_condition(condition: Comparison | Call, placeholders: Placeholders) -> KeyCondition:
    operator = condition.function if isinstance(condition, Call) else condition.operator
    if operator not in (*OPERATORS, "begins_with"):
        raise Objection(INVALID_OPERATOR.format(operator))
    operands = condition.operands
    if any(isinstance(each, Call) for each in operands):
        raise Objection("KeyConditionExpressions cannot contain nested operations")
    if isinstance(operands[0], Value) and isinstance(operands[-1], Path) and len(operands) == 2:
        operator, operands = FLIPPED.get(operator, operator), (operands[1], operands[0])
    path, values = _path_and_values(operands)
    return _attribute(path, placeholders), operator, [dict(placeholders.value(value)) for value in values]


def _path_and_values(operands: tuple[Operand, ...]) -> tuple[Path, list[Value]]:
    path, *values = operands
    if not any(isinstance(each, Path) for each in operands):
        raise Objection(INVALID_CONDITION.format("No key attribute specified"))
    if not isinstance(path, Path) or not all(isinstance(value, Value) for value in values):
        raise Objection(INVALID_CONDITION.format("Multiple attribute names used in one condition"))
    return path, [value for value in values if isinstance(value, Value)]


def _attribute(path: Path, placeholders: Placeholders) -> str:
    if len(path.parts) > 1:
        raise Objection("KeyConditionExpressions cannot have conditions on nested attributes")
    return str(placeholders.resolve(path.parts[0]))
