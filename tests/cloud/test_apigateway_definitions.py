"""What API Gateway answers to those who define REST APIs: shapes and defaults, refusals in AWS's words, canaries."""

import json
from collections.abc import Callable
from typing import Any

import pytest
import requests
from botocore.config import Config
from botocore.exceptions import ClientError

from shoplib import localaws

ACCOUNT = "123456789012"
MOCK = {"type": "MOCK", "requestTemplates": {"application/json": '{"statusCode": 200}'}}
AUTHORIZER = "arn:aws:apigateway:us-east-1:lambda:path/2015-03-31/functions/arn:aws:lambda:us-east-1:123456789012:function:a/invocations"  # fmt: skip # noqa: E501
NO_RESOURCE, NO_METHOD = "Invalid Resource identifier specified", "Invalid Method identifier specified"
NO_VALIDATOR = "Invalid Request Validator identifier specified"
NO_AUTHORIZER = (
    "Invalid authorizer ID specified. Setting the authorization type to CUSTOM or COGNITO_USER_POOLS requires a valid "
    "authorizer."
)
OPERATIONS = "Member must satisfy enum value set: [add, remove, move, test, replace, copy]"
SIZE = "Invalid minimum compression size, must be between 0 and 10485760"
REPLACE_ALONE = "Invalid patch operation specified. Must be one of: [replace]"


class World:
    """A REST API with /pets, whose root's GET is a mock; the client refuses nothing by itself."""

    def __init__(self, engine: localaws.Engine, aws: Callable[..., Any]) -> None:
        self.apis = aws("apigateway", config=Config(parameter_validation=False, retries={"max_attempts": 1}))
        self.engine = engine
        made = self.apis.create_rest_api(name="defined")
        self.api, self.root = made["id"], made["rootResourceId"]
        self.pets = self.apis.create_resource(restApiId=self.api, parentId=self.root, pathPart="pets")["id"]
        self.method = {"restApiId": self.api, "resourceId": self.root, "httpMethod": "GET"}
        self.apis.put_method(**self.method, authorizationType="none")
        self.apis.put_integration(**self.method, **MOCK)

    def call(self, operation: str, **parameters: Any) -> tuple[int, dict[str, Any]]:
        api = {} if operation == "create_rest_api" else {"restApiId": self.api}
        answer = getattr(self.apis, operation)(**{**api, **self.known(parameters)})
        return answer.pop("ResponseMetadata")["HTTPStatusCode"], answer

    def known(self, parameters: dict[str, Any]) -> dict[str, Any]:
        """Identifiers in the place of `$root` and `$pets`, patch operations in the place of a triple."""
        names = {"$root": self.root, "$pets": self.pets}
        filled = {name: names.get(str(value), value) for name, value in parameters.items()}
        if "patch" in filled:
            op, path, *value = filled.pop("patch")
            filled["patchOperations"] = [{"op": op, "path": path, **({"value": value[0]} if value else {})}]
        return filled

    def refusal(self, operation: str, **parameters: Any) -> tuple[int, str, str]:
        with pytest.raises(ClientError) as refused:
            self.call(operation, **parameters)
        answer = refused.value.response
        return answer["ResponseMetadata"]["HTTPStatusCode"], answer["Error"]["Code"], answer["Error"]["Message"]


@pytest.fixture(scope="module")
def world(engine: localaws.Engine, aws: Callable[..., Any]) -> World:
    return World(engine, aws)


