"""Answers that a REST API gives by itself: AWS's defaults, or what the owner customised (GatewayResponse)."""

import json
import re
from collections.abc import Callable
from typing import Any

from shoplib.localaws.apigateway.errors import RESPONSE_TYPES, GatewayError
from shoplib.localaws.apigateway.exchange import Exchange
from shoplib.localaws.apigateway.messages import Response
from shoplib.localaws.apigateway.parameters import resolve_parameter

VARIABLE = re.compile(r"\$(?:context|stageVariables)\.[A-Za-z0-9_.]+")
Lookup = Callable[[str], str]


def render(error: GatewayError, exchange: Exchange, customised: dict[str, Any], lookup: Lookup) -> Response:
    """Response for `error`: a customised type wins, then a customised DEFAULT_*. `lookup` reads `context.*` names."""
    default_status, error_type = RESPONSE_TYPES[error.type]
    custom = customised.get(error.type) or customised.get(_family(error.status or default_status))
    status = _status(error, default_status, custom)
    response = Response(status, [], _default_body(error))
    if custom is not None:
        _customise(response, custom, exchange, lookup)
    response.set_default("Content-Type", "application/json")
    response.headers.append(("x-amzn-ErrorType", error_type))
    return response


def _family(status: int) -> str:
    return "DEFAULT_5XX" if status >= 500 else "DEFAULT_4XX"


def _status(error: GatewayError, default: int, custom: Any) -> int:
    if custom is not None and custom.status_code:
        return int(custom.status_code)
    return error.status or default


def _default_body(error: GatewayError) -> bytes:
    # AWS writes this one key with a capital when access is denied.
    key = "Message" if error.type == "ACCESS_DENIED" else "message"
    return json.dumps({key: error.message}, separators=(",", ":")).encode()


def _customise(response: Response, custom: Any, exchange: Exchange, lookup: Lookup) -> None:
    for target, source in (custom.response_parameters or {}).items():
        if target.startswith("gatewayresponse.header."):
            value = resolve_parameter(source, exchange, lookup)
            if value is not None:
                response.headers.append((target.removeprefix("gatewayresponse.header."), value))
    templates = custom.response_templates or {}
    if templates:
        media_type = _acceptable(templates, exchange.request.header("accept") or "")
        response.body = _substitute(templates[media_type] or "", lookup).encode()
        response.set_default("Content-Type", media_type)


def _acceptable(templates: dict[str, str], accept: str) -> str:
    accepted = [kind.partition(";")[0].strip() for kind in accept.split(",")]
    for kind in (*accepted, "application/json"):
        if kind in templates:
            return kind
    return next(iter(templates))


def _substitute(template: str, lookup: Lookup) -> str:
    """Gateway responses know plain variables only, no Velocity."""
    return VARIABLE.sub(lambda match: lookup(match.group(0)[1:]), template)
