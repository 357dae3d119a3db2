"""UserMigration: who is not in the pool is asked for elsewhere, when signing in with a password or having forgotten it.

No welcome is sent: there is no temporary password that it could bring.
https://docs.aws.amazon.com/cognito/latest/developerguide/user-pool-lambda-migrate-user.html
"""

from typing import Any

from moto.cognitoidp.exceptions import UserNotFoundError
from moto.cognitoidp.models import CognitoIdpUser, UserStatus

from shoplib.localaws.user_pools.current_call import current
from shoplib.localaws.user_pools.pools import given_attributes, new_name
from shoplib.localaws.user_pools.settings import function_of
from shoplib.localaws.user_pools.trigger_calls import InvalidLambdaResponse
from shoplib.localaws.user_pools.triggers import Response, ask

NOTHING = {
    "userAttributes": None,
    "forceAliasCreation": None,
    "enableSMSMFA": None,
    "finalUserStatus": None,
    "messageAction": None,
    "desiredDeliveryMediums": None,
}
STATES = {each.value: each for each in (UserStatus.CONFIRMED, UserStatus.RESET_REQUIRED)}
AUTHENTICATION = "Authentication"


def found_or_migrated(pool: Any, name: str, occasion: str, password: str | None = None) -> Any:
    """The user; None when there is none, and no function to ask."""
    user = pool._get_user(name)
    if user is None and function_of(pool, "UserMigration"):
        return _migrated(pool, name, _answer(pool, name, occasion, password), password)
    return user


def _answer(pool: Any, name: str, occasion: str, password: str | None) -> Response:
    signs_in, metadata = occasion == AUTHENTICATION, current().metadata
    request = {
        **({"password": password} if signs_in else {}),
        "validationData": metadata.get("clientMetadata") if signs_in else None,
        "userAttributes": None,
        **({} if signs_in else metadata),
    }
    answer = ask(pool, "UserMigration", f"UserMigration_{occasion}", name, request, NOTHING) or {}
    if not answer.get("userAttributes"):
        raise UserNotFoundError(f"Exception migrating user in app client {current().client_id}")
    return answer


def _migrated(pool: Any, name: str, answer: Response, password: str | None) -> Any:
    listed = [{"Name": each, "Value": value} for each, value in answer["userAttributes"].items() if each != "sub"]
    attributes = given_attributes(pool, name, listed)
    pairs = [{"Name": each, "Value": value} for each, value in attributes.items()]
    user = CognitoIdpUser(pool.id, None, password, _state(answer, password), pairs)
    user.username = user.id if pool.extended_config.get("UsernameAttributes") else new_name(pool, name)
    if answer.get("enableSMSMFA"):
        user.sms_mfa_enabled, user.preferred_mfa_setting = True, "SMS_MFA"
    pool.users[user.username] = user
    return user


def _state(answer: Response, password: str | None) -> UserStatus:
    default = UserStatus.RESET_REQUIRED if password is None else UserStatus.CONFIRMED
    state = answer.get("finalUserStatus")
    if state and state not in STATES:
        raise InvalidLambdaResponse
    return STATES[state] if state else default
