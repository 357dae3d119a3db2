"""Tasks that call deployed APIs: the request that arrives, the answer that states get, and what is refused."""

import json
import uuid
from typing import Any

import pytest

from shoplib.localaws.arns import Arn
from tests.cloud.lambda_room import Room
from tests.cloud.roles import allow, role
from tests.cloud.test_state_machines import Aws, Machines

ECHO = """
import json
def handler(event, context):
    seen = {"path": event["path"], "method": event["httpMethod"], "query": event["multiValueQueryStringParameters"],
            "own": event["headers"].get("x-own"), "type": event["headers"].get("Content-Type"), "body": event["body"]}
    status = 418 if event["path"].endswith("teapot") else 200
    return {"statusCode": status, "headers": {"X-Answer": "yes"}, "body": json.dumps(seen)}
"""


@pytest.fixture(scope="module")
def machines(aws: Aws) -> Machines:
    return Machines(aws)


@pytest.fixture(scope="module")
def endpoint(aws: Aws) -> str:
    """The host of an API as AWS names it: `open` and all below are for everybody, `signed` is for who signs."""
    gateway, name = aws("apigateway"), Room(aws).function(ECHO)
    arn = aws("lambda").get_function(FunctionName=name)["Configuration"]["FunctionArn"]
    region = Arn.parse(arn).region
    aws("lambda").add_permission(
        FunctionName=name, StatementId="s", Action="lambda:InvokeFunction", Principal="apigateway.amazonaws.com"
    )
    api = gateway.create_rest_api(name=f"a-{uuid.uuid4().hex}")
    for path, scheme in (("open", "NONE"), ("signed", "AWS_IAM")):
        made = gateway.create_resource(restApiId=api["id"], parentId=api["rootResourceId"], pathPart=path)
        below = gateway.create_resource(restApiId=api["id"], parentId=made["id"], pathPart="{proxy+}")
        for each in (made, below):
            where = {"restApiId": api["id"], "resourceId": each["id"], "httpMethod": "ANY"}
            gateway.put_method(**where, authorizationType=scheme)
            uri = f"arn:aws:apigateway:{region}:lambda:path/2015-03-31/functions/{arn}/invocations"
            gateway.put_integration(**where, type="AWS_PROXY", integrationHttpMethod="POST", uri=uri)
    gateway.create_deployment(restApiId=api["id"], stageName="live")
    return f"{api['id']}.execute-api.{region}.amazonaws.com"


def call(endpoint: str, path: str, **parameters: Any) -> dict[str, Any]:
    given = {"ApiEndpoint": endpoint, "Stage": "live", "Path": path, "Method": "POST", **parameters}
    return {
        "Call": {"Type": "Task", "Resource": "arn:aws:states:::apigateway:invoke", "Parameters": given, "End": True}
    }


def test_a_request_arrives_as_its_parameters_say(machines: Machines, endpoint: str) -> None:
    states = call(
        *(endpoint, "open/a b"),
        Headers={"x-own": ["one", "two"]},
        QueryParameters={"q": ["1", "2"], "r": ["a&b"]},
        RequestBody={"kept": 1, "dropped": None},
    )
    output = json.loads(machines.run(states)["output"])
    assert (output["StatusCode"], output["StatusText"]) == (200, "OK")
    assert output["Headers"]["X-Answer"] == ["yes"]
    assert output["ResponseBody"] == {
        "path": "/open/a%20b",
        "method": "POST",
        "query": {"q": ["1", "2"], "r": ["a&b"]},
        "own": "one,two",
        "type": "application/json",
        "body": '{"kept":1}',
    }


@pytest.mark.parametrize(
    ("more", "body"),
    [
        ({}, None),
        ({"RequestBody": None}, None),
        ({"RequestBody": ""}, '""'),
        ({"RequestBody": "text"}, '"text"'),
        ({"RequestBody": {"a": None}, "AllowNullValues": True}, '{"a":null}'),
    ],
)
def test_a_body_is_json(machines: Machines, endpoint: str, more: dict[str, Any], body: str | None) -> None:
    output = json.loads(machines.run(call(endpoint, "open", **more))["output"])
    assert output["ResponseBody"]["body"] == body


def test_an_answer_that_is_an_error_fails_the_task(machines: Machines, endpoint: str) -> None:
    described = machines.run(call(endpoint, "open/teapot"))
    assert (described["status"], described["error"]) == ("FAILED", "ApiGateway.418")
    assert json.loads(described["cause"])["path"] == "/open/teapot"
    described = machines.run(call(endpoint, "elsewhere"))
    assert (described["error"], json.loads(described["cause"])) == (
        "ApiGateway.403",
        {"message": "Missing Authentication Token"},
    )


def test_a_call_may_be_signed_as_the_machines_role(machines: Machines, aws: Aws, endpoint: str) -> None:
    assert machines.run(call(endpoint, "signed"))["error"] == "ApiGateway.403"
    signed = call(endpoint, "signed", AuthType="IAM_ROLE")
    assert json.loads(machines.run(signed)["output"])["StatusCode"] == 200
    stranger = role(aws, f"stranger-{uuid.uuid4().hex[:8]}", allow("s3:*"))
    described = machines.run(signed, roleArn=stranger)
    assert (described["error"], "execute-api:Invoke" in described["cause"]) == ("ApiGateway.403", True)


@pytest.mark.parametrize(
    ("change", "cause"),
    [
        ({"Headers": {"Host": ["elsewhere"]}}, "Header Host is not allowed"),
        ({"Headers": {"X-Forwarded-For": ["1.2.3.4"]}}, "Header X-Forwarded-For is not allowed"),
        ({"ApiEndpoint": "example.com"}, "example.com is no endpoint of an API"),
        ({"Method": "SHOUT"}, "Method must be one of GET, POST"),
        ({"Body": 1}, 'The field "Body" is not supported by Step Functions.'),
    ],
)
def test_what_no_request_may_say(machines: Machines, endpoint: str, change: dict[str, Any], cause: str) -> None:
    described = machines.run(call(endpoint, "open", **change))
    assert (described["error"], cause in described["cause"]) == ("States.Runtime", True)
