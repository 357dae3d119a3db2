"""TestInvokeMethod, TestInvokeAuthorizer, and the usage of plans with quotas."""

import json
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import requests
from botocore.exceptions import ClientError

from shoplib.localaws import Engine
from tests.cloud.lambda_room import Room

CODE = """
import json
def handler(event, context):
    names = ("path", "pathParameters", "queryStringParameters", "body", "stageVariables")
    about = {name: event[name] for name in names}
    about |= {"stage": event["requestContext"]["stage"], "key": event["requestContext"]["identity"]["apiKey"]}
    headers = {"X-Colour": event["headers"].get("X-Colour", "")}
    return {"statusCode": 201, "headers": headers, "body": json.dumps(about)}
"""
AUTHORIZER = """
def handler(event, context):
    token = event["authorizationToken"]
    if token == "nobody":
        raise Exception("Unauthorized")
    statement = {"Action": "execute-api:Invoke", "Effect": token.title(), "Resource": event["methodArn"]}
    policy = {"Version": "2012-10-17", "Statement": [statement]}
    return {"principalId": "ada", "policyDocument": policy, "context": {"level": 3}}
"""


@dataclass(frozen=True)
class Made:
    api: Any
    id: str
    item: str
    room: Room
    url: str

    def uri(self, function: str) -> str:
        client = self.room.aws("lambda")
        arn = client.get_function_configuration(FunctionName=function)["FunctionArn"]
        client.add_permission(
            FunctionName=function,
            StatementId="api",
            Action="lambda:InvokeFunction",
            Principal="apigateway.amazonaws.com",
        )
        return f"arn:aws:apigateway:us-east-1:lambda:path/2015-03-31/functions/{arn}/invocations"

    def method(self, resource: str, http_method: str, integration: dict[str, Any], **options: Any) -> None:
        where = {"restApiId": self.id, "resourceId": resource, "httpMethod": http_method}
        self.api.put_method(**where, **{"authorizationType": "NONE", **options})
        self.api.put_integration(**where, **integration)

    def attempt(self, http_method: str, **options: Any) -> Any:
        where = {"restApiId": self.id, "resourceId": self.item, "httpMethod": http_method}
        return self.api.test_invoke_method(**where, **options)


@pytest.fixture(scope="module")
def made(aws: Callable[..., Any], engine: Engine) -> Made:
    api = aws("apigateway")
    rest = api.create_rest_api(name="trials")
    items = api.create_resource(restApiId=rest["id"], parentId=rest["rootResourceId"], pathPart="items")
    item = api.create_resource(restApiId=rest["id"], parentId=items["id"], pathPart="{id}")
    made = Made(api, rest["id"], item["id"], Room(aws), engine.url)
    proxy = {"type": "AWS_PROXY", "integrationHttpMethod": "POST", "uri": made.uri(made.room.function(CODE))}
    made.method(made.item, "GET", proxy, authorizationType="AWS_IAM", apiKeyRequired=True)
    nowhere = "arn:aws:apigateway:us-east-1:lambda:path/2015-03-31/functions/" + (
        "arn:aws:lambda:us-east-1:123456789012:function:nobody/invocations"
    )
    made.method(made.item, "PUT", {**proxy, "uri": nowhere})
    made.method(
        items["id"],
        "GET",
        {"type": "MOCK", "requestTemplates": {"application/json": '{"statusCode": 200}'}},
        apiKeyRequired=True,
    )
    mock = {"restApiId": rest["id"], "resourceId": items["id"], "httpMethod": "GET", "statusCode": "200"}
    api.put_method_response(**mock)
    api.put_integration_response(**mock)
    return made


@pytest.fixture(scope="module")
def deployed(made: Made) -> Made:
    made.api.create_deployment(restApiId=made.id, stageName="live")
    return made


def test_a_method_is_tried_before_it_is_deployed(made: Made) -> None:
    answer = made.attempt(
        "GET",
        pathWithQueryString="/items/7?colour=red",
        headers={"X-Colour": "blue"},
        body="hello",
        stageVariables={"tier": "test"},
    )
    assert (answer["status"], answer["headers"]["X-Colour"]) == (201, "blue")
    assert answer["multiValueHeaders"]["X-Colour"] == ["blue"]
    assert json.loads(answer["body"]) == {
        "path": "/items/7",
        "pathParameters": {"id": "7"},
        "queryStringParameters": {"colour": "red"},
        "body": "hello",
        "stageVariables": {"tier": "test"},
        "stage": "test-invoke-stage",
        "key": "test-invoke-api-key",
    }
    assert answer["latency"] >= 0
    lines = answer["log"].splitlines()
    assert lines[0].startswith("Execution log for request ")
    for text in ("Starting execution for request", "HTTP Method: GET, Resource Path: /items/7", "Endpoint request"):
        assert any(f" : {text}" in line for line in lines), answer["log"]
    assert lines[-1].endswith("Method completed with status: 201")


