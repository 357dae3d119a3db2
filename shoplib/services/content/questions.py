"""Searching questions and answers: words, as shoppers type them, in any of the shop's languages."""

import re
import unicodedata

from shoplib.services.content import blocks
from shoplib.services.content.domain import Entry

MAX_WORDS = 12
_WORD = re.compile(r"[^\W_]+")


def words_of(text: str) -> list[str]:
    """Words as they are compared: without case, accents and the vowel signs of Arabic."""
    letters = unicodedata.normalize("NFKD", text.casefold())
    return _WORD.findall("".join(letter for letter in letters if not unicodedata.combining(letter)))


def search(entries: list[Entry], text: str) -> list[Entry]:
    """Those in which every word begins some word, the ones with most of them in their question first."""
    words = words_of(text)[:MAX_WORDS]
    scores = {entry.key.slug: _score(entry, words) for entry in entries}
    matches = [entry for entry in entries if scores[entry.key.slug]]
    return sorted(matches, key=lambda entry: (-scores[entry.key.slug], entry.key.slug))


def _score(entry: Entry, words: list[str]) -> int:
    """None of it when a word is nowhere; a word of the question counts three times."""
    content = entry.published or {}
    title, body = words_of(content["title"]), words_of(blocks.text_of(content["blocks"]))
    points = [3 * _has(title, word) + _has(body, word) for word in words]
    return sum(points) if all(points) else 0


def _has(words: list[str], beginning: str) -> bool:
    return any(word.startswith(beginning) for word in words)
