"""Templates as aws-sam-translator emits them, created as stacks and called."""

import json
import re
from typing import Any
from unittest.mock import MagicMock

import pytest
from samtranslator.translator.transform import transform

from shoplib.localaws.apigateway.resource_types import TYPES
from tests.unit.apigateway_world import Answer, World

FUNCTION = {"Runtime": "python3.12", "Handler": "index.handler", "InlineCode": "pass"}


def function(name: str, **events: Any) -> dict[str, Any]:
    return {"Type": "AWS::Serverless::Function", "Properties": {**FUNCTION, "FunctionName": name, "Events": events}}


def api_event(path: str, method: str, **properties: Any) -> dict[str, Any]:
    return {"Type": "Api", "Properties": {"RestApiId": {"Ref": "Api"}, "Path": path, "Method": method, **properties}}


def http_event(path: str, method: str, **properties: Any) -> dict[str, Any]:
    return {"Type": "HttpApi", "Properties": {"ApiId": {"Ref": "Api"}, "Path": path, "Method": method, **properties}}


class Stack:
    """A SAM template expanded by AWS's translator and created in moto."""

    def __init__(self, world: World, resources: dict[str, Any], **sections: Any) -> None:
        self.world = world
        self.client = world.client("cloudformation")
        self.client.create_stack(StackName="shop", TemplateBody=self._expand(resources, sections))

    def _expand(self, resources: dict[str, Any], sections: dict[str, Any]) -> str:
        policies = MagicMock()
        policies.load.return_value = {}
        transformed = "AWS::Serverless-2016-10-31"
        return json.dumps(transform({"Transform": transformed, "Resources": resources, **sections}, {}, policies))

    def ref(self, logical_id: str) -> str:
        resource = self.client.describe_stack_resource(StackName="shop", LogicalResourceId=logical_id)
        return str(resource["StackResourceDetail"]["PhysicalResourceId"])

    def call(self, method: str, path: str, api: str = "Api", **request: Any) -> Answer:
        return self.world.call(method, f"/_aws/execute-api/{self.ref(api)}{path}", **request)


@pytest.fixture
def shop(world: World) -> World:
    def echo(event: dict[str, Any]) -> dict[str, Any]:
        return {"statusCode": 200, "body": json.dumps(event)}

    def decide(event: dict[str, Any]) -> dict[str, Any]:
        token = event.get("authorizationToken") or event["headers"].get("Authorization", "")
        effect = {"allow": "Allow", "deny": "Deny"}.get(token.removeprefix("Bearer "))
        if effect is None:
            return {"principalId": "nobody", "policyDocument": {"Statement": []}}
        statement = {"Action": "execute-api:Invoke", "Effect": effect, "Resource": event["methodArn"]}
        document = {"Version": "2012-10-17", "Statement": [statement]}
        return {"principalId": "me", "policyDocument": document, "context": {"n": 1, "yes": True}}

    world.functions.handlers = {"shop": echo, "auth": decide}
    return world


def test_implicit_api(shop: World) -> None:
    events = {"Get": {"Type": "Api", "Properties": {"Path": "/items/{id}", "Method": "get"}}}
    outputs = {"Id": {"Value": {"Fn::GetAtt": ["ServerlessRestApi", "RootResourceId"]}}}
    stack = Stack(shop, {"Shop": function("shop", **events)}, Outputs=outputs)
    assert stack.call("GET", "/Prod/items/7", api="ServerlessRestApi").json["pathParameters"] == {"id": "7"}
    described = stack.client.describe_stacks(StackName="shop")["Stacks"][0]["Outputs"][0]["OutputValue"]
    root = [
        r
        for r in shop.client("apigateway").get_resources(restApiId=stack.ref("ServerlessRestApi"))["items"]
        if r["path"] == "/"
    ]
    assert described == root[0]["id"]


def explicit_api(**properties: Any) -> dict[str, Any]:
    return {"Type": "AWS::Serverless::Api", "Properties": {"StageName": "prod", **properties}}


