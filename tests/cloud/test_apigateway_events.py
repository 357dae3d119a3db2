"""What a client sent arrives in the function's event as AWS passes it on: header names, repeated headers, the path."""

import http.client
import json
from typing import Any
from urllib.parse import urlsplit

import pytest

from tests.cloud.lambda_room import Room

ECHO = """
import json
def handler(event, context):
    return {"statusCode": 200, "body": json.dumps(event)}
"""
HEADERS = (
    *(("x-tenant", "a"), ("X-Tenant", "b"), ("x-tenant", "c"), ("X-oddCase", "\u00fcber")),
    *(("authorization", "x"), ("user-Agent", "y"), ("Max-Forwards", "3"), ("TE", "trailers")),
)
LAMBDA = "arn:aws:apigateway:us-east-1:lambda:path/2015-03-31/functions/{}/invocations"


@pytest.fixture(scope="module")
def function(aws: Any) -> str:
    name: str = Room(aws).function(ECHO)
    aws("lambda").add_permission(
        FunctionName=name, StatementId="api", Action="lambda:InvokeFunction", Principal="apigateway.amazonaws.com"
    )
    return name


def call(url: str, path: str) -> dict[str, Any]:
    """With the headers as they are written here: requests would join and rename them."""
    parts = urlsplit(url)
    connection = http.client.HTTPConnection(parts.netloc, timeout=20)
    try:
        connection.putrequest("GET", f"{parts.path.rstrip('/')}{path}")
        for name, value in HEADERS:
            connection.putheader(name, value.encode())
        connection.endheaders()
        answer = connection.getresponse()
        assert answer.status == 200, answer.read()
        event: dict[str, Any] = json.loads(answer.read())
        return event
    finally:
        connection.close()


@pytest.fixture(scope="module")
def rest_url(aws: Any, engine: Any, function: str) -> str:
    gateway = aws("apigateway")
    api = gateway.create_rest_api(name="events")
    things = gateway.create_resource(restApiId=api["id"], parentId=api["rootResourceId"], pathPart="thing")
    thing = gateway.create_resource(restApiId=api["id"], parentId=things["id"], pathPart="{id}")
    rest = gateway.create_resource(restApiId=api["id"], parentId=api["rootResourceId"], pathPart="{rest+}")
    arn = aws("lambda").get_function_configuration(FunctionName=function)["FunctionArn"]
    for resource in (thing, rest):
        where = {"restApiId": api["id"], "resourceId": resource["id"], "httpMethod": "GET"}
        gateway.put_method(**where, authorizationType="NONE")
        gateway.put_integration(**where, type="AWS_PROXY", integrationHttpMethod="POST", uri=LAMBDA.format(arn))
    gateway.create_deployment(restApiId=api["id"], stageName="prod")
    return f"{engine.url}/_aws/execute-api/{api['id']}/prod"


@pytest.fixture(scope="module")
def http_url(aws: Any, engine: Any, function: str) -> str:
    arn = aws("lambda").get_function_configuration(FunctionName=function)["FunctionArn"]
    api = aws("apigatewayv2").create_api(Name="events", ProtocolType="HTTP", Target=arn)
    return f"{engine.url}/_aws/execute-api/{api['ApiId']}"


@pytest.fixture(scope="module")
def function_url(aws: Any, engine: Any, function: str) -> str:
    functions = aws("lambda")
    functions.add_permission(
        FunctionName=function,
        StatementId="everybody",
        Action="lambda:InvokeFunctionUrl",
        Principal="*",
        FunctionUrlAuthType="NONE",
    )
    url: str = functions.create_function_url_config(FunctionName=function, AuthType="NONE")["FunctionUrl"]
    assert url.startswith(engine.url)
    return url.rstrip("/")


def test_a_rest_api_keeps_names_values_and_escapes(rest_url: str) -> None:
    event = call(rest_url, "/thing/my-id%2F100")
    assert event["multiValueHeaders"]["x-tenant"] == ["a", "c"]
    assert event["multiValueHeaders"]["X-Tenant"] == ["b"]
    assert event["headers"]["X-oddCase"] == "\u00fcber"
    assert event["pathParameters"] == {"id": "my-id%2F100"}
    assert event["path"] == "/thing/my-id%2F100"


def test_a_rest_api_spells_some_headers_and_keeps_those_of_the_connection(rest_url: str) -> None:
    headers = call(rest_url, "/thing/1")["headers"]
    assert (headers["Authorization"], headers["User-Agent"]) == ("x", "y")
    assert not {name.lower() for name in headers} & {"max-forwards", "te", "content-length", "connection"}


@pytest.mark.parametrize(
    ("sent", "path", "parameter", "in_context"),
    [
        ("/v/", "/v/", "v", "/prod/v/"),
        ("/v//d", "/v//d", "v//d", "/prod/v//d"),
        ("//v", "/v", "v", "/prod//v"),
        ("/v/a%2Bb@c/a+b", "/v/a%2Bb@c/a+b", "v/a%2Bb@c/a+b", "/prod/v/a%2Bb@c/a+b"),
    ],
)
def test_slashes_of_a_rest_api(rest_url: str, sent: str, path: str, parameter: str, in_context: str) -> None:
    event = call(rest_url, sent)
    assert (event["path"], event["pathParameters"]["rest"]) == (path, parameter)
    assert (event["requestContext"]["path"], event["resource"]) == (in_context, "/{rest+}")


def test_an_http_api_joins_values_and_decodes_the_path(http_url: str) -> None:
    event = call(http_url, "/a%20b")
    assert (event["headers"]["x-tenant"], event["headers"]["x-oddcase"]) == ("a,b,c", "\u00fcber")
    assert event["rawPath"] == event["requestContext"]["http"]["path"] == "/a b"


def test_an_encoded_slash_divides_the_path_of_an_http_api(aws: Any, http_url: str) -> None:
    client, api = aws("apigatewayv2"), http_url.rpartition("/")[2]
    target = client.get_routes(ApiId=api)["Items"][0]["Target"]
    for key in ("GET /share/{id}", "GET /all/{rest+}"):
        client.create_route(ApiId=api, RouteKey=key, Target=target)
    seen = {
        path: (call(http_url, path)["routeKey"], call(http_url, path).get("pathParameters"))
        for path in ("/share/a%2Fb", "/share/a%252Fb", "/share/a%20b", "/all/a%2Fb")
    }
    assert seen == {
        "/share/a%2Fb": ("$default", None),
        "/share/a%252Fb": ("GET /share/{id}", {"id": "a%2Fb"}),
        "/share/a%20b": ("GET /share/{id}", {"id": "a b"}),
        "/all/a%2Fb": ("GET /all/{rest+}", {"rest": "a/b"}),
    }


def test_a_function_url_joins_values_and_keeps_the_path_as_it_was_sent(function_url: str) -> None:
    event = call(function_url, "/a%20b")
    assert event["headers"]["x-tenant"] == "a,b,c"
    assert event["rawPath"] == event["requestContext"]["http"]["path"] == "/a%20b"
