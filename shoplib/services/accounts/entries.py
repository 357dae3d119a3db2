"""What other services may take from a member's profile, by command: a way to pay with its token, an address.

Who asks has checked whose session it is. Nothing of an answer is logged.
"""

from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

from shoplib.core import checks
from shoplib.core.errors import NotFound
from shoplib.services.accounts import store


def read(command: Mapping[str, Any]) -> dict[str, Any]:
    """{"user_id", "payment": id, "address": id} -> the entries that are named, and the profile's language. NotFound
    when the profile does not have one."""
    user = store.user(checks.identifier(command, "user_id", maximum=64))
    answer: dict[str, Any] = {"language": user.language}
    if payment_id := checks.optional_text(command, "payment"):
        way = _entry(user.payment_methods, payment_id, "payment method")
        answer["payment"] = {"method": way.method, "token": way.token}
    if address_id := checks.optional_text(command, "address"):
        answer["address"] = asdict(_entry(user.addresses, address_id, "address"))
    return answer


def _entry(entries: Mapping[str, Any], key: str, what: str) -> Any:
    if key not in entries:
        raise NotFound("no_such_entry", f"The profile has no such {what}.")
    return entries[key]
