"""Signing in: PreAuthentication before the password is looked at, PostAuthentication before tokens are given out.

moto 5.2.5 gives tokens to who must set a new password first.
https://docs.aws.amazon.com/cognito/latest/developerguide/user-pool-lambda-pre-authentication.html
"""

from collections.abc import Callable, Mapping
from typing import Any

from moto.cognitoidp.models import CognitoIdpBackend, UserStatus
from moto.core.exceptions import JsonRESTError

from shoplib.localaws.moto_fixes.cognito_clients import check_flow
from shoplib.localaws.moto_patches import Method, wrap
from shoplib.localaws.user_pools import custom_challenges, srp
from shoplib.localaws.user_pools.current_call import REFRESHING, current
from shoplib.localaws.user_pools.migration import AUTHENTICATION, found_or_migrated
from shoplib.localaws.user_pools.pools import pool_of_client
from shoplib.localaws.user_pools.triggers import ask, attributes_of, not_found_flag

WITH_PASSWORD = ("USER_PASSWORD_AUTH", "ADMIN_NO_SRP_AUTH", "ADMIN_USER_PASSWORD_AUTH")
RESET = "Password reset required for the user"
Parameters = Mapping[str, str]


def install() -> None:
    wrap(CognitoIdpBackend, "initiate_auth", _initiating)
    wrap(CognitoIdpBackend, "admin_initiate_auth", _initiating_by_an_admin)


def _initiating(original: Method) -> Method:
    def initiate_auth(backend: Any, client_id: str, auth_flow: str, auth_parameters: Parameters) -> Any:
        begin = lambda: original(backend, client_id, auth_flow, auth_parameters)  # noqa: E731
        return _initiate(backend, client_id, auth_flow, auth_parameters or {}, begin)

    return initiate_auth


def _initiating_by_an_admin(original: Method) -> Method:
    def admin_initiate_auth(
        backend: Any, user_pool_id: str, client_id: str, auth_flow: str, auth_parameters: Parameters
    ) -> Any:
        begin = lambda: original(backend, user_pool_id, client_id, auth_flow, auth_parameters)  # noqa: E731
        return _initiate(backend, client_id, auth_flow, auth_parameters or {}, begin)

    return admin_initiate_auth


def _initiate(backend: Any, client_id: str, flow: str, values: Parameters, begin: Callable[[], Any]) -> Any:
    check_flow(backend, client_id, flow)
    pool = pool_of_client(backend, client_id)
    if pool is None or flow in REFRESHING:
        return begin()
    if flow == custom_challenges.FLOW:
        custom_challenges.require_function(pool)
    user = _user(pool, flow, values)
    if user is not None:
        _ask_before(pool, user, client_id)
        _require_no_reset(user, flow, values)
    if flow == custom_challenges.FLOW:
        return custom_challenges.begin(backend, pool, user, values)
    return srp.offer(backend, pool, user, values, begin()) if flow == srp.FLOW else begin()


def _user(pool: Any, flow: str, values: Parameters) -> Any:
    """None for who is not there: moto says so."""
    name = values.get("USERNAME", "")
    if flow in WITH_PASSWORD:
        return found_or_migrated(pool, name, AUTHENTICATION, values.get("PASSWORD", ""))
    return pool._get_user(name)


def _ask_before(pool: Any, user: Any, client_id: str) -> None:
    request = {
        "userAttributes": attributes_of(user),
        "validationData": current().metadata.get("clientMetadata"),
        **not_found_flag(pool, client_id),
    }
    ask(pool, "PreAuthentication", "PreAuthentication_Authentication", user.username, request)


def _require_no_reset(user: Any, flow: str, values: Parameters) -> None:
    is_known = flow in WITH_PASSWORD and user.enabled and user.password == values.get("PASSWORD")
    if is_known and user.status == UserStatus.RESET_REQUIRED:
        raise JsonRESTError("PasswordResetRequiredException", RESET)
