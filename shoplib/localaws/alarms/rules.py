"""The rules of composite alarms: `ALARM("a") AND NOT (OK(b) OR INSUFFICIENT_DATA(c))`."""

import re
from collections.abc import Callable
from dataclasses import dataclass

TOKEN = re.compile(r'\s*(?:(\()|(\))|"([^"]*)"|\'([^\']*)\'|([^\s()"\']+))')
STATES = ("ALARM", "OK", "INSUFFICIENT_DATA")
StateOf = Callable[[str], str]
Test = Callable[[StateOf], bool]
NOTHING = ("", "")


class InvalidRule(ValueError):
    """The text is no rule; says why."""


@dataclass(frozen=True)
class Rule:
    """A rule, and the names or ARNs of the alarms in it."""

    is_true: Test
    alarms: tuple[str, ...]


def parse(text: str) -> Rule:
    """Raises InvalidRule."""
    parser = _Parser(text)
    test = parser.whole()
    return Rule(test, tuple(dict.fromkeys(parser.alarms)))


class _Parser:
    """By recursive descent: OR binds least, then AND, then NOT."""

    def __init__(self, text: str) -> None:
        self._tokens = _split(text)
        self._at = 0
        self.alarms: list[str] = []

    def whole(self) -> Test:
        test = self._either()
        if self._at < len(self._tokens):
            raise InvalidRule(f"unexpected {self._tokens[self._at][1]!r}")
        return test

    def _either(self) -> Test:
        tests = [self._both()]
        while self._accept("OR"):
            tests.append(self._both())
        return lambda state_of: any(test(state_of) for test in tests)

    def _both(self) -> Test:
        tests = [self._one()]
        while self._accept("AND"):
            tests.append(self._one())
        return lambda state_of: all(test(state_of) for test in tests)

    def _one(self) -> Test:
        if self._accept("NOT"):
            inner = self._one()
            return lambda state_of: not inner(state_of)
        if self._accept("("):
            inner = self._either()
            self._require(")")
            return inner
        kind, word = self._next()
        if kind == "word" and word in ("TRUE", "FALSE"):
            return lambda _: word == "TRUE"
        if kind != "word" or word not in STATES:
            raise InvalidRule(f"{word!r} stands where {', '.join(STATES)}, TRUE, FALSE, NOT or ( is wanted")
        return self._state(word)

    def _state(self, state: str) -> Test:
        self._require("(")
        kind, name = self._next()
        if kind == "sign" or not name:
            raise InvalidRule(f"{state} names no alarm")
        self._require(")")
        self.alarms.append(name)
        return lambda state_of: state_of(name) == state

    def _next(self) -> tuple[str, str]:
        if self._at >= len(self._tokens):
            raise InvalidRule("the rule ends too early")
        self._at += 1
        return self._tokens[self._at - 1]

    def _accept(self, word: str) -> bool:
        kind, text = self._tokens[self._at] if self._at < len(self._tokens) else NOTHING
        accepted = kind in ("word", "sign") and text == word
        self._at += accepted
        return accepted

    def _require(self, sign: str) -> None:
        if not self._accept(sign):
            raise InvalidRule(f"a {sign} is missing")


def _split(text: str) -> list[tuple[str, str]]:
    tokens, position, end = [], 0, len(text.rstrip())
    while position < end:
        match = TOKEN.match(text, position)
        if not match:
            raise InvalidRule(f"cannot read {text[position:]!r}")
        position = match.end()
        opening, closing, double, single, word = match.groups()
        name = double if double is not None else single
        tokens.append(("name", name) if name is not None else ("word", word) if word else ("sign", opening or closing))
    return tokens
