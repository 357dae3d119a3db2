"""AdminCreateUser: the invitation with the temporary password, which moto 5.2.5 neither makes nor sends.

Upstream, who is invited without a password signs in without one, and RESEND makes another account of the same name.
"""

import secrets
import string
from typing import Any

from moto.cognitoidp.models import CognitoIdpBackend, UserStatus
from moto.core.exceptions import JsonRESTError

from shoplib.localaws.moto_patches import Method, wrap
from shoplib.localaws.user_pools import messages
from shoplib.localaws.user_pools.current_call import current
from shoplib.localaws.user_pools.messages import Message
from shoplib.localaws.user_pools.pools import given_attributes, name_as, new_name
from shoplib.localaws.user_pools.sign_up import ask_before

KINDS = (string.ascii_lowercase, string.ascii_uppercase, string.digits, "!#%&*+-=?@")
SHORTEST = 12
CHANNELS = {"SMS": "phone_number", "EMAIL": "email"}  # AWS's default comes first
SETTLED = "Resend not possible. {} is not in an unconfirmed state"


def install() -> None:
    wrap(CognitoIdpBackend, "admin_create_user", _inviting)


def _inviting(original: Method) -> Method:
    def admin_create_user(
        backend: Any, user_pool_id: str, username: str, message_action: str, temporary_password: str, attributes: Any
    ) -> Any:
        pool = backend.describe_user_pool(user_pool_id)
        password = temporary_password or _new_password(pool)
        if message_action == "RESEND":
            return _invited_again(pool, backend.admin_get_user(user_pool_id, username), password)
        name = new_name(pool, username)
        ask_before(pool, name, given_attributes(pool, username, attributes), "AdminCreateUser")
        user = original(backend, user_pool_id, username, message_action, password, attributes)
        name_as(pool, user, name)
        if message_action != "SUPPRESS":
            invite(pool, user)
        return user

    return admin_create_user


def invite(pool: Any, user: Any) -> None:
    """Who has no address hears nothing."""
    media = current().parameters.get("DesiredDeliveryMediums") or CHANNELS
    addresses = {medium: user.attribute_lookup.get(name) for medium, name in CHANNELS.items()}
    medium = next((each for each in CHANNELS if each in media and addresses[each]), None)
    if medium:
        message = Message(str(addresses[medium]), medium, "invitation", "AdminCreateUser", str(user.password))
        messages.send(pool, user, message)


def _invited_again(pool: Any, user: Any, password: str) -> Any:
    if user.status != UserStatus.FORCE_CHANGE_PASSWORD:
        raise JsonRESTError("UnsupportedUserStateException", SETTLED.format(user.username))
    user.password = password
    invite(pool, user)
    return user


def _new_password(pool: Any) -> str:
    """Of every kind that a policy may ask for."""
    policy = (pool.extended_config.get("Policies") or {}).get("PasswordPolicy") or {}
    length = max(SHORTEST, int(policy.get("MinimumLength") or 0))
    rest = [secrets.choice("".join(KINDS)) for _ in range(length - len(KINDS))]
    letters = [*map(secrets.choice, KINDS), *rest]
    secrets.SystemRandom().shuffle(letters)
    return "".join(letters)
