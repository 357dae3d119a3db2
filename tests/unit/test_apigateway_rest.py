"""REST APIs through the WSGI door: routes, payload 1.0, answers, errors, authorizers, deployments."""

import gzip
import json
import threading
from typing import Any

import pytest

from tests.unit.apigateway_world import ACCOUNT, REGION, Answer, FunctionFailed, World, lambda_uri


class RestApi:
    """Builds a REST API with the same calls as any client of AWS."""

    def __init__(self, world: World, **settings: Any) -> None:
        self.world = world
        self.client = world.client("apigateway")
        created = self.client.create_rest_api(name="shop", **settings)
        self.id: str = created["id"]
        self._resources = {"": created["rootResourceId"]}

    def resource(self, path: str) -> str:
        trimmed = path.rstrip("/")
        if trimmed not in self._resources:
            parent, _, part = trimmed.rpartition("/")
            made = self.client.create_resource(restApiId=self.id, parentId=self.resource(parent), pathPart=part)
            self._resources[trimmed] = made["id"]
        return self._resources[trimmed]

    def method(self, path: str, http_method: str, function_arn: str, **settings: Any) -> None:
        where = {"restApiId": self.id, "resourceId": self.resource(path), "httpMethod": http_method}
        self.client.put_method(**where, **{"authorizationType": "NONE", **settings})
        self.client.put_integration(
            **where, type="AWS_PROXY", integrationHttpMethod="POST", uri=lambda_uri(function_arn)
        )

    def deploy(self, stage: str = "prod", **settings: Any) -> None:
        self.client.create_deployment(restApiId=self.id, stageName=stage, **settings)

    def call(self, method: str, path: str, **request: Any) -> Answer:
        return self.world.call(method, f"/_aws/execute-api/{self.id}/prod{path}", **request)


def echo(event: dict[str, Any]) -> dict[str, Any]:
    return {"statusCode": 200, "body": json.dumps(event)}


@pytest.fixture
def shop(world: World) -> RestApi:
    """GET /items, GET /items/{id}, GET /items/special, ANY /files/{path+}, all echoing their event."""
    arn = world.function("echo", echo)
    api = RestApi(world)
    for path, method in (
        ("/items", "GET"),
        ("/items/{id}", "GET"),
        ("/items/special", "GET"),
        ("/files/{path+}", "ANY"),
    ):
        api.method(path, method, arn)
    api.deploy(variables={"colour": "blue"})
    return api


@pytest.mark.parametrize(
    ("url", "host"),
    [
        ("/_aws/execute-api/{id}/prod/items", "127.0.0.1:1"),
        ("/restapis/{id}/prod/_user_request_/items", "127.0.0.1:1"),
        ("/prod/items", "{id}.execute-api.us-east-1.amazonaws.com"),
        ("/prod/items", "{id}.execute-api.localhost:4566"),
    ],
)
def test_three_addresses_reach_the_same_api(world: World, shop: RestApi, url: str, host: str) -> None:
    answer = world.call("GET", url.format(id=shop.id), host=host.format(id=shop.id))
    assert (answer.status, answer.json["resource"]) == (200, "/items")


@pytest.mark.parametrize(
    ("path", "resource", "parameters"),
    [
        ("/items/special", "/items/special", None),
        ("/items/7", "/items/{id}", {"id": "7"}),
        ("/items/a%2Fb%20c", "/items/{id}", {"id": "a%2Fb%20c"}),
        ("/items/", "/items", None),
        ("/files/a/b.txt", "/files/{path+}", {"path": "a/b.txt"}),
    ],
)
def test_routes_by_precedence(shop: RestApi, path: str, resource: str, parameters: Any) -> None:
    event = shop.call("GET", path).json
    assert (event["resource"], event["pathParameters"]) == (resource, parameters)