ROOT = {"resourceId": "$root", "httpMethod": "GET"}
STATUS = {"BadRequestException": 400, "NotFoundException": 404, "ConflictException": 409, "ValidationException": 400}
BAD, MISSING, CONFLICT, INVALID = STATUS
REFUSALS: list[tuple[str, dict[str, Any], str, str]] = [
    ("get_rest_api", {"restApiId": "nope"}, MISSING, f"Invalid API identifier specified {ACCOUNT}:nope"),
    ("create_rest_api", {"name": "a", "description": ""}, BAD, "Description cannot be an empty string"),
    ("create_rest_api", {"name": "a", "minimumCompressionSize": -1}, BAD, SIZE),
    ("create_rest_api", {"name": "a", "endpointConfiguration": {"types": ["EDGE", "REGIONAL"]}}, BAD,
     "Cannot create an api with multiple Endpoint Types."),
    ("create_rest_api", {"name": "a", "endpointConfiguration": {"types": ["PRIVATE"], "ipAddressType": "ipv4"}}, BAD,
     "Only dualstack ipAddressType is supported for Private APIs."),
    ("create_rest_api", {"name": "a", "endpointConfiguration": {"types": ["x"], "ipAddressType": "y"}}, INVALID,
     "2 validation errors detected: Value '[x]' at 'createRestApiInput.endpointConfiguration.types' failed to satisfy "
     "constraint: Member must satisfy constraint: [Member must satisfy enum value set: [PRIVATE, EDGE, REGIONAL]]; "
     "Value 'y' at 'createRestApiInput.endpointConfiguration.ipAddressType' failed to satisfy constraint: Member must "
     "satisfy enum value set: [ipv4, dualstack]"),
    ("update_rest_api", {"patch": ("replace", "/minimumCompressionSize", "x")}, BAD, SIZE),
    ("update_rest_api", {"patch": ("add", "/minimumCompressionSize", "1")}, BAD, REPLACE_ALONE),
    ("update_rest_api", {"patch": ("add", "/binaryMediaTypes", "a/b")}, BAD, "Invalid patch path /binaryMediaTypes"),
    ("update_rest_api", {"patch": ("shred", "/name", "x")}, INVALID, "1 validation error detected: Value 'shred' at "
     f"'updateRestApiInput.patchOperations.1.member.op' failed to satisfy constraint: {OPERATIONS}"),
    ("create_resource", {"parentId": "nope", "pathPart": "x"}, MISSING, NO_RESOURCE),
    ("create_resource", {"parentId": "$root", "pathPart": "pets"}, CONFLICT,
     "Another resource with the same parent already has this name: pets"),
    ("update_resource", {"resourceId": "$root", "patch": ("replace", "/pathPart", "x")}, BAD,
     "Root resource cannot update its pathPart."),
    ("update_resource", {"resourceId": "$pets", "patch": ("replace", "/parentId", "$pets")}, MISSING, NO_RESOURCE),
    ("update_resource", {"resourceId": "$pets", "patch": ("remove", "/pathPart")}, BAD,
     "Invalid patch path  '/pathPart' specified for op 'remove'. Please choose supported operations"),
    ("update_resource", {"resourceId": "$pets", "patch": ("replace", "/x", "y")}, BAD,
     "Invalid patch path  '/x' specified for op 'replace'. Must be one of: [/parentId, /pathPart]"),
    ("create_authorizer", {"restApiId": "nope", "name": "a", "type": "TOKEN", "authorizerUri": AUTHORIZER}, CONFLICT,
     "Unable to complete operation due to concurrent modification. Please try again later."),
    ("put_method", {**ROOT, "restApiId": "nope", "authorizationType": "NONE"}, MISSING, NO_RESOURCE),
    ("put_method", {**ROOT, "httpMethod": "WRONG", "authorizationType": "NONE"}, BAD,
     "Invalid HttpMethod specified. Valid options are GET,PUT,POST,DELETE,PATCH,OPTIONS,HEAD,ANY"),
    ("put_method", {**ROOT, "httpMethod": "PUT", "authorizationType": "CUSTOM"}, BAD, NO_AUTHORIZER),
    ("put_method", {**ROOT, "httpMethod": "PUT", "authorizationType": "NONE", "requestValidatorId": "x"}, BAD,
     NO_VALIDATOR),
    ("put_method", {**ROOT, "httpMethod": "PUT", "authorizationType": "NONE", "requestModels": {"a/b": "Pet"}}, BAD,
     "Invalid model identifier specified: Pet"),
    ("put_method", {**ROOT, "httpMethod": "PUT", "authorizationType": "NONE", "requestParameters": {
        "method.request.header.a": True, "method.request.path.a": True}}, BAD,
     "Parameter names must be unique across querystring, header and path"),
    ("put_method", {**ROOT, "httpMethod": "PUT"}, INVALID, "1 validation error detected: Value null at "
     "'putMethodInput.authorizationType' failed to satisfy constraint: Member must not be null"),
    ("delete_method", {**ROOT, "httpMethod": "PUT"}, MISSING, NO_METHOD),
    ("update_method", {**ROOT, "patch": ("replace", "/authorizationType", "CUSTOM")}, BAD, NO_AUTHORIZER),
    ("update_method", {**ROOT, "patch": ("add", "/operationName", "x")}, BAD, REPLACE_ALONE),
    ("update_method", {**ROOT, "patch": ("add", "/requestModels/a/b", "Empty")}, BAD,
     "Invalid patch path /requestModels/a/b"),
    ("put_integration", {**ROOT, "type": "MAGIC"}, INVALID, "1 validation error detected: Value 'MAGIC' at "
     "'putIntegrationInput.type' failed to satisfy constraint: Member must satisfy enum value set: [HTTP, MOCK, "
     "AWS_PROXY, HTTP_PROXY, AWS]"),
    ("put_integration", {**ROOT, "type": "AWS_PROXY", "integrationHttpMethod": "POST",
                         "uri": "arn:aws:apigateway:us-east-1:dynamodb:action/PutItem"}, BAD,
     "Integrations of type 'AWS_PROXY' currently only supports Lambda function and Firehose stream invocations."),
    ("get_integration", {**ROOT, "httpMethod": "PUT"}, MISSING, NO_METHOD),
    ("get_integration_response", {**ROOT, "statusCode": "299"}, MISSING, "Invalid Response status code specified"),
    ("put_integration_response", {**ROOT, "statusCode": "x"}, INVALID, "1 validation error detected: Value 'x' at "
     "'statusCode' failed to satisfy constraint: Member must satisfy regular expression pattern: [1-5]\\d\\d"),
    ("create_model", {"name": "Empty", "contentType": "application/json", "schema": "{}"}, CONFLICT,
     "Model name already exists for this REST API"),
    ("create_model", {"name": "New", "contentType": "application/json"}, BAD,
     "Model schema must have at least 1 property or array items defined"),
    ("get_model", {"modelName": "Pet"}, MISSING, "Invalid model name specified: Pet"),
    ("create_request_validator", {"restApiId": "nope", "name": "v"}, BAD, "Invalid REST API identifier specified"),
    ("get_request_validator", {"requestValidatorId": "x"}, MISSING, NO_VALIDATOR),
    ("delete_gateway_response", {"responseType": "THROTTLED"}, MISSING, "Gateway response type not defined on api"),
    ("update_gateway_response", {"responseType": "THROTTLED", "patch": ("add", "/statusCode", "1")}, BAD,
     "Invalid patch path /statusCode"),
    ("update_gateway_response", {"responseType": "THROTTLED", "patch": (
        "replace", "/responseParameters/gatewayresponse.header.a", "'b'")}, MISSING,
     "Invalid parameter name specified"),
    ("create_deployment", {"canarySettings": {"percentTraffic": 5}}, BAD, "Invalid deployment content specified.Non "
     "null and non empty stageName must be provided for canary deployment. Provided value is null"),
    ("create_deployment", {"canarySettings": {"percentTraffic": 5}, "stageName": "no"}, BAD, "Invalid deployment "
     "content specified.Stage no must already be created before making a canary release deployment"),
    ("create_stage", {"stageName": "s", "deploymentId": "nope"}, BAD, "Deployment id does not exist"),
    ("test_invoke_method", {**ROOT, "restApiId": "nope"}, MISSING, NO_RESOURCE),
]  # fmt: skip


