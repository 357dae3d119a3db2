"""API calls of REST APIs, their models, validators and gateway responses, as AWS checks and describes them.

moto 5.2.5 has other words, other statuses, and takes what AWS refuses. Each handler becomes a method of its
`APIGatewayResponse`, named like the operation.
"""

import json
from typing import Any

from moto.apigateway.exceptions import BadRequestException, ConflictException
from moto.apigateway.models import APIGatewayBackend, GatewayResponse, Model
from moto.apigateway.responses import APIGatewayResponse

from shoplib.localaws.apigateway.control_plane.descriptions import with_tags
from shoplib.localaws.apigateway.control_plane.method_patches import GATEWAY_RESPONSE, require_schema
from shoplib.localaws.apigateway.control_plane.method_requests import DEFAULT_MODELS
from shoplib.localaws.apigateway.control_plane.patches import (
    NotFound,
    Paths,
    apply,
    attribute,
    compression,
    path_alone,
    require_endpoint,
    truth,
)
from shoplib.localaws.apigateway.errors import RESPONSE_TYPES
from shoplib.localaws.apigateway.openapi import rest

Reply = tuple[int, dict[str, int], str]
DRAFT = "http://json-schema.org/draft-04/schema#"
MESSAGE = {"message": {"type": "string"}}
SCHEMAS: dict[str, dict[str, Any]] = {
    "Empty": {"$schema": DRAFT, "title": "Empty Schema", "type": "object"},
    "Error": {"$schema": DRAFT, "title": "Error Schema", "type": "object", "properties": MESSAGE},
}
DEFAULT_TEMPLATES = {"application/json": '{"message":$context.error.messageString}'}
NO_VALIDATOR = "Invalid Request Validator identifier specified"
_create_plain_api: Any = APIGatewayResponse.create_rest_api
_put_plain_api: Any = APIGatewayResponse.put_rest_api
_create_plain_model: Any = APIGatewayResponse.create_model
_create_plain_validator: Any = APIGatewayResponse.create_request_validator
_create_plain_authorizer: Any = APIGatewayResponse.create_authorizer


def get_backend_api(backend: APIGatewayBackend, function_id: str) -> Any:
    """`APIGatewayBackend.get_rest_api`."""
    api = backend.apis.get(function_id)
    if api is None:
        raise NotFound(f"Invalid API identifier specified {backend.account_id}:{function_id}")
    return api


def create_rest_api(request: Any) -> Any:
    """moto reads neither binaryMediaTypes nor version."""
    if rest.read_body(request.body):
        request.body = rest.on_base_path(request.body, request._get_param("basepath") or "ignore")
        return 201, {"status": 201}, _create_plain_api(request)[2]
    if request._get_param("description") == "":
        raise BadRequestException("Description cannot be an empty string")
    compression(request._get_param("minimumCompressionSize"))
    require_endpoint(request._get_param("endpointConfiguration") or {})
    answer = _create_plain_api(request)
    api = request.backend.apis.get(json.loads(answer[2]).get("id"))
    if api is None:
        return answer
    api.binaryMediaTypes = list(request._get_param("binaryMediaTypes") or [])
    api.version = request._get_param("version")
    return 201, {"status": 201}, json.dumps(api.to_dict())


def put_rest_api(request: Any) -> Reply:
    request.body = rest.on_base_path(request.body, request._get_param("basepath") or "ignore")
    _put_plain_api(request)
    return 200, {"status": 200}, json.dumps(with_tags(api_of(request).to_dict()))


def get_rest_api(request: Any) -> Reply:
    return 200, {}, json.dumps(with_tags(api_of(request).to_dict()))


def update_rest_api(request: Any) -> Reply:
    api = api_of(request)
    api.apply_patch_operations(request._get_param("patchOperations") or [])
    return 200, {}, json.dumps(with_tags(api.to_dict()))


def delete_rest_api(request: Any) -> Reply:
    del request.backend.apis[api_of(request).id]
    return 202, {"status": 202}, ""


def create_authorizer(request: Any) -> Any:
    """Without an API, AWS speaks of a conflict."""
    if request.path.split("/")[2] not in request.backend.apis:
        raise ConflictException("Unable to complete operation due to concurrent modification. Please try again later.")
    answer = _create_plain_authorizer(request)
    if request._get_param("authorizerResultTtlInSeconds") is not None or answer[0] != 201:
        return answer
    authorizer = api_of(request).authorizers[json.loads(answer[2])["id"]]
    authorizer.authorizer_result_ttl = None
    return *answer[:2], json.dumps(authorizer.to_json())


def create_model(request: Any) -> Any:
    api, name = api_of(request), request._get_param("name")
    if not name:
        raise BadRequestException("Model name must be non-empty")
    if name in _models(api):
        raise ConflictException("Model name already exists for this REST API")
    require_schema(request._get_param("schema"))
    return _create_plain_model(request)


def get_models(request: Any) -> str:
    return json.dumps({"item": [each.to_json() for each in _models(api_of(request)).values()]})


def get_model(request: Any) -> str:
    return json.dumps(model_of(request).to_json())


def delete_model(request: Any) -> Reply:
    model, api = model_of(request), api_of(request)
    for resource in api.resources.values():
        for method in resource.resource_methods.values():
            if model.name in (method.request_models or {}).values():
                where = f"{resource.get_path().rstrip('/')}/{method.http_method}"
                raise ConflictException(
                    f"Cannot delete model '{model.name}', is referenced in method request: "
                    f"{'/' if resource.get_path() == '/' else ''}{where}"
                )
    api.models.pop(model.name, None)
    return 202, {"status": 202}, ""


