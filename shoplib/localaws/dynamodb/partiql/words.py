"""The words of PartiQL's statements, and the refusal of a statement that is none."""

import re
from typing import NamedTuple

from shoplib.localaws.dynamodb.refusals import ValidationException

_WORD = re.compile(
    r"""(?P<space>\s+|--[^\n]*|/\*.*?\*/)|(?P<text>'(?:[^']|'')*')|(?P<quoted>"(?:[^"]|"")*")|(?P<number>\d+(?:\.\d+)?(?:[eE][+-]?\d+)?)"""
    r"""|(?P<word>[A-Za-z_$]\w*)|(?P<sign><<|>>|<=|>=|<>|!=|[-+=<>(){}\[\],.:?;*])|(?P<other>.)""",
    re.ASCII | re.DOTALL,
)
END = "end"


class Word(NamedTuple):
    """`kind` is text, quoted, number, word, sign or end; `text` is without quotes."""

    kind: str
    text: str


def malformed(why: str) -> ValidationException:
    return ValidationException(f"Statement wasn't well formed, can't be processed: {why}")


class Words:
    """Those of one statement, read from left to right."""

    def __init__(self, statement: str) -> None:
        matches = [match for match in _WORD.finditer(statement) if match.lastgroup != "space"]
        self._words = [Word(str(match.lastgroup), _unquoted(match[0])) for match in matches]
        self._at = 0
        if any(word.kind == "other" for word in self._words):
            raise malformed("Unexpected character")

    @property
    def next(self) -> Word:
        return self._words[self._at] if self._at < len(self._words) else Word(END, "")

    def take(self, kind: str = "") -> str:
        word = self.next
        if word.kind == END or (kind and word.kind != kind):
            raise self.unexpected()
        self._at += 1
        return word.text

    def follows(self, *texts: str) -> bool:
        """Whether these keywords and signs come next."""
        words = self._words[self._at : self._at + len(texts)]
        return [word.text.upper() if word.kind in ("word", "sign") else "" for word in words] == list(texts)

    def accept(self, *texts: str) -> bool:
        if self.follows(*texts):
            self._at += len(texts)
            return True
        return False

    def expect(self, *texts: str) -> None:
        if not self.accept(*texts):
            raise malformed(f"Expected {' '.join(texts)}")

    def unexpected(self) -> ValidationException:
        return malformed(f"Unexpected term {self.next.text}" if self.next.text else "Unexpected end of the statement")


def _unquoted(text: str) -> str:
    quote = text[0]
    return text[1:-1].replace(quote * 2, quote) if quote in "'\"" and len(text) > 1 else text