def test_payload_1_0_is_exact(shop: RestApi) -> None:
    answer = shop.call(
        "POST",
        "/files/a%20b?q=1&q=2&empty=",
        body="h\u00e9",
        headers={"Content-Type": "text/plain", "User-Agent": "agent/1", "X-Session-Id": "s1"},
    )
    event = answer.json
    context = event.pop("requestContext")
    headers, multi = event.pop("headers"), event.pop("multiValueHeaders")
    assert event == {
        "resource": "/files/{path+}",
        "path": "/files/a%20b",
        "httpMethod": "POST",
        "queryStringParameters": {"q": "2", "empty": ""},
        "multiValueQueryStringParameters": {"q": ["1", "2"], "empty": [""]},
        "pathParameters": {"path": "a%20b"},
        "stageVariables": {"colour": "blue"},
        "body": "h\u00e9",
        "isBase64Encoded": False,
    }
    domain = f"{shop.id}.execute-api.{REGION}.amazonaws.com"
    assert (headers["X-Session-Id"], headers["Content-Type"], headers["Host"]) == ("s1", "text/plain", domain)
    assert headers["X-Forwarded-For"] == "203.0.113.7"
    assert multi["X-Session-Id"] == ["s1"]
    identity = context.pop("identity")
    assert (identity["sourceIp"], identity["userAgent"], identity["accessKey"]) == ("203.0.113.7", "agent/1", None)
    assert context.pop("requestId") == answer.headers["x-amzn-requestid"]
    assert context.pop("extendedRequestId") == answer.headers["x-amz-apigw-id"]
    for volatile in ("requestTime", "requestTimeEpoch", "resourceId", "deploymentId"):
        assert context.pop(volatile)
    assert context == {
        "accountId": ACCOUNT,
        "apiId": shop.id,
        "domainName": domain,
        "domainPrefix": shop.id,
        "httpMethod": "POST",
        "path": "/prod/files/a%20b",
        "protocol": "HTTP/1.1",
        "resourcePath": "/files/{path+}",
        "stage": "prod",
    }


def test_request_without_parameters_and_body_has_nulls(shop: RestApi) -> None:
    event = shop.call("GET", "/items").json
    for key in ("queryStringParameters", "multiValueQueryStringParameters", "pathParameters", "body"):
        assert event[key] is None


@pytest.mark.parametrize(("method", "path"), [("GET", "/nowhere"), ("POST", "/items"), ("GET", "/")])
def test_unknown_route_is_missing_authentication_token(shop: RestApi, method: str, path: str) -> None:
    answer = shop.call(method, path)
    assert (answer.status, answer.json) == (403, {"message": "Missing Authentication Token"})
    assert answer.headers["x-amzn-errortype"] == "MissingAuthenticationTokenException"
    assert answer.headers["x-amzn-requestid"]


def test_unknown_stage_and_unknown_api_are_forbidden(world: World, shop: RestApi) -> None:
    for url in (f"/_aws/execute-api/{shop.id}/nostage/items", "/_aws/execute-api/abcdefghij/prod/items"):
        answer = world.call("GET", url)
        assert (answer.status, answer.json) == (403, {"message": "Forbidden"})


@pytest.mark.parametrize(
    "answer",
    [
        "just text",
        None,
        [],
        {"statusCode": 200, "body": {"not": "text"}},
        {"statusCode": "abc", "body": ""},
        {"statusCode": 200, "body": "", "status": 1},
        {"statusCode": 200, "headers": ["x"]},
        b"not json",
    ],
)
def test_malformed_answer_is_502_and_leaks_nothing(world: World, answer: Any) -> None:
    api = RestApi(world)
    api.method("/x", "GET", world.function("f", lambda event: answer))
    api.deploy()
    got = api.call("GET", "/x")
    assert (got.status, got.json) == (502, {"message": "Internal server error"})
    assert got.headers["x-amzn-errortype"] == "InternalServerErrorException"


