"""SignUp: PreSignUp allows or denies it, and may confirm the account and its addresses.

https://docs.aws.amazon.com/cognito/latest/developerguide/user-pool-lambda-pre-sign-up.html
"""

from collections.abc import Mapping
from typing import Any

from moto.cognitoidp.exceptions import InvalidParameterException
from moto.cognitoidp.models import CognitoIdpBackend, UserStatus

from shoplib.localaws.moto_patches import Method, wrap
from shoplib.localaws.user_pools.confirmations import SIGNED_UP, tell_of_confirmation
from shoplib.localaws.user_pools.current_call import current
from shoplib.localaws.user_pools.pools import given_attributes, name_as, new_name, pool_of_client
from shoplib.localaws.user_pools.triggers import Response, ask

VERIFYING = {"autoVerifyEmail": "email", "autoVerifyPhone": "phone_number"}
UNDECIDED = {"autoConfirmUser": False, "autoVerifyEmail": False, "autoVerifyPhone": False}
ABSENT = "Cannot auto-verify the {} of a user that has none"


def install() -> None:
    wrap(CognitoIdpBackend, "sign_up", _asking_first)


def ask_before(pool: Any, name: str, attributes: Mapping[str, str], occasion: str) -> Response:
    request = {
        "userAttributes": attributes,
        "validationData": current().validation_data,
        **current().metadata,
    }
    return ask(pool, "PreSignUp", f"PreSignUp_{occasion}", name, request, UNDECIDED) or {}


def _asking_first(original: Method) -> Method:
    def sign_up(backend: Any, client_id: str, username: str, password: str, attributes: Any) -> Any:
        if (pool := pool_of_client(backend, client_id)) is None:
            return original(backend, client_id, username, password, attributes)
        backend._validate_password(pool.id, password)
        name, known = new_name(pool, username), given_attributes(pool, username, attributes)
        answer = ask_before(pool, name, known, "SignUp")
        _require_addresses(answer, known)
        user, details = original(backend, client_id, username, password, attributes)
        name_as(pool, user, name)
        _apply(pool, user, answer)
        return user, None if user.status == UserStatus.CONFIRMED else details

    return sign_up


def _require_addresses(answer: Response, attributes: Mapping[str, str]) -> None:
    for flag, address in VERIFYING.items():
        if answer.get(flag) and not attributes.get(address):
            raise InvalidParameterException(ABSENT.format(address))


def _apply(pool: Any, user: Any, answer: Response) -> None:
    """An address is unverified until the code that was sent there comes back, or the function vouches for it."""
    user.update_attributes(
        [
            {"Name": f"{address}_verified", "Value": "true" if answer.get(flag) else "false"}
            for flag, address in VERIFYING.items()
            if user.attribute_lookup.get(address)
        ]
    )
    if answer.get("autoConfirmUser"):
        user.status = UserStatus.CONFIRMED
        tell_of_confirmation(pool, user, SIGNED_UP)
