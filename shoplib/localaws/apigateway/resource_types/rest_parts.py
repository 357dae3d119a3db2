"""CloudFormation types around REST APIs: authorizers, keys, plans, validators, models, responses."""

from typing import Any

from moto.core.common_models import CloudFormationModel

from shoplib.localaws.apigateway.control_plane.plan_stages import require_stages
from shoplib.localaws.apigateway.resource_types.model import (
    Definition,
    Properties,
    Where,
    as_json,
    lower_keys,
    tags_of,
    truth,
)


class OfRestApi(Definition):
    """A part of one REST API, kept in one of moto's dicts under the Ref."""

    COLLECTION = ""

    def remove(self) -> None:
        api = self.where.rest.apis.get(self.properties["RestApiId"])
        if api is not None:
            getattr(api, self.COLLECTION).pop(self.physical_resource_id, None)


class Authorizer(OfRestApi, CloudFormationModel):
    TYPE = "AWS::ApiGateway::Authorizer"
    ID_ATTRIBUTES = ("AuthorizerId",)
    COLLECTION = "authorizers"

    @classmethod
    def define(cls, properties: Properties, where: Where, name: str) -> str:
        authorizer = where.rest.create_authorizer(
            properties["RestApiId"],
            properties.get("Name", name),
            properties["Type"],
            provider_arns=properties.get("ProviderARNs"),
            auth_type=properties.get("AuthType"),
            authorizer_uri=properties.get("AuthorizerUri"),
            authorizer_credentials=properties.get("AuthorizerCredentials"),
            identity_source=properties.get("IdentitySource"),
            identiy_validation_expression=properties.get("IdentityValidationExpression"),
            authorizer_result_ttl=properties.get("AuthorizerResultTtlInSeconds", 300),
        )
        return str(authorizer.id)

    def change(self, properties: Properties, name: str) -> str:
        """In place: methods refer to the authorizer by its id."""
        authorizer_id = super().change(properties, name)
        authorizers = self.where.rest.get_rest_api(properties["RestApiId"]).authorizers
        authorizer = authorizers.pop(authorizer_id)
        authorizer.id = self.physical_resource_id
        authorizers[authorizer.id] = authorizer
        return self.physical_resource_id


class RequestValidator(OfRestApi, CloudFormationModel):
    TYPE = "AWS::ApiGateway::RequestValidator"
    ID_ATTRIBUTES = ("RequestValidatorId",)
    COLLECTION = "request_validators"

    @classmethod
    def define(cls, properties: Properties, where: Where, name: str) -> str:
        body, parameters = (truth(properties.get(f"ValidateRequest{part}", False)) for part in ("Body", "Parameters"))
        validator = where.rest.create_request_validator(
            properties["RestApiId"], properties.get("Name", name), body, parameters
        )
        return str(validator.id)

    def change(self, properties: Properties, name: str) -> str:
        api = self.where.rest.get_rest_api(properties["RestApiId"])
        validator = api.request_validators[self.physical_resource_id]
        validator.validate_request_body = truth(properties.get("ValidateRequestBody", False))
        validator.validate_request_parameters = truth(properties.get("ValidateRequestParameters", False))
        return self.physical_resource_id


class Model(OfRestApi, CloudFormationModel):
    TYPE = "AWS::ApiGateway::Model"
    COLLECTION = "models"

    @classmethod
    def define(cls, properties: Properties, where: Where, name: str) -> str:
        model_name = properties.get("Name") or "".join(filter(str.isalnum, name))
        api = where.rest.get_rest_api(properties["RestApiId"])
        api.add_model(
            model_name,
            properties.get("Description", ""),
            as_json(properties.get("Schema")),
            properties.get("ContentType", "application/json"),
        )
        return str(model_name)


class GatewayResponse(OfRestApi, CloudFormationModel):
    TYPE = "AWS::ApiGateway::GatewayResponse"
    ID_ATTRIBUTES = ("Id",)
    COLLECTION = "gateway_responses"

    @classmethod
    def define(cls, properties: Properties, where: Where, name: str) -> str:
        where.rest.put_gateway_response(
            properties["RestApiId"],
            properties["ResponseType"],
            properties.get("StatusCode"),
            properties.get("ResponseParameters"),
            properties.get("ResponseTemplates"),
        )
        return str(properties["ResponseType"])


