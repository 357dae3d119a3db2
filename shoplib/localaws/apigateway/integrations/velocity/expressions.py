"""Expressions inside directives, and references anywhere: text -> nodes."""

import re
from collections.abc import Callable
from typing import Any

from shoplib.localaws.apigateway.integrations.velocity.errors import VelocityError
from shoplib.localaws.apigateway.integrations.velocity.nodes import (
    Binary,
    Call,
    Cursor,
    Index,
    Interpolated,
    ListOf,
    Literal,
    MapOf,
    Property,
    Range,
    Reference,
    Unary,
)

NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_-]*")
NUMBER = re.compile(r"\d+(?:\.\d+)?(?!\.\d)")
SPACE = re.compile(r"\s*")
# From the loosest to the tightest binding; words are Velocity's other spelling of the operators.
LEVELS: list[dict[str, str]] = [
    {"||": "||", "or": "||"},
    {"&&": "&&", "and": "&&"},
    {"==": "==", "!=": "!=", "eq": "==", "ne": "!="},
    {"<=": "<=", ">=": ">=", "<": "<", ">": ">", "lt": "<", "le": "<=", "gt": ">", "ge": ">="},
    {"+": "+", "-": "-"},
    {"*": "*", "/": "/", "%": "%"},
]
WORDS = {"true": True, "false": False, "null": None}
ParseBlock = Callable[[str], list[Any]]


