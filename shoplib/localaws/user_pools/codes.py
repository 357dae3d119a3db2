"""Cognito's confirmation codes: moto 5.2.5 accepts any code, and returns one in a header.

Codes are valid for a day after sign-up and for an hour for a forgotten password; the fifth wrong code invalidates them.
Nothing is sent: see `messages`.
https://docs.aws.amazon.com/cognito/latest/developerguide/user-pool-settings-policies.html
"""

import hmac
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from moto.cognitoidp.exceptions import (
    CodeMismatchException,
    ExpiredCodeException,
    InvalidParameterException,
    NotAuthorizedError,
    UserNotFoundError,
)
from moto.cognitoidp.models import CognitoIdpBackend, UserStatus, cognitoidp_backends, find_account_region_by_value
from moto.cognitoidp.responses import CognitoIdpResponse
from moto.core.exceptions import JsonRESTError
from moto.core.responses import ActionResult, EmptyResult

from shoplib.localaws import engine_clock
from shoplib.localaws.moto_patches import Method, replace_methods, wrap
from shoplib.localaws.user_pools import messages
from shoplib.localaws.user_pools.confirmations import PASSWORD_SET, SIGNED_UP, tell_of_confirmation
from shoplib.localaws.user_pools.messages import Message
from shoplib.localaws.user_pools.migration import found_or_migrated
from shoplib.localaws.user_pools.pools import pool_of_client

SIGN_UP, PASSWORD, ADDRESS = "sign-up", "password", "verification of {}"
HOLDS_S, DAY_S = {PASSWORD: 3_600}, 86_400
ATTEMPTS = 5
WRONG = "Invalid verification code provided, please try again."
EXPIRED = "Invalid code provided, please request a code again."
TOO_MANY = "Attempt limit exceeded, please try after some time."
NO_WAY = "Cannot reset password for the user as there is no registered/verified email or phone_number"
NOT_UNCONFIRMED = "User cannot be confirmed. Current status is {}"


@dataclass
class Code:
    digits: str
    until: float
    attempts: int = 0


def install() -> None:
    """Replace moto's operations. Idempotent."""
    wrap(CognitoIdpResponse, "sign_up", _sending_a_code)
    wrap(CognitoIdpBackend, "admin_reset_user_password", _sending_a_code_to_reset)
    wrap(CognitoIdpBackend, "admin_confirm_sign_up", _confirmed_by_an_admin)
    replace_methods(
        CognitoIdpResponse,
        confirm_sign_up=_confirm_sign_up,
        resend_confirmation_code=_resend,
        forgot_password=_forgot_password,
        confirm_forgot_password=_confirm_forgot_password,
    )


def _sending_a_code(original: Method) -> Method:
    def sign_up(request: Any) -> Any:
        answer = original(request)
        if not answer.result["UserConfirmed"]:
            answer.result["CodeDeliveryDetails"] = _send(*_user(request), SIGN_UP, "SignUp")
        return answer

    return sign_up


def _sending_a_code_to_reset(original: Method) -> Method:
    def admin_reset_user_password(backend: Any, user_pool_id: str, username: str) -> None:
        original(backend, user_pool_id, username)
        user = backend.admin_get_user(user_pool_id, username)
        _send(backend.describe_user_pool(user_pool_id), user, PASSWORD, "ForgotPassword")

    return admin_reset_user_password


def _confirmed_by_an_admin(original: Method) -> Method:
    def admin_confirm_sign_up(backend: Any, user_pool_id: str, username: str) -> Any:
        user = backend.admin_get_user(user_pool_id, username)
        _require_unconfirmed(user)
        answer = original(backend, user_pool_id, username)
        tell_of_confirmation(backend.describe_user_pool(user_pool_id), user, SIGNED_UP)
        return answer

    return admin_confirm_sign_up


def _resend(request: Any) -> ActionResult:
    pool, user = _user(request)
    _require_unconfirmed(user)
    return ActionResult({"CodeDeliveryDetails": _send(pool, user, SIGN_UP, "ResendCode")})


def _confirm_sign_up(request: Any) -> EmptyResult:
    pool, user = _user(request)
    _require_unconfirmed(user)
    check(user, SIGN_UP, request._get_param("ConfirmationCode"))
    user.status = UserStatus.CONFIRMED
    channel, _ = _channel(user)
    user.update_attributes([{"Name": f"{channel}_verified", "Value": "true"}])
    tell_of_confirmation(pool, user, SIGNED_UP)
    return EmptyResult()


