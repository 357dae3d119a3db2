"""HTTP APIs through the WSGI door: routes, payload 2.0 and 1.0, inferred answers, CORS, authorizers, deployments."""

import json
from typing import Any

import pytest

from tests.unit.apigateway_world import ACCOUNT, REGION, Answer, FunctionFailed, World, lambda_uri


class HttpApi:
    def __init__(self, world: World, stage: str = "$default", **settings: Any) -> None:
        self.world = world
        self.client = world.client("apigatewayv2")
        created = self.client.create_api(Name="shop", ProtocolType="HTTP", **settings)
        self.id: str = created["ApiId"]
        self.stage = stage
        self.client.create_stage(ApiId=self.id, StageName=stage, AutoDeploy=True, StageVariables={"colour": "blue"})

    def route(self, key: str, function_arn: str, payload: str = "2.0", **settings: Any) -> str:
        integration = self.client.create_integration(
            ApiId=self.id,
            IntegrationType="AWS_PROXY",
            IntegrationUri=lambda_uri(function_arn),
            PayloadFormatVersion=payload,
        )
        target = f"integrations/{integration['IntegrationId']}"
        route: str = self.client.create_route(ApiId=self.id, RouteKey=key, Target=target, **settings)["RouteId"]
        return route

    def authorizer(self, function_arn: str, **settings: Any) -> dict[str, str]:
        """Route settings that make a route ask this authorizer."""
        made = self.client.create_authorizer(
            ApiId=self.id,
            Name="auth",
            AuthorizerType="REQUEST",
            AuthorizerUri=lambda_uri(function_arn),
            **{
                "AuthorizerPayloadFormatVersion": "2.0",
                "IdentitySource": ["$request.header.Authorization"],
                "EnableSimpleResponses": True,
                **settings,
            },
        )
        return {"AuthorizationType": "CUSTOM", "AuthorizerId": made["AuthorizerId"]}

    def call(self, method: str, path: str, **request: Any) -> Answer:
        stage = "" if self.stage == "$default" else "/" + self.stage
        return self.world.call(method, f"/_aws/execute-api/{self.id}{stage}{path}", **request)


def echo(event: dict[str, Any]) -> dict[str, Any]:
    return {"statusCode": 200, "body": json.dumps(event)}


@pytest.fixture
def shop(world: World) -> HttpApi:
    arn = world.function("echo", echo)
    api = HttpApi(world)
    for key in ("GET /items", "GET /items/{id}", "ANY /items/special", "ANY /files/{path+}", "$default"):
        api.route(key, arn)
    return api


def test_payload_2_0_is_exact(shop: HttpApi) -> None:
    answer = shop.call(
        "GET",
        "/items/a%20b?q=1&q=2&z=",
        headers={"User-Agent": "agent/1", "Cookie": "a=1; b=2", "X-Session-Id": "s1"},
    )
    event = answer.json
    headers, context = event.pop("headers"), event.pop("requestContext")
    assert event == {
        "version": "2.0",
        "routeKey": "GET /items/{id}",
        "rawPath": "/items/a b",
        "rawQueryString": "q=1&q=2&z=",
        "cookies": ["a=1", "b=2"],
        "queryStringParameters": {"q": "1,2", "z": ""},
        "pathParameters": {"id": "a b"},
        "stageVariables": {"colour": "blue"},
        "isBase64Encoded": False,
    }
    domain = f"{shop.id}.execute-api.{REGION}.amazonaws.com"
    assert (headers["x-session-id"], headers["host"], "cookie" in headers) == ("s1", domain, False)
    assert (context.pop("timeEpoch") > 0, bool(context.pop("time")), bool(context.pop("requestId"))) == (True,) * 3
    assert context == {
        "accountId": ACCOUNT,
        "apiId": shop.id,
        "domainName": domain,
        "domainPrefix": shop.id,
        "http": {
            "method": "GET",
            "path": "/items/a b",
            "protocol": "HTTP/1.1",
            "sourceIp": "203.0.113.7",
            "userAgent": "agent/1",
        },
        "routeKey": "GET /items/{id}",
        "stage": "$default",
    }
    assert answer.headers["apigw-requestid"]


@pytest.mark.parametrize(
    ("method", "path", "route"),
    [
        ("GET", "/items", "GET /items"),
        ("GET", "/items/1", "GET /items/{id}"),
        ("POST", "/items/special", "ANY /items/special"),
        ("PUT", "/files/a/b", "ANY /files/{path+}"),
        ("POST", "/items", "$default"),
        ("GET", "/items/", "$default"),
        ("GET", "/", "$default"),
    ],
)
def test_routes_by_precedence(shop: HttpApi, method: str, path: str, route: str) -> None:
    assert shop.call(method, path).json["routeKey"] == route