class ApiKey(Definition, CloudFormationModel):
    TYPE = "AWS::ApiGateway::ApiKey"
    ID_ATTRIBUTES = ("APIKeyId",)

    @classmethod
    def define(cls, properties: Properties, where: Where, name: str) -> str:
        payload: dict[str, Any] = {
            "name": properties.get("Name", name),
            "description": properties.get("Description", ""),
            "enabled": truth(properties.get("Enabled", False)),
            "customerId": properties.get("CustomerId"),
            "tags": tags_of(properties),
            "stageKeys": _stage_keys(properties),
        }
        if properties.get("Value"):
            payload["value"] = properties["Value"]
        return str(where.rest.create_api_key(payload).id)

    def change(self, properties: Properties, name: str) -> str:
        if properties.get("Value") != self.properties.get("Value"):
            return super().change(properties, name)
        key = self.where.rest.get_api_key(self.physical_resource_id)
        key.name = properties.get("Name", key.name)
        key.description = properties.get("Description", "")
        key.enabled = truth(properties.get("Enabled", False))
        key.customer_id, key.tags = properties.get("CustomerId"), tags_of(properties)
        key.stage_keys = _stage_keys(properties)
        return self.physical_resource_id

    def remove(self) -> None:
        self.where.rest.keys.pop(self.physical_resource_id, None)


def _stage_keys(properties: Properties) -> list[str]:
    return [f"{key['RestApiId']}/{key['StageName']}" for key in properties.get("StageKeys") or []]


class UsagePlan(Definition, CloudFormationModel):
    TYPE = "AWS::ApiGateway::UsagePlan"
    ID_ATTRIBUTES = ("Id",)

    @classmethod
    def define(cls, properties: Properties, where: Where, name: str) -> str:
        return str(where.rest.create_usage_plan(_plan(properties, name)).id)

    def change(self, properties: Properties, name: str) -> str:
        plan = self.where.rest.get_usage_plan(self.physical_resource_id)
        settings = _plan(properties, plan.name)
        require_stages(self.where.rest, settings["apiStages"])
        plan.name, plan.description, plan.tags = settings["name"], settings["description"], settings["tags"]
        plan.api_stages, plan.throttle, plan.quota = settings["apiStages"], settings["throttle"], settings["quota"]
        return self.physical_resource_id

    def remove(self) -> None:
        self.where.rest.usage_plans.pop(self.physical_resource_id, None)
        self.where.rest.usage_plan_keys.pop(self.physical_resource_id, None)


def _plan(properties: Properties, name: str) -> dict[str, Any]:
    stages = []
    for stage in properties.get("ApiStages") or []:
        throttle = {path: lower_keys(limits) for path, limits in (stage.get("Throttle") or {}).items()}
        stages.append({"apiId": stage["ApiId"], "stage": stage["Stage"], "throttle": throttle})
    return {
        "name": properties.get("UsagePlanName", name),
        "description": properties.get("Description", ""),
        "apiStages": stages,
        "throttle": lower_keys(properties.get("Throttle")) or {},
        "quota": lower_keys(properties.get("Quota")) or {},
        "tags": tags_of(properties),
    }


class UsagePlanKey(Definition, CloudFormationModel):
    TYPE = "AWS::ApiGateway::UsagePlanKey"
    ID_ATTRIBUTES = ("Id",)

    @classmethod
    def define(cls, properties: Properties, where: Where, name: str) -> str:
        plan_id, key_id = properties["UsagePlanId"], properties["KeyId"]
        where.rest.get_usage_plan(plan_id)
        where.rest.create_usage_plan_key(plan_id, {"keyId": key_id, "keyType": properties["KeyType"]})
        return f"{key_id}:{plan_id}"

    def remove(self) -> None:
        key_id, _, plan_id = self.physical_resource_id.partition(":")
        self.where.rest.usage_plan_keys.get(plan_id, {}).pop(key_id, None)


class Account(Definition, CloudFormationModel):
    TYPE = "AWS::ApiGateway::Account"
    ID_ATTRIBUTES = ("Id",)

    @classmethod
    def define(cls, properties: Properties, where: Where, name: str) -> str:
        where.rest.account.cloudwatch_role_arn = properties.get("CloudWatchRoleArn")
        return name

    def remove(self) -> None:
        """As on AWS, the account's setting outlives the stack."""