def _forgot_password(request: Any) -> ActionResult:
    """The response for an unknown user is like that for an existing one."""
    pool, name = _pool(request), request._get_param("Username")
    if user := found_or_migrated(pool, name, "ForgotPassword"):
        return ActionResult({"CodeDeliveryDetails": _send(pool, user, PASSWORD, "ForgotPassword")})
    return ActionResult({"CodeDeliveryDetails": _details(*_recovery(pool, {"email": name}))})


def _confirm_forgot_password(request: Any) -> EmptyResult:
    pool = _pool(request)
    user = pool._get_user(request._get_param("Username"))
    if user is None:
        raise ExpiredCodeException(EXPIRED)
    password = request._get_param("Password")
    _backend(request)._validate_password(pool.id, password)
    check(user, PASSWORD, request._get_param("ConfirmationCode"))
    user.password, user.status = password, UserStatus.CONFIRMED
    tell_of_confirmation(pool, user, PASSWORD_SET)
    return EmptyResult()


def _send(pool: Any, user: Any, purpose: str, occasion: str) -> dict[str, str]:
    where = _recovery(pool, user.attribute_lookup) if purpose == PASSWORD else _channel(user)
    return send_to(where, pool, user, purpose, occasion)


def send_to(where: tuple[str, str], pool: Any, user: Any, purpose: str, occasion: str) -> dict[str, str]:
    """A new code to an address, which is an attribute and its value."""
    digits = f"{secrets.randbelow(1_000_000):06}"
    _codes(user)[purpose] = Code(digits, engine_clock.now() + HOLDS_S.get(purpose, DAY_S))
    details = _details(*where)
    messages.send(pool, user, Message(where[1], details["DeliveryMedium"], purpose, occasion, digits))
    return details


def _details(channel: str, address: str) -> dict[str, str]:
    medium = "SMS" if channel == "phone_number" else "EMAIL"
    return {"Destination": _mask(address), "DeliveryMedium": medium, "AttributeName": channel}


def _recovery(pool: Any, attributes: Mapping[str, Any]) -> tuple[str, str]:
    """The user's recovery method that the pool prefers."""
    mechanisms = (pool.extended_config.get("AccountRecoverySetting") or {}).get("RecoveryMechanisms") or []
    preferred = [
        each["Name"].removeprefix("verified_") for each in sorted(mechanisms, key=lambda each: each["Priority"])
    ]
    names = [name for name in [*preferred, "email", "phone_number"] if attributes.get(name)]
    if not names:
        raise InvalidParameterException(NO_WAY)
    return names[0], str(attributes[names[0]])


def check(user: Any, purpose: str, digits: str) -> None:
    code = _codes(user).get(purpose)
    if code is None or code.until < engine_clock.now():
        raise ExpiredCodeException(EXPIRED)
    code.attempts += 1
    if code.attempts > ATTEMPTS:
        raise JsonRESTError("LimitExceededException", TOO_MANY)
    if not hmac.compare_digest(code.digits, str(digits)):
        raise CodeMismatchException(WRONG)
    del _codes(user)[purpose]


def _require_unconfirmed(user: Any) -> None:
    if user.status != UserStatus.UNCONFIRMED:
        raise NotAuthorizedError(NOT_UNCONFIRMED.format(user.status.value))


def _codes(user: Any) -> dict[str, Code]:
    codes: dict[str, Code] = user.__dict__.setdefault("lab_codes", {})
    return codes


def _channel(user: Any) -> tuple[str, str]:
    """The attribute to which the code is sent, and its value; without one, the user name."""
    attributes = user.attribute_lookup
    channels = [(name, str(attributes[name])) for name in ("email", "phone_number") if attributes.get(name)]
    return channels[0] if channels else ("email", str(user.username))


def _mask(address: str) -> str:
    name, at, domain = address.partition("@")
    return f"{name[:1]}***@{domain[:1]}***" if at else f"+*******{address[-4:]}"


def _user(request: Any) -> tuple[Any, Any]:
    pool = _pool(request)
    user = pool._get_user(request._get_param("Username"))
    if user is None:
        raise UserNotFoundError("User does not exist.")
    return pool, user


def _pool(request: Any) -> Any:
    return pool_of_client(_backend(request), request._get_param("ClientId"))


def _backend(request: Any) -> Any:
    """These requests are not signed: only the client ID identifies the account and region."""
    client_id, fallback = request._get_param("ClientId"), (request.current_account, request.region)
    account_id, region = find_account_region_by_value("client_id", client_id, fallback=fallback)
    backend = cognitoidp_backends[account_id][region]
    if pool_of_client(backend, client_id) is None:
        raise JsonRESTError("ResourceNotFoundException", f"User pool client {client_id} does not exist.")
    return backend
