"""As whom an integration calls: as a role that it was given, or as its own caller.

https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-control-access-using-iam-policies-to-invoke-api.html
"""

from shoplib.localaws import own_keys
from shoplib.localaws.apigateway.exchange import Exchange
from shoplib.localaws.permissions import is_assumable

GATEWAY = "apigateway.amazonaws.com"
OF_THE_CALLER = "arn:aws:iam::*:user/*"


def actor(exchange: Exchange, credentials: str | None) -> str | None:
    """The role's ARN or, behind `key:`, the caller's access key; "" for a caller who has not signed."""
    if credentials != OF_THE_CALLER:
        return credentials
    key = exchange.identity.get("accessKey")
    return f"{own_keys.OF_KEY}{key}" if key else ""


def objection(role: str) -> str:
    """Why API Gateway cannot call as this actor; empty when it can."""
    if not role:
        return "the integration has its caller's credentials, and the request has none: AWS_IAM asks for a signature"
    if not role.startswith(own_keys.OF_KEY) and not is_assumable(role, GATEWAY):
        return f"API Gateway does not have permission to assume the provided role {role}"
    return ""