@pytest.mark.parametrize(("operation", "parameters", "code", "message"), REFUSALS)
def test_what_aws_refuses_is_refused_in_its_words(
    world: World, operation: str, parameters: dict[str, Any], code: str, message: str
) -> None:
    assert world.refusal(operation, **parameters) == (STATUS[code], code, message)


def test_an_api_is_described_with_defaults_and_without_what_was_not_set(world: World) -> None:
    status, api = world.call("get_rest_api")
    api.pop("createdDate")
    assert (status, api) == (
        200,
        {
            "id": world.api,
            "name": "defined",
            "apiKeySource": "HEADER",
            "disableExecuteApiEndpoint": False,
            "endpointConfiguration": {"types": ["EDGE"], "ipAddressType": "ipv4"},
            "rootResourceId": world.root,
            "tags": {},
        },
    )
    assert world.call("update_rest_api", patch=("add", "/binaryMediaTypes/-", "a/b"))[1]["binaryMediaTypes"] == ["-"]
    world.call("update_rest_api", patch=("replace", "/binaryMediaTypes/-", "c/d"))
    assert world.call("update_rest_api", patch=("remove", "/binaryMediaTypes/c~1d"))[1].get("binaryMediaTypes") is None


def test_methods_integrations_and_responses_are_described_as_they_were_put(world: World) -> None:
    world.call("put_integration_response", **ROOT, statusCode="200", selectionPattern="")
    world.call("put_method_response", **ROOT, statusCode="200", responseModels={}, responseParameters={})
    assert world.call("get_method", **ROOT) == (
        200,
        {
            "httpMethod": "GET",
            "authorizationType": "NONE",
            "apiKeyRequired": False,
            "methodIntegration": {
                **MOCK,
                "cacheKeyParameters": [],
                "cacheNamespace": world.root,
                "passthroughBehavior": "WHEN_NO_MATCH",
                "timeoutInMillis": 29000,
                "integrationResponses": {"200": {"statusCode": "200", "selectionPattern": ""}},
            },
            "methodResponses": {"200": {"statusCode": "200", "responseModels": {}, "responseParameters": {}}},
        },
    )
    root = world.call("get_resources")[1]["items"][0]
    assert root["resourceMethods"] == {"GET": {}}


