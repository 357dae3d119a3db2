"""SAM stacks with APIs on the real engine: deployed, called over HTTP, observed, updated and deleted."""

import json
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from typing import Any
from unittest.mock import MagicMock
from uuid import uuid4

import pytest
import requests
from samtranslator.translator.transform import transform

from shoplib.localaws import Engine

ECHO = """
import json
def handler(event, context):
    return {"statusCode": 200, "body": json.dumps(event)}
"""
AUTH = """
def handler(event, context):
    if event["authorizationToken"] == "Bearer crash":
        raise Exception("Unauthorized")
    effect = "Allow" if event["authorizationToken"] == "Bearer good" else "Deny"
    statement = {"Action": "execute-api:Invoke", "Effect": effect, "Resource": event["methodArn"]}
    return {"principalId": "u1", "policyDocument": {"Version": "2012-10-17", "Statement": [statement]}}
"""
Client = Callable[..., Any]


def function(code: str, **events: Any) -> dict[str, Any]:
    properties = {"Runtime": "python3.12", "Handler": "index.handler", "InlineCode": code, "Events": events}
    return {"Type": "AWS::Serverless::Function", "Properties": properties}


def event(kind: str, path: str, method: str, **more: Any) -> dict[str, Any]:
    api = {"RestApiId" if kind == "Api" else "ApiId": {"Ref": "Api"}}
    return {"Type": kind, "Properties": {**api, "Path": path, "Method": method, **more}}


class Stack:
    def __init__(self, engine: Engine, aws: Client) -> None:
        self.name = f"api-{uuid4().hex[:8]}"
        self.engine, self.client = engine, aws("cloudformation")

    def create(self, resources: dict[str, Any]) -> None:
        self.client.create_stack(StackName=self.name, TemplateBody=expand(resources), Capabilities=["CAPABILITY_IAM"])
        self.wait("stack_create_complete")

    def update(self, resources: dict[str, Any]) -> None:
        self.client.update_stack(StackName=self.name, TemplateBody=expand(resources), Capabilities=["CAPABILITY_IAM"])
        self.wait("stack_update_complete")

    def delete(self) -> None:
        self.client.delete_stack(StackName=self.name)
        self.wait("stack_delete_complete")

    def wait(self, for_what: str) -> None:
        self.client.get_waiter(for_what).wait(StackName=self.name, WaiterConfig={"Delay": 1, "MaxAttempts": 60})

    def ref(self, logical_id: str) -> str:
        found = self.client.describe_stack_resource(StackName=self.name, LogicalResourceId=logical_id)
        return str(found["StackResourceDetail"]["PhysicalResourceId"])

    def call(self, method: str, path: str, **request: Any) -> requests.Response:
        url = f"{self.engine.url}/_aws/execute-api/{self.ref('Api')}{path}"
        return requests.request(method, url, timeout=60, **request)


def expand(resources: dict[str, Any]) -> str:
    policies = MagicMock()
    policies.load.return_value = {}
    template = {"Transform": "AWS::Serverless-2016-10-31", "Resources": resources}
    return json.dumps(transform(template, {}, policies))


@pytest.fixture
def stack(engine: Engine, aws: Client, monkeypatch: pytest.MonkeyPatch) -> Iterator[Stack]:
    monkeypatch.setenv("AWS_DEFAULT_REGION", engine.region)  # the SAM translator asks for one
    made = Stack(engine, aws)
    yield made
    made.delete()


def rest_shop(path: str = "/items/{id}") -> dict[str, Any]:
    auth = {
        "DefaultAuthorizer": "Token",
        "AddDefaultAuthorizerToCorsPreflight": False,
        "Authorizers": {"Token": {"FunctionArn": {"Fn::GetAtt": ["Auth", "Arn"]}}},
    }
    log = {
        "DestinationArn": {"Fn::GetAtt": ["Log", "Arn"]},
        "Format": '{"id":"$context.requestId","s":$context.status}',
    }
    return {
        "Api": {
            "Type": "AWS::Serverless::Api",
            "Properties": {"StageName": "prod", "Auth": auth, "Cors": "'*'", "AccessLogSetting": log},
        },
        "Log": {"Type": "AWS::Logs::LogGroup"},
        "Auth": function(AUTH),
        "Shop": function(
            ECHO, Mine=event("Api", path, "get"), Open=event("Api", "/open", "get", Auth={"Authorizer": "NONE"})
        ),
    }