def test_function_error_is_502(world: World) -> None:
    def fail(event: dict[str, Any]) -> None:
        raise FunctionFailed("secret detail")

    api = RestApi(world)
    api.method("/x", "GET", world.function("f", fail))
    api.deploy()
    got = api.call("GET", "/x")
    assert (got.status, got.json) == (502, {"message": "Internal server error"})


def test_answer_keeps_status_headers_and_cookies(world: World) -> None:
    api = RestApi(world)
    answer = {
        "statusCode": "201",
        "headers": {"X-One": 1, "Server": "mine"},
        "multiValueHeaders": {"Set-Cookie": ["a=1", "b=2"]},
        "body": None,
    }
    api.method("/x", "GET", world.function("f", lambda event: answer))
    api.deploy()
    got = api.call("GET", "/x")
    assert (got.status, got.body) == (201, b"")
    assert [v for n, v in got.header_list if n == "Set-Cookie"] == ["a=1", "b=2"]
    assert (got.headers["x-one"], got.headers["x-amzn-remapped-server"]) == ("1", "mine")
    assert got.headers["content-type"] == "application/json"


def test_without_permission_the_gateway_cannot_invoke(world: World) -> None:
    api = RestApi(world)
    api.method("/x", "GET", world.function("f", echo, permitted=False))
    api.deploy()
    assert (api.call("GET", "/x").status, world.functions.events) == (500, [])
    world.permit("f", SourceArn=f"arn:aws:execute-api:{REGION}:{ACCOUNT}:{api.id}/*/GET/other")
    assert api.call("GET", "/x").status == 500
    world.client("lambda").remove_permission(FunctionName="f", StatementId="apigateway")
    world.permit("f", SourceArn=f"arn:aws:execute-api:{REGION}:{ACCOUNT}:{api.id}/*/GET/x")
    assert api.call("GET", "/x").status == 200


def test_slow_function_times_out_at_the_integrations_limit(world: World) -> None:
    released = threading.Event()
    arn = world.function("slow", lambda event: released.wait(10) and {"statusCode": 200}, timeout=60)
    api = RestApi(world)
    api.method("/x", "GET", arn)
    where = {"restApiId": api.id, "resourceId": api.resource("/x"), "httpMethod": "GET"}
    api.client.put_integration(
        **where, type="AWS_PROXY", integrationHttpMethod="POST", uri=lambda_uri(arn), timeoutInMillis=50
    )
    api.deploy()
    got = api.call("GET", "/x")
    released.set()
    assert (got.status, got.json) == (504, {"message": "Endpoint request timed out"})


def test_too_large_bodies_are_413(shop: RestApi) -> None:
    for size in (7, 11):
        got = shop.call("POST", "/files/x", body=b"x" * (size * 1024 * 1024))
        assert (got.status, got.json) == (413, {"message": "Request Too Long"})


def test_binary_media_types_go_base64_both_ways(world: World) -> None:
    arn = world.function(
        "f", lambda e: {"statusCode": 200, "isBase64Encoded": True, "body": e["body"], "headers": {"X": "y"}}
    )
    api = RestApi(world)
    api.method("/x", "POST", arn)
    patch = [{"op": "add", "path": "/binaryMediaTypes/image~1png"}]
    api.client.update_rest_api(restApiId=api.id, patchOperations=patch)
    api.deploy()
    raw = b"\x89PNG\xff"
    got = api.call("POST", "/x", body=raw, headers={"Content-Type": "image/png", "Accept": "image/png"})
    assert got.body == raw
    assert world.functions.events[-1]["isBase64Encoded"] is True
    assert api.call("POST", "/x", body=raw, headers={"Content-Type": "image/png"}).body == b"iVBOR/8="


def patched(api: RestApi, *operations: tuple[str, ...]) -> dict[str, Any]:
    named = [dict(zip(("op", "path", "value"), each, strict=False)) for each in operations]
    return api.client.update_rest_api(restApiId=api.id, patchOperations=named)


