"""What is exported is OpenAPI that other tools read, says what the API does, and can be imported again."""

# ruff: noqa: E501 - documents read best on one line

import json
import urllib.request
from collections.abc import Callable
from typing import Any

import pytest
import yaml
from botocore.exceptions import ClientError
from openapi_spec_validator import validate

from shoplib import localaws

Aws = Callable[..., Any]
MOCK = {
    "type": "mock",
    "requestTemplates": {"application/json": '{"statusCode": 200}'},
    "responses": {"default": {"statusCode": "200", "responseTemplates": {"application/json": '{"ok": true}'}}},
}
ANSWERS = {
    "200": {
        "description": "",
        "headers": {"X-Total": {"schema": {"type": "string"}}},
        "content": {"application/json": {"schema": {"$ref": "#/components/schemas/Item"}}},
    }
}
ITEM = {
    "$schema": "http://json-schema.org/draft-04/schema#",
    "type": "object",
    "required": ["name"],
    "definitions": {"Tag": {"type": ["string", "null"], "maxLength": 9}},
    "properties": {
        "name": {"type": "string"},
        "tags": {"type": "array", "items": {"$ref": "#/definitions/Tag"}},
        "pair": {"type": "array", "items": [{"type": "string"}, {"type": "integer"}]},
        "price": {"oneOf": [{"type": "number", "minimum": 0}, {"type": "string"}]},
    },
    "patternProperties": {"^x": {}},
}
REST = {
    "openapi": "3.0.1",
    "info": {"title": "goods", "description": "All of them", "version": "2"},
    "x-amazon-apigateway-request-validators": {"all": {"validateRequestBody": True, "validateRequestParameters": True}},
    "paths": {
        "/items": {
            "get": {
                "operationId": "list",
                "parameters": [{"name": "limit", "in": "query", "required": True, "schema": {"type": "string"}}, {"name": "X-Shop", "in": "header", "schema": {"type": "string"}}],
                "responses": ANSWERS, "x-amazon-apigateway-integration": MOCK,
            },
            "post": {
                "requestBody": {"content": {"application/json": {"schema": {"$ref": "#/components/schemas/Item"}}}},
                "responses": ANSWERS, "security": [{"guard": [], "key": []}],
                "x-amazon-apigateway-request-validator": "all", "x-amazon-apigateway-integration": MOCK,
            },
        },
        "/items/{id}": {"x-amazon-apigateway-any-method": {"operationId": "one", "responses": {}, "x-amazon-apigateway-integration": MOCK}},
        "/files/{path+}": {"get": {"responses": {}, "x-amazon-apigateway-integration": MOCK}},
    },
    "components": {
        "schemas": {"Item": ITEM},
        "securitySchemes": {
            "key": {"type": "apiKey", "name": "x-api-key", "in": "header"},
            "guard": {"type": "apiKey", "name": "X-Token", "in": "header", "x-amazon-apigateway-authtype": "custom", "x-amazon-apigateway-authorizer": {"type": "token", "authorizerUri": "arn:aws:apigateway:us-east-1:lambda:path/2015-03-31/functions/arn:aws:lambda:us-east-1:123456789012:function:guard/invocations"}},
        },
    },
}  # fmt: skip
HTTP = {
    "openapi": "3.0.1",
    "info": {"title": "goods", "version": "2"},
    "x-amazon-apigateway-cors": {"allowOrigins": ["*"]},
    "paths": {
        "/items/{id}": {"get": {"operationId": "one", "responses": {}, "security": [{"jwt": ["read"]}], "x-amazon-apigateway-integration": {"type": "http_proxy", "httpMethod": "GET", "uri": "http://127.0.0.1:9/", "payloadFormatVersion": "1.0"}}},
        "/any/{rest+}": {"x-amazon-apigateway-any-method": {"responses": {}, "x-amazon-apigateway-integration": {"type": "http_proxy", "httpMethod": "ANY", "uri": "http://127.0.0.1:9/", "payloadFormatVersion": "1.0"}}},
        "/$default": {"x-amazon-apigateway-any-method": {"responses": {}, "isDefaultRoute": True, "x-amazon-apigateway-integration": {"type": "http_proxy", "httpMethod": "ANY", "uri": "http://127.0.0.1:9/", "payloadFormatVersion": "1.0"}}},
    },
    "components": {"securitySchemes": {"jwt": {"type": "oauth2", "flows": {}, "x-amazon-apigateway-authorizer": {"type": "jwt", "identitySource": "$request.header.Authorization", "jwtConfiguration": {"issuer": "https://issuer.example", "audience": ["shop"]}}}}},
}  # fmt: skip


