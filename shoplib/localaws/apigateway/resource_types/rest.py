"""CloudFormation types that make a REST API: the API itself, resources, methods, deployments, stages."""

from typing import Any

from moto.cloudformation.exceptions import ValidationError
from moto.core.common_models import CloudFormationModel

from shoplib.localaws.apigateway.openapi import documents, rest
from shoplib.localaws.apigateway.resource_types.model import (
    Definition,
    Properties,
    Where,
    as_json,
    document_of,
    tags_of,
    truth,
)
from shoplib.localaws.apigateway.snapshots import deployments


class RestApi(Definition, CloudFormationModel):
    TYPE = "AWS::ApiGateway::RestApi"
    ID_ATTRIBUTES = ("RestApiId", "RootResourceId")

    @classmethod
    def define(cls, properties: Properties, where: Where, name: str) -> str:
        title = _title(document_of(properties, where))
        api = where.rest.create_rest_api(name=properties.get("Name") or title or name, description="")
        try:
            _configure(api, properties, where)
        except Exception:  # a half-imported API must not stay behind; the cause goes to CloudFormation
            where.rest.delete_rest_api(api.id)
            raise
        return str(api.id)

    def change(self, properties: Properties, name: str) -> str:
        api = self.where.rest.get_rest_api(self.physical_resource_id)
        if document_of(properties, self.where) is not None and properties.get("Mode", "overwrite") == "overwrite":
            rest.clear(api)
        _reset(api)
        api.name = properties.get("Name") or _title(document_of(properties, self.where)) or api.name
        _configure(api, properties, self.where)
        return self.physical_resource_id

    def remove(self) -> None:
        self.where.rest.apis.pop(self.physical_resource_id, None)

    def attribute(self, name: str) -> str:
        if name == "RootResourceId":
            return str(self.where.rest.get_rest_api(self.physical_resource_id).root_resource_id)
        return super().attribute(name)


def _reset(api: Any) -> None:
    """What a template no longer says is as if it had never been said."""
    api.binaryMediaTypes, api.policy, api.minimum_compression_size = [], None, None
    api.api_key_source, api.description, api.tags = "HEADER", "", {}


def _title(document: Any) -> str:
    return documents.parse(document).title if document is not None else ""


def _configure(api: Any, properties: Properties, where: Where) -> None:
    document = document_of(properties, where)
    if document is not None:
        rest.put_rest_api(where.rest, api.id, document)
    api.description = properties.get("Description", api.description)
    for media_type in properties.get("BinaryMediaTypes") or []:
        if media_type.replace("~1", "/") not in api.binaryMediaTypes:
            api.binaryMediaTypes.append(media_type.replace("~1", "/"))
    api.api_key_source = properties.get("ApiKeySourceType", api.api_key_source)
    api.policy = as_json(properties.get("Policy")) or api.policy
    api.minimum_compression_size = properties.get("MinimumCompressionSize", api.minimum_compression_size)
    api.disableExecuteApiEndpoint = truth(properties.get("DisableExecuteApiEndpoint", False))
    if properties.get("EndpointConfiguration"):
        api.endpoint_configuration = {"types": properties["EndpointConfiguration"].get("Types") or ["EDGE"]}
    api.tags = {**api.tags, **tags_of(properties)}


class Resource(Definition, CloudFormationModel):
    TYPE = "AWS::ApiGateway::Resource"
    ID_ATTRIBUTES = ("ResourceId",)

    @classmethod
    def define(cls, properties: Properties, where: Where, name: str) -> str:
        api = where.rest.get_rest_api(properties["RestApiId"])
        parent = properties["ParentId"]
        parent = api.root_resource_id if parent == api.id else parent
        resource = where.rest.create_resource(api.id, parent, properties["PathPart"])
        return str(resource.id)

    def remove(self) -> None:
        api = self.where.rest.apis.get(self.properties["RestApiId"])
        if api is not None:
            api.resources.pop(self.physical_resource_id, None)


class Method(Definition, CloudFormationModel):
    TYPE = "AWS::ApiGateway::Method"

    @classmethod
    def define(cls, properties: Properties, where: Where, name: str) -> str:
        api = where.rest.get_rest_api(properties["RestApiId"])
        resource = where.rest.get_resource(api.id, _resource_id(api, properties))
        method = resource.add_method(
            properties["HttpMethod"].upper(),
            properties.get("AuthorizationType", "NONE"),
            truth(properties.get("ApiKeyRequired", False)),
            request_parameters=properties.get("RequestParameters"),
            request_models=properties.get("RequestModels"),
            operation_name=properties.get("OperationName"),
            authorizer_id=properties.get("AuthorizerId"),
            authorization_scopes=properties.get("AuthorizationScopes"),
            request_validator_id=properties.get("RequestValidatorId"),
        )
        for response in properties.get("MethodResponses") or []:
            method.create_response(
                str(response["StatusCode"]), response.get("ResponseModels"), response.get("ResponseParameters")
            )
        if properties.get("Integration"):
            rest.add_integration(resource, method.http_method, _integration(properties["Integration"]))
        return name

    def change(self, properties: Properties, name: str) -> str:
        self.remove()
        self.define(properties, self.where, name)
        return self.physical_resource_id

    def remove(self) -> None:
        api = self.where.rest.apis.get(self.properties["RestApiId"])
        resource = api.resources.get(_resource_id(api, self.properties)) if api is not None else None
        if resource is not None:
            resource.resource_methods.pop(self.properties["HttpMethod"].upper(), None)


