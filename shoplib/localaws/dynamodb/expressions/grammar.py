"""Expressions as trees: https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/Expressions.html"""

from collections.abc import Callable
from functools import lru_cache
from typing import TypeVar

from shoplib.localaws.dynamodb.expressions.nodes import Call, Comparison, Condition, Logic, Operand, Path, Value
from shoplib.localaws.dynamodb.expressions.tokens import END, Objection, Tokens

SIGNS = ("=", "<>", "<", "<=", ">", ">=")
EMPTY = "The expression can not be empty;"
REDUNDANT = "The expression has redundant parentheses;"
REMEMBERED = 4096
Tree = TypeVar("Tree")


@lru_cache(REMEMBERED)
def parse_condition(text: str) -> Condition:
    """A condition, a filter or a key condition."""
    return _whole(text, _disjunction)


@lru_cache(REMEMBERED)
def parse_projection(text: str) -> tuple[Path, ...]:
    return _whole(text, _projection)


def _whole(text: str, read: Callable[[Tokens], Tree]) -> Tree:
    tokens = Tokens(text)
    if tokens.text == END:
        raise Objection(EMPTY)
    tree = read(tokens)
    if tokens.text != END:
        raise tokens.objection()
    return tree


def _projection(tokens: Tokens) -> tuple[Path, ...]:
    paths = [read_path(tokens)]
    while tokens.accept(","):
        paths.append(read_path(tokens))
    return tuple(paths)


def _disjunction(tokens: Tokens) -> Condition:
    condition = _conjunction(tokens)
    while tokens.accept("OR"):
        condition = Logic("OR", (condition, _conjunction(tokens)))
    return condition


def _conjunction(tokens: Tokens) -> Condition:
    condition = _negation(tokens)
    while tokens.accept("AND"):
        condition = Logic("AND", (condition, _negation(tokens)))
    return condition


def _negation(tokens: Tokens) -> Condition:
    if tokens.accept("NOT"):
        return Logic("NOT", (_negation(tokens),))
    return _in_parentheses(tokens) if tokens.text == "(" else _comparison(tokens)


def _in_parentheses(tokens: Tokens) -> Condition:
    tokens.expect("(")
    condition = _disjunction(tokens)
    tokens.expect(")")
    if isinstance(condition, Logic) and condition.operator == "()":
        raise Objection(REDUNDANT)
    return Logic("()", (condition,))


def _comparison(tokens: Tokens) -> Condition:
    left = _operand(tokens)
    if tokens.accept("BETWEEN"):
        lower = _operand(tokens)
        tokens.expect("AND")
        return Comparison("BETWEEN", (left, lower, _operand(tokens)))
    if tokens.accept("IN"):
        return Comparison("IN", (left, *_listed(tokens)))
    if sign := tokens.accept(*SIGNS):
        return Comparison(sign, (left, _operand(tokens)))
    if not isinstance(left, Call):
        raise tokens.objection()
    return left


def _operand(tokens: Tokens) -> Operand:
    if tokens.is_value():
        return Value(tokens.take())
    if tokens.following == "(":
        return Call(tokens.name(), _listed(tokens))
    return read_path(tokens)


def _listed(tokens: Tokens) -> tuple[Operand, ...]:
    tokens.expect("(")
    operands = [_operand(tokens)]
    while tokens.accept(","):
        operands.append(_operand(tokens))
    tokens.expect(")")
    return tuple(operands)


def read_path(tokens: Tokens) -> Path:
    parts: list[str | int] = [tokens.name()]
    while sign := tokens.accept(".", "["):
        parts.append(tokens.name() if sign == "." else tokens.number())
        if sign == "[":
            tokens.expect("]")
    return Path(tuple(parts))