class Expressions:
    """`parse_block` parses the inside of a string in double quotes."""

    def __init__(self, parse_block: ParseBlock) -> None:
        self._parse_block = parse_block

    def expression(self, cursor: Cursor, level: int = 0) -> Any:
        if level == len(LEVELS):
            return self._unary(cursor)
        left = self.expression(cursor, level + 1)
        while operator := self._operator(cursor, LEVELS[level]):
            left = Binary(operator, left, self.expression(cursor, level + 1))
        return left

    def _operator(self, cursor: Cursor, operators: dict[str, str]) -> str | None:
        self.skip(cursor)
        for spelling, operator in operators.items():
            after = cursor.text[cursor.at + len(spelling) : cursor.at + len(spelling) + 1]
            if cursor.peek(spelling) and not (spelling.isalpha() and (after.isalnum() or after == "_")):
                cursor.at += len(spelling)
                return operator
        return None

    def _unary(self, cursor: Cursor) -> Any:
        self.skip(cursor)
        if cursor.peek("!") or re.match(r"not\b", cursor.text[cursor.at : cursor.at + 4]):
            cursor.at += 1 if cursor.peek("!") else 3
            return Unary("!", self._unary(cursor))
        if cursor.peek("-"):
            cursor.at += 1
            return Unary("-", self._unary(cursor))
        return self._primary(cursor)

    def _primary(self, cursor: Cursor) -> Any:
        parsers: dict[str, Callable[[Cursor], Any]] = {
            "$": self._reference_here,
            "'": self._single_quoted,
            '"': self._double_quoted,
            "[": self._list,
            "{": self._map,
            "(": self._parenthesised,
        }
        parser = parsers.get(cursor.text[cursor.at : cursor.at + 1])
        if parser is not None:
            return parser(cursor)
        number = NUMBER.match(cursor.text, cursor.at)
        if number:
            cursor.at = number.end()
            return Literal(float(number.group()) if "." in number.group() else int(number.group()))
        word = NAME.match(cursor.text, cursor.at)
        if word and word.group() in WORDS:
            cursor.at = word.end()
            return Literal(WORDS[word.group()])
        raise VelocityError(f"line {cursor.line}: cannot read an expression at {cursor.text[cursor.at :][:30]!r}")

    def _reference_here(self, cursor: Cursor) -> Reference:
        reference = self.reference(cursor)
        if reference is None:
            raise VelocityError(f"line {cursor.line}: {cursor.text[cursor.at :][:20]!r} is not a reference")
        return reference

    def reference(self, cursor: Cursor) -> Reference | None:
        """Reference that starts at the cursor's `$`, or None (the dollar is just text)."""
        start = re.compile(r"\$!?(\{?)").match(cursor.text, cursor.at)
        name = NAME.match(cursor.text, start.end()) if start else None
        if start is None or name is None:
            return None
        before, cursor.at = cursor.at, name.end()
        steps = self._steps(cursor)
        if start.group(1):
            if not cursor.peek("}"):
                cursor.at = before
                return None
            cursor.at += 1
        return Reference(name.group(), steps)

    def _steps(self, cursor: Cursor) -> list[Any]:
        steps: list[Any] = []
        while True:
            name = NAME.match(cursor.text, cursor.at + 1) if cursor.peek(".") else None
            if name:
                cursor.at = name.end()
                called = cursor.peek("(")
                steps.append(Call(name.group(), self.arguments(cursor)) if called else Property(name.group()))
            elif cursor.peek("["):
                cursor.at += 1
                steps.append(Index(self.expression(cursor)))
                self.expect(cursor, "]")
            else:
                return steps

    def arguments(self, cursor: Cursor) -> list[Any]:
        """Expressions between parentheses, separated by commas (macros also take blanks)."""
        self.expect(cursor, "(")
        return self._until(cursor, ")")

    def _until(self, cursor: Cursor, closing: str) -> list[Any]:
        items: list[Any] = []
        while True:
            self.skip(cursor)
            if cursor.peek(closing):
                cursor.at += 1
                return items
            if cursor.peek(","):
                cursor.at += 1
                continue
            items.append(self.expression(cursor))

    def _list(self, cursor: Cursor) -> Any:
        cursor.at += 1
        self.skip(cursor)
        if cursor.peek("]"):
            cursor.at += 1
            return ListOf([])
        first = self.expression(cursor)
        self.skip(cursor)
        if cursor.peek(".."):
            cursor.at += 2
            last = self.expression(cursor)
            self.expect(cursor, "]")
            return Range(first, last)
        return ListOf([first, *self._until(cursor, "]")])

    def _map(self, cursor: Cursor) -> MapOf:
        cursor.at += 1
        entries: list[tuple[Any, Any]] = []
        while True:
            self.skip(cursor)
            if cursor.peek("}"):
                cursor.at += 1
                return MapOf(entries)
            if cursor.peek(","):
                cursor.at += 1
                continue
            key = self.expression(cursor)
            self.expect(cursor, ":")
            entries.append((key, self.expression(cursor)))

    def _parenthesised(self, cursor: Cursor) -> Any:
        cursor.at += 1
        inner = self.expression(cursor)
        self.expect(cursor, ")")
        return inner

    def _single_quoted(self, cursor: Cursor) -> Literal:
        return Literal(self._quoted(cursor, "'"))

    def _double_quoted(self, cursor: Cursor) -> Any:
        text = self._quoted(cursor, '"')
        return Interpolated(self._parse_block(text)) if "$" in text or "#" in text else Literal(text)

    def _quoted(self, cursor: Cursor, quote: str) -> str:
        """Text up to the closing quote; a doubled quote stands for itself."""
        start = cursor.at + 1
        end = start
        while True:
            end = cursor.text.find(quote, end)
            if end < 0:
                raise VelocityError(f"line {cursor.line}: no closing {quote} for the string that starts here")
            if not cursor.text.startswith(quote * 2, end):
                break
            end += 2
        cursor.at = end + 1
        return cursor.text[start:end].replace(quote * 2, quote)

    def skip(self, cursor: Cursor) -> None:
        match = SPACE.match(cursor.text, cursor.at)
        cursor.at = match.end() if match else cursor.at

    def expect(self, cursor: Cursor, symbol: str) -> None:
        self.skip(cursor)
        if not cursor.peek(symbol):
            raise VelocityError(f"line {cursor.line}: expected {symbol!r} at {cursor.text[cursor.at :][:20]!r}")
        cursor.at += len(symbol)
