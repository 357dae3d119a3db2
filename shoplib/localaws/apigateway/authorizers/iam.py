"""AWS_IAM authorization: a request must be signed (SigV4) by who may make it; who signed it reaches the integration."""

from shoplib.localaws.apigateway.errors import GatewayError
from shoplib.localaws.apigateway.exchange import Exchange
from shoplib.localaws.permissions import caller_of
from shoplib.localaws.policies import Policy

INVOKE = "execute-api:Invoke"


def authorize(exchange: Exchange, policy: Policy | None = None) -> None:
    """Whoever signed must be allowed to call this method, by policies of his own or by the API's."""
    require_signature(exchange)
    require_permission(exchange, INVOKE, exchange.method_arn, policy)


def require_permission(exchange: Exchange, action: str, resource: str, policy: Policy | None = None) -> None:
    if message := exchange.request.refusal(action, resource, policy):
        raise GatewayError(
            "ACCESS_DENIED", exchange.masked(message), f"{exchange.request.access_key} has no permission"
        )


def require_signature(exchange: Exchange) -> None:
    """Note the caller in `exchange.identity`, or refuse. The guard verified the signature, where keys are required."""
    key = exchange.request.access_key
    if not key:
        raise GatewayError("MISSING_AUTHENTICATION_TOKEN", "Missing Authentication Token", "the request is not signed")
    if wrong := exchange.request.wrong_signature:
        raise GatewayError("INVALID_SIGNATURE", wrong, f"the signature of {key} is wrong")
    account, caller = exchange.account_id, caller_of(key)
    who, arn = (caller.facts["aws:userid"], caller.arn) if caller else (account, f"arn:aws:iam::{account}:root")
    exchange.identity.update(accessKey=key, accountId=account, caller=who, user=who, userArn=arn)