def test_the_address_of_a_function_has_single_slashes(world: World) -> None:
    functions = "arn:aws:apigateway:us-east-1:lambda:path{}2015-03-31/functions/f/invocations"
    where = {"resourceId": "$pets", "httpMethod": "PATCH"}
    world.call("put_method", **where, authorizationType="NONE")
    proxy = {"type": "AWS_PROXY", "integrationHttpMethod": "POST", "uri": functions.format("//")}
    assert world.call("put_integration", **where, **proxy)[1]["uri"] == functions.format("/")
    patch = ("replace", "/uri", functions.format("///"))
    assert world.call("update_integration", **where, patch=patch)[1]["uri"] == functions.format("/")
    world.call("delete_method", **where)


def test_resources_stay_a_tree(world: World) -> None:
    child = world.call("create_resource", parentId="$pets", pathPart="{id}")[1]["id"]
    assert world.refusal("create_resource", parentId="$pets", pathPart="{name}")[2].startswith("A sibling ({id})")
    assert world.refusal("update_resource", resourceId="$pets", patch=("replace", "/parentId", child))[2] == (
        "Resources cannot be cyclical."
    )
    moved = world.call("update_resource", resourceId=child, patch=("replace", "/parentId", world.root))[1]
    assert (moved["path"], moved["parentId"]) == ("/{id}", world.root)
    below = world.call("create_resource", parentId=child, pathPart="below")[1]["id"]
    assert world.call("delete_resource", resourceId=child)[0] == 202
    assert world.refusal("get_resource", resourceId=below) == (404, MISSING, NO_RESOURCE)


