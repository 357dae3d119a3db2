"""Search in questions and answers, by words in any of the shop's languages."""

import re
import unicodedata

from shoplib.services.content import blocks
from shoplib.services.content.domain import Entry

MAX_WORDS = 12
_WORD = re.compile(r"[^\W_]+")


def words_of(text: str) -> list[str]:
    """Normalized words: without case, accents and Arabic vowel signs."""
    letters = unicodedata.normalize("NFKD", text.casefold())
    return _WORD.findall("".join(letter for letter in letters if not unicodedata.combining(letter)))


def search(entries: list[Entry], text: str) -> list[Entry]:
    """Entries in which each search word is a prefix of a word; those with most matches in the question first."""
    words = words_of(text)[:MAX_WORDS]
    scores = {entry.key.slug: _score(entry, words) for entry in entries}
    matches = [entry for entry in entries if scores[entry.key.slug]]
    return sorted(matches, key=lambda entry: (-scores[entry.key.slug], entry.key.slug))


def _score(entry: Entry, words: list[str]) -> int:
    """0 if a word is missing; a match in the question counts three times."""
    content = entry.published or {}
    title, body = words_of(content["title"]), words_of(blocks.text_of(content["blocks"]))
    points = [3 * _has(title, word) + _has(body, word) for word in words]
    return sum(points) if all(points) else 0


def _has(words: list[str], beginning: str) -> bool:
    return any(word.startswith(beginning) for word in words)