def test_a_named_stage_is_part_of_the_path(world: World) -> None:
    api = HttpApi(world, stage="dev")
    api.route("GET /items", world.function("echo", echo))
    event = api.call("GET", "/items").json
    assert (event["rawPath"], event["requestContext"]["stage"]) == ("/dev/items", "dev")
    for path in ("/items", "/dev/nowhere"):
        answer = world.call("GET", path, host=f"{api.id}.execute-api.us-east-1.amazonaws.com")
        assert (answer.status, answer.json) == (404, {"message": "Not Found"})


def test_bodies_are_text_or_base64(shop: HttpApi) -> None:
    text = shop.call("POST", "/x", body='{"a":1}', headers={"Content-Type": "application/json"}).json
    assert (text["body"], text["isBase64Encoded"]) == ('{"a":1}', False)
    form = shop.call("POST", "/x", body="a=1", headers={"Content-Type": "application/x-www-form-urlencoded"}).json
    assert (form["body"], form["isBase64Encoded"]) == ("YT0x", True)


@pytest.mark.parametrize(
    ("answer", "status", "content_type", "body"),
    [
        ({"message": "hi"}, 200, "application/json", b'{"message": "hi"}'),
        ("plain", 200, "application/json", b"plain"),
        ([1, 2], 200, "application/json", b"[1, 2]"),
        ({"statusCode": 201, "body": "x"}, 201, "text/plain;charset=UTF-8", b"x"),
        ({"statusCode": 200, "body": "eA==", "isBase64Encoded": True}, 200, "text/plain;charset=UTF-8", b"x"),
    ],
)
def test_answers_are_inferred(world: World, answer: Any, status: int, content_type: str, body: bytes) -> None:
    api = HttpApi(world)
    api.route("GET /x", world.function("f", lambda event: answer))
    got = api.call("GET", "/x")
    assert (got.status, got.headers["content-type"], got.body) == (status, content_type, body)


def test_cookies_of_the_answer(world: World) -> None:
    api = HttpApi(world)
    api.route("GET /x", world.function("f", lambda event: {"statusCode": 204, "cookies": ["a=1; Secure", "b=2"]}))
    got = api.call("GET", "/x")
    assert [value for name, value in got.header_list if name == "set-cookie"] == ["a=1; Secure", "b=2"]


def test_payload_1_0_on_request(world: World) -> None:
    api = HttpApi(world)
    api.route("GET /items/{id}", world.function("echo", echo), payload="1.0")
    event = api.call("GET", "/items/7?a=1").json
    assert (event["version"], event["httpMethod"], event["path"]) == ("1.0", "GET", "/items/7")
    assert event["multiValueQueryStringParameters"] == {"a": ["1"]}


@pytest.mark.parametrize("answer", ["text", {"message": "no statusCode needed, but no other key"}])
def test_payload_1_0_wants_the_proxy_shape(world: World, answer: Any) -> None:
    api = HttpApi(world)
    api.route("GET /x", world.function("f", lambda event: answer), payload="1.0")
    assert (api.call("GET", "/x").status, api.call("GET", "/x").json) == (500, {"message": "Internal Server Error"})


def test_function_errors_and_missing_permission_are_500(world: World) -> None:
    def fail(event: dict[str, Any]) -> None:
        raise FunctionFailed("secret")

    api = HttpApi(world)
    api.route("GET /fails", world.function("f", fail))
    api.route("GET /forbidden", world.function("g", echo, permitted=False))
    for path in ("/fails", "/forbidden"):
        got = api.call("GET", path)
        assert (got.status, got.json) == (500, {"message": "Internal Server Error"})


CORS = {"AllowOrigins": ["https://a.example"], "AllowMethods": ["GET", "POST"], "AllowHeaders": ["x-h"], "MaxAge": 60}


def test_cors_preflight_and_responses(world: World) -> None:
    api = HttpApi(world, CorsConfiguration={**CORS, "AllowCredentials": True})
    answer = {"statusCode": 200, "headers": {"Access-Control-Allow-Origin": "*"}, "body": ""}
    api.route("ANY /x", world.function("f", lambda event: answer))
    ask = {"Origin": "https://a.example", "Access-Control-Request-Method": "POST"}
    preflight = api.call("OPTIONS", "/x", headers=ask)
    assert (preflight.status, world.functions.events) == (204, [])
    assert preflight.headers["access-control-allow-origin"] == "https://a.example"
    assert preflight.headers["access-control-allow-methods"] == "GET,POST"
    assert (preflight.headers["access-control-allow-headers"], preflight.headers["access-control-max-age"]) == (
        "x-h",
        "60",
    )
    got = api.call("GET", "/x", headers={"Origin": "https://a.example"})
    assert [v for n, v in got.header_list if n.lower() == "access-control-allow-origin"] == ["https://a.example"]
    other = api.call("GET", "/x", headers={"Origin": "https://b.example"})
    assert "access-control-allow-origin" not in other.headers
    assert (
        api.call("OPTIONS", "/x", headers={**ask, "Origin": "https://b.example"})
        .headers.keys()
        .isdisjoint({"access-control-allow-origin"})
    )


