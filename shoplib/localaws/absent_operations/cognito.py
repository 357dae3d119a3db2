"""Cognito: moto 5.2.5 creates and describes resource servers, but cannot update or delete them."""

from typing import Any

from moto.cognitoidp.responses import CognitoIdpResponse
from moto.core.responses import ActionResult, EmptyResult

from shoplib.localaws.moto_patches import replace_methods


def install() -> None:
    replace_methods(CognitoIdpResponse, update_resource_server=_update, delete_resource_server=_delete)


def _update(request: Any) -> ActionResult:
    server = _resource_server(request)
    server.name, server.scopes = request._get_param("Name"), request._get_param("Scopes")
    return ActionResult({"ResourceServer": server.to_json()})


def _delete(request: Any) -> EmptyResult:
    server = _resource_server(request)
    del request.backend.describe_user_pool(server.user_pool_id).resource_servers[server.identifier]
    return EmptyResult()


def _resource_server(request: Any) -> Any:
    """Raises ResourceNotFoundException if it does not exist."""
    return request.backend.describe_resource_server(request._get_param("UserPoolId"), request._get_param("Identifier"))
