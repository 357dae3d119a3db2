"""AWS_IAM authorization: a request must be signed (SigV4); who signed it reaches the integration."""

from shoplib.localaws.apigateway.errors import GatewayError
from shoplib.localaws.apigateway.exchange import Exchange

INVOKE = "execute-api:Invoke"


def authorize(exchange: Exchange) -> None:
    """Whoever signed must be allowed to call this method."""
    require_signature(exchange)
    require_permission(exchange, INVOKE, exchange.method_arn)


def require_permission(exchange: Exchange, action: str, resource: str) -> None:
    if message := exchange.request.refusal(action, resource):
        raise GatewayError("ACCESS_DENIED", message, f"{exchange.request.access_key} has no permission")


def require_signature(exchange: Exchange) -> None:
    """Note the caller in `exchange.identity`, or refuse. The guard verified the signature, where keys are required."""
    key = exchange.request.access_key
    if not key:
        raise GatewayError("MISSING_AUTHENTICATION_TOKEN", "Missing Authentication Token", "the request is not signed")
    if wrong := exchange.request.wrong_signature:
        raise GatewayError("INVALID_SIGNATURE", wrong, f"the signature of {key} is wrong")
    arn = f"arn:aws:iam::{exchange.account_id}:root"
    exchange.identity.update(
        accessKey=key, accountId=exchange.account_id, caller=exchange.account_id, user=exchange.account_id, userArn=arn
    )
