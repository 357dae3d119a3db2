"""What an expression of DynamoDB consists of."""

from collections.abc import Iterator
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Path:
    """`a.#b[1]`: names as they are written, and numbers of list elements."""

    parts: tuple[str | int, ...]


@dataclass(frozen=True, slots=True)
class Value:
    """`:v`"""

    name: str


@dataclass(frozen=True, slots=True)
class Call:
    function: str
    operands: tuple["Operand", ...]


Operand = Path | Value | Call


@dataclass(frozen=True, slots=True)
class Comparison:
    """`=`, `<>`, `<`, `<=`, `>`, `>=`, `BETWEEN` and `IN`."""

    operator: str
    operands: tuple[Operand, ...]


@dataclass(frozen=True, slots=True)
class Logic:
    """`AND`, `OR`, `NOT`, and `()` around one condition."""

    operator: str
    conditions: tuple["Condition", ...]


Condition = Logic | Comparison | Call


def operands_of(node: Condition | Operand) -> Iterator[Operand]:
    """All operands within, calls included, in the order in which they are written."""
    if isinstance(node, Logic):
        for condition in node.conditions:
            yield from operands_of(condition)
        return
    if not isinstance(node, Comparison):
        yield node
    for operand in node.operands if isinstance(node, Comparison | Call) else ():
        yield from operands_of(operand)


def calls_of(node: Condition | Operand) -> Iterator[Call | Comparison]:
    """All functions and comparisons within."""
    if isinstance(node, Logic):
        for condition in node.conditions:
            yield from calls_of(condition)
    elif isinstance(node, Call | Comparison):
        yield node
        for operand in node.operands:
            yield from calls_of(operand)
