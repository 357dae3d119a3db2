"""The words of a filter expression."""

import re
from dataclasses import dataclass
from typing import Literal

from shoplib.localaws.ingress.refusals import Refusal

Kind = Literal["text", "number", "word", "sign", "end"]
TOKEN = re.compile(
    r"""\s*(?:
    (?P<text>"(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*')
    |(?P<number>-?\d+(?:\.\d+)?)
    |(?P<word>[A-Za-z_][\w.:-]*)
    |(?P<sign>!=|<=|>=|[=<>!(){}\[\],:])
    )""",
    re.VERBOSE,
)


def invalid(reason: str) -> Refusal:
    return Refusal("InvalidRequestException", f"Invalid filter expression: {reason}")


@dataclass(frozen=True, slots=True)
class Token:
    kind: Kind
    text: str


def tokens(expression: str) -> list[Token]:
    """Ends with a token of the kind `end`. Raises InvalidRequestException for what is no word."""
    words, place, text = [], 0, expression.rstrip()
    while place < len(text):
        match = TOKEN.match(text, place)
        if match is None:
            raise invalid(f"cannot read {text[place : place + 20].strip()!r}")
        kind: Kind = match.lastgroup  # type: ignore[assignment]
        words.append(Token(kind, _plain(match[match.lastgroup or 0], kind)))
        place = match.end()
    return [*words, Token("end", "the end")]


def _plain(text: str, kind: Kind) -> str:
    return re.sub(r"\\(.)", r"\1", text[1:-1]) if kind == "text" else text
