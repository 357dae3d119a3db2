"""JWT authorizers of HTTP APIs."""

from typing import Any

from shoplib.localaws.apigateway.authorizers.tokens import TokenRejected, claim_texts, scopes_of, verify
from shoplib.localaws.apigateway.errors import HttpApiError
from shoplib.localaws.apigateway.exchange import Exchange
from shoplib.localaws.apigateway.http_parameters import evaluate
from shoplib.localaws.apigateway.snapshots.http_api import Authorizer


def authorize(exchange: Exchange, authorizer: Authorizer, required_scopes: list[str]) -> dict[str, Any]:
    """Context of a valid token with at least one of the `wanted` scopes; raises HttpApiError 401 or 403."""
    source = (authorizer.identity_sources or ["$request.header.Authorization"])[0]
    sent = evaluate(source, exchange)
    if not sent:
        raise HttpApiError(401, "Unauthorized", f"no token in {source}", [("www-authenticate", "Bearer")])
    token = sent[7:] if sent[:7].lower() == "bearer " else sent
    try:
        claims = verify(token, authorizer.issuer)
        _check_audience(claims, authorizer.audience)
    except TokenRejected as error:
        challenge = f'Bearer scope="{" ".join(required_scopes)}" error="invalid_token" error_description="{error}"'
        reason = f"authorizer {authorizer.name}, issuer {authorizer.issuer}: {error}"
        raise HttpApiError(401, "Unauthorized", reason, [("www-authenticate", challenge)]) from error
    granted = [scope for scope in scopes_of(claims) if scope in required_scopes]
    if required_scopes and not granted:
        challenge = f'Bearer scope="{" ".join(required_scopes)}" error="insufficient_scope"'
        raise HttpApiError(
            403, "Forbidden", "the token has none of the route's scopes", [("www-authenticate", challenge)]
        )
    return {"jwt": {"claims": claim_texts(claims), "scopes": granted or None}}


def _check_audience(claims: dict[str, Any], audience: list[str]) -> None:
    """`aud`, or `client_id` when there is no `aud` (Cognito's access tokens)."""
    own = claims.get("aud", claims.get("client_id"))
    if not set(own if isinstance(own, list) else [own]) & set(audience):
        raise TokenRejected("invalid audience")
