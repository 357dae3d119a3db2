"""Conditions as text again: the statements are carried out by the operations that take expressions."""

from shoplib.localaws.dynamodb.expressions import Condition, Path
from shoplib.localaws.dynamodb.expressions.nodes import Call, Comparison, Logic, Operand, Value
from shoplib.localaws.dynamodb.partiql.values import Values


def text_of(condition: Condition) -> str:
    if isinstance(condition, Logic):
        return _logic(condition)
    operands = [_operand(each) for each in condition.operands]
    if isinstance(condition, Call):
        return f"{condition.function}({', '.join(operands)})"
    return _comparison(condition, operands)


def paths_text(paths: list[Path]) -> str:
    return ", ".join(Values.path_text(path) for path in paths)


def _logic(logic: Logic) -> str:
    parts = [f"({text_of(each)})" if isinstance(each, Logic) else text_of(each) for each in logic.conditions]
    return f"NOT {parts[0]}" if logic.operator == "NOT" else f" {logic.operator} ".join(parts)


def _comparison(comparison: Comparison, operands: list[str]) -> str:
    subject, *others = operands
    if comparison.operator == "BETWEEN":
        return f"{subject} BETWEEN {others[0]} AND {others[1]}"
    if comparison.operator == "IN":
        return f"{subject} IN ({', '.join(others)})"
    return f"{subject} {comparison.operator} {others[0]}"


def _operand(operand: Operand) -> str:
    if isinstance(operand, Value):
        return operand.name
    return text_of(operand) if isinstance(operand, Call) else Values.path_text(operand)
