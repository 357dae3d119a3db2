"""Reading what a client sent, field by field, with errors that say what to change. All raise InvalidRequest."""

import json
from collections.abc import Mapping
from decimal import Decimal
from typing import Any, NoReturn

from shoplib.core import money
from shoplib.core.errors import InvalidRequest


def json_object(text: str | bytes | None) -> dict[str, Any]:
    """The JSON object in `text`; numbers with a fraction become Decimals."""
    try:
        value = json.loads(text or "", parse_float=Decimal, parse_constant=_refuse_constant)
    except (ValueError, RecursionError) as error:
        raise InvalidRequest(f"The body is not JSON: {error}.", "malformed_json") from None
    if not isinstance(value, dict):
        raise InvalidRequest("The body must be a JSON object.", "malformed_json")
    return value


def text(source: Mapping[str, Any], name: str, *, maximum: int = 200, minimum: int = 1) -> str:
    """A required string, stripped, `minimum` to `maximum` characters."""
    value = source.get(name)
    if not isinstance(value, str):
        raise InvalidRequest(f"{name} must be a string.")
    value = value.strip()
    if not minimum <= len(value) <= maximum or not value.isprintable():
        raise InvalidRequest(f"{name} must have {minimum} to {maximum} printable characters.")
    return value


def optional_text(source: Mapping[str, Any], name: str, *, maximum: int = 200) -> str | None:
    """As `text`, but absent, null or blank is None."""
    value = source.get(name)
    if value is None or (isinstance(value, str) and not value.strip()):
        return None
    return text(source, name, maximum=maximum)


def integer(source: Mapping[str, Any], name: str, *, low: int, high: int) -> int:
    """A required whole number from `low` to `high`."""
    value = source.get(name)
    if type(value) is not int or not low <= value <= high:
        raise InvalidRequest(f"{name} must be a whole number from {low} to {high}.")
    return value


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


def choice(source: Mapping[str, Any], name: str, allowed: tuple[str, ...]) -> str:
    """A required string out of `allowed`."""
    value = source.get(name)
    if value not in allowed:
        raise InvalidRequest(f"{name} must be one of {', '.join(allowed)}.")
    return str(value)


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


def _refuse_constant(name: str) -> NoReturn:
    raise ValueError(f"{name} is not a JSON number")
