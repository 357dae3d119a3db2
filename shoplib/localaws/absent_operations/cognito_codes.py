"""Cognito's confirmation codes: moto 5.2.5 accepts any code, and returns one in a header.

Codes are valid for a day after sign-up and for an hour for a forgotten password; the fifth wrong code invalidates them.
Nothing is sent: the message is in the log group /aws/cognito/userpools/<pool>, which AWS does not have.
https://docs.aws.amazon.com/cognito/latest/developerguide/user-pool-settings-policies.html
"""

import hmac
import json
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
from moto.cognitoidp.models import UserStatus, cognitoidp_backends, find_account_region_by_value
from moto.cognitoidp.responses import CognitoIdpResponse
from moto.core.exceptions import JsonRESTError
from moto.core.responses import ActionResult, EmptyResult
from moto.logs.models import logs_backends

from shoplib.localaws import engine_clock
from shoplib.localaws.moto_patches import Method, replace_methods, wrap

SIGN_UP, PASSWORD = "sign-up", "password"
HOLDS_S = {SIGN_UP: 86_400, PASSWORD: 3_600}
ATTEMPTS = 5
WRONG = "Invalid verification code provided, please try again."
EXPIRED = "Invalid code provided, please request a code again."
TOO_MANY = "Attempt limit exceeded, please try after some time."
NO_WAY = "Cannot reset password for the user as there is no registered/verified email or phone_number"
GROUP = "/aws/cognito/userpools/"


@dataclass
class Code:
    digits: str
    until: float
    attempts: int = 0


def install() -> None:
    """Replace moto's operations. Idempotent."""
    wrap(CognitoIdpResponse, "sign_up", _sending_a_code)
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
            answer.result["CodeDeliveryDetails"] = _send(request, SIGN_UP)
        return answer

    return sign_up


def _resend(request: Any) -> ActionResult:
    _, user = _user(request)
    _require_unconfirmed(user)
    return ActionResult({"CodeDeliveryDetails": _send(request, SIGN_UP)})


def _confirm_sign_up(request: Any) -> EmptyResult:
    _, user = _user(request)
    _require_unconfirmed(user)
    _check(user, SIGN_UP, request._get_param("ConfirmationCode"))
    user.status = UserStatus.CONFIRMED
    channel, _ = _channel(user)
    user.update_attributes([{"Name": f"{channel}_verified", "Value": "true"}])
    return EmptyResult()


def _forgot_password(request: Any) -> ActionResult:
    """The response for an unknown user is like that for an existing one."""
    pool, name = _pool(request), request._get_param("Username")
    if pool._get_user(name):
        return ActionResult({"CodeDeliveryDetails": _send(request, PASSWORD)})
    return ActionResult({"CodeDeliveryDetails": _details(*_recovery(pool, {"email": name}))})


def _confirm_forgot_password(request: Any) -> EmptyResult:
    pool = _pool(request)
    user = pool._get_user(request._get_param("Username"))
    if user is None:
        raise ExpiredCodeException(EXPIRED)
    password = request._get_param("Password")
    _backend(request)._validate_password(pool.id, password)
    _check(user, PASSWORD, request._get_param("ConfirmationCode"))
    user.password, user.status = password, UserStatus.CONFIRMED
    return EmptyResult()


def _send(request: Any, purpose: str) -> dict[str, str]:
    pool, user = _user(request)
    digits = f"{secrets.randbelow(1_000_000):06}"
    _codes(user)[purpose] = Code(digits, engine_clock.now() + HOLDS_S[purpose])
    channel, address = _recovery(pool, user.attribute_lookup) if purpose == PASSWORD else _channel(user)
    details = _details(channel, address)
    _write(pool, {"to": address, "medium": details["DeliveryMedium"], "purpose": purpose, "code": digits})
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


def _check(user: Any, purpose: str, digits: str) -> None:
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
    if user.status == UserStatus.CONFIRMED:
        raise NotAuthorizedError("User cannot be confirmed. Current status is CONFIRMED")


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
    backend, client_id = _backend(request), request._get_param("ClientId")
    return next(pool for pool in backend.user_pools.values() if client_id in pool.clients)


def _backend(request: Any) -> Any:
    """These requests are not signed: only the client ID identifies the account and region."""
    client_id, fallback = request._get_param("ClientId"), (request.current_account, request.region)
    account_id, region = find_account_region_by_value("client_id", client_id, fallback=fallback)
    backend = cognitoidp_backends[account_id][region]
    if not any(client_id in pool.clients for pool in backend.user_pools.values()):
        raise JsonRESTError("ResourceNotFoundException", f"User pool client {client_id} does not exist.")
    return backend


def _write(pool: Any, message: dict[str, str]) -> None:
    backend = logs_backends[pool.account_id][pool.region]
    group, stream = f"{GROUP}{pool.id}", "messages"
    if group not in backend.groups:
        backend.create_log_group(group, {})
    if stream not in backend.groups[group].streams:
        backend.create_log_stream(group, stream)
    event = {"timestamp": int(engine_clock.now() * 1000), "message": json.dumps(message)}
    backend.put_log_events(group, stream, [event])
