"""A new address is unverified until the code that is sent there comes back: moto 5.2.5 keeps the old one's state.

https://docs.aws.amazon.com/cognito/latest/developerguide/user-pool-settings-email-phone-verification.html
"""

from collections.abc import Mapping
from typing import Any

from moto.cognitoidp.exceptions import InvalidParameterException, NotAuthorizedError
from moto.cognitoidp.models import cognitoidp_backends, find_account_region_by_value
from moto.cognitoidp.responses import CognitoIdpResponse
from moto.core.responses import ActionResult, EmptyResult

from shoplib.localaws.moto_patches import Method, replace_methods, wrap
from shoplib.localaws.user_pools import codes

ADDRESSES = ("email", "phone_number")
ABSENT = "User does not have the attribute {}, or it cannot be verified"


def install() -> None:
    """Idempotent."""
    wrap(CognitoIdpResponse, "update_user_attributes", _updating)
    wrap(CognitoIdpResponse, "admin_update_user_attributes", _updating_by_an_admin)
    replace_methods(
        CognitoIdpResponse, get_user_attribute_verification_code=_send_code, verify_user_attribute=_verify_address
    )


def _updating(original: Method) -> Method:
    def update_user_attributes(request: Any) -> ActionResult:
        pool, user = _signed_in(request)
        before = dict(user.attribute_lookup)
        original(request)
        return ActionResult({"CodeDeliveryDetailsList": _unverify(request, pool, user, before)})

    return update_user_attributes


def _updating_by_an_admin(original: Method) -> Method:
    def admin_update_user_attributes(request: Any) -> Any:
        pool_id = request._get_param("UserPoolId")
        user = request.backend.admin_get_user(pool_id, request._get_param("Username"))
        before = dict(user.attribute_lookup)
        answer = original(request)
        _unverify(request, request.backend.describe_user_pool(pool_id), user, before)
        return answer

    return admin_update_user_attributes


def _unverify(request: Any, pool: Any, user: Any, before: Mapping[str, str]) -> list[dict[str, str]]:
    """An admin may say in the same call that an address is verified."""
    names = {each["Name"] for each in request._get_param("UserAttributes") or []}
    changes = [
        name
        for name in ADDRESSES
        if name in names and f"{name}_verified" not in names and user.attribute_lookup.get(name) != before.get(name)
    ]
    user.update_attributes([{"Name": f"{name}_verified", "Value": "false"} for name in changes])
    automatic = pool.extended_config.get("AutoVerifiedAttributes") or []
    return [_sent(pool, user, name, "UpdateUserAttribute") for name in changes if name in automatic]


def _send_code(request: Any) -> ActionResult:
    pool, user = _signed_in(request)
    name = request._get_param("AttributeName")
    if name not in ADDRESSES or not user.attribute_lookup.get(name):
        raise InvalidParameterException(ABSENT.format(name))
    return ActionResult({"CodeDeliveryDetails": _sent(pool, user, name, "VerifyUserAttribute")})


def _verify_address(request: Any) -> EmptyResult:
    _, user = _signed_in(request)
    name = request._get_param("AttributeName")
    codes.check(user, codes.ADDRESS.format(name), request._get_param("Code"))
    user.update_attributes([{"Name": f"{name}_verified", "Value": "true"}])
    return EmptyResult()


def _sent(pool: Any, user: Any, name: str, occasion: str) -> dict[str, str]:
    return codes.send_to((name, str(user.attribute_lookup[name])), pool, user, codes.ADDRESS.format(name), occasion)


def _signed_in(request: Any) -> tuple[Any, Any]:
    """Pool and user of an access token: these requests are not signed."""
    token = request._get_param("AccessToken")
    account_id, region = find_account_region_by_value("access_token", token, (request.current_account, request.region))
    for pool in cognitoidp_backends[account_id][region].user_pools.values():
        if token in pool.access_tokens and (user := pool._get_user(pool.access_tokens[token][1])):
            return pool, user
    raise NotAuthorizedError("Invalid Access Token")