def test_binary_media_types_are_given_at_creation_and_patched_by_path(world: World) -> None:
    api = RestApi(world, binaryMediaTypes=["image/gif"], version="7")
    found = api.client.get_rest_api(restApiId=api.id)
    assert (found["binaryMediaTypes"], found["version"]) == (["image/gif"], "7")
    added = patched(api, ("add", "/binaryMediaTypes/image~1png"), ("add", "/binaryMediaTypes/*~1*"))
    assert added["binaryMediaTypes"] == ["image/gif", "image/png", "*/*"]
    left = patched(
        api, ("remove", "/binaryMediaTypes/image~1gif"), ("replace", "/binaryMediaTypes/*~1*", "application/pdf")
    )
    assert left["binaryMediaTypes"] == ["image/png", "application/pdf"]


def test_patches_of_a_rest_api(world: World) -> None:
    api = RestApi(world, description="old", endpointConfiguration={"types": ["EDGE"]})
    found = patched(
        api,
        ("replace", "/name", "new"),
        ("remove", "/description"),
        ("replace", "/apiKeySource", "AUTHORIZER"),
        ("replace", "/minimumCompressionSize", "10"),
        ("replace", "/disableExecuteApiEndpoint", "false"),
        ("replace", "/endpointConfiguration/types/EDGE", "REGIONAL"),
    )
    assert (found["name"], found.get("description"), found["apiKeySource"]) == ("new", None, "AUTHORIZER")
    assert (found["minimumCompressionSize"], found["disableExecuteApiEndpoint"]) == (10, False)
    assert found["endpointConfiguration"]["types"] == ["REGIONAL"]
    for wrong in (("replace", "/colour", "red"), ("remove", "/name"), ("remove", "/binaryMediaTypes/a~1b")):
        with pytest.raises(api.client.exceptions.BadRequestException, match="Invalid"):
            patched(api, wrong)


def test_patches_of_stages_authorizers_keys_and_plans(world: World) -> None:
    api = RestApi(world)
    api.method("/x", "GET", world.function("f", echo))
    api.deploy(variables={"colour": "blue"})
    client, stage = api.client, {"restApiId": api.id, "stageName": "prod"}

    def changed(call: Any, named: dict[str, str], *operations: tuple[str, ...]) -> dict[str, Any]:
        patch = [dict(zip(("op", "path", "value"), each, strict=False)) for each in operations]
        return call(**named, patchOperations=patch)

    found = changed(
        client.update_stage,
        stage,
        ("add", "/variables/shape", "round"),
        ("remove", "/variables/colour"),
        ("replace", "/*/*/throttling/rateLimit", "5"),
        ("replace", "/~1x/GET/logging/loglevel", "INFO"),
    )
    assert found["variables"] == {"shape": "round"}
    assert (
        found["methodSettings"]["*/*"]["throttlingRateLimit"],
        found["methodSettings"]["~1x/GET"]["loggingLevel"],
    ) == (
        5.0,
        "INFO",
    )
    pools = [f"arn:aws:cognito-idp:{REGION}:{ACCOUNT}:userpool/{name}" for name in ("a", "b")]
    made = client.create_authorizer(
        restApiId=api.id,
        name="c",
        type="COGNITO_USER_POOLS",
        providerARNs=pools[:1],
        identitySource="method.request.header.A",
    )
    named = {"restApiId": api.id, "authorizerId": made["id"]}
    found = changed(
        client.update_authorizer, named, ("add", "/providerARNs", pools[1]), ("remove", "/providerARNs", pools[0])
    )
    assert found["providerARNs"] == pools[1:]
    key = {"apiKey": client.create_api_key(name="k", enabled=True)["id"]}
    found = changed(client.update_api_key, key, ("replace", "/enabled", "false"), ("remove", "/description"))
    assert found["enabled"] is False
    plan = {"usagePlanId": client.create_usage_plan(name="p")["id"]}
    found = changed(
        client.update_usage_plan,
        plan,
        ("add", "/apiStages", f"{api.id}:prod"),
        ("replace", f"/apiStages/{api.id}:prod/throttle/~1x/GET/rateLimit", "3"),
        ("replace", "/quota/limit", "10"),
        ("replace", "/quota/period", "DAY"),
    )
    assert found["apiStages"][0]["throttle"] == {"/x/GET": {"rateLimit": 3.0}}
    assert found["quota"] == {"limit": 10, "period": "DAY"}
    for call, where, wrong in (
        (client.update_stage, stage, ("replace", "/colour", "x")),
        (client.update_stage, stage, ("replace", "/*/*/logging/loglevel", "LOUD")),
        (client.update_stage, stage, ("replace", "/*/*/caching/ttlInSeconds", "3601")),
        (client.update_api_key, key, ("replace", "/colour", "x")),
        (client.update_usage_plan, plan, ("remove", "/name")),
    ):
        with pytest.raises(client.exceptions.BadRequestException):
            changed(call, where, wrong)


