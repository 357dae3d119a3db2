"""`{"cidr": "10.0.0.0/24"}`."""

import ipaddress
from collections.abc import Callable
from typing import Any

from shoplib.localaws.event_patterns.invalid import InvalidPattern


def in_network(text: Any) -> Callable[[Any], bool]:
    """Addresses (texts) of an IPv4 or IPv6 network. Raises InvalidPattern."""
    if not isinstance(text, str):
        raise InvalidPattern("prefix match pattern must be a string")  # AWS's own words
    address, bits = _parts(text)
    try:
        network = ipaddress.ip_network(f"{ipaddress.ip_address(address)}/{bits}", strict=False)
    except ValueError:
        raise InvalidPattern(_reason(address, bits), placeless=True) from None
    return lambda value: isinstance(value, str) and _contains(network, value)


def _parts(text: str) -> tuple[str, int]:
    parts = text.rstrip("/").split("/")
    if len(parts) != 2:
        raise InvalidPattern("Malformed CIDR, one '/' required", placeless=True)
    try:
        bits = int(parts[1])
    except ValueError:
        raise InvalidPattern("Malformed CIDR, mask bits must be an integer", placeless=True) from None
    if bits < 0:
        raise InvalidPattern("Malformed CIDR, mask bits must not be negative", placeless=True)
    return parts[0], bits


def _reason(address: str, bits: int) -> str:
    try:
        version = ipaddress.ip_address(address).version
    except ValueError:
        return f"Nonstandard IP address: {address}"
    return f"IPv{version} mask bits must be < {33 if version == 4 else 129}"


def _contains(network: ipaddress.IPv4Network | ipaddress.IPv6Network, text: str) -> bool:
    try:
        return ipaddress.ip_address(text) in network
    except ValueError:
        return False
