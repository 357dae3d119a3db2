"""CloudWatch Logs filter patterns: terms (`ERROR -debug ?"a b"`), JSON selectors (`{ $.n > 1 }`), fields (`[a, b]`)."""

import json
import operator
import re
from collections.abc import Callable
from functools import lru_cache
from typing import Any

from shoplib.localaws.client_expressions import Expression, InvalidExpression, expression
from shoplib.localaws.event_patterns import matches_wildcard
from shoplib.localaws.notifications.logs import fields
from shoplib.localaws.notifications.logs.selectors import MISSING, select

Matcher = Callable[[str], bool]
Test = Callable[[Any], bool]
TERM = re.compile(r'([?-]?)("(?:[^"\\]|\\.)*"|%[^%]+%|\S+)')
TOKEN = re.compile(
    r"""\s*(?:(\$(?:\.[\w-]+|\[\d+\]|\['[^']+'\])*)|("(?:[^"\\]|\\.)*")|(%[^%]+%)|(&&|\|\||!=|<=|>=|[()=<>])|([^\s()=<>!&|"]+))"""
)
COMPARE: dict[str, Callable[[Any, Any], bool]] = {
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
}


class InvalidFilterPattern(ValueError):
    """The text is no filter pattern; says why."""


@lru_cache(maxsize=256)
def parse(pattern: str) -> Matcher:
    """What decides whether a log message is wanted. Raises InvalidFilterPattern."""
    text = pattern.strip()
    if text.startswith("["):
        return _fields(text)
    if not text.startswith("{"):
        return _terms(text)
    if not text.endswith("}"):
        raise InvalidFilterPattern("a JSON pattern ends with }")
    test = JsonPattern(text[1:-1]).parse()
    return lambda message: _matches_json(message, test)


def _fields(text: str) -> Matcher:
    if not text.endswith("]"):
        raise InvalidFilterPattern("If a filter pattern starts with '[' it must end with ']'")
    try:
        return fields.Fields(text[1:-1]).matches
    except fields.InvalidFields as error:
        raise InvalidFilterPattern(str(error)) from error


def _terms(text: str) -> Matcher:
    by_sign: dict[str, list[Matcher]] = {"": [], "?": [], "-": []}
    for sign, term in TERM.findall(text):
        by_sign[sign].append(_term(term))
    needed, optional, unwanted = by_sign[""], by_sign["?"], by_sign["-"]

    def matches(message: str) -> bool:
        if any(term(message) for term in unwanted) or not all(term(message) for term in needed):
            return False
        return not optional or any(term(message) for term in optional)

    return matches


def _term(term: str) -> Matcher:
    if len(term) > 2 and term[0] == term[-1] == "%":
        return _expression(term).is_in
    text = _unquoted(term) if term.startswith('"') else term
    return lambda message: text in message


def _matches_json(message: str, test: Test) -> bool:
    try:
        value = json.loads(message)
    except ValueError:
        return False
    return isinstance(value, dict) and test(value)


class JsonPattern:
    """A recursive-descent parser of what stands between the braces."""

    def __init__(self, text: str) -> None:
        self._tokens = self._split(text)
        self._at = 0

    def parse(self) -> Test:
        test = self._either()
        if self._at < len(self._tokens):
            raise InvalidFilterPattern(f"unexpected {self._tokens[self._at]!r}")
        return test

    @staticmethod
    def _split(text: str) -> list[str]:
        tokens, position, end = [], 0, len(text.rstrip())
        while position < end:
            match = TOKEN.match(text, position)
            if not match:
                raise InvalidFilterPattern(f"cannot read {text[position:]!r}")
            tokens.append(next(group for group in match.groups() if group is not None))
            position = match.end()
        return tokens

    def _next(self) -> str:
        if self._at >= len(self._tokens):
            raise InvalidFilterPattern("the pattern ends too early")
        self._at += 1
        return self._tokens[self._at - 1]

    def _accept(self, *expected: str) -> bool:
        matches = [token.upper() for token in self._tokens[self._at : self._at + len(expected)]] == list(expected)
        self._at += len(expected) if matches else 0
        return matches

    def _either(self) -> Test:
        tests = [self._both()]
        while self._accept("||"):
            tests.append(self._both())
        return lambda value: any(test(value) for test in tests)

    def _both(self) -> Test:
        tests = [self._one()]
        while self._accept("&&"):
            tests.append(self._one())
        return lambda value: all(test(value) for test in tests)

    def _one(self) -> Test:
        if self._accept("("):
            inner = self._either()
            if not self._accept(")"):
                raise InvalidFilterPattern("a ) is missing")
            return inner
        selector = self._next()
        if not selector.startswith("$"):
            raise InvalidFilterPattern(f"{selector!r} is no selector such as $.field")
        return self._comparison(selector)

    def _comparison(self, selector: str) -> Test:
        if self._accept("NOT", "EXISTS"):
            return lambda value: select(value, selector) is MISSING
        if self._accept("EXISTS"):
            return lambda value: select(value, selector) is not MISSING
        if self._accept("IS"):
            constant = self._constant()
            return lambda value: select(value, selector) is constant
        sign, text = self._next(), self._next()
        if sign in ("=", "!="):
            equal = _equality(text)
            return lambda value: _equals(select(value, selector), equal) == (sign == "=")
        if sign not in COMPARE:
            raise InvalidFilterPattern(f"{sign!r} is no comparison")
        limit, compare = _number(text), COMPARE[sign]
        return lambda value: _is_number(selected := select(value, selector)) and compare(selected, limit)

    def _constant(self) -> Any:
        word = self._next().upper()
        if word not in ("NULL", "TRUE", "FALSE"):
            raise InvalidFilterPattern(f"IS {word} is not known")
        return json.loads(word.lower())


def _equality(text: str) -> Callable[[Any], bool]:
    """Numbers equal numbers; texts may have `*`, or be a regular expression between %."""
    if text[0] == "%":
        pattern = _expression(text)
        return lambda value: isinstance(value, str) and pattern.is_in(value)
    if not text.startswith('"') and _reads_as_number(text):
        number = float(text)
        return lambda value: _is_number(value) and value == number
    expected = _unquoted(text) if text.startswith('"') else text
    if "*" in expected:
        return lambda value: matches_wildcard(_text(value), expected)
    return lambda value: value == expected


def _text(value: Any) -> str:
    """Wildcards take numbers too."""
    return value if isinstance(value, str) else json.dumps(value)


def _equals(value: Any, equal: Callable[[Any], bool]) -> bool:
    return value is not MISSING and equal(value)


def _expression(text: str) -> Expression:
    try:
        return expression(text[1:-1])
    except InvalidExpression as error:
        raise InvalidFilterPattern(f"{text} is no regular expression: {error}") from error


def _unquoted(text: str) -> str:
    return re.sub(r'\\(["\\])', r"\1", text[1:-1])


def _is_number(value: Any) -> bool:
    return type(value) in (int, float)


def _reads_as_number(text: str) -> bool:
    return re.fullmatch(r"-?\d+(\.\d+)?([eE][+-]?\d+)?", text) is not None


def _number(text: str) -> float:
    if not _reads_as_number(text):
        raise InvalidFilterPattern(f"{text!r} is not a number")
    return float(text)
