"""What AWS's front door refuses of a call before any API is looked for, all of it in one ValidationException.

AWS lists enumerations in an order of its own, which its published models do not have.
"""

import re
from collections.abc import Callable, Iterator
from functools import wraps
from typing import Any

from moto.apigateway.exceptions import ValidationException

from shoplib.localaws.json_text import object_in

Call = Callable[[Any], Any]
METHOD = "{0}/restapis/(?P<function_id>[^/]+)/resources/(?P<resource_id>[^/]+)/methods/(?P<method_name>[^/]+)"
PATHS = (  # moto knows numbers alone, and so answers nothing to others
    METHOD + "/responses/(?P<status_code>[^/]+)$",
    METHOD + "/integration/responses/(?P<status_code>[^/]+)$",
)
STATUS = re.compile("[1-5]\\d\\d")
STATUS_PLACE = re.compile("/methods/[^/]+(?:/integration)?/responses/([^/]+)$")
RESPONSE_PLACE = re.compile("/gatewayresponses/([^/]+)$")
OPERATIONS = ("add", "remove", "move", "test", "replace", "copy")
INTEGRATIONS = ("HTTP", "MOCK", "AWS_PROXY", "HTTP_PROXY", "AWS")
ENDPOINTS = ("PRIVATE", "EDGE", "REGIONAL")
ADDRESSES = ("ipv4", "dualstack")
GATEWAY_RESPONSES = (
    *("REQUEST_TOO_LARGE", "RESOURCE_NOT_FOUND", "AUTHORIZER_CONFIGURATION_ERROR", "MISSING_AUTHENTICATION_TOKEN"),
    *("BAD_REQUEST_BODY", "INVALID_SIGNATURE", "INVALID_API_KEY", "BAD_REQUEST_PARAMETERS", "AUTHORIZER_FAILURE"),
    *("UNAUTHORIZED", "INTEGRATION_TIMEOUT", "ACCESS_DENIED", "DEFAULT_4XX", "DEFAULT_5XX", "WAF_FILTERED"),
    *("QUOTA_EXCEEDED", "THROTTLED", "API_CONFIGURATION_ERROR", "UNSUPPORTED_MEDIA_TYPE", "INTEGRATION_FAILURE"),
    "EXPIRED_TOKEN",
)


def checking(call_action: Call) -> Call:
    """Around moto's dispatch of a call."""

    @wraps(call_action)
    def checked(request: Any) -> Any:
        objections = list(_objections(request))
        if not objections:
            return call_action(request)
        many = "s" if len(objections) > 1 else ""
        error = ValidationException(f"{len(objections)} validation error{many} detected: {'; '.join(objections)}")
        return error.code, dict(error.get_headers()), error.get_body()

    return checked


def _objections(request: Any) -> Iterator[str]:
    action = request._get_action()
    parameters = object_in(request.body) if request.method in ("POST", "PUT", "PATCH") else {}
    shape = f"{action[:1].lower()}{action[1:]}Input"
    for number, each in enumerate(_list(parameters.get("patchOperations")), 1):
        kind = each.get("op") if isinstance(each, dict) else None
        yield from _among(kind, f"{shape}.patchOperations.{number}.member.op", OPERATIONS)
    if action == "PutIntegration":
        yield from _among(parameters.get("type"), f"{shape}.type", INTEGRATIONS)
    if action == "CreateRestApi":
        yield from _endpoint(parameters.get("endpointConfiguration"), f"{shape}.endpointConfiguration")
    path = request.path.split("?")[0]
    if (place := STATUS_PLACE.search(path)) and not STATUS.fullmatch(place[1]):
        yield _broken(place[1], "statusCode", f"Member must satisfy regular expression pattern: {STATUS.pattern}")
    if place := RESPONSE_PLACE.search(path):
        yield from _among(place[1], "responseType", GATEWAY_RESPONSES)


def _endpoint(endpoint: Any, place: str) -> Iterator[str]:
    if not isinstance(endpoint, dict):
        return
    kinds = _list(endpoint.get("types"))
    if any(each not in ENDPOINTS for each in kinds):
        member = f"[Member must satisfy enum value set: [{', '.join(ENDPOINTS)}]]"
        yield _broken(f"[{', '.join(map(str, kinds))}]", f"{place}.types", f"Member must satisfy constraint: {member}")
    yield from _among(endpoint.get("ipAddressType"), f"{place}.ipAddressType", ADDRESSES)


def _among(value: Any, place: str, values: tuple[str, ...]) -> Iterator[str]:
    if value is not None and value not in values:
        yield _broken(value, place, f"Member must satisfy enum value set: [{', '.join(values)}]")


def _broken(value: Any, place: str, rule: str) -> str:
    return f"Value '{value}' at '{place}' failed to satisfy constraint: {rule}"


def _list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else []