def _models(api: Any) -> dict[str, Any]:
    """With the two that every API has; they are no part of what it exports."""
    defaults = {name: _default_model(api, name) for name in DEFAULT_MODELS}
    return {**defaults, **api.models}


def _default_model(api: Any, name: str) -> Model:
    description = f"This is a default {name.lower()} schema model"
    schema = json.dumps(SCHEMAS[name], indent=2)
    identifier = f"{api.id[:5]}{DEFAULT_MODELS.index(name)}"
    return Model(identifier, name, description=description, schema=schema, content_type="application/json")


def model_of(request: Any) -> Any:
    parts = request.path.split("/")
    api = request.backend.apis.get(parts[2])
    model = None if api is None else _models(api).get(parts[4])
    if model is None:
        raise NotFound(f"Invalid model name specified: {parts[4]}")
    return model


def create_request_validator(request: Any) -> Any:
    if request.path.split("/")[2] not in request.backend.apis:
        raise BadRequestException("Invalid REST API identifier specified")
    answer = _create_plain_validator(request)
    validator = api_of(request).request_validators[json.loads(answer[2])["id"]]
    validator.validate_request_body = bool(validator.validate_request_body)
    validator.validate_request_parameters = bool(validator.validate_request_parameters)
    return *answer[:2], json.dumps(validator.to_dict())


def get_request_validator(request: Any) -> str:
    return json.dumps(validator_of(request).to_dict())


def update_request_validator(request: Any) -> str:
    return json.dumps(apply(validator_of(request), request._get_param("patchOperations"), VALIDATOR).to_dict())


def delete_request_validator(request: Any) -> Reply:
    validator = validator_of(request)
    del api_of(request).request_validators[validator.id]
    return 202, {"status": 202}, ""


def validator_of(request: Any) -> Any:
    parts = request.path.split("/")
    api = request.backend.apis.get(parts[2])
    validator = None if api is None else api.request_validators.get(parts[4])
    if validator is None:
        raise NotFound(NO_VALIDATOR)
    return validator


def _name(value: Any) -> str:
    if not value:
        raise BadRequestException("Request Validator name cannot be blank")
    return str(value)


def put_gateway_response(request: Any) -> Reply:
    parameters = json.loads(request.body)
    kind = request.path.split("/")[4]
    response = GatewayResponse(
        kind, parameters.get("statusCode"), parameters.get("responseParameters"), parameters.get("responseTemplates")
    )
    api_of(request).gateway_responses[kind] = response
    return 201, {"status": 201}, json.dumps(_described(response))


def get_gateway_response(request: Any) -> str:
    return json.dumps(_gateway_response(api_of(request), request.path.split("/")[4]))


def get_gateway_responses(request: Any) -> str:
    api = api_of(request)
    kinds = sorted([*RESPONSE_TYPES, "WAF_FILTERED"])
    return json.dumps({"item": [_gateway_response(api, kind) for kind in kinds]})


def update_gateway_response(request: Any) -> str:
    api, kind = api_of(request), request.path.split("/")[4]
    response = api.gateway_responses.get(kind) or GatewayResponse(kind, None, None, None)  # type: ignore[arg-type]
    apply(response, request._get_param("patchOperations"), GATEWAY_RESPONSE, path_alone)
    api.gateway_responses[kind] = response
    return json.dumps(_described(response))


def delete_gateway_response(request: Any) -> Reply:
    if api_of(request).gateway_responses.pop(request.path.split("/")[4], None) is None:
        raise NotFound("Gateway response type not defined on api")
    return 202, {"status": 202}, ""


def _gateway_response(api: Any, kind: str) -> dict[str, Any]:
    """The API's own, or what it has for all of its family, or AWS's."""
    if kind in api.gateway_responses:
        return _described(api.gateway_responses[kind])
    status = _default_status(kind)
    family = "" if status is None else f"DEFAULT_{status[0]}XX"
    inherited = api.gateway_responses.get(family)
    if inherited is None:
        inherited = GatewayResponse(kind, None, None, None)  # type: ignore[arg-type]
    return {**_described(inherited, kind), "defaultResponse": True}


def _described(response: Any, kind: str = "") -> dict[str, Any]:
    kind = kind or response.response_type
    status = response.status_code or _default_status(kind)
    return {
        "responseType": kind,
        **({} if status is None else {"statusCode": status}),
        "responseParameters": response.response_parameters or {},
        "responseTemplates": response.response_templates or DEFAULT_TEMPLATES,
        "defaultResponse": False,
    }


def _default_status(kind: str) -> str | None:
    if kind.startswith("DEFAULT_"):
        return None
    return "403" if kind == "WAF_FILTERED" else str(RESPONSE_TYPES[kind][0])


def api_of(request: Any) -> Any:
    return request.backend.get_rest_api(request.path.split("/")[2])


VALIDATOR: Paths = {
    "name": (("replace",), attribute("name", _name)),
    "validateRequestParameters": (("replace",), attribute("validate_request_parameters", truth)),
    "validateRequestBody": (("replace",), attribute("validate_request_body", truth)),
}
HANDLERS = {
    each.__name__: each
    for each in (
        *(create_rest_api, put_rest_api, get_rest_api, update_rest_api, delete_rest_api, create_authorizer),
        *(create_model, get_models, get_model, delete_model),
        *(create_request_validator, get_request_validator, update_request_validator, delete_request_validator),
        *(put_gateway_response, get_gateway_response, get_gateway_responses, update_gateway_response),
        delete_gateway_response,
    )
}
