"""API calls that define methods: their authorization, integration and responses, checked as AWS checks them.

moto 5.2.5 stores what it gets, and answers 500 or nothing for what is not there. Each handler becomes a method of its
`APIGatewayResponse`, named like the operation.
"""

import json
import re
from typing import Any

from moto.apigateway.exceptions import BadRequestException
from moto.apigateway.responses import APIGatewayResponse

from shoplib.localaws.apigateway.acting import OF_THE_CALLER
from shoplib.localaws.apigateway.control_plane.patches import NotFound
from shoplib.localaws.moto_patches import Method

Reply = tuple[int, dict[str, int], str]
METHODS = ("GET", "PUT", "POST", "DELETE", "PATCH", "OPTIONS", "HEAD", "ANY")
AUTHORIZED = ("CUSTOM", "COGNITO_USER_POOLS")
DEFAULT_MODELS = ("Empty", "Error")
PARAMETER = re.compile(r"method\.request\.(querystring|header|path|multivaluequerystring|multivalueheader)\.[^.].*")
PROXIED = re.compile(r"^arn:aws[a-z-]*:apigateway:[a-z0-9-]+:(?:lambda|firehose):")
SLASHES = re.compile(r":lambda:path//+")
NO_METHOD, NO_INTEGRATION = "Invalid Method identifier specified", "Invalid Integration identifier specified"
NO_STATUS = "Invalid Response status code specified"
_put_plain_method: Any = APIGatewayResponse.put_method
_put_plain_integration: Any = APIGatewayResponse.put_integration


def put_method(request: Any) -> Any:
    parts = request.path.split("/")
    resource = resource_of(request)
    if parts[6] not in METHODS:
        raise BadRequestException(f"Invalid HttpMethod specified. Valid options are {','.join(METHODS)}")
    require_method(
        request.backend.get_rest_api(parts[2]),
        str(request._get_param("authorizationType") or "NONE").upper(),
        request._get_param("authorizerId"),
        request._get_param("requestValidatorId"),
        request._get_param("requestModels"),
        request._get_param("requestParameters"),
    )
    answer = _put_plain_method(request)
    method = resource.resource_methods[parts[6]]
    method.authorization_type = str(method.authorization_type or "NONE").upper()
    if method.authorization_type not in AUTHORIZED:
        method.authorizer_id = None
    return *answer[:2], json.dumps(method.to_json())


def require_method(api: Any, authorization: str, authorizer: Any, validator: Any, models: Any, parameters: Any) -> None:
    """Refuse a method with what its API does not have."""
    if authorization in AUTHORIZED and authorizer not in api.authorizers:
        raise BadRequestException(
            "Invalid authorizer ID specified. Setting the authorization type to CUSTOM or COGNITO_USER_POOLS requires "
            "a valid authorizer."
        )
    if validator and validator not in api.request_validators:
        raise BadRequestException("Invalid Request Validator identifier specified")
    for name in (models or {}).values():
        if name not in api.models and name not in DEFAULT_MODELS:
            raise BadRequestException(f"Invalid model identifier specified: {name}")
    _require_parameters(list(parameters or {}))


def _require_parameters(parameters: list[str]) -> None:
    if wrong := [each for each in parameters if not PARAMETER.fullmatch(each)]:
        errors = ", ".join(f"Invalid mapping expression specified: {each}" for each in wrong)
        raise BadRequestException(
            f"Invalid mapping expression specified: Validation Result: warnings : [], errors : [{errors}]"
        )
    names = [each.split(".", 3)[3] for each in parameters]
    if len(set(names)) < len(names):
        raise BadRequestException("Parameter names must be unique across querystring, header and path")


def delete_method(request: Any) -> Reply:
    del resource_of(request).resource_methods[method_of(request).http_method]
    return 204, {"status": 204}, ""


