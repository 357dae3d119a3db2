"""What APIs write to CloudWatch Logs: access logs with AWS's variables, and execution logs of REST APIs."""

import json
from typing import Any

import pytest

from tests.unit.apigateway_world import FunctionFailed, World, lambda_uri

Api = tuple[World, str]
VARIABLES = (
    *("accountId", "apiId", "awsEndpointRequestId", "deploymentId", "domainName", "domainPrefix", "endpointType"),
    *("extendedRequestId", "httpMethod", "identity.sourceIp", "identity.userAgent", "integration.integrationStatus"),
    *("integration.latency", "integration.requestId", "integration.status", "integrationLatency", "integrationStatus"),
    *("isCanaryRequest", "path", "protocol", "requestId", "requestTime", "requestTimeEpoch", "resourceId"),
    *("resourcePath", "responseLatency", "responseLength", "stage", "status", "xrayTraceId", "authorizer.latency"),
    *(
        "authorizer.integrationLatency",
        "authorizer.integrationStatus",
        "authorizer.principalId",
        "authorizer.requestId",
    ),
    *("authorizer.status", "authorizer.colour"),
)
ABSENT = (
    "waf.error",
    "wafResponseCode",
    "webaclArn",
    "error.message",
    "authorizer.error",
    "identity.vpcId",
    "claims.x",
)


def handler(event: dict[str, Any]) -> dict[str, Any]:
    if event.get("path") == "/fail":
        raise FunctionFailed("the till is stuck")
    return {"statusCode": 201, "body": "made"}


def authorizer(event: dict[str, Any]) -> dict[str, Any]:
    statement = {"Effect": "Allow", "Action": "execute-api:Invoke", "Resource": "*"}
    policy = {"Version": "2012-10-17", "Statement": [statement]}
    return {"principalId": "me", "policyDocument": policy, "context": {"colour": "blue"}}


def settings(*pairs: tuple[str, str]) -> list[dict[str, str]]:
    return [{"op": "replace", "path": path, "value": value} for path, value in pairs]


@pytest.fixture
def api(world: World) -> Api:
    """POST /things (with an authorizer) and GET /fail, in the stage `prod`."""
    client = world.client("apigateway")
    made = client.create_rest_api(name="logs", endpointConfiguration={"types": ["REGIONAL"]})
    where = {"restApiId": made["id"]}
    function, guard = world.function("f", handler), world.function("guard", authorizer)
    authorizer_id = client.create_authorizer(
        **where,
        name="guard",
        type="TOKEN",
        authorizerUri=lambda_uri(guard),
        identitySource="method.request.header.Authorization",
    )["id"]
    for part, method, needs in (
        ("things", "POST", {"authorizationType": "CUSTOM", "authorizerId": authorizer_id}),
        ("fail", "GET", {"authorizationType": "NONE"}),
    ):
        resource = client.create_resource(**where, parentId=made["rootResourceId"], pathPart=part)["id"]
        at = {**where, "resourceId": resource, "httpMethod": method}
        client.put_method(**at, **needs)
        client.put_integration(**at, type="AWS_PROXY", integrationHttpMethod="POST", uri=lambda_uri(function))
    client.create_deployment(**where, stageName="prod")
    return world, made["id"]


def configure(api: Api, *pairs: tuple[str, str]) -> None:
    world, api_id = api
    world.client("apigateway").update_stage(restApiId=api_id, stageName="prod", patchOperations=settings(*pairs))


def call(api: Api, method: str, path: str, **request: Any) -> int:
    world, api_id = api
    return world.call(method, f"/_aws/execute-api/{api_id}/prod{path}", **request).status


def messages(api: Api, group: str) -> list[str]:
    world, _ = api
    assert world.gateway.flush()
    logs = world.client("logs")
    if not logs.describe_log_groups(logGroupNamePrefix=group)["logGroups"]:
        return []
    return [event["message"] for event in logs.filter_log_events(logGroupName=group)["events"]]


def access_lines(api: Api, names: tuple[str, ...], *calls: tuple[str, str]) -> list[dict[str, str]]:
    world, _ = api
    world.client("logs").create_log_group(logGroupName="access")
    form = json.dumps({name: f"$context.{name}" for name in names})
    arn = "arn:aws:logs:us-east-1:123456789012:log-group:access"
    configure(api, ("/accessLogSettings/destinationArn", arn), ("/accessLogSettings/format", form))
    for method, path in calls:
        call(api, method, path, headers={"Authorization": "t", "User-Agent": "tests"})
    return [json.loads(line) for line in messages(api, "access")]