def test_rest_stack_from_create_to_delete(stack: Stack, aws: Client) -> None:
    stack.create(rest_shop())
    good = {"Authorization": "Bearer good"}
    item = stack.call("GET", "/prod/items/7", headers=good)
    assert (item.status_code, item.json()["pathParameters"]) == (200, {"id": "7"})
    assert item.json()["requestContext"]["authorizer"]["principalId"] == "u1"
    assert stack.call("GET", "/prod/open").status_code == 200
    assert stack.call("GET", "/prod/items/7").status_code == 401
    assert stack.call("GET", "/prod/items/7", headers={"Authorization": "Bearer crash"}).status_code == 401
    assert stack.call("GET", "/prod/items/7", headers={"Authorization": "Bearer bad"}).status_code == 403
    assert stack.call("OPTIONS", "/prod/items/7").headers["access-control-allow-origin"] == "*"
    by_host = requests.get(
        f"{stack.engine.url}/prod/open",
        headers={"Host": f"{stack.ref('Api')}.execute-api.us-east-1.amazonaws.com"},
        timeout=60,
    )
    assert by_host.status_code == 200
    stack.update(rest_shop("/things"))
    assert stack.call("GET", "/prod/things", headers=good).status_code == 200
    assert stack.call("GET", "/prod/items/7", headers=good).status_code == 403
    deployments = aws("apigateway").get_deployments(restApiId=stack.ref("Api"))["items"]
    assert len(deployments) == 1


def test_access_log_and_metrics(stack: Stack, aws: Client, engine: Engine) -> None:
    stack.create(rest_shop())
    answers = [stack.call("GET", "/prod/open"), stack.call("GET", "/prod/nowhere")]
    expected = {(a.headers["x-amzn-requestid"], a.status_code) for a in answers}
    logs, group = aws("logs"), stack.ref("Log")

    def lines() -> set[tuple[str, int]]:
        found = [json.loads(e["message"]) for e in logs.filter_log_events(logGroupName=group)["events"]]
        return {(line["id"], line["s"]) for line in found}

    eventually(lambda: lines() == expected, "both requests are in the access log")
    name = aws("apigateway").get_rest_api(restApiId=stack.ref("Api"))["name"]

    def total(metric: str) -> float:
        return metric_sum(aws, metric, ApiName=name, Stage="prod")

    eventually(lambda: total("Count") == 2, "two requests are counted")
    assert (total("4XXError"), total("5XXError")) == (1, 0)
    assert 0 <= latency_percentile(aws, "p90", ApiName=name, Stage="prod") < 60_000


def metric_sum(aws: Client, metric: str, **dimensions: str) -> float:
    points = datapoints(aws, metric, dimensions, Statistics=["Sum"])
    return float(sum(point["Sum"] for point in points))


def latency_percentile(aws: Client, percentile: str, **dimensions: str) -> float:
    """The highest of the minutes'."""
    points = datapoints(aws, "Latency", dimensions, ExtendedStatistics=[percentile])
    return float(max(point["ExtendedStatistics"][percentile] for point in points))


def datapoints(aws: Client, metric: str, dimensions: dict[str, str], **statistics: list[str]) -> list[dict[str, Any]]:
    now = datetime.now(UTC)
    found = aws("cloudwatch").get_metric_statistics(
        Namespace="AWS/ApiGateway",
        MetricName=metric,
        Dimensions=[{"Name": key, "Value": value} for key, value in dimensions.items()],
        StartTime=now - timedelta(minutes=5),
        EndTime=now + timedelta(minutes=1),
        Period=60,
        **statistics,
    )
    return list(found["Datapoints"])


