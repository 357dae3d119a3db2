"""CloudFormation types of HTTP APIs: AWS::ApiGatewayV2::*."""

from typing import Any

from moto.cloudformation.exceptions import ValidationError
from moto.core.common_models import CloudFormationModel

from shoplib.localaws.apigateway.control_plane import http_requests
from shoplib.localaws.apigateway.resource_types.model import (
    Definition,
    Properties,
    Where,
    document_of,
    lower_keys,
    tags_of,
    truth,
)
from shoplib.localaws.apigateway.snapshots.deployments import deploy_http_api, http_deployments


class Api(Definition, CloudFormationModel):
    TYPE = "AWS::ApiGatewayV2::Api"
    ID_ATTRIBUTES = ("ApiId", "ApiEndpoint")

    @classmethod
    def define(cls, properties: Properties, where: Where, name: str) -> str:
        protocol = properties.get("ProtocolType", "HTTP")
        if protocol == "WEBSOCKET" and not properties.get("RouteSelectionExpression"):
            raise ValidationError(message="RouteSelectionExpression is required for WebSocket APIs")
        api = where.http.create_api(
            api_key_selection_expression=properties.get("ApiKeySelectionExpression"),
            cors_configuration=lower_keys(properties.get("CorsConfiguration")),
            description=properties.get("Description"),
            disable_schema_validation=None,
            disable_execute_api_endpoint=truth(properties.get("DisableExecuteApiEndpoint", False)),
            name=properties.get("Name") or name,
            protocol_type=protocol,
            route_selection_expression=properties.get("RouteSelectionExpression"),
            tags=tags_of(properties),
            version=properties.get("Version"),
        )
        try:
            _fill(api, properties, where)
        except Exception:  # a half-imported API must not stay behind; the cause goes to CloudFormation
            where.http.delete_api(api.api_id)
            raise
        return str(api.api_id)

    def change(self, properties: Properties, name: str) -> str:
        api = self.where.http.get_api(self.physical_resource_id)
        api.cors_configuration = lower_keys(properties.get("CorsConfiguration"))
        api.update(
            api_key_selection_expression=None,
            cors_configuration=None,
            description=properties.get("Description"),
            disable_schema_validation=None,
            disable_execute_api_endpoint=truth(properties.get("DisableExecuteApiEndpoint", False)),
            name=properties.get("Name"),
            route_selection_expression=properties.get("RouteSelectionExpression"),
            version=properties.get("Version"),
        )
        document = document_of(properties, self.where)
        if document is not None:
            api.import_api(document)
        self.where.http.untag_resource(api.arn, list(self.where.http.get_tags(api.arn)))
        self.where.http.tag_resource(api.arn, tags_of(properties))
        return self.physical_resource_id

    def remove(self) -> None:
        self.where.http.delete_api(self.physical_resource_id)

    def attribute(self, name: str) -> str:
        if name == "ApiEndpoint":
            return str(self.where.http.get_api(self.physical_resource_id).api_endpoint)
        return super().attribute(name)


def _fill(api: Any, properties: Properties, where: Where) -> None:
    document = document_of(properties, where)
    if document is not None:
        api.import_api(document)
    if properties.get("Target"):
        route_key = properties.get("RouteKey", "$default")
        http_requests.quick_create(api, properties["Target"], route_key, properties.get("CredentialsArn"))


class OfHttpApi(Definition):
    """A part of one HTTP API, kept in one of moto's dicts under the Ref."""

    COLLECTION = ""
    RESPONSES = ""  # where a WebSocket API's part keeps its responses

    def api(self) -> Any | None:
        return self.where.http.apis.get(self.properties["ApiId"])

    def remove(self) -> None:
        api = self.api()
        if api is not None and self.physical_resource_id in getattr(api, self.COLLECTION):
            getattr(api, f"delete_{self.COLLECTION.removesuffix('s')}")(self.physical_resource_id)

    def change(self, properties: Properties, name: str) -> str:
        """In place when the API stays: other parts refer to this one by its id."""
        ref = super().change(properties, name)
        api = self.api()
        if api is None or properties["ApiId"] != self.properties["ApiId"]:
            return ref
        collection = getattr(api, self.COLLECTION)
        part, before = collection.pop(ref), collection.get(self.physical_resource_id)
        if responses := before and getattr(before, self.RESPONSES, None):  # resources of their own, which stay
            setattr(part, self.RESPONSES, responses)
        setattr(part, "route_id" if self.COLLECTION == "routes" else "id", self.physical_resource_id)
        collection[self.physical_resource_id] = part
        return self.physical_resource_id


class Integration(OfHttpApi, CloudFormationModel):
    TYPE = "AWS::ApiGatewayV2::Integration"
    ID_ATTRIBUTES = ("IntegrationId",)
    COLLECTION = "integrations"
    RESPONSES = "responses"

    @classmethod
    def define(cls, properties: Properties, where: Where, name: str) -> str:
        integration = where.http.get_api(properties["ApiId"]).create_integration(
            connection_type=properties.get("ConnectionType", "INTERNET"),
            description=properties.get("Description"),
            integration_method=properties.get("IntegrationMethod"),
            integration_type=properties["IntegrationType"],
            integration_uri=properties.get("IntegrationUri"),
            connection_id=properties.get("ConnectionId"),
            credentials_arn=properties.get("CredentialsArn"),
            payload_format_version=properties.get("PayloadFormatVersion", "1.0"),
            integration_subtype=properties.get("IntegrationSubtype"),
            content_handling_strategy=properties.get("ContentHandlingStrategy"),
            passthrough_behavior=properties.get("PassthroughBehavior"),
            request_templates=properties.get("RequestTemplates"),
            template_selection_expression=properties.get("TemplateSelectionExpression"),
            request_parameters=properties.get("RequestParameters"),
            response_parameters=_response_parameters(properties.get("ResponseParameters")),
            timeout_in_millis=properties.get("TimeoutInMillis"),
            tls_config=lower_keys(properties.get("TlsConfig")),
        )
        return str(integration.id)