CORS = {"AllowOrigin": "'https://a.example'", "AllowMethods": "'GET,POST'", "AllowHeaders": "'Authorization'"}
TOKEN_AUTH = {
    "DefaultAuthorizer": "Token",
    "AddDefaultAuthorizerToCorsPreflight": False,
    "Authorizers": {
        "Token": {"FunctionArn": {"Fn::GetAtt": ["Auth", "Arn"]}, "Identity": {"ValidationExpression": "Bearer .+"}},
        "Request": {
            "FunctionPayloadType": "REQUEST",
            "FunctionArn": {"Fn::GetAtt": ["Auth", "Arn"]},
            "Identity": {"Headers": ["Authorization"], "QueryStrings": ["q"], "ReauthorizeEvery": 0},
        },
    },
}


def guarded_shop(**properties: Any) -> dict[str, Any]:
    return {
        "Api": explicit_api(Cors=CORS, Auth=TOKEN_AUTH, Variables={"colour": "blue"}, **properties),
        "Auth": function("auth"),
        "Shop": function(
            "shop",
            Mine=api_event("/mine", "get"),
            Open=api_event("/open", "get", Auth={"Authorizer": "NONE"}),
            Asked=api_event("/asked/{proxy+}", "any", Auth={"Authorizer": "Request"}),
        ),
    }


@pytest.mark.parametrize("version", ["2.0", "3.0.1"])
def test_default_authorizer_overrides_and_cors(shop: World, version: str) -> None:
    stack = Stack(shop, guarded_shop(OpenApiVersion=version))
    assert stack.call("GET", "/prod/open").json["stageVariables"] == {"colour": "blue"}
    for headers in ({}, {"Authorization": "no bearer"}):
        answer = stack.call("GET", "/prod/mine", headers=headers)
        assert (answer.status, answer.json) == (401, {"message": "Unauthorized"})
        assert answer.headers["x-amzn-errortype"] == "UnauthorizedException"
    allowed = stack.call("GET", "/prod/mine", headers={"Authorization": "Bearer allow"}).json
    authorizer = allowed["requestContext"]["authorizer"]
    assert authorizer.pop("integrationLatency") >= 0
    assert authorizer == {"principalId": "me", "n": "1", "yes": "true"}
    preflight = stack.call("OPTIONS", "/prod/mine", headers={"Origin": "https://a.example"})
    assert (preflight.status, preflight.headers["access-control-allow-origin"]) == (200, "https://a.example")
    assert preflight.headers["access-control-allow-methods"] == "GET,POST"


@pytest.mark.parametrize(
    ("token", "message"),
    [
        ("Bearer deny", "User is not authorized to access this resource with an explicit deny"),
        ("Bearer other", "User is not authorized to access this resource"),
    ],
)
def test_denied_by_the_authorizer(shop: World, token: str, message: str) -> None:
    stack = Stack(shop, guarded_shop())
    answer = stack.call("GET", "/prod/mine", headers={"Authorization": token})
    assert (answer.status, answer.json) == (403, {"Message": message})
    assert answer.headers["x-amzn-errortype"] == "AccessDeniedException"


def test_request_authorizer_needs_all_its_sources_and_is_not_cached(shop: World) -> None:
    stack = Stack(shop, guarded_shop())
    token = {"Authorization": "Bearer allow"}
    assert stack.call("POST", "/prod/asked/x", headers=token).status == 401
    for _ in range(2):
        assert stack.call("POST", "/prod/asked/x?q=1", headers=token).status == 200
    asked = [event for event in shop.functions.events if event.get("type") == "REQUEST"]
    assert len(asked) == 2
    assert asked[0]["methodArn"].endswith("/prod/POST/asked/x")
    assert (asked[0]["resource"], asked[0]["pathParameters"]) == ("/asked/{proxy+}", {"proxy": "x"})


def test_token_answers_are_cached(shop: World) -> None:
    stack = Stack(shop, guarded_shop())
    for _ in range(3):
        assert stack.call("GET", "/prod/mine", headers={"Authorization": "Bearer allow"}).status == 200
    assert len([event for event in shop.functions.events if event.get("type") == "TOKEN"]) == 1


