"""Metric math: expressions over the results of other queries. What is not computed here is refused by name."""

import ast
import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from shoplib.localaws.metrics import math_functions, math_operators
from shoplib.localaws.metrics.math_operators import Operand, UnsupportedExpression, Values

WORDS = {"AND": "and", "OR": "or", "NOT": "not", "&&": " and ", "||": " or ", "^": "**"}
TOKEN = re.compile(r"""("[^"]*"|'[^']*')|\b(AND|OR|NOT)\b|(&&|\|\||\^)|!(?!=)""")
FILLERS = ("REPEAT", "LINEAR")


@dataclass(frozen=True)
class Known:
    """The results so far; which of them are metrics and not expressions; and all times that are asked for."""

    series: Mapping[str, Values]
    metrics: Collection[str] = ()
    grid: Sequence[int] = ()
    period: int = 60


def parse(text: str) -> ast.expr:
    """Raises UnsupportedExpression."""
    try:
        return ast.parse(TOKEN.sub(_python, text).strip(), mode="eval").body
    except SyntaxError as error:
        raise UnsupportedExpression(f"the expression {text} cannot be read here") from error


def _python(match: re.Match[str]) -> str:
    return match[1] or WORDS.get(match[0], " not ")


def names(expression: ast.expr) -> set[str]:
    """The ids of the queries that the expression uses."""
    functions = {id(node.func) for node in ast.walk(expression) if isinstance(node, ast.Call)}
    used = {node.id for node in ast.walk(expression) if isinstance(node, ast.Name) and id(node) not in functions}
    return used - set(FILLERS)


def check(expression: ast.expr) -> None:
    """Raises UnsupportedExpression for a function that is not computed here."""
    for node in ast.walk(expression):
        if isinstance(node, ast.Call):
            math_functions.require(ast.unparse(node.func))


def evaluate(expression: ast.expr, known: Known) -> Values:
    """A time series. Where a series has no value at a time, neither has the result. Raises UnsupportedExpression."""
    result = _operand(expression, known)
    if isinstance(result, list) and len(result) == 1:
        return result[0]
    if not isinstance(result, dict):
        raise UnsupportedExpression("the expression must give one time series")
    return result


def _operand(node: ast.expr, known: Known) -> Operand:
    if isinstance(node, ast.Constant) and type(node.value) in (int, float):
        return float(node.value)  # type: ignore[arg-type]
    if isinstance(node, ast.Name) and node.id in known.series:
        return known.series[node.id]
    if isinstance(node, ast.List):
        return [math_operators.series(_operand(each, known)) for each in node.elts]
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
        return _call(node.func.id, node.args, known)
    return _operation(node, known)


def _operation(node: ast.expr, known: Known) -> Operand:
    if isinstance(node, ast.UnaryOp) and type(node.op) in math_operators.UNARY:
        return math_operators.each(math_operators.UNARY[type(node.op)], _operand(node.operand, known))
    if isinstance(node, ast.BinOp) and type(node.op) in math_operators.BINARY:
        return _binary(math_operators.BINARY[type(node.op)], [node.left, node.right], known)
    if isinstance(node, ast.BoolOp):
        return _binary(math_operators.BOOLEAN[type(node.op)], node.values, known)
    if isinstance(node, ast.Compare) and len(node.ops) == 1 and type(node.ops[0]) in math_operators.COMPARE:
        return _binary(math_operators.COMPARE[type(node.ops[0])], [node.left, *node.comparators], known)
    raise UnsupportedExpression(f"{ast.unparse(node)} is not supported here")


def _binary(operation: math_operators.Operation, nodes: Sequence[ast.expr], known: Known) -> Operand:
    first, *others = [_operand(each, known) for each in nodes]
    for other in others:
        first = math_operators.combine(operation, first, other)
    return first


def _call(name: str, nodes: Sequence[ast.expr], known: Known) -> Operand:
    math_functions.require(name)
    if name == "METRICS":
        return [known.series[each] for each in known.metrics if all(_text(node) in each for node in nodes)]
    if name == "FILL" and len(nodes) == 2:
        return _fill(_operand(nodes[0], known), nodes[1], known)
    if name == "PERIOD":
        return float(known.period)
    if name == "TIME_SERIES" and len(nodes) == 1:
        return dict.fromkeys(known.grid, math_operators.scalar(_operand(nodes[0], known)))
    return math_functions.call(name, [_operand(each, known) for each in nodes])


def _fill(operand: Operand, filler: ast.expr, known: Known) -> Operand:
    if isinstance(operand, list):
        return [math_operators.series(_fill(each, filler, known)) for each in operand]
    values = math_operators.series(operand)
    grid = sorted({*known.grid, *values, *(second for each in known.series.values() for second in each)})
    if isinstance(filler, ast.Name) and filler.id in FILLERS:
        return math_functions.FILLERS[filler.id](values, grid)
    default = _operand(filler, known)
    defaults = default if isinstance(default, dict) else dict.fromkeys(grid, math_operators.scalar(default))
    return {**{second: defaults[second] for second in grid if second in defaults}, **values}


def _text(node: ast.expr) -> str:
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        return node.value
    raise UnsupportedExpression(f"METRICS takes a text, not {ast.unparse(node)}")
