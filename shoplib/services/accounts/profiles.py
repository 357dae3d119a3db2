"""What a shopper keeps for the next order: addresses, and ways to pay as tokens of the payment provider."""

import re
from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from typing import Any, TypeVar

from shoplib.core import addresses, checks
from shoplib.core.errors import Conflict, InvalidRequest

MAX_ENTRIES = 20
Entry = TypeVar("Entry")
PAYMENT_METHODS = ("card", "paypal", "gift_card")
# Digits as people write card numbers: in groups, with spaces or dashes between them.
_DIGITS = re.compile(r"(?<![0-9])[0-9](?:[ -]?[0-9]){11,18}(?![0-9])")


@dataclass(frozen=True)
class Address(addresses.Address):
    """Where parcels go, unless the shopper says another one."""

    is_default: bool = False


@dataclass(frozen=True)
class PaymentMethod:
    """A way to pay, by the provider's `token`. `label` is what the shopper recognises it by."""

    method: str
    token: str
    label: str


def address(body: Mapping[str, Any]) -> Address:
    """The address in a request body."""
    return Address(**asdict(addresses.parse(body)), is_default=checks.flag(body, "is_default"))


def payment_method(body: Mapping[str, Any]) -> PaymentMethod:
    """The way to pay in a request body. InvalidRequest when it holds a card's number: those belong to the provider."""
    way = PaymentMethod(
        method=checks.choice(body, "method", PAYMENT_METHODS),
        token=checks.identifier(body, "token", maximum=100),
        label=checks.text(body, "label", maximum=60),
    )
    if any(is_card_number(text) for text in (way.token, way.label)):
        message = "Never send a card's number; send the token that the payment provider gave for it."
        raise InvalidRequest(message, "card_number")
    return way


def with_address(addresses: Mapping[str, Address], address_id: str, address: Address) -> dict[str, Address]:
    """`addresses` with one more or a changed one. The first is the default; one that becomes it takes the place."""
    changed = dict(addresses)
    if address.is_default:
        changed = {key: replace(other, is_default=False) for key, other in addresses.items()}
    changed[address_id] = address
    return _with_default(_bounded(changed, "addresses"))


def without_address(addresses: Mapping[str, Address], address_id: str) -> dict[str, Address]:
    """`addresses` without one; another is the default when that was it."""
    return _with_default({key: address for key, address in addresses.items() if key != address_id})


def with_payment_method(ways: Mapping[str, PaymentMethod], way_id: str, way: PaymentMethod) -> dict[str, PaymentMethod]:
    """`ways` to pay with one more."""
    return _bounded({**ways, way_id: way}, "ways to pay")


def address_to_response(address_id: str, address: Address) -> dict[str, Any]:
    """An address as its owner sees it."""
    return {"address_id": address_id, **asdict(address)}


def way_to_response(way_id: str, way: PaymentMethod) -> dict[str, Any]:
    """A way to pay as its owner sees it, without the token."""
    return {"payment_method_id": way_id, "method": way.method, "label": way.label}


def is_card_number(text: str) -> bool:
    """Whether a text holds 12 to 19 digits that a card's number could be (their check digit by Luhn is right)."""
    return any(_luhn(re.sub(r"\D", "", match)) for match in _DIGITS.findall(text))


def _luhn(digits: str) -> bool:
    doubled = [int(digit) * (2 if place % 2 else 1) for place, digit in enumerate(reversed(digits))]
    return sum(number - 9 if number > 9 else number for number in doubled) % 10 == 0


def _bounded(entries: dict[str, Entry], what: str) -> dict[str, Entry]:
    if len(entries) > MAX_ENTRIES:
        raise Conflict("profile_full", f"A profile keeps at most {MAX_ENTRIES} {what}; remove one first.")
    return entries


def _with_default(addresses: dict[str, Address]) -> dict[str, Address]:
    if addresses and not any(address.is_default for address in addresses.values()):
        first = min(addresses)
        addresses[first] = replace(addresses[first], is_default=True)
    return addresses