def test_definition_body_validation_and_gateway_responses(shop: World) -> None:
    uri = "arn:aws:apigateway:${AWS::Region}:lambda:path/2015-03-31/functions/${Shop.Arn}/invocations"
    integration = {"type": "aws_proxy", "httpMethod": "POST", "uri": {"Fn::Sub": uri}}
    order = {"type": "object", "required": ["line"], "properties": {"line": {"$ref": "#/components/schemas/Line"}}}
    body = {
        "openapi": "3.0.1",
        "info": {"title": "orders", "version": "1"},
        "x-amazon-apigateway-request-validators": {
            "all": {"validateRequestBody": True, "validateRequestParameters": True}
        },
        "x-amazon-apigateway-request-validator": "all",
        "x-amazon-apigateway-gateway-responses": {
            "BAD_REQUEST_BODY": {
                "statusCode": 422,
                "responseParameters": {"gatewayresponse.header.X-Why": "'body'"},
                "responseTemplates": {
                    "application/json": '{"error":$context.error.messageString,"id":"$context.requestId"}'
                },
            },
            "DEFAULT_4XX": {"responseParameters": {"gatewayresponse.header.Access-Control-Allow-Origin": "'*'"}},
        },
        "paths": {
            "/orders": {
                "post": {
                    "parameters": [{"name": "q", "in": "query", "required": True, "schema": {"type": "string"}}],
                    "requestBody": {
                        "content": {"application/json": {"schema": {"$ref": "#/components/schemas/Order"}}}
                    },
                    "responses": {},
                    "x-amazon-apigateway-integration": integration,
                }
            }
        },
        "components": {"schemas": {"Order": order, "Line": {"type": "integer", "minimum": 1}}},
    }
    resources = {"Api": explicit_api(DefinitionBody=body), "Shop": function("shop", P=api_event("/orders", "post"))}
    stack = Stack(shop, resources)
    assert stack.call("POST", "/prod/orders?q=1", body='{"line": 1}').status == 200
    missing = stack.call("POST", "/prod/orders", body='{"line": 1}')
    assert (missing.status, missing.json) == (400, {"message": "Missing required request parameters: [q]"})
    assert missing.headers["access-control-allow-origin"] == "*"
    for wrong in ('{"line": 0}', "{}", "no json"):
        answer = stack.call("POST", "/prod/orders?q=1", body=wrong)
        assert (answer.status, answer.json["error"]) == (422, "Invalid request body")
        assert (answer.headers["x-why"], answer.json["id"]) == ("body", answer.headers["x-amzn-requestid"])


def test_api_keys_usage_plans_and_quota(shop: World) -> None:
    plan = {"CreateUsagePlan": "PER_API", "Quota": {"Limit": 2, "Period": "DAY"}}
    resources = {
        "Api": explicit_api(Auth={"ApiKeyRequired": True, "UsagePlan": plan}),
        "Shop": function("shop", Get=api_event("/x", "get")),
    }
    stack = Stack(shop, resources)
    key = shop.client("apigateway").get_api_key(apiKey=stack.ref("ApiApiKey"), includeValue=True)["value"]
    for headers in ({}, {"x-api-key": "wrong"}):
        answer = stack.call("GET", "/prod/x", headers=headers)
        assert (answer.status, answer.json) == (403, {"message": "Forbidden"})
    answers = [stack.call("GET", "/prod/x", headers={"x-api-key": key}) for _ in range(3)]
    assert answers[0].json["requestContext"]["identity"]["apiKey"] == key
    assert [answer.status for answer in answers] == [200, 200, 429]
    assert answers[2].json == {"message": "Limit Exceeded"}
    assert answers[2].headers["x-amzn-errortype"] == "LimitExceededException"


def test_method_throttling(shop: World) -> None:
    setting = {"ResourcePath": "/*", "HttpMethod": "*", "ThrottlingRateLimit": 0.001, "ThrottlingBurstLimit": 1}
    resources = {"Api": explicit_api(MethodSettings=[setting]), "Shop": function("shop", Get=api_event("/x", "get"))}
    stack = Stack(shop, resources)
    answers = [stack.call("GET", "/prod/x") for _ in range(2)]
    assert [(a.status) for a in answers] == [200, 429]
    assert answers[1].json == {"message": "Too Many Requests"}


