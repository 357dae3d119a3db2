"""Integrations with the credentials of their caller, as SAM makes them for AWS_IAM: they do what the caller may."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pytest
import requests

from tests.cloud.lambda_room import Room
from tests.cloud.roles import allow
from tests.cloud.test_permissions import ACCOUNT, Account, account, arn, new, signed_get

__all__ = ["account"]
CALLER = "arn:aws:iam::*:user/*"
URI = "arn:aws:apigateway:us-east-1:"
CODE = """
def handler(event, context):
    return {"statusCode": 200, "body": event["requestContext"]["identity"]["userArn"] or "nobody"}
"""
Call = Callable[..., requests.Response]


@dataclass(frozen=True)
class Made:
    """An API: `/function` and `/queue` need a signature, `/open` does not."""

    api: str
    function: str
    queue: str
    call: Call


@pytest.fixture(scope="module")
def made(account: Account) -> Made:
    gateway, function = account.aws("apigateway"), arn("lambda", f"function:{Room(account.aws).function(CODE)}")
    queue = account.aws("sqs").create_queue(QueueName=new("queue"))["QueueUrl"]
    api = gateway.create_rest_api(name=new("api"))
    invoke = {"type": "AWS_PROXY", "uri": f"{URI}lambda:path/2015-03-31/functions/{function}/invocations"}
    asked = {"integration.request.querystring.QueueUrl": f"'{queue}'"}
    count = {"type": "AWS", "uri": f"{URI}sqs:action/GetQueueAttributes", "requestParameters": asked}
    for path, integration in (("function", invoke), ("queue", count), ("open", invoke)):
        kind = "NONE" if path == "open" else "AWS_IAM"
        part = gateway.create_resource(restApiId=api["id"], parentId=api["rootResourceId"], pathPart=path)
        where = {"restApiId": api["id"], "resourceId": part["id"], "httpMethod": "GET"}
        gateway.put_method(**where, authorizationType=kind)
        gateway.put_integration(**where, **integration, integrationHttpMethod="POST", credentials=CALLER)
        for code in ("200", "403"):
            gateway.put_method_response(**where, statusCode=code)
            pattern = {"selectionPattern": code} if code == "403" else {}
            gateway.put_integration_response(**where, statusCode=code, **pattern)
    gateway.create_deployment(restApiId=api["id"], stageName="live")
    address = f"{account.engine.url}/_aws/execute-api/{api['id']}/live/"
    return Made(api["id"], function, queue, lambda path, aws: signed_get(address + path, aws("sqs"), "execute-api"))


def test_a_caller_needs_the_right_to_what_the_integration_does(made: Made, account: Account) -> None:
    may_call = allow("execute-api:Invoke", arn("execute-api", f"{made.api}/*"))
    queue = arn("sqs", made.queue.rpartition("/")[2])
    name = new("user")
    able = account.user(
        may_call, allow("lambda:InvokeFunction", made.function), allow("sqs:GetQueueAttributes", queue), name=name
    )
    answer = made.call("function", able)
    assert (answer.status_code, answer.text) == (200, f"arn:aws:iam::{ACCOUNT}:user/{name}")
    assert made.call("queue", able).status_code == 200
    unable = account.user(may_call)
    refused = made.call("function", unable)
    assert (refused.status_code, refused.json()) == (500, {"message": "Internal server error"})
    assert made.call("queue", unable).status_code == 403


def test_the_account_s_administrator_may_all(made: Made, account: Account) -> None:
    assert made.call("function", account.aws).status_code == 200
    assert made.call("queue", account.aws).status_code == 200


def test_a_caller_who_does_not_sign_has_no_credentials(made: Made, account: Account) -> None:
    answer = requests.get(f"{account.engine.url}/_aws/execute-api/{made.api}/live/open", timeout=30)
    assert (answer.status_code, answer.json()) == (500, {"message": "Internal server error"})


def test_a_trial_has_the_credentials_of_who_tries(made: Made, account: Account) -> None:
    gateway: Any = account.aws("apigateway")
    items = gateway.get_resources(restApiId=made.api)["items"]
    resource = next(each["id"] for each in items if each["path"] == "/function")
    tried = gateway.test_invoke_method(restApiId=made.api, resourceId=resource, httpMethod="GET")
    assert tried["status"] == 200
