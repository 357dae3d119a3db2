"""Pools, clients and new users of moto's, as the steps of a call need them."""

import uuid
from typing import Any

from moto.cognitoidp.models import CognitoIdpBackend
from moto.cognitoidp.utils import validate_username_format


def pool_of_client(backend: CognitoIdpBackend, client_id: str) -> Any:
    """None for a client that is not there."""
    return next((pool for pool in backend.user_pools.values() if client_id in pool.clients), None)


def new_name(pool: Any, name: str) -> str:
    """Where people have addresses instead of names, each account gets an id for a name."""
    return str(uuid.uuid4()) if pool.extended_config.get("UsernameAttributes") else name


def given_attributes(pool: Any, name: str, attributes: list[dict[str, str]] | None) -> dict[str, str]:
    """The attributes of an account to be: an address that serves as the name is one of them."""
    kinds = pool.extended_config.get("UsernameAttributes") or []
    address = {kind: name for kind in kinds if validate_username_format(name, _format=kind)}
    return {each["Name"]: each.get("Value", "") for each in attributes or []} | address


def name_as(pool: Any, user: Any, name: str) -> None:
    """Give a new account the name, and the id, that a function was told of already."""
    if user.username == name:
        return
    del pool.users[user.username]
    user.id = user.username = name
    user.update_attributes([{"Name": "sub", "Value": name}])
    pool.users[name] = user
