"""With which keys the engine's services call each other through its own port.

The secret is of this process alone. Whose call it is stands in the id of the key: APIs and state machines sign as
themselves.
"""

import secrets
from functools import cache
from typing import TYPE_CHECKING, Any

from shoplib.localaws.call_record import GATEWAY_KEY, MACHINE_KEY

if TYPE_CHECKING:
    import boto3

KEY_ID = "ENGINE"
ROLE_HEADER = "x-shoplib-role"  # the role as which a call is made, and the name of its session
OF_KEY = "key:"  # begins there what a call is made as that is no role: whoever has the access key that follows


@cache
def secret() -> str:
    return secrets.token_urlsafe(32)


def is_internal(key_id: str) -> bool:
    return key_id == KEY_ID or key_id.startswith((GATEWAY_KEY, MACHINE_KEY))


def key_of_machine(arn: str) -> str:
    return f"{MACHINE_KEY}{arn}"


def act_as(client: Any, role_arn: str, session_name: str) -> None:
    """From now on the client's calls are made as this role, with what its policies allow."""

    def name_role(request: Any, **_: Any) -> None:
        request.headers[ROLE_HEADER] = f"{role_arn} {session_name}"

    client.meta.events.register("before-sign.*.*", name_role)


def session(region: str, key_id: str = KEY_ID) -> "boto3.Session":
    """A boto3 session of the engine itself."""
    import boto3

    return boto3.Session(aws_access_key_id=key_id, aws_secret_access_key=secret(), region_name=region)