def test_simple_authorizer(world: World) -> None:
    api = HttpApi(world)

    def decide(event: dict[str, Any]) -> dict[str, Any]:
        return {"isAuthorized": event["identitySource"] == ["good"], "context": {"user": 7, "tags": ["a"]}}

    auth = api.authorizer(world.function("auth", decide))
    api.route("GET /x", world.function("echo", echo), **auth)
    assert (api.call("GET", "/x").status, api.call("GET", "/x").json) == (401, {"message": "Unauthorized"})
    assert world.functions.events == []
    denied = api.call("GET", "/x", headers={"Authorization": "bad"})
    assert (denied.status, denied.json) == (403, {"message": "Forbidden"})
    for _ in range(2):
        event = api.call("GET", "/x", headers={"Authorization": "good"}).json
    assert event["requestContext"]["authorizer"] == {"lambda": {"user": 7, "tags": ["a"]}}
    asked = [e for e in world.functions.events if e.get("type") == "REQUEST"]
    assert len(asked) == 2, "the second good request is answered from the cache"
    assert asked[1]["routeArn"] == f"arn:aws:execute-api:{REGION}:{ACCOUNT}:{api.id}/$default/GET/x"
    assert (asked[1]["version"], asked[1]["routeKey"], asked[1]["rawPath"]) == ("2.0", "GET /x", "/x")


def test_iam_answers_of_an_authorizer_with_payload_1_0(world: World) -> None:
    api = HttpApi(world)

    def decide(event: dict[str, Any]) -> dict[str, Any]:
        statement = {"Effect": "Allow", "Action": "execute-api:Invoke", "Resource": event["methodArn"]}
        return {"principalId": "me", "policyDocument": {"Statement": [statement]}, "context": {"k": "v"}}

    settings = {"AuthorizerPayloadFormatVersion": "1.0", "EnableSimpleResponses": False}
    auth = api.authorizer(world.function("auth", decide), AuthorizerResultTtlInSeconds=300, **settings)
    arn = world.function("echo", echo)
    api.route("GET /x", arn, **auth)
    api.route("GET /y", arn, **auth)
    header = {"headers": {"Authorization": "t"}}
    authorizer = api.call("GET", "/x", **header).json["requestContext"]["authorizer"]
    assert authorizer == {"lambda": {"k": "v", "principalId": "me"}}
    assert api.call("GET", "/y", **header).status == 403, "the cached policy covers only the first route"


def test_failing_authorizer_is_500(world: World) -> None:
    api = HttpApi(world)
    auth = api.authorizer(world.function("auth", lambda event: {"principalId": "not a simple answer"}))
    api.route("GET /x", world.function("echo", echo), **auth)
    got = api.call("GET", "/x", headers={"Authorization": "t"})
    assert (got.status, got.json) == (500, {"message": "Internal Server Error"})


def test_auto_deploy_serves_changes_and_manual_deploy_does_not(world: World) -> None:
    api = HttpApi(world)
    arn = world.function("echo", echo)
    route_id = api.route("GET /x", arn)
    api.client.create_stage(ApiId=api.id, StageName="manual")
    manual = f"/_aws/execute-api/{api.id}/manual/x"
    assert (api.call("GET", "/x").status, world.call("GET", manual).status) == (200, 404)
    api.client.create_deployment(ApiId=api.id, StageName="manual")
    assert world.call("GET", manual).status == 200
    api.client.delete_route(ApiId=api.id, RouteId=route_id)
    assert (api.call("GET", "/x").status, world.call("GET", manual).status) == (404, 200)
    assert len(api.client.get_deployments(ApiId=api.id)["Items"]) == 1


def test_route_throttling_is_429(world: World) -> None:
    api = HttpApi(world)
    api.route("GET /x", world.function("echo", echo))
    api.client.update_stage(
        ApiId=api.id,
        StageName="$default",
        DefaultRouteSettings={"ThrottlingRateLimit": 0.001, "ThrottlingBurstLimit": 2},
    )
    answers = [api.call("GET", "/x") for _ in range(3)]
    assert [answer.status for answer in answers] == [200, 200, 429]
    assert answers[-1].json == {"message": "Too Many Requests"}


def test_quick_create(world: World) -> None:
    arn = world.function("echo", echo)
    client = world.client("apigatewayv2")
    api_id = client.create_api(Name="quick", ProtocolType="HTTP", Target=arn)["ApiId"]
    assert world.call("GET", f"/_aws/execute-api/{api_id}/any/path").json["routeKey"] == "$default"