def put_integration(request: Any) -> Any:
    method = method_of(request)
    uri = str(request._get_param("uri") or "")
    if request._get_param("type") == "AWS_PROXY" and ":apigateway:" in uri and not PROXIED.match(uri):
        raise BadRequestException(
            "Integrations of type 'AWS_PROXY' currently only supports Lambda function and Firehose stream invocations."
        )
    answer = _put_plain_integration(request)
    integration = method.method_integration
    integration.connection_id = request._get_param("connectionId")
    integration.cache_namespace = integration.cache_namespace or resource_of(request).id
    return *answer[:2], json.dumps(integration.to_json())


def with_plain_uri(original: Method) -> Method:
    """AWS keeps `...:lambda:path//2015-03-31/...` with one slash."""

    def add(resource: Any, method: str, kind: str, uri: Any, *arguments: Any, **parameters: Any) -> Any:
        return original(resource, method, kind, plain_uri(uri), *arguments, **parameters)

    return add


def plain_uri(uri: Any) -> Any:
    return SLASHES.sub(":lambda:path/", uri, count=1) if isinstance(uri, str) else uri


def taking_callers_credentials(original: Method) -> Method:
    """moto takes them for a role of another account."""

    def put(backend: Any, *arguments: Any, credentials: str | None = None, **parameters: Any) -> Any:
        own = f"arn:aws:iam::{backend.account_id}:" if credentials == OF_THE_CALLER else credentials
        integration = original(backend, *arguments, credentials=own, **parameters)
        integration.credentials = credentials
        return integration

    return put


def get_integration(request: Any) -> str:
    return json.dumps(integration_of(request).to_json())


def delete_integration(request: Any) -> Reply:
    integration_of(request)
    method_of(request).method_integration = None
    return 204, {"status": 204}, ""


def put_integration_response(request: Any) -> Reply:
    method = method_of(request)
    if method.method_integration is None:
        raise NotFound(NO_INTEGRATION)
    response = method.method_integration.create_integration_response(
        request.path.split("/")[9],
        request._get_param("selectionPattern"),
        dict(request._get_param("responseTemplates") or {}),
        request._get_param("responseParameters"),
        request._get_param("contentHandling"),
    )
    if request._get_param("responseTemplates") is None:
        response.response_templates = None
    return 201, {"status": 201}, json.dumps(response.to_json())


def get_integration_response(request: Any) -> str:
    return json.dumps(_integration_response(request, integration_of(request)).to_json())


def delete_integration_response(request: Any) -> Reply:
    method = resource_of(request).resource_methods.get(request.path.split("/")[6])
    integration = None if method is None else method.method_integration
    if integration is None:
        raise NotFound(NO_INTEGRATION)
    _integration_response(request, integration)
    del integration.integration_responses[request.path.split("/")[9]]
    return 204, {"status": 204}, ""


def get_method_response(request: Any) -> str:
    return json.dumps(method_response_of(request).to_json())


def delete_method_response(request: Any) -> Reply:
    method_of(request).delete_response(method_response_of(request).status_code)
    return 204, {"status": 204}, ""


def resource_of(request: Any) -> Any:
    """Of an API that there is not, AWS says that the resource is not there."""
    parts = request.path.split("/")
    api = request.backend.apis.get(parts[2])
    resource = None if api is None else api.resources.get(parts[4])
    if resource is None:
        raise NotFound("Invalid Resource identifier specified")
    return resource


def method_of(request: Any) -> Any:
    method = resource_of(request).resource_methods.get(request.path.split("/")[6])
    if method is None:
        raise NotFound(NO_METHOD)
    return method


def integration_of(request: Any) -> Any:
    integration = method_of(request).method_integration
    if integration is None:
        raise NotFound(NO_INTEGRATION)
    return integration


def method_response_of(request: Any) -> Any:
    response = method_of(request).get_response(request.path.split("/")[8])
    if response is None:
        raise NotFound(NO_STATUS)
    return response


def _integration_response(request: Any, integration: Any) -> Any:
    response = (integration.integration_responses or {}).get(request.path.split("/")[9])
    if response is None:
        raise NotFound(NO_STATUS)
    return response


HANDLERS = {
    each.__name__: each
    for each in (
        *(put_method, delete_method, put_integration, get_integration, delete_integration, put_integration_response),
        *(get_integration_response, delete_integration_response, get_method_response, delete_method_response),
    )
}