def eventually(condition: Callable[[], bool], what: str, seconds: float = 15) -> None:
    """Wait for what another thread of the engine does; the message says what did not happen."""
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, f"not within {seconds:g} s: {what}"
        time.sleep(0.1)


@pytest.fixture
def user(aws: Client) -> dict[str, str]:
    """A Cognito user with tokens."""
    cognito = aws("cognito-idp")
    pool = cognito.create_user_pool(PoolName="shop")["UserPool"]["Id"]
    flows = ["ALLOW_ADMIN_USER_PASSWORD_AUTH"]
    app = cognito.create_user_pool_client(UserPoolId=pool, ClientName="web", ExplicitAuthFlows=flows)["UserPoolClient"][
        "ClientId"
    ]
    cognito.admin_create_user(UserPoolId=pool, Username="ann")
    cognito.admin_set_user_password(UserPoolId=pool, Username="ann", Password="Secret-1234", Permanent=True)
    tokens = cognito.admin_initiate_auth(
        UserPoolId=pool,
        ClientId=app,
        AuthFlow="ADMIN_USER_PASSWORD_AUTH",
        AuthParameters={"USERNAME": "ann", "PASSWORD": "Secret-1234"},
    )["AuthenticationResult"]
    arn = f"arn:aws:cognito-idp:us-east-1:123456789012:userpool/{pool}"
    issuer = f"https://cognito-idp.us-east-1.amazonaws.com/{pool}"
    return {"arn": arn, "issuer": issuer, "app": app, "id": tokens["IdToken"], "access": tokens["AccessToken"]}


def test_http_api_with_jwt_authorizer(stack: Stack, user: dict[str, str]) -> None:
    jwt = {
        "JwtConfiguration": {"issuer": user["issuer"], "audience": [user["app"]]},
        "IdentitySource": "$request.header.Authorization",
    }
    scoped = {"Authorizer": "Jwt", "AuthorizationScopes": ["orders/write"]}
    stack.create(
        {
            "Api": {
                "Type": "AWS::Serverless::HttpApi",
                "Properties": {"Auth": {"DefaultAuthorizer": "Jwt", "Authorizers": {"Jwt": jwt}}},
            },
            "Shop": function(
                ECHO, Mine=event("HttpApi", "/mine", "get"), Write=event("HttpApi", "/write", "post", Auth=scoped)
            ),
        }
    )
    mine = stack.call("GET", "/mine", headers={"Authorization": f"Bearer {user['id']}"}).json()
    assert mine["requestContext"]["authorizer"]["jwt"]["claims"]["cognito:username"] == "ann"
    missing = stack.call("GET", "/mine")
    assert (missing.status_code, missing.json(), missing.headers["www-authenticate"]) == (
        401,
        {"message": "Unauthorized"},
        "Bearer",
    )
    forged = stack.call("GET", "/mine", headers={"Authorization": f"Bearer {user['id'][:-4]}AAAA"})
    assert (forged.status_code, "invalid_token" in forged.headers["www-authenticate"]) == (401, True)
    unscoped = stack.call("POST", "/write", headers={"Authorization": f"Bearer {user['access']}"})
    assert (unscoped.status_code, unscoped.json()) == (403, {"message": "Forbidden"})


def test_rest_api_with_cognito_authorizer(stack: Stack, user: dict[str, str]) -> None:
    auth = {"DefaultAuthorizer": "Pool", "Authorizers": {"Pool": {"UserPoolArn": user["arn"]}}}
    stack.create(
        {
            "Api": {"Type": "AWS::Serverless::Api", "Properties": {"StageName": "prod", "Auth": auth}},
            "Shop": function(ECHO, Mine=event("Api", "/mine", "get")),
        }
    )
    mine = stack.call("GET", "/prod/mine", headers={"Authorization": user["id"]})
    assert mine.json()["requestContext"]["authorizer"]["claims"]["cognito:username"] == "ann"
    for headers in ({}, {"Authorization": "x.y.z"}, {"Authorization": user["access"]}):
        refused = stack.call("GET", "/prod/mine", headers=headers)
        assert (refused.status_code, refused.json()) == (401, {"message": "Unauthorized"})