def test_answers_are_compressed_from_the_smallest_size_on(world: World) -> None:
    arn = world.function("f", lambda e: {"statusCode": 200, "body": "x" * int(e["queryStringParameters"]["n"])})
    api = RestApi(world, minimumCompressionSize=100)
    api.method("/x", "GET", arn)
    api.deploy()
    large = api.call("GET", "/x?n=200", headers={"Accept-Encoding": "br, gzip"})
    assert (large.headers["content-encoding"], gzip.decompress(large.body)) == ("gzip", b"x" * 200)
    for asked, n in (("gzip", 99), ("gzip;q=0", 200), ("", 200)):
        assert api.call("GET", f"/x?n={n}", headers={"Accept-Encoding": asked}).body == b"x" * n


def test_an_api_may_close_its_own_endpoint(world: World) -> None:
    api = RestApi(world)
    api.method("/x", "GET", world.function("f", echo))
    api.deploy()
    patched(api, ("replace", "/disableExecuteApiEndpoint", "true"))
    assert (api.call("GET", "/x").status, api.call("GET", "/x").json) == (403, {"message": "Forbidden"})


def test_a_deployment_is_a_snapshot(world: World) -> None:
    arn = world.function("f", echo)
    api = RestApi(world)
    api.method("/old", "GET", arn)
    api.deploy()
    api.method("/new", "GET", arn)
    assert api.call("GET", "/new").status == 403
    api.deploy()
    assert api.call("GET", "/new").status == 200


def test_a_new_deployment_keeps_the_stages_variables(world: World, shop: RestApi) -> None:
    shop.deploy()
    assert shop.call("GET", "/items").json["stageVariables"] == {"colour": "blue"}


def test_stage_variable_chooses_the_function(world: World) -> None:
    world.function("one", lambda event: {"statusCode": 200, "body": "one"})
    world.function("two", lambda event: {"statusCode": 200, "body": "two"})
    api = RestApi(world)
    api.method("/x", "GET", f"arn:aws:lambda:{REGION}:{ACCOUNT}:function:${{stageVariables.fn}}")
    api.deploy(variables={"fn": "one"})
    assert api.call("GET", "/x").body == b"one"
    patch = [{"op": "replace", "path": "/variables/fn", "value": "two"}]
    api.client.update_stage(restApiId=api.id, stageName="prod", patchOperations=patch)
    assert api.call("GET", "/x").body == b"two"


def test_custom_domain_with_base_paths(world: World, shop: RestApi) -> None:
    shop.client.create_domain_name(domainName="api.shop.example")
    for base_path, stage in (("v1", "prod"), ("", "")):
        shop.client.create_base_path_mapping(
            domainName="api.shop.example", basePath=base_path, restApiId=shop.id, stage=stage
        )
    for path in ("/v1/items/7", "/prod/items/7"):
        answer = world.call("GET", path, host="api.shop.example:443")
        assert (answer.status, answer.json["pathParameters"]) == (200, {"id": "7"})
