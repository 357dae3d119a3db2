"""AWS_IAM authorization: a request must be signed (SigV4); who signed it reaches the integration."""

import re

from shoplib.localaws.apigateway.errors import GatewayError
from shoplib.localaws.apigateway.exchange import Exchange

CREDENTIAL = re.compile(r"Credential=([^/,\s]+)/\d{8}/([^/]+)/([^/]+)/aws4_request")


def access_key(exchange: Exchange) -> str | None:
    """Access key id that signed the request in its Authorization header or query string, or None if unsigned."""
    header = exchange.request.header("authorization") or ""
    match = CREDENTIAL.search(header) if header.startswith("AWS4-HMAC-SHA256") else None
    if match:
        return match.group(1)
    signed = dict(exchange.request.query).get("X-Amz-Credential", "")
    return signed.partition("/")[0] or None


def require_signature(exchange: Exchange) -> None:
    """Note the caller in `exchange.identity`, or refuse. The guard verified the signature, where keys are required."""
    key = access_key(exchange)
    if key is None:
        raise GatewayError("MISSING_AUTHENTICATION_TOKEN", "Missing Authentication Token", "the request is not signed")
    if wrong := exchange.request.wrong_signature:
        raise GatewayError("INVALID_SIGNATURE", wrong, f"the signature of {key} is wrong")
    arn = f"arn:aws:iam::{exchange.account_id}:root"
    exchange.identity.update(
        accessKey=key, accountId=exchange.account_id, caller=exchange.account_id, user=exchange.account_id, userArn=arn
    )
