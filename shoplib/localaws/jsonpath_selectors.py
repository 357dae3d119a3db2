"""What JSONPath has between brackets beside one name or index: slices, unions, and filters such as `[?(@.price < 10)]`.

Values of different kinds are never equal and never in order, as in the language's other implementations.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

SLICE = re.compile(r"\[\s*(-?\d+)?\s*:\s*(-?\d+)?\s*(?::\s*(\d+)\s*)?\]")
UNION = re.compile(r"\[\s*((?:'[^']*'|\"[^\"]*\"|-?\d+)(?:\s*,\s*(?:'[^']*'|\"[^\"]*\"|-?\d+))+)\s*\]")
MEMBER = re.compile(r"'([^']*)'|\"([^\"]*)\"|(-?\d+)")
TOKEN = re.compile(
    r"\s*(?:(?P<path>@(?:\.[\w-]+|\[\s*(?:'[^']*'|\"[^\"]*\"|-?\d+)\s*\])*)"
    r"|(?P<text>'(?:[^'\\]|\\.)*'|\"(?:[^\"\\]|\\.)*\")|(?P<number>-?\d+(?:\.\d+)?)"
    r"|(?P<word>true|false|null)\b|(?P<sign>&&|\|\||==|!=|<=|>=|<|>|!|\(|\)))"
)
PART = re.compile(r"\.([\w-]+)|\[\s*(?:'([^']*)'|\"([^\"]*)\"|(-?\d+))\s*\]")
WORDS = {"true": True, "false": False, "null": None}
Test = Callable[[Any], bool]
Term = Callable[[Any], Any]
NOTHING = object()


class Unreadable(ValueError):
    """The filter is not of the language; the message says where."""


@dataclass(frozen=True)
class Selector:
    """One step of a path that may lead to several values; it ends before `stop` in the path's text."""

    select: Callable[[Any], list[Any]]
    stop: int

    def end(self) -> int:
        return self.stop


def selector_at(path: str, at: int) -> Selector | None:
    """The selector that begins at `at`; None when none does. Raises Unreadable."""
    if match := SLICE.match(path, at):
        return Selector(_slice(match), match.end())
    if match := UNION.match(path, at):
        return Selector(_union(match[1]), match.end())
    if path.startswith("[?(", at):
        return _filter(path, at)
    return None


def _slice(match: re.Match[str]) -> Callable[[Any], list[Any]]:
    start, stop, step = (int(each) if each else None for each in match.groups())
    return lambda value: value[slice(start, stop, step or 1)] if isinstance(value, list) else []


def _union(text: str) -> Callable[[Any], list[Any]]:
    members = [_key(match) for match in MEMBER.finditer(text)]
    return lambda value: [each for member in members if (each := _at(value, member)) is not NOTHING]


def _key(match: re.Match[str]) -> str | int:
    return int(match[3]) if match[3] else match[1] if match[1] is not None else match[2]


def _at(value: Any, key: str | int) -> Any:
    if isinstance(value, dict) and key in value:
        return value[key]
    if isinstance(value, list) and isinstance(key, int) and -len(value) <= key < len(value):
        return value[key]
    return NOTHING


def _filter(path: str, at: int) -> Selector:
    reader = _Reader(path, at + 3)
    test = reader.any_of()
    reader.require(")")
    end = re.compile(r"\s*\]").match(path, reader.at)
    if end is None:
        raise Unreadable(f"{path[at:]!r} is no filter")
    return Selector(lambda value: [each for each in _members(value) if test(each)], end.end())


def _members(value: Any) -> list[Any]:
    return value if isinstance(value, list) else list(value.values()) if isinstance(value, dict) else []


class _Reader:
    """Reads a filter's expression from left to right: `||` of `&&` of comparisons."""

    def __init__(self, text: str, at: int) -> None:
        self._text, self.at = text, at

    def any_of(self) -> Test:
        tests = [self.all_of()]
        while self._take("||"):
            tests.append(self.all_of())
        return lambda item: any(test(item) for test in tests)

    def all_of(self) -> Test:
        tests = [self.one()]
        while self._take("&&"):
            tests.append(self.one())
        return lambda item: all(test(item) for test in tests)

    def one(self) -> Test:
        if self._take("!"):
            negated = self.one()
            return lambda item: not negated(item)
        if self._take("("):
            inner = self.any_of()
            self.require(")")
            return inner
        return self._comparison()

    def _comparison(self) -> Test:
        left = self._term()
        for sign, holds in COMPARISONS.items():
            if self._take(sign):
                right = self._term()
                return lambda item: holds(left(item), right(item))
        return lambda item: left(item) is not NOTHING

    def _term(self) -> Term:
        token = TOKEN.match(self._text, self.at)
        if token is None or token["sign"]:
            raise Unreadable(f"{self._text[self.at :]!r} is no value to compare")
        self.at = token.end()
        if token["path"]:
            keys = [_part(match) for match in PART.finditer(token["path"])]
            return lambda item: _walk(item, keys)
        value = _literal(token)
        return lambda item: value

    def require(self, sign: str) -> None:
        if not self._take(sign):
            raise Unreadable(f"{sign!r} is expected at {self._text[self.at :]!r}")

    def _take(self, sign: str) -> bool:
        token = TOKEN.match(self._text, self.at)
        if token is None or token["sign"] != sign:
            return False
        self.at = token.end()
        return True


def _part(match: re.Match[str]) -> str | int:
    return int(match[4]) if match[4] else next(each for each in match.groups()[:3] if each is not None)


def _walk(value: Any, keys: list[str | int]) -> Any:
    for key in keys:
        value = _at(value, key)
    return value


def _literal(token: re.Match[str]) -> Any:
    if token["word"]:
        return WORDS[token["word"]]
    if token["number"]:
        return float(token["number"]) if "." in token["number"] else int(token["number"])
    return re.sub(r"\\(.)", r"\1", token["text"][1:-1])


def _kind(value: Any) -> str:
    if isinstance(value, bool) or value is None or value is NOTHING:
        return repr(type(value))
    return "number" if isinstance(value, int | float) else type(value).__name__


def _equal(left: Any, right: Any) -> bool:
    return _kind(left) == _kind(right) and left == right


def _ordered(compare: Callable[[Any, Any], bool]) -> Callable[[Any, Any], bool]:
    return lambda left, right: _kind(left) == _kind(right) and _kind(left) in ("number", "str") and compare(left, right)


COMPARISONS: dict[str, Callable[[Any, Any], bool]] = {
    "==": _equal,
    "!=": lambda left, right: not _equal(left, right),
    "<=": _ordered(lambda left, right: left <= right),
    ">=": _ordered(lambda left, right: left >= right),
    "<": _ordered(lambda left, right: left < right),
    ">": _ordered(lambda left, right: left > right),
}
