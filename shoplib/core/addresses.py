"""Where a parcel goes."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from shoplib.core import checks


@dataclass(frozen=True)
class Address:
    """`street` may have several lines; `country` is its English name or ISO 3166 code."""

    recipient: str
    street: str
    city: str
    country: str
    postcode: str | None = None
    region: str | None = None


def parse(source: Mapping[str, Any]) -> Address:
    """The address in a request. InvalidRequest names the field that is wrong."""
    return Address(
        recipient=checks.text(source, "recipient", maximum=100),
        street=checks.text(source, "street", maximum=300, lines=True),
        city=checks.text(source, "city", maximum=100),
        country=checks.text(source, "country", maximum=100),
        postcode=checks.optional_text(source, "postcode", maximum=20),
        region=checks.optional_text(source, "region", maximum=100),
    )
