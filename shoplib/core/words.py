"""The words of a text, as they are found: case and accents do not matter."""

import re
import unicodedata

_WORD = re.compile(r"[^\W_]+")


def words_of(text: str) -> list[str]:
    """The words of a text, folded; order of first occurrence is kept."""
    return list(dict.fromkeys(_WORD.findall(folded(text))))


def folded(text: str) -> str:
    """A text without case and accents."""
    plain = unicodedata.normalize("NFKD", text.casefold())
    return "".join(letter for letter in plain if not unicodedata.combining(letter))
