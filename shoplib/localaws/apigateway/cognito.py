"""Cognito user pool authorizers of REST APIs."""

from shoplib.localaws.apigateway.errors import GatewayError
from shoplib.localaws.apigateway.exchange import Exchange
from shoplib.localaws.apigateway.rest_snapshot import Method


def authorize_user_pool(exchange: Exchange, method: Method) -> None:
    raise GatewayError("AUTHORIZER_CONFIGURATION_ERROR", None, "Cognito authorizers are not supported yet")