def test_resource_policy_and_a_definition_in_s3(shop: World) -> None:
    s3 = shop.client("s3")
    s3.create_bucket(Bucket="definitions")
    document = """
    openapi: 3.0.1
    info: {title: stored, version: "1"}
    paths:
      /mock:
        get:
          responses: {200: {description: found}, default: {description: other}}
          x-amazon-apigateway-integration:
            type: mock
            requestTemplates: {application/json: '{"statusCode": 200}'}
            responses: {200: {statusCode: 200}, default: {statusCode: 400}}
    """
    s3.put_object(Bucket="definitions", Key="api.yaml", Body=document.encode())
    stored = Stack(shop, {"Api": explicit_api(DefinitionUri="s3://definitions/api.yaml")})
    assert stored.call("GET", "/prod/mock").status == 200
    assert shop.client("apigateway").get_rest_apis()["items"][0]["name"] == "stored"
    shop.client("cloudformation").delete_stack(StackName="shop")
    stack = Stack(
        shop,
        {
            "Api": explicit_api(Auth={"ResourcePolicy": {"IpRangeBlacklist": ["203.0.113.0/24"]}}),
            "Shop": function("shop", Get=api_event("/x", "get")),
        },
    )
    answer = stack.call("GET", "/prod/x")
    assert (answer.status, "explicit deny" in answer.json["Message"]) == (403, True)
    denied = "User: anonymous is not authorized to perform: execute-api:Invoke on resource: arn:aws:execute-api:"
    assert re.match(re.escape(denied) + r"[a-z0-9-]+:\*{8}[0-9]{4}:", answer.json["Message"])


def http_api(**properties: Any) -> dict[str, Any]:
    return {"Type": "AWS::Serverless::HttpApi", "Properties": properties}


def test_http_api_with_authorizers(shop: World) -> None:
    lambda_auth = {
        "FunctionArn": {"Fn::GetAtt": ["Auth", "Arn"]},
        "AuthorizerPayloadFormatVersion": "2.0",
        "EnableSimpleResponses": True,
        "EnableFunctionDefaultPermissions": True,
        "Identity": {"Headers": ["Authorization"]},
    }
    shop.functions.handlers["auth"] = lambda event: {"isAuthorized": event["headers"]["authorization"] == "yes"}
    auth = {"DefaultAuthorizer": "Simple", "Authorizers": {"Simple": lambda_auth}}
    resources = {
        "Api": http_api(StageName="dev", Auth=auth, CorsConfiguration={"AllowOrigins": ["*"], "AllowMethods": ["GET"]}),
        "Auth": function("auth"),
        "Shop": function(
            "shop",
            Mine=http_event("/mine", "get"),
            Open=http_event("/open/{proxy+}", "any", Auth={"Authorizer": "NONE"}, PayloadFormatVersion="1.0"),
        ),
    }
    stack = Stack(shop, resources)
    statuses = [stack.call("GET", "/dev/mine", headers={"Authorization": token}).status for token in ("", "no", "yes")]
    assert statuses == [401, 403, 200]
    opened = stack.call("POST", "/dev/open/a/b", headers={"Origin": "https://a.example"})
    assert (opened.json["version"], opened.json["path"]) == ("1.0", "/dev/open/a/b")
    assert opened.headers["access-control-allow-origin"] == "*"
    stack.client.delete_stack(StackName="shop")
    assert shop.client("apigatewayv2").get_apis()["Items"] == []


def test_implicit_http_api_has_a_default_route(shop: World) -> None:
    outputs = {"Url": {"Value": {"Fn::GetAtt": ["ServerlessHttpApi", "ApiEndpoint"]}}}
    stack = Stack(shop, {"Shop": function("shop", Any={"Type": "HttpApi"})}, Outputs=outputs)
    api = stack.ref("ServerlessHttpApi")
    assert stack.call("GET", "/a/b", api="ServerlessHttpApi").json["routeKey"] == "$default"
    output = stack.client.describe_stacks(StackName="shop")["Stacks"][0]["Outputs"][0]["OutputValue"]
    assert output == f"https://{api}.execute-api.us-east-1.amazonaws.com"


