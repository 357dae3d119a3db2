"""What moto's API Gateway lacks or does wrong when APIs are defined, put right once per process (`install`)."""

import json
import os
import time
from collections.abc import Callable
from functools import wraps
from typing import Any

import moto.apigateway.responses
import moto.apigateway.urls
import moto.apigatewayv2.urls
from moto.apigateway.exceptions import BadRequestException
from moto.apigateway.models import APIGatewayBackend, ApiKey, Authorizer, Resource, RestAPI, UsagePlan
from moto.apigateway.models import Stage as RestStage
from moto.apigateway.responses import APIGatewayResponse
from moto.apigatewayv2.models import Api, Stage
from moto.apigatewayv2.responses import ApiGatewayV2Response

from shoplib.localaws import policies
from shoplib.localaws.apigateway.control_plane import (
    api_requests,
    constraints,
    descriptions,
    exports,
    http_requests,
    method_patches,
    method_requests,
    pages,
    part_patches,
    patches,
    plan_stages,
    resource_requests,
    rest_requests,
)
from shoplib.localaws.apigateway.openapi import http_api, rest
from shoplib.localaws.apigateway.snapshots import deployments
from shoplib.localaws.moto_patches import APPLIED, before, replace, wrap

# Whatever changes an HTTP API passes through one of these methods of moto's Api.
HTTP_API_CHANGES = (
    *(
        f"{change}_{what}"
        for what in ("authorizer", "integration", "route")
        for change in ("create", "update", "delete")
    ),
    *(f"{change}_{what}_response" for what in ("route", "integration") for change in ("create", "delete")),
    "update_integration_response",
    "update",
    "delete_cors_configuration",
    "delete_route_request_parameter",
)


def install() -> None:
    """Replace and extend moto's API Gateway; harmless when done twice."""
    if (RestAPI, "create_deployment") in APPLIED:
        return
    descriptions.install()
    replace(RestAPI, "create_deployment", deployments.create_deployment)
    replace(RestAPI, "delete_deployment", deployments.delete_deployment)
    replace(RestAPI, "update_integration_mocks", _no_mocks)
    replace(RestAPI, "policy", property(_policy, _set_policy))
    replace(RestAPI, "create_authorizer", _keeping_validation_expression(RestAPI.create_authorizer))
    replace(RestAPI, "apply_patch_operations", patches.of_rest_api)
    replace(RestStage, "__init__", _dated(RestStage.__init__))
    replace(RestStage, "apply_operations", part_patches.of_stage)
    replace(Authorizer, "apply_operations", part_patches.of_authorizer)
    replace(ApiKey, "update_operations", part_patches.of_api_key)
    replace(UsagePlan, "apply_patch_operations", part_patches.of_usage_plan)
    replace(APIGatewayBackend, "get_rest_api", api_requests.get_backend_api)
    before(APIGatewayBackend, "create_usage_plan", plan_stages.check_plan)
    before(APIGatewayBackend, "update_usage_plan", plan_stages.check_patch)
    wrap(Resource, "add_integration", method_requests.with_plain_uri)
    wrap(APIGatewayBackend, "put_integration", method_requests.taking_callers_credentials)
    replace(APIGatewayBackend, "import_rest_api", rest.import_rest_api)
    replace(APIGatewayBackend, "put_rest_api", rest.put_rest_api)
    replace(moto.apigateway.responses, "deserialize_body", rest.read_body)
    replace(APIGatewayResponse, "get_export", exports.get_export)
    for room in (api_requests, resource_requests, method_requests, method_patches, rest_requests):
        for name, handler in room.HANDLERS.items():
            replace(APIGatewayResponse, name, handler)
    for name in pages.LISTS:
        wrap(APIGatewayResponse, name, pages.paging)
    wrap(APIGatewayResponse, "call_action", constraints.checking)
    for path in (*rest_requests.PATHS, *constraints.PATHS):
        moto.apigateway.urls.url_paths[path] = APIGatewayResponse.dispatch
    _install_http()


def _policy(api: Any) -> Any:
    return api.__dict__.get("policy")


def _set_policy(api: Any, policy: Any) -> None:
    """However an API gets its resource policy: one that cannot be evaluated is refused."""
    try:
        if policy:
            policies.validate(json.loads(policy) if isinstance(policy, str) else policy)
    except (ValueError, policies.InvalidPolicy) as error:
        raise BadRequestException(f"Invalid policy document. Please check the policy syntax: {error}") from None
    api.__dict__["policy"] = policy


def _install_http() -> None:
    for name in HTTP_API_CHANGES:
        replace(Api, name, _counting(getattr(Api, name)))
    replace(Api, "import_api", _counting(http_api.fill))
    replace(Api, "__init__", _at_home(Api.__init__))
    replace(Stage, "to_json", _with_deployment(Stage.to_json))
    for name, handler in http_requests.HANDLERS.items():
        replace(ApiGatewayV2Response, name, handler)
    for path in http_requests.PATHS:
        for module in (moto.apigateway.urls, moto.apigatewayv2.urls):
            module.url_paths[path] = ApiGatewayV2Response.dispatch


def _at_home(original: Callable[..., Any]) -> Callable[..., Any]:
    """On AWS an API's endpoint is a host of its own; here it must lead to this machine."""

    @wraps(original)
    def __init__(api: Any, *args: Any, **kwargs: Any) -> None:
        original(api, *args, **kwargs)
        if "AWS_ENDPOINT_URL" in os.environ:
            api.api_endpoint = f"{os.environ['AWS_ENDPOINT_URL']}/_aws/execute-api/{api.api_id}"
        if api.protocol_type == "WEBSOCKET":
            api.api_endpoint = api.api_endpoint.replace("http", "ws", 1)

    return __init__


def _dated(original: Callable[..., Any]) -> Callable[..., Any]:
    """moto does not know when a stage was made."""

    @wraps(original)
    def __init__(stage: Any, *args: Any, **kwargs: Any) -> None:
        original(stage, *args, **kwargs)
        stage.created = time.time()

    return __init__


def _no_mocks(api: Any, stage_name: str) -> None:
    """moto patches `requests` for each URL of a new stage; real HTTP reaches the gateway, so nothing is left to do."""


def _keeping_validation_expression(original: Callable[..., Any]) -> Callable[..., Any]:
    """moto loses identityValidationExpression to a misspelt keyword on its way to the authorizer."""

    @wraps(original)
    def create_authorizer(api: Any, *args: Any, **kwargs: Any) -> Any:
        authorizer = original(api, *args, **kwargs)
        authorizer.identity_validation_expression = kwargs.get("identiy_validation_expression")
        return authorizer

    return create_authorizer


def _counting(original: Callable[..., Any]) -> Callable[..., Any]:
    """Raise the API's revision after a change, so that automatic deployments notice it."""

    @wraps(original)
    def changed(api: Any, *args: Any, **kwargs: Any) -> Any:
        result = original(api, *args, **kwargs)
        api.revision = getattr(api, "revision", 0) + 1
        return result

    return changed


def _with_deployment(original: Callable[..., Any]) -> Callable[..., Any]:
    @wraps(original)
    def to_json(stage: Any) -> dict[str, Any]:
        described: dict[str, Any] = original(stage)
        if stage.config.get("deploymentId"):
            described["deploymentId"] = stage.config["deploymentId"]
        return described

    return to_json