def test_every_variable_of_an_access_log_has_its_value(api: Api) -> None:
    (line,) = access_lines(api, (*VARIABLES, *ABSENT), ("POST", "/things"))
    assert [name for name in VARIABLES if line[name] == "-"] == []
    assert {line[name] for name in ABSENT} == {"-"}
    values = {name: line[name] for name in ("integrationStatus", "integration.status", "status", "responseLength")}
    assert values == {"integrationStatus": "200", "integration.status": "201", "status": "201", "responseLength": "4"}
    assert (line["authorizer.principalId"], line["authorizer.colour"], line["authorizer.status"]) == (
        "me",
        "blue",
        "200",
    )
    assert line["awsEndpointRequestId"] == line["integration.requestId"] != line["requestId"]
    assert (line["endpointType"], line["isCanaryRequest"]) == ("REGIONAL", "false")


def test_a_failure_is_told_to_the_log_alone(api: Api) -> None:
    names = ("error.message", "error.responseType", "integration.error", "integration.integrationStatus", "status")
    (line,) = access_lines(api, names, ("GET", "/fail"))
    assert "the till is stuck" in line.pop("integration.error")
    assert line == {
        "error.message": "Internal server error",
        "error.responseType": "DEFAULT_5XX",
        "integration.integrationStatus": "200",
        "status": "502",
    }


def test_a_refused_request_has_the_authorizers_status(api: Api) -> None:
    world, _ = api
    world.functions.handlers["guard"] = lambda _: {"principalId": "me", "policyDocument": {"Statement": []}}
    (line,) = access_lines(api, ("authorizer.status", "authorizer.error", "integration.status"), ("POST", "/things"))
    assert (line["authorizer.status"], line["integration.status"]) == ("403", "-")
    assert "not authorized" in line["authorizer.error"]


def execution(api: Api) -> list[str]:
    """Without the request's id in front."""
    return [line.partition(") ")[2] for line in messages(api, f"API-Gateway-Execution-Logs_{api[1]}/prod")]


def test_execution_logs_are_written_when_a_stage_asks(api: Api) -> None:
    call(api, "POST", "/things", headers={"Authorization": "t"})
    assert execution(api) == []
    configure(api, ("/*/*/logging/loglevel", "INFO"))
    call(api, "POST", "/things", headers={"Authorization": "t"}, body="order 7")
    lines = execution(api)
    assert lines[-1] == "Method completed with status: 201"
    for beginning in (
        "Extended Request Id",
        "Starting authorizer",
        "Starting execution",
        "HTTP Method: POST, Resource",
    ):
        assert any(line.startswith(beginning) for line in lines), beginning
    assert "order 7" not in str(lines)


def test_a_data_trace_has_what_was_sent_and_answered_without_its_secrets(api: Api) -> None:
    configure(api, ("/*/*/logging/loglevel", "INFO"), ("/*/*/logging/dataTrace", "true"))
    call(api, "POST", "/things?q=1", headers={"Authorization": "a-long-secret-token"}, body="order 7")
    text = "\n".join(execution(api))
    for part in ("before transformations: order 7", "query string: {q=1}", '"body": "made"', "response headers: {"):
        assert part in text
    assert "a-long-secret" not in text.partition("Endpoint request body")[0]


def test_the_error_level_logs_failures_and_a_methods_settings_win(api: Api) -> None:
    configure(api, ("/*/*/logging/loglevel", "ERROR"), ("/~1things/POST/logging/loglevel", "OFF"))
    call(api, "POST", "/things", headers={"Authorization": "t"})
    assert execution(api) == []
    call(api, "GET", "/fail")
    lines = execution(api)
    assert lines[-1] == "Method completed with status: 502"
    assert "the till is stuck" in lines[0]
    assert len(lines) == 2


def test_access_logs_of_http_apis(world: World) -> None:
    client = world.client("apigatewayv2")
    function = world.function("h", lambda _: {"statusCode": 202, "body": "x"})
    made = client.create_api(Name="logs", ProtocolType="HTTP", Target=function)
    world.client("logs").create_log_group(logGroupName="http")
    names = ("routeKey", "integrationStatus", "integration.status", "integrationErrorMessage", "dataProcessed", "stage")
    form = json.dumps({name: f"$context.{name}" for name in names})
    log = {"DestinationArn": "arn:aws:logs:us-east-1:123456789012:log-group:http", "Format": form}
    client.update_stage(ApiId=made["ApiId"], StageName="$default", AccessLogSettings=log)
    world.call("POST", f"/_aws/execute-api/{made['ApiId']}/x", body="four")
    (line,) = [json.loads(line) for line in messages((world, ""), "http")]
    assert line == {
        "routeKey": "$default",
        "integrationStatus": "200",
        "integration.status": "202",
        "integrationErrorMessage": "-",
        "dataProcessed": "5",
        "stage": "$default",
    }
