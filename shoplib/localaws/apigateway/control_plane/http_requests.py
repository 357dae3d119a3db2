"""API calls of apigatewayv2 that moto does not answer: deployments, UpdateStage, ImportApi and quick create.

Each handler becomes a method of moto's `ApiGatewayV2Response`, named like the operation.
"""

import json
from typing import Any
from urllib.parse import unquote

from moto.apigatewayv2.exceptions import APIGatewayV2Error, BadRequestException
from moto.apigatewayv2.responses import ApiGatewayV2Response

from shoplib.localaws.apigateway.control_plane.exports import export_api
from shoplib.localaws.apigateway.snapshots.deployments import HttpDeployment, deploy_http_api, http_deployments

Reply = tuple[int, dict[str, str], str]
PATHS = (
    "{0}/v2/apis/(?P<api_id>[^/]+)/deployments$",
    "{0}/v2/apis/(?P<api_id>[^/]+)/deployments/(?P<deployment_id>[^/]+)$",
    "{0}/v2/apis/(?P<api_id>[^/]+)/exports/(?P<specification>[^/]+)$",
)
_create_plain_api = ApiGatewayV2Response.create_api
_create_plain_route: Any = ApiGatewayV2Response.create_route
_create_plain_integration_response: Any = ApiGatewayV2Response.create_integration_response
_update_plain_integration_response: Any = ApiGatewayV2Response.update_integration_response
_update_plain_route: Any = ApiGatewayV2Response.update_route


class DeploymentNotFound(APIGatewayV2Error):
    code = 404

    def __init__(self, deployment_id: str) -> None:
        super().__init__("NotFoundException", f"Invalid Deployment identifier specified {deployment_id}")


def import_api(response: Any) -> Reply:
    """ImportApi: a new HTTP API from an OpenAPI document."""
    backend = response.apigatewayv2_backend
    unset = dict.fromkeys(("api_key_selection_expression", "cors_configuration", "description", "version"))
    api = backend.create_api(
        **unset,
        disable_schema_validation=None,
        disable_execute_api_endpoint=None,
        name="api",
        protocol_type="HTTP",
        route_selection_expression=None,
        tags={},
    )
    try:
        api.import_api(json.loads(response.body).get("body"), _flag(response, "failOnWarnings"))
    except BadRequestException:
        backend.delete_api(api.api_id)
        raise
    return 201, {}, json.dumps(api.to_json())


def create_api(response: Any) -> Reply:
    """CreateApi; with a Target it also gets a route, an integration and an automatically deployed `$default` stage."""
    require_selection(json.loads(response.body))
    _, headers, description = _create_plain_api(response)
    parameters = json.loads(response.body)
    if parameters.get("target"):
        api = response.apigatewayv2_backend.get_api(json.loads(description)["apiId"])
        quick_create(
            api, parameters["target"], parameters.get("routeKey") or "$default", parameters.get("credentialsArn")
        )
    return 201, headers, str(description)


def require_selection(parameters: dict[str, Any]) -> None:
    if parameters.get("protocolType") == "WEBSOCKET" and not parameters.get("routeSelectionExpression"):
        raise BadRequestException("RouteSelectionExpression is required for WebSocket APIs")


def create_route(response: Any) -> Reply:
    """CreateRoute; messages are not held against models here, nor connections against required parameters."""
    _require_no_models(response)
    return _create_plain_route(response)


def update_route(response: Any) -> Reply:
    _require_no_models(response)
    return _update_plain_route(response)


def _require_no_models(response: Any) -> None:
    parameters = json.loads(response.body)
    for name in ("requestModels", "modelSelectionExpression", "requestParameters"):
        if parameters.get(name):
            raise NotImplementedError(f"{name} of routes")


def create_integration_response(response: Any) -> Reply:
    """CreateIntegrationResponse; a message has no headers to put parameters into."""
    _require_no_parameters(response)
    return _create_plain_integration_response(response)


def update_integration_response(response: Any) -> Reply:
    _require_no_parameters(response)
    return _update_plain_integration_response(response)


def _require_no_parameters(response: Any) -> None:
    if json.loads(response.body).get("responseParameters"):
        raise NotImplementedError("responseParameters of integration responses")


def quick_create(api: Any, target: str, route_key: str, credentials_arn: str | None) -> None:
    to_lambda = target.startswith("arn:")
    integration = api.create_integration(
        connection_type="INTERNET",
        description=None,
        integration_method="POST" if to_lambda else "ANY",
        integration_type="AWS_PROXY" if to_lambda else "HTTP_PROXY",
        integration_uri=target,
        credentials_arn=credentials_arn,
        payload_format_version="2.0" if to_lambda else "1.0",
    )
    api.create_route(
        api_key_required=False,
        authorization_scopes=[],
        authorization_type="NONE",
        route_key=route_key,
        target=f"integrations/{integration.id}",
    )
    api.create_stage({"stageName": "$default", "autoDeploy": True})


def create_deployment(response: Any) -> Reply:
    api = _api(response)
    parameters = json.loads(response.body or "{}")
    deployment = deploy_http_api(api, parameters.get("description") or "", parameters.get("stageName"))
    return 201, {}, json.dumps(deployment.to_json())


def get_deployment(response: Any) -> Reply:
    return 200, {}, json.dumps(_deployment(response).to_json())


def get_deployments(response: Any) -> Reply:
    items = [deployment.to_json() for deployment in http_deployments(_api(response)).values()]
    return 200, {}, json.dumps({"items": items})


def delete_deployment(response: Any) -> Reply:
    api, deployment = _api(response), _deployment(response)
    if any(stage.config.get("deploymentId") == deployment.id for stage in api.stages.values()):
        raise BadRequestException("Active stages pointing to this deployment must be moved or deleted")
    del http_deployments(api)[deployment.id]
    return 204, {}, ""


def update_stage(response: Any) -> Reply:
    stage = _api(response).get_stage(unquote(response.path.split("/")[-1]))
    change_stage(stage, json.loads(response.body))
    return 200, {}, json.dumps(stage.to_json())


def change_stage(stage: Any, settings: dict[str, Any]) -> None:
    """Give a moto apigatewayv2 `Stage` the settings that are present, under the API's camelCase names."""
    attributes = {
        "accessLogSettings": "access_log_settings",
        "autoDeploy": "auto_deploy",
        "defaultRouteSettings": "default_route_settings",
        "description": "description",
        "routeSettings": "route_settings",
        "stageVariables": "stage_variables",
    }
    for key, value in settings.items():
        stage.config[key] = value
        if key in attributes:
            setattr(stage, attributes[key], value)


def _api(response: Any) -> Any:
    return response.apigatewayv2_backend.get_api(response.path.split("/apis/")[1].split("/")[0])


def _deployment(response: Any) -> HttpDeployment:
    deployment_id = response.path.split("/")[-1]
    deployment = http_deployments(_api(response)).get(deployment_id)
    if deployment is None:
        raise DeploymentNotFound(deployment_id)
    return deployment


def _flag(response: Any, name: str) -> bool:
    return str(response._get_param(name, "false")).lower() == "true"


HANDLERS = {
    "create_api": create_api,
    "create_deployment": create_deployment,
    "create_integration_response": create_integration_response,
    "create_route": create_route,
    "delete_deployment": delete_deployment,
    "export_api": export_api,
    "get_deployment": get_deployment,
    "get_deployments": get_deployments,
    "import_api": import_api,
    "update_integration_response": update_integration_response,
    "update_route": update_route,
    "update_stage": update_stage,
}
