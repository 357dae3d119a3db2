"""Reading what a client sent, field by field, with errors that say what to change. All raise InvalidRequest."""

import re
import unicodedata
from collections.abc import Mapping
from datetime import date
from typing import Any
from urllib.parse import parse_qsl

from shoplib.core import money, numbers
from shoplib.core.errors import InvalidRequest

# Line ends as Windows, old Macs and Unicode write them.
_LINE_END = re.compile("\r\n|[\r\x0b\x0c\x85\u2028\u2029]")
_LONGEST_PATH = 100
# ITU-T E.164: a country's code and at most 15 digits in all.
_PHONE = re.compile(r"\+[1-9][0-9]{6,14}")
_OF_PHONES = re.compile(r"[ ().\-/]")


def json_object(content: str | bytes | None) -> dict[str, Any]:
    """The JSON object in `content`; numbers with a fraction are Decimals, those that no double can hold are refused."""
    try:
        text = content.decode() if isinstance(content, bytes) else content or ""
        value = numbers.read(text)
    except numbers.OutOfRange as error:
        field = (numbers.offender(text) or "The body")[:_LONGEST_PATH]
        raise InvalidRequest(f"{field} must be a number that a double can hold: {error}.", "malformed_json") from None
    except (ValueError, RecursionError) as error:
        raise InvalidRequest(f"The body is not JSON: {error}.", "malformed_json") from None
    if not isinstance(value, dict):
        raise InvalidRequest("The body must be a JSON object.", "malformed_json")
    return value


def identifier(source: Mapping[str, Any], name: str, *, maximum: int = 200) -> str:
    """A required string that names something to programs: stripped, 1 to `maximum` printable characters."""
    value = _string(source, name).strip()
    if not 1 <= len(value) <= maximum or not value.isprintable():
        raise InvalidRequest(f"{name} must have 1 to {maximum} printable characters.")
    return value


def text(source: Mapping[str, Any], name: str, *, maximum: int = 200, lines: bool = False) -> str:
    """A required text for people in any script: 1 to `maximum` characters of Unicode's composed form (NFC), stripped.

    It has no control characters; line ends are welcome where `lines` are, and become `\\n`. Joiners, which Persian and
    emoji need, and spaces of every kind stay as they are.
    """
    value = _string(source, name)
    if lines:
        value = _LINE_END.sub("\n", value).replace("\t", " ")
    value = unicodedata.normalize("NFC", value).strip()
    if _is_blank(value) or len(value) > maximum:
        raise InvalidRequest(f"{name} must have 1 to {maximum} characters.")
    if not all(_is_of_text(letter) or (lines and letter == "\n") for letter in value):
        raise InvalidRequest(f"{name} must be text of {'lines' if lines else 'one line'}, without control characters.")
    return value


def optional_text(source: Mapping[str, Any], name: str, *, maximum: int = 200, lines: bool = False) -> str | None:
    """As `text`, but absent, null or blank is None."""
    value = source.get(name)
    if value is None or (isinstance(value, str) and _is_blank(value)):
        return None
    return text(source, name, maximum=maximum, lines=lines)


def _is_of_text(letter: str) -> bool:
    """Not a control character, half of a surrogate pair, or what ends a line or a paragraph."""
    return letter.isprintable() or unicodedata.category(letter) not in ("Cc", "Cs", "Zl", "Zp")


def _is_blank(text: str) -> bool:
    """Whether nothing of a text can be seen: spaces and joiners alone."""
    return all(letter.isspace() or unicodedata.category(letter) == "Cf" for letter in text)


def integer(source: Mapping[str, Any], name: str, *, low: int, high: int) -> int:
    """A required whole number from `low` to `high`."""
    value = source.get(name)
    if type(value) is not int or not low <= value <= high:
        raise InvalidRequest(f"{name} must be a whole number from {low} to {high}.")
    return value


def flag(source: Mapping[str, Any], name: str) -> bool:
    """An optional true or false; absent or null is false."""
    value = source.get(name)
    if value is not None and not isinstance(value, bool):
        raise InvalidRequest(f"{name} must be true or false.")
    return bool(value)


def amount(source: Mapping[str, Any], name: str) -> money.Amount:
    """A required exact amount in minor units."""
    try:
        return money.parse(source.get(name))
    except ValueError as error:
        raise InvalidRequest(f"{name} {error}.") from None


def currency(source: Mapping[str, Any], name: str = "currency") -> str:
    """A required ISO 4217 code."""
    value = source.get(name)
    if (
        not isinstance(value, str)
        or len(value) != 3
        or not value.isascii()
        or not value.isalpha()
        or not value.isupper()
    ):
        raise InvalidRequest(f"{name} must be a code of three capital letters, as GBP.")
    return value


def optional_date(source: Mapping[str, Any], name: str) -> str | None:
    """A day in ISO 8601, as 2026-12-24; absent or null is None."""
    value = optional_text(source, name, maximum=10)
    try:
        return value and date.fromisoformat(value).isoformat()
    except ValueError:
        raise InvalidRequest(f"{name} must be a date, as 2026-12-24.") from None


def choice(source: Mapping[str, Any], name: str, allowed: tuple[str, ...]) -> str:
    """A required string out of `allowed`."""
    value = source.get(name)
    if not isinstance(value, str) or value not in allowed:
        raise InvalidRequest(f"{name} must be one of {', '.join(allowed)}.")
    return str(value)


def optional_phone(source: Mapping[str, Any], name: str = "phone") -> str | None:
    """A phone number in international form (E.164), without what people write between its digits; absent is None."""
    value = optional_text(source, name, maximum=40)
    number = _OF_PHONES.sub("", value or "")
    if value is not None and not _PHONE.fullmatch(number):
        raise InvalidRequest(f"{name} must be a number in international form, as +4915112345678.")
    return number or None


def objects(source: Mapping[str, Any], name: str, *, maximum: int) -> list[Any]:
    """A required list of 1 to `maximum` entries."""
    value = source.get(name)
    if not isinstance(value, list) or not 1 <= len(value) <= maximum:
        raise InvalidRequest(f"{name} must be a list of 1 to {maximum} entries.")
    return value


def mapping(source: Mapping[str, Any], name: str) -> dict[str, Any]:
    """A required JSON object."""
    value = source.get(name)
    if not isinstance(value, dict):
        raise InvalidRequest(f"{name} must be an object.")
    return value


def _string(source: Mapping[str, Any], name: str) -> str:
    value = source.get(name)
    if not isinstance(value, str):
        raise InvalidRequest(f"{name} must be a string.")
    return value


def query_pairs(query: str, maximum: int) -> list[tuple[str, str]]:
    """The parameters of a query string in their order, decoded; blank ones are left out."""
    try:
        return parse_qsl(query, max_num_fields=maximum)
    except ValueError:
        raise InvalidRequest(f"A search may have at most {maximum} parameters.") from None
