"""What API Gateway says of a REST API and its parts: what was not set is absent, defaults are there.

moto 5.2.5 writes null for it, or "", or leaves AWS's defaults out. Each function becomes a method of moto's class.
"""

from typing import Any

from moto.apigateway import models

from shoplib.localaws.apigateway.control_plane import canaries
from shoplib.localaws.moto_patches import replace

Description = dict[str, Any]
HTTP = ("HTTP", "HTTP_PROXY")
PRIVATE = "PRIVATE"
TIMEOUT = 29_000


def install() -> None:
    replace(models.RestAPI, "to_dict", of_rest_api)
    for owner, describe in DESCRIPTIONS.items():
        replace(owner, "to_json", describe)


def present(description: Description, *when_empty: str) -> Description:
    """Without what is None; those named also when they are empty."""
    return {
        name: value for name, value in description.items() if value is not None and (value or name not in when_empty)
    }


def with_tags(description: Description) -> Description:
    """Of one resource AWS always says the tags; in lists and after its creation only if there are any."""
    return {**description, "tags": description.get("tags") or {}}


def endpoint_of(api: Any) -> Description:
    endpoint = dict(api.endpoint_configuration or {})
    kinds = list(endpoint.get("types") or ["EDGE"])
    return {**endpoint, "types": kinds, "ipAddressType": endpoint.get("ipAddressType") or address_type(kinds)}


def address_type(kinds: list[str]) -> str:
    return "dualstack" if PRIVATE in kinds else "ipv4"


def of_rest_api(api: Any) -> Description:
    described = {
        "id": api.id,
        "name": api.name,
        "description": api.description,
        "version": api.version,
        "binaryMediaTypes": api.binaryMediaTypes,
        "createdDate": api.create_date,
        "apiKeySource": api.api_key_source,
        "endpointConfiguration": endpoint_of(api),
        "tags": api.tags,
        "policy": api.policy,
        "disableExecuteApiEndpoint": bool(api.disableExecuteApiEndpoint),
        "minimumCompressionSize": api.minimum_compression_size,
        "rootResourceId": api.root_resource_id,
    }
    return present(described, "binaryMediaTypes", "description", "tags", "version")


def of_deployment(deployment: Any) -> Description:
    described = {
        "id": deployment.id,
        "description": deployment.description,
        "createdDate": deployment.created_date,
    }
    return present(described, "description")


def of_stage(stage: Any) -> Description:
    created = getattr(stage, "created", 0)  # of a saved state from before, nobody knows
    described = {
        "stageName": stage.name,
        "deploymentId": stage.deployment_id,
        "clientCertificateId": getattr(stage, "client_certificate_id", None),
        "description": stage.description,
        "cacheClusterEnabled": bool(stage.cache_cluster_enabled),
        "cacheClusterSize": (stage.cache_cluster_size or "0.5") if stage.cache_cluster_enabled else None,
        "cacheClusterStatus": stage.cache_cluster_status or "NOT_AVAILABLE",
        "methodSettings": stage.method_settings,
        "variables": stage.variables,
        "documentationVersion": getattr(stage, "documentation_version", None),
        "accessLogSettings": stage.access_log_settings,
        "tracingEnabled": bool(stage.tracing_enabled),
        "webAclArn": stage.web_acl_arn,
        "tags": stage.tags,
        "createdDate": int(created),
        "lastUpdatedDate": int(getattr(stage, "last_updated", created)),
    }
    return {**present(described, "description", "tags", "variables"), **canaries.describe(stage)}


def of_method(method: Any) -> Description:
    integration = method.method_integration
    described = {
        "httpMethod": method.http_method,
        "authorizationType": (method.authorization_type or "NONE").upper(),
        "authorizerId": method.authorizer_id,
        "authorizationScopes": method.authorization_scopes,
        "apiKeyRequired": method.api_key_required,
        "requestParameters": method.request_parameters,
        "requestModels": method.request_models,
        "requestValidatorId": method.request_validator_id,
        "operationName": method.operation_name,
        "methodIntegration": None if integration is None else integration.to_json(),
        "methodResponses": {status: each.to_json() for status, each in method.method_responses.items()},
    }
    return present(described, "authorizationScopes", "methodResponses", "requestValidatorId")