def test_plain_cloudformation_resources(shop: World) -> None:
    invoke = "arn:aws:apigateway:${AWS::Region}:lambda:path/2015-03-31/functions/${Shop.Arn}/invocations"
    api = {"Ref": "Rest"}
    resources = {
        "Shop": function("shop"),
        "Permit": {
            "Type": "AWS::Lambda::Permission",
            "Properties": {
                "Action": "lambda:InvokeFunction",
                "FunctionName": {"Ref": "Shop"},
                "Principal": "apigateway.amazonaws.com",
            },
        },
        "Rest": {"Type": "AWS::ApiGateway::RestApi", "Properties": {"Name": "plain"}},
        "Items": {
            "Type": "AWS::ApiGateway::Resource",
            "Properties": {
                "RestApiId": api,
                "ParentId": {"Fn::GetAtt": ["Rest", "RootResourceId"]},
                "PathPart": "items",
            },
        },
        "Get": {
            "Type": "AWS::ApiGateway::Method",
            "Properties": {
                "RestApiId": api,
                "ResourceId": {"Ref": "Items"},
                "HttpMethod": "GET",
                "AuthorizationType": "NONE",
                "Integration": {"Type": "AWS_PROXY", "IntegrationHttpMethod": "POST", "Uri": {"Fn::Sub": invoke}},
            },
        },
        "Deployed": {"Type": "AWS::ApiGateway::Deployment", "DependsOn": "Get", "Properties": {"RestApiId": api}},
        "Live": {
            "Type": "AWS::ApiGateway::Stage",
            "Properties": {"RestApiId": api, "DeploymentId": {"Ref": "Deployed"}, "StageName": "live"},
        },
        "Http": {"Type": "AWS::ApiGatewayV2::Api", "Properties": {"Name": "h", "ProtocolType": "HTTP"}},
        "Wire": {
            "Type": "AWS::ApiGatewayV2::Integration",
            "Properties": {
                "ApiId": {"Ref": "Http"},
                "IntegrationType": "AWS_PROXY",
                "IntegrationUri": {"Fn::GetAtt": ["Shop", "Arn"]},
                "PayloadFormatVersion": "2.0",
            },
        },
        "Way": {
            "Type": "AWS::ApiGatewayV2::Route",
            "Properties": {
                "ApiId": {"Ref": "Http"},
                "RouteKey": "GET /items",
                "Target": {"Fn::Sub": "integrations/${Wire}"},
            },
        },
        "HttpDeployed": {
            "Type": "AWS::ApiGatewayV2::Deployment",
            "DependsOn": "Way",
            "Properties": {"ApiId": {"Ref": "Http"}},
        },
        "HttpLive": {
            "Type": "AWS::ApiGatewayV2::Stage",
            "Properties": {
                "ApiId": {"Ref": "Http"},
                "StageName": "live",
                "DeploymentId": {"Ref": "HttpDeployed"},
            },
        },
    }
    stack = Stack(shop, resources)
    assert stack.call("GET", "/live/items", api="Rest").status == 200
    assert stack.call("GET", "/live/items", api="Http").json["routeKey"] == "GET /items"


def test_documents_by_api_call(shop: World) -> None:
    text = """
    swagger: "2.0"
    info: {title: imported, version: "1"}
    paths:
      /hello:
        get:
          responses: {"200": {description: ok}}
          x-amazon-apigateway-integration:
            type: mock
            requestTemplates: {application/json: '{"statusCode": 200}'}
            responses:
              default: {statusCode: "200", responseTemplates: {application/json: '{"hello": "world"}'}}
    """
    client = shop.client("apigateway")
    api_id = client.import_rest_api(body=text.encode())["id"]
    client.create_deployment(restApiId=api_id, stageName="s")
    assert shop.call("GET", f"/_aws/execute-api/{api_id}/s/hello").json == {"hello": "world"}
    client.put_rest_api(restApiId=api_id, mode="overwrite", body=text.replace("/hello", "/other").encode())
    assert shop.call("GET", f"/_aws/execute-api/{api_id}/s/hello").status == 200, "not deployed yet"
    client.create_deployment(restApiId=api_id, stageName="s")
    assert shop.call("GET", f"/_aws/execute-api/{api_id}/s/hello").status == 403
    assert shop.call("GET", f"/_aws/execute-api/{api_id}/s/other").status == 200


def test_refused_documents(shop: World) -> None:
    client = shop.client("apigateway")
    with pytest.raises(client.exceptions.BadRequestException, match="points to nothing"):
        client.import_rest_api(
            body=b'{"openapi": "3.0.1", "paths": {"/x": {"get": {"requestBody": {"$ref": "#/components/nope"}}}}}'
        )
    http = shop.client("apigatewayv2")
    with pytest.raises(http.exceptions.BadRequestException, match="Unsupported OpenAPI version"):
        http.import_api(Body="{}")
    assert http.get_apis()["Items"] == []


def test_every_type_is_known_to_moto() -> None:
    from moto.cloudformation.parsing import resource_class_from_type

    assert {name: resource_class_from_type(name) for name in TYPES} == TYPES
