"""Calls a target as a rule or pipe; an API or function of the engine sees who calls."""

import os
from dataclasses import replace

from shoplib.localaws import request_context
from shoplib.localaws.notifications.http_targets import destinations, gateway
from shoplib.localaws.notifications.http_targets.parameters import HttpParameters
from shoplib.localaws.notifications.http_targets.requests_out import HttpRequest
from shoplib.localaws.notifications.target_permissions import is_destination

TRACE = "X-Amzn-Trace-Id"


def invoke(source: str, arn: str, parameters: HttpParameters, text: str, role_arn: str = "") -> None:
    """Whether `source` may is asked before. Raises Undeliverable or TryAgain."""
    if is_destination(arn):
        request = destinations.request(arn, parameters, text)
        with request_context.sending(arn) as trace:
            destinations.deliver(arn, _traced(request, trace))
    else:
        request = gateway.request(arn, parameters, text, role_arn, source.rpartition("/")[2])
        with request_context.sending(source) as trace:
            gateway.deliver(_traced(request, trace))


def _traced(request: HttpRequest, trace: str) -> HttpRequest:
    """Traces do not leave AWS, or here the engine."""
    if not request.url.startswith(os.environ["AWS_ENDPOINT_URL"] + "/"):
        return request
    return replace(request, headers={**request.headers, TRACE: trace})
