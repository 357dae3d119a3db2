"""App clients of Cognito: moto 5.2.5 takes flows that are not enabled and calls without the hash that a secret demands,
and says of a name or a client that it does not take no more than the name.

https://docs.aws.amazon.com/cognito/latest/developerguide/signing-up-users-in-your-app.html#cognito-user-pools-computing-secret-hash
"""

from collections.abc import Mapping
from typing import Any

from moto.cognitoidp.exceptions import (
    InvalidParameterException,
    NotAuthorizedError,
    ResourceNotFoundError,
    UsernameExistsException,
)
from moto.cognitoidp.models import CognitoIdpBackend, cognitoidp_backends
from moto.cognitoidp.responses import CognitoIdpResponse
from moto.cognitoidp.utils import check_secret_hash

from shoplib.localaws.moto_patches import Method, before, wrap

OF_CLIENTS = ("sign_up", "initiate_auth", "admin_initiate_auth", "forgot_password", "confirm_forgot_password")
DEFAULT_FLOWS = ("ALLOW_USER_SRP_AUTH", "ALLOW_CUSTOM_AUTH", "ALLOW_REFRESH_TOKEN_AUTH")
OF_ADMINS = ("ADMIN_NO_SRP_AUTH", "ADMIN_USER_PASSWORD_AUTH")
ENABLING = {
    "USER_PASSWORD_AUTH": {"ALLOW_USER_PASSWORD_AUTH", "USER_PASSWORD_AUTH"},
    "USER_SRP_AUTH": {"ALLOW_USER_SRP_AUTH"},
    "CUSTOM_AUTH": {"ALLOW_CUSTOM_AUTH", "CUSTOM_AUTH_FLOW_ONLY"},
    **dict.fromkeys(OF_ADMINS, {"ALLOW_ADMIN_USER_PASSWORD_AUTH", "ADMIN_NO_SRP_AUTH"}),
}
NOT_ENABLED = {
    "USER_PASSWORD_AUTH": "USER_PASSWORD_AUTH flow not enabled for this client",
    "USER_SRP_AUTH": "USER_SRP_AUTH is not enabled for the client.",
    "CUSTOM_AUTH": "CUSTOM_AUTH is not enabled for the client.",
    **dict.fromkeys(OF_ADMINS, "Auth flow not enabled for this client"),
}
EXISTS = {"sign_up": "User already exists", "admin_create_user": "User account already exists"}


def install() -> None:
    for name in OF_CLIENTS:
        before(CognitoIdpResponse, name, _check_call)
    before(CognitoIdpBackend, "initiate_auth", check_flow)
    before(CognitoIdpBackend, "admin_initiate_auth", _check_flow_of_admins)
    for name in EXISTS:
        wrap(CognitoIdpResponse, name, _for_new_names)


def _for_new_names(original: Method) -> Method:
    text = EXISTS[original.__name__]

    def create(request: Any) -> Any:
        try:
            return original(request)
        except UsernameExistsException:
            raise UsernameExistsException(text) from None

    return create


def _check_call(request: Any) -> None:
    parameters: Mapping[str, str] = request._get_param("AuthParameters") or {}
    client_id, flow = request._get_param("ClientId"), request._get_param("AuthFlow")
    client = _client(client_id)
    if client is None:
        raise ResourceNotFoundError(f"User pool client {client_id} does not exist.")
    if client.generate_secret and flow in (None, *ENABLING):
        name = request._get_param("Username") or parameters.get("USERNAME", "")
        _require_hash(client, name, request._get_param("SecretHash") or parameters.get("SECRET_HASH"))


def _client(client_id: str) -> Any:
    regions = (backend for account in cognitoidp_backends.values() for backend in account.values())
    return next((client for backend in regions if (client := _client_in(backend, client_id))), None)


def _client_in(backend: CognitoIdpBackend, client_id: str) -> Any:
    pools = backend.user_pools.values()
    return next((pool.clients[client_id] for pool in pools if client_id in pool.clients), None)


def _check_flow_of_admins(backend: CognitoIdpBackend, _: str, client_id: str, flow: str, *__: Any) -> None:
    check_flow(backend, client_id, flow)


def check_flow(backend: CognitoIdpBackend, client_id: str, flow: str, *_: Any) -> None:
    client = _client_in(backend, client_id)
    enabled = client.extended_config.get("ExplicitAuthFlows") or DEFAULT_FLOWS if client else ()
    if client and flow in ENABLING and not ENABLING[flow] & set(enabled):
        raise InvalidParameterException(NOT_ENABLED[flow])


def _require_hash(client: Any, name: str, secret_hash: str | None) -> None:
    if not secret_hash:
        raise NotAuthorizedError(f"Client {client.id} is configured with secret but SECRET_HASH was not received")
    if not check_secret_hash(client.secret, client.id, name, secret_hash):
        raise NotAuthorizedError(f"Unable to verify secret hash for client {client.id}")
