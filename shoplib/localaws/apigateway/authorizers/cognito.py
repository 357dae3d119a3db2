"""Cognito user pool authorizers of REST APIs."""

from typing import Any

from shoplib.localaws.apigateway.authorizers.tokens import TokenExpired, TokenRejected, claim_texts, scopes_of, verify
from shoplib.localaws.apigateway.errors import GatewayError
from shoplib.localaws.apigateway.exchange import Exchange
from shoplib.localaws.apigateway.parameters import request_parameter
from shoplib.localaws.apigateway.snapshots.rest import Authorizer, Method
from shoplib.localaws.arns import Arn


def authorize_user_pool(exchange: Exchange, method: Method, authorizer: Authorizer) -> None:
    """Note the token's claims in `exchange.authorizer`, or raise UNAUTHORIZED.

    With scopes on the method an access token with one of them is needed, without them an identity token.
    """
    source = authorizer.identity_sources[0].removeprefix("method.request.")
    sent = request_parameter(source, exchange) or ""
    token = sent[7:] if sent[:7].lower() == "bearer " else sent
    if not token:
        raise GatewayError("UNAUTHORIZED", "Unauthorized", f"no token in {source}")
    claims = _claims(token, authorizer)
    required = "access" if method.scopes else "id"
    if claims.get("token_use") != required:
        raise GatewayError(
            "UNAUTHORIZED", "Unauthorized", f"an {required} token is needed, not {claims.get('token_use')}"
        )
    if method.scopes and not set(method.scopes) & set(scopes_of(claims)):
        raise GatewayError("UNAUTHORIZED", "Unauthorized", f"the token has none of the required scopes {method.scopes}")
    exchange.authorizer = {"claims": claim_texts(claims)}


def _claims(token: str, authorizer: Authorizer) -> dict[str, Any]:
    reason = "the authorizer names no user pool"
    for arn in authorizer.provider_arns:
        pool = Arn.parse(arn)
        try:
            return verify(token, f"https://cognito-idp.{pool.region}.amazonaws.com/{pool.name}")
        except TokenExpired as error:
            raise GatewayError("UNAUTHORIZED", "The incoming token has expired", str(error)) from error
        except TokenRejected as error:
            reason = str(error)
    raise GatewayError("UNAUTHORIZED", "Unauthorized", reason)
