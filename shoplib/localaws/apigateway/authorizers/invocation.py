"""The call of an authorizer's function, the same for REST and HTTP APIs."""

import json
from typing import Any

from shoplib.localaws.apigateway.exchange import Exchange
from shoplib.localaws.apigateway.lambda_functions import Invocation, LambdaCaller, function_of_uri
from shoplib.localaws.apigateway.snapshots import http_api, rest


def invoke(
    exchange: Exchange,
    authorizer: rest.Authorizer | http_api.Authorizer,
    event: dict[str, Any],
    caller: LambdaCaller,
    *,
    limit: float,
    request_id: str | None = None,
) -> Invocation:
    """What the function answers. InvokeFailed, InvokeTimedOut after `limit` seconds."""
    return caller.invoke(
        function_of_uri(authorizer.uri, exchange.stage_variables),
        json.dumps(event).encode(),
        source_arn=f"{exchange.api_arn}/authorizers/{authorizer.id}",
        role=authorizer.credentials,
        limit=limit,
        trace=exchange.request.header("x-amzn-trace-id"),
        request_id=request_id,
    )