def _resource_id(api: Any, properties: Properties) -> str:
    return str(api.root_resource_id if properties["ResourceId"] == api.id else properties["ResourceId"])


def _integration(settings: Properties) -> dict[str, Any]:
    """CloudFormation's Integration in the words of x-amazon-apigateway-integration."""
    responses: dict[str, Any] = {}
    for response in settings.get("IntegrationResponses") or []:
        responses[response.get("SelectionPattern") or "default"] = {
            "statusCode": response["StatusCode"],
            "responseTemplates": response.get("ResponseTemplates"),
            "responseParameters": response.get("ResponseParameters"),
            "contentHandling": response.get("ContentHandling"),
        }
    return {
        "type": settings["Type"],
        "uri": settings.get("Uri"),
        "httpMethod": settings.get("IntegrationHttpMethod"),
        "credentials": settings.get("Credentials"),
        "requestTemplates": settings.get("RequestTemplates"),
        "requestParameters": settings.get("RequestParameters"),
        "passthroughBehavior": settings.get("PassthroughBehavior", "WHEN_NO_MATCH"),
        "contentHandling": settings.get("ContentHandling"),
        "timeoutInMillis": settings.get("TimeoutInMillis"),
        "cacheKeyParameters": settings.get("CacheKeyParameters"),
        "cacheNamespace": settings.get("CacheNamespace"),
        "connectionType": settings.get("ConnectionType"),
        "responses": responses,
    }


class Deployment(Definition, CloudFormationModel):
    TYPE = "AWS::ApiGateway::Deployment"
    ID_ATTRIBUTES = ("DeploymentId",)

    @classmethod
    def define(cls, properties: Properties, where: Where, name: str) -> str:
        stage_name = properties.get("StageName")
        description = properties.get("StageDescription") or {}
        deployment = where.rest.create_deployment(
            properties["RestApiId"], stage_name, properties.get("Description", ""), description.get("Variables")
        )
        if stage_name and description:
            api = where.rest.get_rest_api(properties["RestApiId"])
            stage = api.stages[stage_name]
            stage.description, stage.tags = description.get("Description", ""), tags_of(description)
            deployments.put_stage_settings(stage, description)
        return str(deployment.id)

    def change(self, properties: Properties, name: str) -> str:
        """CloudFormation never deploys again for the same logical id: only a new resource makes a new snapshot."""
        api = self.where.rest.get_rest_api(properties["RestApiId"])
        api.deployments[self.physical_resource_id].description = properties.get("Description", "")
        return self.physical_resource_id

    def remove(self) -> None:
        api = self.where.rest.apis.get(self.properties["RestApiId"])
        if api is None or self.physical_resource_id not in api.deployments:
            return
        own = api.stages.get(self.properties.get("StageName"))
        if own is not None and own.deployment_id == self.physical_resource_id:
            del api.stages[self.properties["StageName"]]
        deployments.abandon(api, self.physical_resource_id)


class Stage(Definition, CloudFormationModel):
    TYPE = "AWS::ApiGateway::Stage"

    @classmethod
    def define(cls, properties: Properties, where: Where, name: str) -> str:
        stage_name = str(properties["StageName"])
        api = where.rest.get_rest_api(properties["RestApiId"])
        if properties["DeploymentId"] not in api.deployments:
            raise ValidationError(message=f"Deployment id {properties['DeploymentId']} does not exist")
        where.rest.create_stage(
            api.id,
            stage_name,
            properties["DeploymentId"],
            variables=dict(properties.get("Variables") or {}),
            description=properties.get("Description", ""),
            tags=tags_of(properties),
            tracing_enabled=properties.get("TracingEnabled"),
        )
        deployments.put_stage_settings(api.stages[stage_name], properties)
        return stage_name

    def change(self, properties: Properties, name: str) -> str:
        if any(properties[key] != self.properties[key] for key in ("StageName", "RestApiId")):
            return super().change(properties, name)
        stage = self.where.rest.get_stage(properties["RestApiId"], properties["StageName"])
        stage.deployment_id = properties["DeploymentId"]
        stage.variables = dict(properties.get("Variables") or {})
        stage.description, stage.tags = properties.get("Description", ""), tags_of(properties)
        deployments.put_stage_settings(stage, properties)
        deployments.sweep(self.where.rest.get_rest_api(properties["RestApiId"]))
        return self.physical_resource_id

    def remove(self) -> None:
        api = self.where.rest.apis.get(self.properties["RestApiId"])
        if api is not None:
            api.stages.pop(self.physical_resource_id, None)
            deployments.sweep(api)
