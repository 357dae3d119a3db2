"""Metric math: arithmetic on the results of other queries, and a few functions. All else is refused by name."""

import ast
import operator
from collections.abc import Callable, Mapping
from typing import Any

Values = dict[int, float]  # by second
Operand = float | Values | list[Values]
OPERATORS: Mapping[type, Callable[[float, float], float]] = {
    ast.Add: operator.add,
    ast.Sub: operator.sub,
    ast.Mult: operator.mul,
    ast.Div: operator.truediv,
    ast.Pow: operator.pow,
}
REDUCERS: Mapping[str, Callable[[list[float]], float]] = {
    "SUM": sum,
    "AVG": lambda values: sum(values) / len(values),
    "MIN": min,
    "MAX": max,
}


class UnsupportedExpression(ValueError):
    """The expression is wrong, or uses what the local AWS does not compute; says which."""


def parse(text: str) -> ast.expr:
    """Raises UnsupportedExpression."""
    try:
        return ast.parse(text.replace("^", "**"), mode="eval").body
    except SyntaxError as error:
        raise UnsupportedExpression(f"the expression {text} cannot be read here") from error


def names(expression: ast.expr) -> set[str]:
    """The ids of the queries that the expression uses."""
    functions = {id(node.func) for node in ast.walk(expression) if isinstance(node, ast.Call)}
    return {node.id for node in ast.walk(expression) if isinstance(node, ast.Name) and id(node) not in functions}


def evaluate(expression: ast.expr, known: Mapping[str, Values]) -> Values:
    """A time series. Where a series has no value at a time, neither has the result. Raises UnsupportedExpression."""
    result = _operand(expression, known)
    if not isinstance(result, dict):
        raise UnsupportedExpression("the expression must give one time series")
    return result


def _operand(node: ast.expr, known: Mapping[str, Values]) -> Operand:
    if isinstance(node, ast.Constant) and type(node.value) in (int, float):
        return float(node.value)  # type: ignore[arg-type]
    if isinstance(node, ast.Name) and node.id in known:
        return known[node.id]
    if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.USub):
        return _combine(operator.mul, -1.0, _operand(node.operand, known))
    if isinstance(node, ast.BinOp) and type(node.op) in OPERATORS:
        return _combine(OPERATORS[type(node.op)], _operand(node.left, known), _operand(node.right, known))
    if isinstance(node, ast.List):
        return [_series(_operand(each, known)) for each in node.elts]
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
        return _call(node.func.id.upper(), list(node.args), known)
    raise UnsupportedExpression(f"{ast.unparse(node)} is not supported here")


def _call(name: str, arguments: list[ast.expr], known: Mapping[str, Values]) -> Operand:
    if name == "METRICS" and not arguments:
        return list(known.values())
    if name == "FILL" and len(arguments) == 2:
        return _fill(_series(_operand(arguments[0], known)), _operand(arguments[1], known), known)
    if name in REDUCERS and len(arguments) == 1:
        return _reduce(REDUCERS[name], _operand(arguments[0], known))
    raise UnsupportedExpression(f"{name} with {len(arguments)} arguments is not supported here")


def _reduce(reduce: Callable[[list[float]], float], operand: Operand) -> Operand:
    """One series becomes a number; a list of series becomes one series."""
    if isinstance(operand, dict):
        return reduce(list(operand.values())) if operand else {}
    if isinstance(operand, list):
        seconds = sorted({second for series in operand for second in series})
        return {second: reduce([series[second] for series in operand if second in series]) for second in seconds}
    return operand


def _fill(series: Values, filler: Operand, known: Mapping[str, Values]) -> Values:
    if isinstance(filler, list):
        raise UnsupportedExpression("FILL takes a number or one series")
    seconds = sorted({second for each in known.values() for second in each} | set(series))
    defaults = filler if isinstance(filler, dict) else dict.fromkeys(seconds, filler)
    return {**{second: defaults[second] for second in seconds if second in defaults}, **series}


def _combine(operation: Callable[[float, float], float], left: Operand, right: Operand) -> Operand:
    if isinstance(left, list) or isinstance(right, list):
        raise UnsupportedExpression("arithmetic on lists of series is not supported here")
    if isinstance(left, float) and isinstance(right, float):
        return _calculate(operation, left, right, 0.0)
    seconds = set(left) & set(right) if isinstance(left, dict) and isinstance(right, dict) else None
    if seconds is None:
        seconds = set(left if isinstance(left, dict) else _series(right))
    results = {second: _try(operation, _at(left, second), _at(right, second)) for second in sorted(seconds)}
    return {second: value for second, value in results.items() if value is not None}


def _calculate(operation: Callable[[float, float], float], left: float, right: float, otherwise: float) -> float:
    value = _try(operation, left, right)
    return otherwise if value is None else value


def _try(operation: Callable[[float, float], float], left: float, right: float) -> float | None:
    """A division by zero has no value, as on AWS."""
    try:
        value: Any = operation(left, right)
    except (ZeroDivisionError, OverflowError):
        return None
    return value if isinstance(value, float | int) else None


def _at(operand: Operand, second: int) -> float:
    return operand[second] if isinstance(operand, dict) else operand  # type: ignore[return-value]


def _series(operand: Operand) -> Values:
    if not isinstance(operand, dict):
        raise UnsupportedExpression("a time series is wanted here")
    return operand