def _response_parameters(settings: Any) -> dict[str, dict[str, str]] | None:
    """{status: {ResponseParameters: [{Destination, Source}]}} as the API keeps it: {status: {destination: source}}."""
    if not settings:
        return None
    return {
        str(status): {item["Destination"]: item["Source"] for item in mapping.get("ResponseParameters") or []}
        for status, mapping in settings.items()
    }


class Route(OfHttpApi, CloudFormationModel):
    TYPE = "AWS::ApiGatewayV2::Route"
    ID_ATTRIBUTES = ("RouteId",)
    COLLECTION = "routes"
    RESPONSES = "route_responses"

    @classmethod
    def define(cls, properties: Properties, where: Where, name: str) -> str:
        route = where.http.get_api(properties["ApiId"]).create_route(
            api_key_required=truth(properties.get("ApiKeyRequired", False)),
            authorization_scopes=properties.get("AuthorizationScopes"),
            authorization_type=properties.get("AuthorizationType", "NONE"),
            authorizer_id=properties.get("AuthorizerId"),
            operation_name=properties.get("OperationName"),
            route_key=properties["RouteKey"],
            route_response_selection_expression=properties.get("RouteResponseSelectionExpression"),
            target=properties.get("Target", ""),
        )
        return str(route.route_id)


class Authorizer(OfHttpApi, CloudFormationModel):
    TYPE = "AWS::ApiGatewayV2::Authorizer"
    ID_ATTRIBUTES = ("AuthorizerId",)
    COLLECTION = "authorizers"

    @classmethod
    def define(cls, properties: Properties, where: Where, name: str) -> str:
        authorizer = where.http.get_api(properties["ApiId"]).create_authorizer(
            auth_creds_arn=properties.get("AuthorizerCredentialsArn"),
            auth_payload_format_version=properties.get("AuthorizerPayloadFormatVersion"),
            auth_result_ttl=properties.get("AuthorizerResultTtlInSeconds"),
            authorizer_type=properties["AuthorizerType"],
            authorizer_uri=properties.get("AuthorizerUri"),
            enable_simple_response=truth(properties.get("EnableSimpleResponses", False)),
            identity_source=properties.get("IdentitySource"),
            identity_validation_expr=properties.get("IdentityValidationExpression"),
            jwt_config=lower_keys(properties.get("JwtConfiguration")),
            name=properties.get("Name", name),
        )
        return str(authorizer.id)


class Deployment(Definition, CloudFormationModel):
    TYPE = "AWS::ApiGatewayV2::Deployment"
    ID_ATTRIBUTES = ("DeploymentId",)

    @classmethod
    def define(cls, properties: Properties, where: Where, name: str) -> str:
        api = where.http.get_api(properties["ApiId"])
        return deploy_http_api(api, properties.get("Description", ""), properties.get("StageName")).id

    def change(self, properties: Properties, name: str) -> str:
        """Only a new resource makes a new snapshot."""
        return self.physical_resource_id

    def remove(self) -> None:
        api = self.where.http.apis.get(self.properties["ApiId"])
        if api is not None:
            http_deployments(api).pop(self.physical_resource_id, None)


class Stage(Definition, CloudFormationModel):
    TYPE = "AWS::ApiGatewayV2::Stage"

    @classmethod
    def define(cls, properties: Properties, where: Where, name: str) -> str:
        where.http.get_api(properties["ApiId"]).create_stage(_stage(properties))
        return str(properties["StageName"])

    def change(self, properties: Properties, name: str) -> str:
        if any(properties[key] != self.properties[key] for key in ("StageName", "ApiId")):
            return super().change(properties, name)
        stage = self.where.http.get_api(properties["ApiId"]).get_stage(self.physical_resource_id)
        unset: dict[str, Any] = {
            "accessLogSettings": None,
            "defaultRouteSettings": {},
            "routeSettings": {},
            "stageVariables": {},
        }
        http_requests.change_stage(stage, {**unset, "autoDeploy": False, **_stage(properties)})
        return self.physical_resource_id

    def remove(self) -> None:
        api = self.where.http.apis.get(self.properties["ApiId"])
        if api is not None:
            api.stages.pop(self.physical_resource_id, None)


def _stage(properties: Properties) -> dict[str, Any]:
    config = {
        "stageName": properties["StageName"],
        "autoDeploy": truth(properties.get("AutoDeploy", False)),
        "description": properties.get("Description"),
        "stageVariables": properties.get("StageVariables") or {},
        "deploymentId": properties.get("DeploymentId"),
        "accessLogSettings": lower_keys(properties.get("AccessLogSettings")),
        "defaultRouteSettings": lower_keys(properties.get("DefaultRouteSettings")),
        "routeSettings": {key: lower_keys(value) for key, value in (properties.get("RouteSettings") or {}).items()},
        "tags": tags_of(properties),
    }
    return {key: value for key, value in config.items() if value is not None}
