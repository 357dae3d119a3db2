"""The tokens of a query, each with its position."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

UNITS = (
    "ms|msec|milliseconds?|s|sec|seconds?|m|min|minutes?|h|hr|hours?|d|days?|w|weeks?"  # the first letter says which
)
TOKEN = re.compile(
    r"""
    (?P<space>\s+|\#[^\n]*)
  | (?P<string>"(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*')
  | (?P<quoted>`[^`]+`)
  | (?P<period>\d+\s*(?:UNITS)\b)
  | (?P<number>\d+(?:\.\d+)?(?:[eE][+-]?\d+)?)
  | (?P<name>@?[A-Za-z_][\w.@]*)
  | (?P<sign>=~|!=|<=|>=|\|\||[-+*/%^=<>(),|\[\]])
    """.replace("UNITS", UNITS),
    re.VERBOSE,
)
REGEX = re.compile(r"/((?:[^/\\\n]|\\.)+)/")
# After these, and after a parsed field, a slash begins a regular expression; elsewhere it is division.
BEFORE_REGEX = {"=~", "like", ",", "[", "parse"}


@dataclass(frozen=True)
class Token:
    kind: str  # string, quoted, period, number, name, sign, regex, end
    text: str
    start: int
    end: int

    @property
    def word(self) -> str:
        """The text in lower case, for names and operators."""
        return self.text.lower() if self.kind in ("name", "sign") else ""


BAR = Token("sign", "|", 0, 0)


class MalformedQuery(ValueError):
    """The query is invalid or uses something unsupported; the message says where."""

    def __init__(self, message: str, start: int, end: int) -> None:
        super().__init__(message)
        self.start, self.end = start, end


def unexpected(token: Token, text: str) -> MalformedQuery:
    line, begin = text.count("\n", 0, token.start) + 1, text.rfind("\n", 0, token.start) + 1
    symbol = token.text or "end of query"
    place = f"at line {line} and position {token.start - begin}"
    return MalformedQuery(f"unexpected symbol found {symbol} {place}", token.start, token.end)


def split(text: str) -> list[Token]:
    """The tokens; the last one is `end`. Raises MalformedQuery."""
    return [*_tokens(text), Token("end", "", len(text), len(text))]


def _tokens(text: str) -> Iterator[Token]:
    position, before, earlier = 0, BAR, BAR
    while position < len(text):
        regex = REGEX.match(text, position) if text[position] == "/" and _may_be_regex(earlier, before) else None
        match = regex or TOKEN.match(text, position)
        if not match:
            raise unexpected(Token("sign", text[position], position, position + 1), text)
        kind = "regex" if regex else str(match.lastgroup)
        position = match.end()
        if kind != "space":
            earlier, before = before, Token(kind, match[1] if regex else match[0], match.start(), match.end())
            yield before


def _may_be_regex(earlier: Token, before: Token) -> bool:
    return before.word in BEFORE_REGEX or earlier.word == "parse"