def test_gateway_responses_inherit_from_their_family(world: World) -> None:
    put = world.call("put_gateway_response", responseType="DEFAULT_5XX", statusCode="599")
    assert (put[0], put[1]["defaultResponse"]) == (201, False)
    timed_out = world.call("get_gateway_response", responseType="INTEGRATION_TIMEOUT")[1]
    assert (timed_out["statusCode"], timed_out["defaultResponse"]) == ("599", True)
    throttled = world.call("get_gateway_response", responseType="THROTTLED")[1]
    assert throttled == {
        "responseType": "THROTTLED",
        "statusCode": "429",
        "responseParameters": {},
        "responseTemplates": {"application/json": '{"message":$context.error.messageString}'},
        "defaultResponse": True,
    }
    assert len(world.call("get_gateway_responses")[1]["items"]) == 21
    assert world.call("delete_gateway_response", responseType="DEFAULT_5XX")[0] == 202


def test_models_in_use_stay(world: World) -> None:
    world.call("create_model", name="Pet", contentType="application/json", schema="{}")
    where = {"resourceId": "$pets", "httpMethod": "POST"}
    world.call("put_method", **where, authorizationType="NONE", requestModels={"application/json": "Pet"})
    assert world.refusal("delete_model", modelName="Pet") == (
        *(409, CONFLICT),
        "Cannot delete model 'Pet', is referenced in method request: /pets/POST",
    )
    world.call("delete_method", **where)
    assert world.call("delete_model", modelName="Pet")[0] == 202
    assert [each["name"] for each in world.call("get_models")[1]["items"]] == ["Empty", "Error"]


PET = {"$ref": "#/components/schemas/Pet"}
DOCUMENT = {
    "openapi": "3.0.1",
    "info": {"title": "pets", "version": "7"},
    "servers": [{"url": "https://host/{basePath}", "variables": {"basePath": {"default": "/one/two"}}}],
    "components": {"schemas": {"Pet": {"type": "object"}}},
    "paths": {
        "/pets": {
            "get": {
                "responses": {"200": {"description": "a pet", "content": {"application/json": {"schema": PET}}}},
                "x-amazon-apigateway-integration": {"type": "mock", "responses": {"default": {"statusCode": "200"}}},
            }
        }
    },
}


@pytest.mark.parametrize(
    ("mode", "paths"),
    [
        (None, ["/", "/pets"]),
        ("prepend", ["/", "/one", "/one/two", "/one/two/pets"]),
        ("split", ["/", "/two", "/two/pets"]),
    ],
)
def test_an_imported_api_stands_on_its_base_path(world: World, mode: str | None, paths: list[str]) -> None:
    parameters = {} if mode is None else {"parameters": {"basepath": mode}}
    answer = world.apis.import_rest_api(body=json.dumps(DOCUMENT), **parameters)
    assert (answer["ResponseMetadata"]["HTTPStatusCode"], "version" in answer) == (201, False)
    resources = {each["path"]: each["id"] for each in world.apis.get_resources(restApiId=answer["id"])["items"]}
    assert sorted(resources) == paths
    method = world.apis.get_method(restApiId=answer["id"], resourceId=resources[paths[-1]], httpMethod="GET")
    assert method["methodResponses"] == {"200": {"statusCode": "200", "responseModels": {"application/json": "Pet"}}}
    assert method["methodIntegration"]["integrationResponses"] == {"200": {"statusCode": "200"}}
    world.apis.delete_rest_api(restApiId=answer["id"])


