"""Parses expressions by recursive descent. Precedence, lowest first: `or`, `and`, `not`, comparisons, sums,
products.
"""

import re
from collections.abc import Callable

from shoplib.localaws.log_insights.syntax import (
    Binary,
    Call,
    Column,
    Expression,
    Field,
    In,
    Like,
    Literal,
    Not,
    Period,
    Regex,
)
from shoplib.localaws.log_insights.tokens import MalformedQuery, Token, split, unexpected

COMPARISONS = ("=", "!=", "<", "<=", ">", ">=")
BEYOND_RE2 = re.compile(r"\(\?(?:=|!|<=|<!)|\\[1-9]")
TRUTHS = {"true": 1.0, "false": 0.0}  # as for booleans in JSON
SECONDS = {"s": 1, "m": 60, "h": 3600, "d": 86_400, "w": 604_800}


class Reader:
    """The tokens of a query, and the current position. Raises MalformedQuery."""

    def __init__(self, text: str) -> None:
        self.text = text
        self._tokens = split(text)
        self._at = 0

    @property
    def token(self) -> Token:
        return self._tokens[self._at]

    def next(self) -> Token:
        token = self.token
        if token.kind == "end":
            raise unexpected(token, self.text)
        self._at += 1
        return token

    def accept(self, *words: str) -> bool:
        """Skip these words if they come next."""
        here = [token.word for token in self._tokens[self._at : self._at + len(words)]]
        self._at += len(words) if here == list(words) else 0
        return here == list(words)

    def require(self, word: str) -> None:
        if not self.accept(word):
            raise unexpected(self.token, self.text)

    def kind(self, *kinds: str) -> Token:
        if self.token.kind not in kinds:
            raise unexpected(self.token, self.text)
        return self.next()

    def listed(self, read: Callable[[], "Expression"]) -> tuple[Expression, ...]:
        members = [read()]
        while self.accept(","):
            members.append(read())
        return tuple(members)

    def name(self) -> str:
        token = self.kind("name", "quoted")
        return token.text.strip("`")

    def column(self) -> Column:
        """`expression [as name]`; without a name, the column is named by the expression's text."""
        start = self.token.start
        expression = self.expression()
        written = self.text[start : self._tokens[self._at - 1].end].strip("`")
        return Column(expression, self.name() if self.accept("as") else written, start)

    def columns(self) -> tuple[Column, ...]:
        members = [self.column()]
        while self.accept(","):
            members.append(self.column())
        return tuple(members)

    def expression(self) -> Expression:
        left = self._both()
        while self.accept("or") or self.accept("||"):
            left = Binary("or", left, self._both())
        return left

    def _both(self) -> Expression:
        left = self._negated()
        while self.accept("and"):
            left = Binary("and", left, self._negated())
        return left

    def _negated(self) -> Expression:
        return Not(self._negated()) if self.accept("not") else self._comparison()

    def _comparison(self) -> Expression:
        left = self._sum()
        if self.token.word in COMPARISONS:
            return Binary(self.next().text, left, self._sum())
        if self.accept("=~"):
            return Like(left, self._pattern())
        if self.accept("like"):
            return Like(left, self._pattern())
        if self.accept("not", "like"):
            return Not(Like(left, self._pattern()))
        if self.accept("in"):
            return In(left, self._members())
        if self.accept("not", "in"):
            return Not(In(left, self._members()))
        return left

    def _pattern(self) -> Literal | Regex:
        token = self.kind("string", "regex")
        return Literal(unquoted(token)) if token.kind == "string" else regex(token)

    def _members(self) -> tuple[Expression, ...]:
        self.require("[")
        members = self.listed(self._sum)
        self.require("]")
        return members

    def _sum(self) -> Expression:
        left = self._product()
        while self.token.word in ("+", "-"):
            left = Binary(self.next().text, left, self._product())
        return left

    def _product(self) -> Expression:
        left = self._power()
        while self.token.word in ("*", "/", "%"):
            left = Binary(self.next().text, left, self._power())
        return left

    def _power(self) -> Expression:
        left = self._one()
        return Binary("^", left, self._power()) if self.accept("^") else left

    def _one(self) -> Expression:
        if self.accept("-"):
            return Binary("-", Literal(0.0), self._one())
        if self.accept("("):
            inner = self.expression()
            self.require(")")
            return inner
        token = self.kind("number", "string", "period", "regex", "name", "quoted")
        if token.kind == "name" and self.accept("("):
            return self._call(token)
        return _atom(token)

    def _call(self, token: Token) -> Expression:
        arguments: tuple[Expression, ...] = ()
        if not (self.accept("*", ")") or self.accept(")")):
            arguments = self.listed(self.expression)
            self.require(")")
        return Call(token.text.lower(), arguments, token.start, token.end)


def _atom(token: Token) -> Expression:
    if token.kind == "number":
        return Literal(float(token.text))
    if token.kind == "string":
        return Literal(unquoted(token))
    if token.kind == "period":
        return _period(token.text)
    if token.kind == "regex":
        return regex(token)
    if token.word in TRUTHS:
        return Literal(TRUTHS[token.word])
    return Field(token.text.strip("`"))


def _period(text: str) -> Period:
    count, unit = re.fullmatch(r"(\d+)\s*(\w+)", text).groups()  # type: ignore[union-attr]
    if unit in ("ms", "msec", "millisecond", "milliseconds"):
        return Period(int(count))
    return Period(int(count) * SECONDS[unit[0]] * 1000)


def unquoted(token: Token) -> str:
    return re.sub(r"\\(.)", lambda match: match[1] if match[1] in "\"'\\" else match[0], token.text[1:-1])


def regex(token: Token) -> Regex:
    """A regular expression, with named groups in RE2's syntax."""
    pattern = re.sub(r"\(\?<(?![=!])", "(?P<", token.text.replace("\\/", "/"))
    if BEYOND_RE2.search(pattern):
        message = "Look-around and backreferences in regular expressions are not supported by the local AWS."
        raise MalformedQuery(message, token.start, token.end)
    try:
        re.compile(pattern)
    except re.error as error:
        raise MalformedQuery(f"Invalid regular expression: {error}", token.start, token.end) from error
    return Regex(pattern, token.start)