def of_method_response(response: Any) -> Description:
    return present(
        {
            "statusCode": response.status_code,
            "responseModels": response.response_models,
            "responseParameters": response.response_parameters,
        }
    )


def of_integration(integration: Any) -> Description:
    kind = integration.integration_type
    default_connection = "INTERNET" if kind in HTTP else None
    described = {
        "type": kind,
        "uri": None if kind == "MOCK" else integration.uri,
        "httpMethod": integration.http_method,
        "connectionType": integration.connection_type or default_connection,
        "connectionId": getattr(integration, "connection_id", None),
        "passthroughBehavior": integration.passthrough_behaviour or "WHEN_NO_MATCH",
        "cacheKeyParameters": integration.cache_key_parameters or [],
        "cacheNamespace": integration.cache_namespace,
        "timeoutInMillis": integration.timeout_in_millis or TIMEOUT,
        "requestTemplates": integration.request_templates,
        "requestParameters": integration.request_parameters,
        "contentHandling": integration.content_handling,
        "credentials": integration.credentials,
        "tlsConfig": integration.tls_config,
        "integrationResponses": {
            status: each.to_json() for status, each in (integration.integration_responses or {}).items()
        },
    }
    return present(described, "integrationResponses")


def of_integration_response(response: Any) -> Description:
    return present(
        {
            "statusCode": response.status_code,
            "selectionPattern": response.selection_pattern,
            "responseTemplates": response.response_templates,
            "responseParameters": response.response_parameters,
            "contentHandling": response.content_handling,
        }
    )


def of_authorizer(authorizer: Any) -> Description:
    described = {
        "id": authorizer.id,
        "name": authorizer.name,
        "type": authorizer.type,
        "providerARNs": authorizer.provider_arns,
        "authType": authorizer.auth_type or AUTH_TYPES.get(str(authorizer.type)),
        "authorizerUri": authorizer.authorizer_uri,
        "authorizerCredentials": authorizer.authorizer_credentials,
        "identitySource": authorizer.identity_source,
        "identityValidationExpression": authorizer.identity_validation_expression,
        "authorizerResultTtlInSeconds": authorizer.authorizer_result_ttl,
    }
    return present(described, "identityValidationExpression", "providerARNs")


def of_api_key(key: Any) -> Description:
    described = {
        "id": key.id,
        "value": key.value,
        "name": key.name,
        "customerId": key.customer_id,
        "description": key.description,
        "enabled": bool(key.enabled),
        "createdDate": key.created_date,
        "lastUpdatedDate": key.last_updated_date,
        "stageKeys": key.stage_keys,
        "tags": key.tags,
    }
    return present(described, "tags")


def of_usage_plan(plan: Any) -> Description:
    described = {
        "id": plan.id,
        "name": plan.name,
        "description": plan.description,
        "apiStages": plan.api_stages,
        "throttle": plan.throttle,
        "quota": plan.quota,
        "productCode": plan.product_code,
        "tags": plan.tags,
    }
    return present(described, "tags", "throttle", "quota")


AUTH_TYPES = {"TOKEN": "custom", "REQUEST": "custom", "COGNITO_USER_POOLS": "cognito_user_pools"}
DESCRIPTIONS = {
    models.ApiKey: of_api_key,
    models.Authorizer: of_authorizer,
    models.Deployment: of_deployment,
    models.Integration: of_integration,
    models.IntegrationResponse: of_integration_response,
    models.Method: of_method,
    models.MethodResponse: of_method_response,
    models.Stage: of_stage,
    models.UsagePlan: of_usage_plan,
}
