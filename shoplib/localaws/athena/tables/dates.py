"""Java's patterns of dates, such as `yyyy-MM-dd/HH`, as projected partitions use them."""

import re
from datetime import datetime

from shoplib.localaws.athena.errors import QueryFailed

LETTERS = {
    "yyyy": "%Y", "uuuu": "%Y", "yy": "%y", "MMMM": "%B", "MMM": "%b", "MM": "%m", "dd": "%d", "DDD": "%j",
    "HH": "%H", "hh": "%I", "mm": "%M", "ss": "%S", "SSS": "%f", "EEEE": "%A", "EEE": "%a", "a": "%p",
    "M": "%-m", "d": "%-d", "H": "%-H", "m": "%-M", "s": "%-S", "y": "%Y",
}  # fmt: skip
PART = re.compile(r"'((?:[^']|'')*)'|([A-Za-z])\2*|[^A-Za-z']+")


class Pattern:
    """One pattern; QueryFailed for a letter that is not understood."""

    def __init__(self, text: str) -> None:
        self._text = text
        self._parts = [_part(match) for match in PART.finditer(text)]

    @property
    def unit(self) -> str:
        """The step from one value to the next where none is set."""
        smallest = [("s", "SECONDS"), ("m", "MINUTES"), ("H", "HOURS"), ("h", "HOURS"), ("d", "DAYS"), ("M", "MONTHS")]
        return next((unit for letter, unit in smallest if letter in re.sub(r"'[^']*'", "", self._text)), "YEARS")

    def format(self, moment: datetime) -> str:
        return "".join(_written(code, moment) for code in self._parts)

    def parse(self, text: str) -> datetime:
        try:
            return datetime.strptime(text, "".join(self._parts).replace("%-", "%"))
        except ValueError:
            raise QueryFailed(f"INVALID_TABLE_PROPERTY: '{text}' is not a date of the format {self._text}") from None


def strftime_codes(text: str) -> str:
    """The pattern for strftime and strptime."""
    return "".join(_part(match) for match in PART.finditer(text))


def _part(match: re.Match[str]) -> str:
    text = match[0]
    if text.startswith("'"):
        return (match[1].replace("''", "'") or "'").replace("%", "%%")
    if not text[0].isalpha():
        return text.replace("%", "%%")
    if text not in LETTERS:
        raise QueryFailed(f"INVALID_FUNCTION_ARGUMENT: the letters {text} of a date's pattern are not understood")
    return LETTERS[text]


def _written(code: str, moment: datetime) -> str:
    """Windows knows no code for a number without zeros in front."""
    if code.startswith("%-"):
        return moment.strftime(code.replace("-", "")).lstrip("0") or "0"
    return moment.strftime(code)
