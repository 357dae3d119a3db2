"""What AWS's front door refuses of a call before any API is looked for, all of it in one ValidationException."""

from collections.abc import Callable
from functools import wraps
from typing import Any

from moto.apigateway.exceptions import ValidationException
from moto.core.utils import get_service_model

from shoplib.localaws.json_text import object_in
from shoplib.localaws.model_constraints import Manner, breaches
from shoplib.localaws.rest_parameters import parameters

Call = Callable[[Any], Any]
METHOD = "{0}/restapis/(?P<function_id>[^/]+)/resources/(?P<resource_id>[^/]+)/methods/(?P<method_name>[^/]+)"
PATHS = (  # moto knows numbers alone, and so answers nothing to others
    METHOD + "/responses/(?P<status_code>[^/]+)$",
    METHOD + "/integration/responses/(?P<status_code>[^/]+)$",
)
GATEWAY_RESPONSES = (
    *("REQUEST_TOO_LARGE", "RESOURCE_NOT_FOUND", "AUTHORIZER_CONFIGURATION_ERROR", "MISSING_AUTHENTICATION_TOKEN"),
    *("BAD_REQUEST_BODY", "INVALID_SIGNATURE", "INVALID_API_KEY", "BAD_REQUEST_PARAMETERS", "AUTHORIZER_FAILURE"),
    *("UNAUTHORIZED", "INTEGRATION_TIMEOUT", "ACCESS_DENIED", "DEFAULT_4XX", "DEFAULT_5XX", "WAF_FILTERED"),
    *("QUOTA_EXCEEDED", "THROTTLED", "API_CONFIGURATION_ERROR", "UNSUPPORTED_MEDIA_TYPE", "INTEGRATION_FAILURE"),
    "EXPIRED_TOKEN",
)
MANNER = Manner(
    orders=(
        ("add", "remove", "move", "test", "replace", "copy"),
        ("HTTP", "MOCK", "AWS_PROXY", "HTTP_PROXY", "AWS"),
        ("PRIVATE", "EDGE", "REGIONAL"),
        ("AUTHORIZER", "HEADER"),
        GATEWAY_RESPONSES,
    ),
    last=("statusCode", "responseType"),
    has_inputs=True,
)


def checking(call_action: Call) -> Call:
    """Around moto's dispatch of a call."""

    @wraps(call_action)
    def checked(request: Any) -> Any:
        objection = _objection(request)
        if not objection:
            return call_action(request)
        error = ValidationException(objection)
        return error.code, dict(error.get_headers()), error.get_body()

    return checked


def _objection(request: Any) -> str:
    action, service = request._get_action(), get_service_model("apigateway")
    if action not in service.operation_names:
        return ""
    payload = service.operation_model(action).input_shape.serialization.get("payload")
    body = {payload: request.body} if payload else object_in(request.body)
    stated = parameters("apigateway", action, request.uri_match, request.querystring, body)
    return breaches("apigateway", action, stated, MANNER)
