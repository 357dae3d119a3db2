"""What a shopper sends to check out."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from shoplib.core import addresses, checks, ids, languages, money, payments, pricing
from shoplib.core.addresses import Address
from shoplib.core.errors import InvalidRequest

MAX_KEY = 128
EXPECTED = "expected_total_minor"
# What names an entry of the shopper's profile, in place of what is in it.
SAVED = "saved"


@dataclass(frozen=True)
class Request:
    """A checkout. `wishes` is what pricing reads of it, `expected_total_minor` the total that is confirmed,
    `fingerprint` that of all the rest: before and after a confirmation it is one request.

    `saved` are ids of entries of the shopper's profile, by `payment` and `address`: until they are read, `method` and
    `token`, or the destination, are empty.
    """

    key: str
    cart_id: str
    email: str
    country: str
    method: str
    token: str
    fingerprint: str
    wishes: Mapping[str, str]
    saved: Mapping[str, str]
    expected_total_minor: money.Amount | None = None
    phone: str | None = None
    address: Address | None = None
    language: str | None = None


def parse(key: str | None, body: Mapping[str, Any]) -> Request:
    """The checkout in a request. InvalidRequest names the field that is wrong."""
    if not key:
        raise InvalidRequest(
            f"Send an Idempotency-Key header of 1 to {MAX_KEY} characters, a new one for each checkout."
        )
    email = _email(body)
    saved, address = _saved(body), _address(body)
    wishes = _wishes(body, address, saved)
    method, token = ("", "") if "payment" in saved else _payment(body)
    rest = {name: value for name, value in body.items() if name != EXPECTED}
    return Request(
        key=key,
        cart_id=checks.identifier(body, "cart_id", maximum=64),
        email=email,
        country=wishes.get("country", ""),
        method=method,
        token=token,
        fingerprint=ids.fingerprint(json.dumps(rest, sort_keys=True, default=str)),
        wishes={name: value for name, value in {**wishes, "email": email}.items() if value},
        saved=saved,
        expected_total_minor=checks.amount(body, EXPECTED) if body.get(EXPECTED) is not None else None,
        phone=checks.optional_phone(body),
        address=address,
        language=languages.optional(body),
    )


def _email(body: Mapping[str, Any]) -> str:
    email = checks.identifier(body, "email", maximum=254)
    if "@" not in email[1:-1]:
        raise InvalidRequest("email must look like name@example.com.")
    return email


def _payment(body: Mapping[str, Any]) -> tuple[str, str]:
    paying = checks.mapping(body, "payment")
    return checks.choice(paying, "method", payments.METHODS), checks.identifier(paying, "token", maximum=100)


def _saved(body: Mapping[str, Any]) -> dict[str, str]:
    """The ids of what is taken from the profile. InvalidRequest when it is written out beside it."""
    saved = {}
    for name in ("payment", "address"):
        entry = body.get(name)
        if isinstance(entry, Mapping) and SAVED in entry:
            if len(entry) > 1:
                raise InvalidRequest(f"{name} must have {SAVED} alone, or be written out without it.")
            saved[name] = checks.identifier(entry, SAVED, maximum=64)
    return saved


def _address(body: Mapping[str, Any]) -> Address | None:
    """The address that is written out."""
    if body.get("address") is None or SAVED in checks.mapping(body, "address"):
        return None
    return addresses.parse(checks.mapping(body, "address"))


_PLACE = ("country", "region", "postcode")


def _wishes(body: Mapping[str, Any], address: Address | None, saved: Mapping[str, str]) -> dict[str, str]:
    """What pricing reads. The destination is the address's, if there is one; InvalidRequest for one beside it."""
    names = [name for name in pricing.WISHES if name not in ("email", "currency")]
    wishes: dict[str, str | None] = {name: checks.optional_text(body, name, maximum=100) for name in names}
    if body.get("currency") is not None:
        wishes["currency"] = checks.currency(body)
    if address or "address" in saved:
        if strange := [name for name in _PLACE if wishes[name]]:
            raise InvalidRequest(f"{strange[0]} is part of address; do not send it separately.")
        return _present(wishes | (_place(address) if address else {}))
    wishes["country"] = checks.text(body, "country", maximum=100)
    return _present(wishes)


def place(address: Address) -> dict[str, str]:
    """Where an address is, as pricing reads it."""
    return _present(_place(address))


def _place(address: Address) -> dict[str, str | None]:
    return {name: getattr(address, name) for name in _PLACE}


def _present(values: Mapping[str, str | None]) -> dict[str, str]:
    return {name: value for name, value in values.items() if value}