def test_lists_come_by_pages(world: World) -> None:
    names = [f"page-{number}" for number in range(3)]
    keys = [world.apis.create_api_key(name=name)["id"] for name in names]
    found = []
    page = world.apis.get_api_keys(nameQuery="page-", limit=2)
    found += page["items"]
    page = world.apis.get_api_keys(nameQuery="page-", limit=2, position=page["position"])
    assert "position" not in page
    assert [each["name"] for each in [*found, *page["items"]]] == names
    plan = world.apis.create_usage_plan(name="paged")["id"]
    for key in keys:
        world.apis.create_usage_plan_key(usagePlanId=plan, keyId=key, keyType="API_KEY")
    world.apis.delete_api_key(apiKey=keys[0])
    listed = world.apis.get_usage_plan_keys(usagePlanId=plan, nameQuery="page-")["items"]
    assert [each["name"] for each in listed] == names[1:]


def test_a_patch_of_which_one_operation_fails_changes_nothing(world: World) -> None:
    before = world.call("get_rest_api")
    with pytest.raises(ClientError):
        world.apis.update_rest_api(
            restApiId=world.api,
            patchOperations=[
                {"op": "replace", "path": "/name", "value": "other"},
                {"op": "replace", "path": "/nonsense", "value": "x"},
            ],
        )
    assert world.call("get_rest_api") == before


def test_a_canary_takes_its_share_and_is_promoted(world: World) -> None:
    template = {"m": "first", "tone": "$stageVariables.tone", "canary": "$context.isCanaryRequest"}
    responses = {"responseTemplates": {"application/json": json.dumps(template)}}
    world.call("put_integration_response", **ROOT, statusCode="200", **responses)
    first = world.call("create_deployment", stageName="live", variables={"tone": "plain", "other": "stays"})[1]["id"]
    url = f"{world.engine.url}/_aws/execute-api/{world.api}/live/"
    assert requests.get(url, timeout=20).json() == {"m": "first", "tone": "plain", "canary": ""}
    responses["responseTemplates"]["application/json"] = json.dumps({**template, "m": "second"})
    world.call("put_integration_response", **ROOT, statusCode="200", **responses)
    canary = {"percentTraffic": 0, "stageVariableOverrides": {"tone": "bright"}}
    second = world.call("create_deployment", stageName="live", canarySettings=canary)[1]["id"]
    assert requests.get(url, timeout=20).json() == {"m": "first", "tone": "plain", "canary": "false"}
    stage = {"stageName": "live"}
    changed = world.call("update_stage", **stage, patch=("replace", "/canarySettings/percentTraffic", "100.0"))[1]
    assert (changed["deploymentId"], changed["canarySettings"]) == (
        first,
        {"deploymentId": second, "percentTraffic": 100.0, "useStageCache": False, **_overrides("bright")},
    )
    assert requests.get(url, timeout=20).json() == {"m": "second", "tone": "bright", "canary": "true"}
    assert world.refusal("delete_deployment", deploymentId=second)[1] == BAD
    copies = {"/deploymentId": "deploymentId", "/variables": "stageVariableOverrides"}
    world.apis.update_stage(
        restApiId=world.api,
        **stage,
        patchOperations=[
            {"op": "copy", "path": path, "from": f"/canarySettings/{name}"} for path, name in copies.items()
        ],
    )
    promoted = world.call("update_stage", **stage, patch=("remove", "/canarySettings"))[1]
    assert (promoted["deploymentId"], promoted["variables"]) == (second, {"tone": "bright", "other": "stays"})
    assert "canarySettings" not in promoted
    assert world.refusal("update_stage", **stage, patch=("add", "/canarySettings/deploymentId", first))[2] == (
        "Invalid add operation with path: /canarySettings/deploymentId"
    )
    missing = world.refusal("update_stage", **stage, patch=("replace", "/canarySettings/deploymentId", "nope"))
    assert missing == (400, BAD, "Deployment id does not exist")


def _overrides(tone: str) -> dict[str, Any]:
    return {"stageVariableOverrides": {"tone": tone}}