def test_a_path_that_leads_elsewhere_has_no_parameters(made: Made) -> None:
    answer = made.attempt("GET", pathWithQueryString="/random/test", headers={"X-Colour": "blue"})
    assert answer["status"] == 201, answer["log"]
    assert json.loads(answer["body"])["pathParameters"] is None
    assert "Resource Path: /random/test\n" in answer["log"]


def test_what_fails_says_why_in_the_log(made: Made) -> None:
    answer = made.attempt("PUT", pathWithQueryString="/items/7")
    assert (answer["status"], json.loads(answer["body"])) == (500, {"message": "Internal server error"})
    assert "Execution failed due to configuration error" in answer["log"] and "nobody" in answer["log"]


@pytest.mark.parametrize("wrong", [{"restApiId": "none"}, {"resourceId": "none"}, {"httpMethod": "DELETE"}])
def test_what_is_not_there_cannot_be_tried(made: Made, wrong: dict[str, str]) -> None:
    where = {"restApiId": made.id, "resourceId": made.item, "httpMethod": "GET", **wrong}
    with pytest.raises(made.api.exceptions.NotFoundException):
        made.api.test_invoke_method(**where)


def test_an_authorizer_is_tried(made: Made) -> None:
    uri = made.uri(made.room.function(AUTHORIZER))
    authorizer = made.api.create_authorizer(
        restApiId=made.id,
        name="guard",
        type="TOKEN",
        authorizerUri=uri,
        identitySource="method.request.header.Authorization",
    )

    def attempt(token: str) -> Any:
        return made.api.test_invoke_authorizer(
            restApiId=made.id, authorizerId=authorizer["id"], headers={"Authorization": token}
        )

    for effect in ("allow", "deny"):
        answer = attempt(effect)
        assert (answer["clientStatus"], answer["principalId"]) == (0, "ada")
        assert json.loads(answer["policy"])["Statement"][0]["Effect"] == effect.title()
        assert answer["authorization"] == {"level": ["3"]}
    assert attempt("nobody")["clientStatus"] == 401
    with pytest.raises(made.api.exceptions.NotFoundException):
        made.api.test_invoke_authorizer(restApiId=made.id, authorizerId="none")


def test_a_quota_is_used_up_and_extended(deployed: Made) -> None:
    made, api = deployed, deployed.api
    plan = api.create_usage_plan(
        name="three a day",
        apiStages=[{"apiId": made.id, "stage": "live"}],
        quota={"limit": 4, "offset": 1, "period": "DAY"},
    )["id"]
    key = api.create_api_key(name="three a day", enabled=True)
    api.create_usage_plan_key(usagePlanId=plan, keyId=key["id"], keyType="API_KEY")
    address = f"{made.url}/_aws/execute-api/{made.id}/live/items"

    def ask() -> requests.Response:
        return requests.get(address, headers={"x-api-key": key["value"]}, timeout=20)

    assert [ask().status_code for _ in range(4)] == [200, 200, 200, 429]
    refused = ask()
    assert (refused.json(), refused.headers["x-amzn-ErrorType"]) == (
        {"message": "Limit Exceeded"},
        "LimitExceededException",
    )
    today = datetime.now(UTC).date()
    days = {"startDate": f"{today - timedelta(days=1)}", "endDate": f"{today}"}
    usage = api.get_usage(usagePlanId=plan, **days)
    assert (usage["startDate"], usage["items"]) == (days["startDate"], {key["id"]: [[0, 4], [3, 0]]})
    extended = api.update_usage(
        usagePlanId=plan, keyId=key["id"], patchOperations=[{"op": "replace", "path": "/remaining", "value": "1"}]
    )
    assert extended["items"] == {key["id"]: [[3, 1]]}
    assert [ask().status_code for _ in range(2)] == [200, 429]
    with pytest.raises(ClientError, match="startDate"):
        api.get_usage(usagePlanId=plan, startDate="soon", endDate=days["endDate"])
    with pytest.raises(api.exceptions.NotFoundException):
        api.get_usage(usagePlanId="none", **days)


def test_a_plan_throttles(deployed: Made) -> None:
    made, api = deployed, deployed.api
    plan = api.create_usage_plan(
        name="slow",
        apiStages=[{"apiId": made.id, "stage": "live"}],
        throttle={"rateLimit": 0.01, "burstLimit": 2},
    )["id"]
    key = api.create_api_key(name="slow", enabled=True)
    api.create_usage_plan_key(usagePlanId=plan, keyId=key["id"], keyType="API_KEY")
    address = f"{made.url}/_aws/execute-api/{made.id}/live/items"
    answers = [requests.get(address, headers={"x-api-key": key["value"]}, timeout=20) for _ in range(3)]
    assert [each.status_code for each in answers] == [200, 200, 429]
    assert answers[-1].json() == {"message": "Too Many Requests"}