@pytest.fixture(scope="module")
def rest(aws: Aws) -> str:
    api = str(aws("apigateway").import_rest_api(body=json.dumps(REST).encode())["id"])
    aws("apigateway").create_deployment(restApiId=api, stageName="live")
    return api


def exported(aws: Aws, api: str, kind: str = "oas30", accepts: str = "application/json", **parameters: str) -> Any:
    answer = aws("apigateway").get_export(
        restApiId=api, stageName="live", exportType=kind, accepts=accepts, parameters=parameters
    )
    assert answer["contentType"] == {"application/json": "application/octet-stream"}.get(accepts, accepts)
    text = answer["body"].read()
    return yaml.safe_load(text) if "yaml" in accepts else json.loads(text)


@pytest.mark.parametrize(
    "extensions",
    [
        {},
        {"extensions": "integrations"},
        {"extensions": "authorizers"},
        {"extensions": "apigateway"},
        {"extensions": "integrations,authorizers"},
    ],
)
@pytest.mark.parametrize("kind", ["oas30", "swagger"])
def test_each_export_is_valid(aws: Aws, rest: str, kind: str, extensions: dict[str, str]) -> None:
    document = exported(aws, rest, kind, **extensions)
    validate(document)
    assert exported(aws, rest, kind, "application/yaml", **extensions) == document
    assert document["swagger" if kind == "swagger" else "openapi"] in ("2.0", "3.0.1")
    assert ("x-amazon-apigateway-integration" in json.dumps(document)) == (
        extensions.get("extensions", "") in ("integrations", "apigateway", "integrations,authorizers")
    )
    assert ("x-amazon-apigateway-authorizer" in json.dumps(document)) == (
        extensions.get("extensions", "") in ("authorizers", "apigateway", "integrations,authorizers")
    )
    if not extensions:
        assert "x-amazon" not in json.dumps(document)


def test_openapi_says_what_the_api_takes(aws: Aws, rest: str, engine: localaws.Engine) -> None:
    document = exported(aws, rest)
    assert document["info"] == {"title": "goods", "description": "All of them", "version": document["info"]["version"]}
    listing = document["paths"]["/items"]["get"]
    assert {(each["name"], each["in"], each["required"]) for each in listing["parameters"]} == {
        ("limit", "query", True),
        ("X-Shop", "header", False),
    }
    assert listing["responses"]["200"]["headers"] == {"X-Total": {"schema": {"type": "string"}}}
    assert document["paths"]["/items"]["post"]["security"] == [{"guard": [], "api_key": []}]
    assert document["components"]["securitySchemes"]["guard"] == {"type": "apiKey", "name": "X-Token", "in": "header"}
    assert document["components"]["schemas"]["Item.Tag"] == {"type": "string", "nullable": True, "maxLength": 9}
    assert set(document["paths"]["/items/{id}"]) == {"get", "put", "post", "delete", "options", "head", "patch"}
    with urllib.request.urlopen(f"{document['servers'][0]['url']}/items/1", timeout=10) as answer:
        assert json.load(answer) == {"ok": True}


def test_swagger_says_where_and_what(aws: Aws, rest: str, engine: localaws.Engine) -> None:
    document = exported(aws, rest, "swagger")
    url = f"{document['schemes'][0]}://{document['host']}{document['basePath']}/items/1"
    with urllib.request.urlopen(url, timeout=10) as answer:
        assert json.load(answer) == {"ok": True}
    body = next(each for each in document["paths"]["/items"]["post"]["parameters"] if each["in"] == "body")
    assert (body["schema"], document["paths"]["/items"]["post"]["consumes"]) == (
        {"$ref": "#/definitions/Item"},
        ["application/json"],
    )


