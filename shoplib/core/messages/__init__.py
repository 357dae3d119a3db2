"""What the shop says to shoppers, in their languages: gettext's catalogs, compiled (`assets/*.mo`).

An English text is its own message id. Values have names: `translate("de", "Hello %(name)s,", name="Ada")`.
"""

import gettext
import unicodedata
from functools import cache
from pathlib import Path
from typing import Any

from shoplib.core.languages import DEFAULT, RIGHT_TO_LEFT

# Right-to-left mark: a line that begins with it runs that way, whatever it begins with otherwise.
_RIGHT_TO_LEFT_MARK = "\u200f"


def mark(message: str) -> str:
    """The message itself: a text that stands in a table is found and translated, too."""
    return message


def translate(language: str, message: str, **values: Any) -> str:
    """A message in a language, with its values. English for what has no translation."""
    return catalog(language).gettext(message) % values


def direct(language: str, lines: str) -> str:
    """Text of lines that run as their language does, in a mail that can hold nothing but text. A line without a word
    of the language, such as a code to be copied, stays as it is."""
    if language not in RIGHT_TO_LEFT:
        return lines
    return "\n".join(_RIGHT_TO_LEFT_MARK * _runs_left(line) + line for line in lines.split("\n"))


def _runs_left(line: str) -> bool:
    return any(unicodedata.bidirectional(letter) in ("R", "AL") for letter in line if letter != _RIGHT_TO_LEFT_MARK)


@cache
def catalog(language: str) -> gettext.NullTranslations:
    """A language's translations; read on the first call."""
    if language == DEFAULT:
        return gettext.NullTranslations()
    with Path(__file__).with_name("assets").joinpath(f"{language}.mo").open("rb") as file:
        return gettext.GNUTranslations(file)
