"""The operators of metric math, on numbers, series and lists of series."""

import ast
import operator
from collections.abc import Callable, Mapping
from typing import Any

Values = dict[int, float]  # by second
Operand = float | Values | list[Values]
Operation = Callable[[float, float], float]


class UnsupportedExpression(ValueError):
    """The expression is wrong, or uses what the local AWS does not compute; says which."""


BINARY: Mapping[type, Operation] = {
    ast.Add: operator.add,
    ast.Sub: operator.sub,
    ast.Mult: operator.mul,
    ast.Div: operator.truediv,
    ast.Pow: operator.pow,
}
COMPARE: Mapping[type, Operation] = {
    ast.Eq: operator.eq,
    ast.NotEq: operator.ne,
    ast.Lt: operator.lt,
    ast.LtE: operator.le,
    ast.Gt: operator.gt,
    ast.GtE: operator.ge,
}
BOOLEAN: Mapping[type, Operation] = {
    ast.And: lambda left, right: bool(left) and bool(right),
    ast.Or: lambda left, right: bool(left) or bool(right),
}
UNARY: Mapping[type, Callable[[float], float]] = {ast.USub: operator.neg, ast.Not: operator.not_}


def combine(operation: Operation, left: Operand, right: Operand) -> Operand:
    """Two lists go pair by pair; a number or a series goes with each series of a list."""
    if isinstance(left, list) and isinstance(right, list):
        if len(left) != len(right):
            raise UnsupportedExpression("two lists of series must be of one length")
        return [series(combine(operation, *pair)) for pair in zip(left, right, strict=True)]
    if isinstance(left, list):
        return [series(combine(operation, each, right)) for each in left]
    if isinstance(right, list):
        return [series(combine(operation, left, each)) for each in right]
    if isinstance(left, dict) or isinstance(right, dict):
        seconds = sorted(_seconds(left, right))
        results = {second: _try(operation, at(left, second), at(right, second)) for second in seconds}
        return {second: value for second, value in results.items() if value is not None}
    return _try(operation, left, right) or 0.0


def each(operation: Callable[[float], float], operand: Operand) -> Operand:
    return combine(lambda value, _: operation(value), operand, 0.0)


def at(operand: Operand, second: int) -> float:
    return operand[second] if isinstance(operand, dict) else scalar(operand)


def series(operand: Operand) -> Values:
    if not isinstance(operand, dict):
        raise UnsupportedExpression("a time series is wanted here")
    return operand


def scalar(operand: Operand) -> float:
    if not isinstance(operand, float | int):
        raise UnsupportedExpression("a number is wanted here")
    return float(operand)


def _seconds(left: Operand, right: Operand) -> set[int]:
    sets = [set(operand) for operand in (left, right) if isinstance(operand, dict)]
    return set.intersection(*sets)


def _try(operation: Operation, left: float, right: float) -> float | None:
    """A division by zero has no value, as on AWS."""
    try:
        value: Any = operation(left, right)
    except (ZeroDivisionError, OverflowError, ValueError):
        return None
    return float(value) if isinstance(value, float | int) else None
