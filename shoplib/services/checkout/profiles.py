"""What a member's checkout takes from the profile, in place of writing it out: a way to pay, an address.

The token of a way to pay comes from accounts as the answer to a command, goes to payments, and is stored nowhere here.
"""

from dataclasses import replace
from typing import Any

from shoplib.core import addresses, commands, config
from shoplib.core.errors import Unauthenticated, Unavailable
from shoplib.services.checkout import requests, store
from shoplib.services.checkout.config import ProfilesConfig
from shoplib.services.checkout.requests import Request

_MEMBER = "user:"


def complete(request: Request, owner: str) -> Request:
    """The request with what it names of its owner's profile. Unauthenticated for a guest, NotFound for what is not
    there."""
    if not request.saved:
        return request
    if not owner.startswith(_MEMBER):
        message = "What is saved belongs to a profile: sign in, and check the profile's own cart out."
        raise Unauthenticated("unauthenticated", message)
    entries = _entries(owner.removeprefix(_MEMBER), request)
    request = replace(request, language=request.language or entries.get("language"))
    return _with_address(_with_payment(request, entries), entries)


def _entries(user_id: str, request: Request) -> dict[str, Any]:
    name = config.load(ProfilesConfig).profile_entries_function_name
    if not name:
        message = "The template `rest` has the profiles: deploy it, and this one with its ProfileEntriesFunctionName."
        raise Unavailable("no_profiles", message)
    return commands.send(store.functions().invoke, name, {"user_id": user_id, **request.saved}, "profiles_unavailable")


def _with_payment(request: Request, entries: dict[str, Any]) -> Request:
    if "payment" not in request.saved:
        return request
    return replace(request, method=entries["payment"]["method"], token=entries["payment"]["token"])


def _with_address(request: Request, entries: dict[str, Any]) -> Request:
    if "address" not in request.saved:
        return request
    address = addresses.parse(entries["address"])
    wishes = {**request.wishes, **requests.place(address)}
    return replace(request, address=address, country=address.country, wishes=wishes)