@pytest.mark.parametrize("kind", ["oas30", "swagger"])
def test_an_export_can_be_imported(aws: Aws, rest: str, kind: str) -> None:
    """With all extensions it is the same API again."""
    document = exported(aws, rest, kind, extensions="apigateway")
    again = aws("apigateway").import_rest_api(body=json.dumps(document).encode())["id"]
    aws("apigateway").create_deployment(restApiId=again, stageName="live")
    twin = exported(aws, again, kind, extensions="apigateway")
    assert {path: set(item) for path, item in twin["paths"].items()} == {
        path: set(item) for path, item in document["paths"].items()
    }
    place = "components" if kind == "oas30" else "securityDefinitions"
    assert json.dumps(twin[place]).replace(again, rest) == json.dumps(document[place])


def test_an_export_is_of_what_is_deployed(aws: Aws) -> None:
    gateway = aws("apigateway")
    api = gateway.import_rest_api(body=json.dumps(REST).encode())["id"]
    gateway.create_deployment(restApiId=api, stageName="live")
    root = next(each["id"] for each in gateway.get_resources(restApiId=api)["items"] if each["path"] == "/")
    new = gateway.create_resource(restApiId=api, parentId=root, pathPart="new")["id"]
    gateway.put_method(restApiId=api, resourceId=new, httpMethod="GET", authorizationType="NONE")
    assert "/new" not in exported(aws, api)["paths"]
    gateway.create_deployment(restApiId=api, stageName="live")
    assert "/new" in exported(aws, api)["paths"]


def test_what_cannot_be_exported_is_refused(aws: Aws, rest: str) -> None:
    with pytest.raises(ClientError, match="BadRequestException.*No API exporter for type 'raml'"):
        exported(aws, rest, "raml")
    with pytest.raises(ClientError, match="BadRequestException.*postman"):
        exported(aws, rest, extensions="postman")
    with pytest.raises(ClientError, match="NotFoundException"):
        aws("apigateway").get_export(restApiId=rest, stageName="none", exportType="oas30")


@pytest.mark.parametrize("extensions", [True, False])
@pytest.mark.parametrize("kind", ["JSON", "YAML"])
def test_http_apis(aws: Aws, kind: str, extensions: bool) -> None:
    gateway = aws("apigatewayv2")
    api = gateway.import_api(Body=json.dumps(HTTP))["ApiId"]
    gateway.create_stage(ApiId=api, StageName="live", AutoDeploy=True)
    text = gateway.export_api(
        ApiId=api, Specification="OAS30", OutputType=kind, StageName="live", IncludeExtensions=extensions
    )["body"].read()
    document = yaml.safe_load(text) if kind == "YAML" else json.loads(text)
    validate(document)
    assert ("x-amazon" in json.dumps(document)) == extensions
    assert document["paths"]["/items/{id}"]["get"]["security"] == [{"jwt": ["read"]}]
    assert document["servers"][0]["url"].endswith(f"/{api}/live")
    assert ("/$default" in document["paths"]) == extensions
    if extensions:
        again = gateway.import_api(Body=json.dumps(document))["ApiId"]
        assert {route["RouteKey"] for route in gateway.get_routes(ApiId=again)["Items"]} == {
            "GET /items/{id}",
            "ANY /any/{rest+}",
            "$default",
        }


def test_http_exports_that_are_refused(aws: Aws) -> None:
    gateway = aws("apigatewayv2")
    api = gateway.import_api(Body=json.dumps(HTTP))["ApiId"]
    with pytest.raises(ClientError, match="BadRequestException.*OAS30"):
        gateway.export_api(ApiId=api, Specification="OAS31", OutputType="JSON")
    with pytest.raises(ClientError, match="NotFoundException"):
        gateway.export_api(ApiId=api, Specification="OAS30", OutputType="JSON", StageName="none")


@pytest.mark.parametrize("path", ["/map/{z}/{y}.png", "/map/{z", "/map/a b"])
def test_a_path_that_no_resource_can_have_is_refused_and_leaves_no_api(aws: Callable[..., Any], path: str) -> None:
    gateway = aws("apigateway")
    before = {api["id"] for api in gateway.get_rest_apis(limit=500)["items"]}
    document = {"openapi": "3.0.1", "info": {"title": "maps", "version": "1"}, "paths": {path: {"get": {}}}}
    with pytest.raises(ClientError, match="Unable to create resource at path") as refused:
        gateway.import_rest_api(body=json.dumps(document).encode())
    assert refused.value.response["Error"]["Code"] == "BadRequestException"
    assert {api["id"] for api in gateway.get_rest_apis(limit=500)["items"]} == before
