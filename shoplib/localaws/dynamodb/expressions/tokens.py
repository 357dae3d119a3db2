"""The words of which DynamoDB's expressions consist."""

import re
from dataclasses import dataclass

_TOKEN = re.compile(r"[#:]?\w+|<=|>=|<>|\S", re.ASCII)
_NAME = re.compile(r"#\w+|[A-Za-z_]\w*", re.ASCII)
_VALUE = re.compile(r":\w+", re.ASCII)
KEYWORDS = {"AND", "OR", "NOT", "BETWEEN", "IN"}
END = "<EOF>"


class Objection(Exception):
    """What is wrong with an expression, in DynamoDB's words."""


@dataclass(frozen=True, slots=True)
class Token:
    text: str
    start: int

    @property
    def end(self) -> int:
        return self.start if self.text == END else self.start + len(self.text)


class Tokens:
    """Those of one expression, read from left to right."""

    def __init__(self, text: str) -> None:
        self._text = text
        self._tokens = [Token(match[0], match.start()) for match in _TOKEN.finditer(text)]
        self._tokens.append(Token(END, len(text)))
        self._at = 0

    @property
    def text(self) -> str:
        return self._tokens[self._at].text

    @property
    def following(self) -> str:
        return self._tokens[min(self._at + 1, len(self._tokens) - 1)].text

    def take(self) -> str:
        text = self.text
        self._at += 1
        return text

    def accept(self, *words: str) -> str:
        """The keyword or sign that stands here, if it is one of `words`; empty otherwise."""
        word = self.text.upper()
        return self.take().upper() if word in words else ""

    def expect(self, word: str) -> None:
        if not self.accept(word):
            raise self.objection()

    def name(self) -> str:
        if not _NAME.fullmatch(self.text) or self.text.upper() in KEYWORDS:
            raise self.objection()
        return self.take()

    def number(self) -> int:
        if not self.text.isdecimal():
            raise self.objection()
        return int(self.take())

    def is_value(self) -> bool:
        return bool(_VALUE.fullmatch(self.text))

    def objection(self) -> Objection:
        """To the token that stands here."""
        near = self._tokens[max(self._at - 1, 0) : self._at + 2]
        return Objection(f'Syntax error; token: "{self.text}", near: "{self._text[near[0].start : near[-1].end]}"')
