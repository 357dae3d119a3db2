"""Faults on a dial: each service fails in its own words, for whom and as often as was set, and no longer."""

import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from typing import Any

import psutil
import pytest
import requests
from botocore.config import Config
from botocore.exceptions import ClientError, ReadTimeoutError

from shoplib import localaws, provision
from shoplib.errors import LabError
from shoplib.lab import Lab
from tests.cloud.lambda_room import Room, eventually
from tests.commands import Command, assert_refused

THROTTLE = "aws:fis:inject-api-throttle-error"
INTERNAL = "aws:fis:inject-api-internal-error"
UNAVAILABLE = "aws:fis:inject-api-unavailable-error"
ECHO = "def handler(event, context):\n    print('ran')\n    return event\n"
CALLER = """
import boto3
from botocore.config import Config
def handler(event, context):
    try:
        boto3.client("sqs", config=Config(retries={"total_max_attempts": 1})).list_queues()
    except Exception as error:
        return error.response["Error"]["Code"]
"""


@pytest.fixture
def lab(engine: localaws.Engine) -> Iterator[Lab]:
    place = Lab(provision.local())
    yield place
    assert place.faults() == [], "a test left a fault behind"


@pytest.fixture(scope="module")
def room(aws: Callable[..., Any]) -> Room:
    return Room(aws)


@pytest.fixture(scope="module")
def echo(room: Room) -> str:
    return room.function(ECHO, Timeout=1)


CALLS: dict[str, tuple[str, dict[str, Any]]] = {
    "dynamodb:GetItem": ("dynamodb", {"TableName": "t", "Key": {"id": {"S": "1"}}}),
    "dynamodb:CreateTable": (
        "dynamodb",
        {"TableName": "t", "KeySchema": [{"AttributeName": "id", "KeyType": "HASH"}]},
    ),
    "sqs:ListQueues": ("sqs", {}),
    "sqs:SendMessage": ("sqs", {"QueueUrl": "http://127.0.0.1/123456789012/q", "MessageBody": "x"}),
    "kinesis:PutRecord": ("kinesis", {"StreamName": "s", "Data": b"x", "PartitionKey": "1"}),
    "s3:ListBuckets": ("s3", {}),
    "s3:GetObject": ("s3", {"Bucket": "bucket", "Key": "key"}),
    "lambda:ListFunctions": ("lambda", {}),
    "sns:ListTopics": ("sns", {}),
    "events:PutEvents": ("events", {"Entries": []}),
    "iam:ListRoles": ("iam", {}),
    "cloudwatch:ListMetrics": ("cloudwatch", {}),
    "secretsmanager:ListSecrets": ("secretsmanager", {}),
    "ec2:DescribeVpcs": ("ec2", {}),
}


@pytest.mark.parametrize(
    ("action", "operation", "code", "status"),
    [
        (THROTTLE, "dynamodb:GetItem", "ProvisionedThroughputExceededException", 400),
        (THROTTLE, "dynamodb:CreateTable", "ThrottlingException", 400),
        (THROTTLE, "sqs:SendMessage", "RequestThrottled", 403),
        (THROTTLE, "kinesis:PutRecord", "ProvisionedThroughputExceededException", 400),
        (THROTTLE, "s3:ListBuckets", "SlowDown", 503),
        (THROTTLE, "lambda:ListFunctions", "TooManyRequestsException", 429),
        (THROTTLE, "sns:ListTopics", "Throttled", 429),
        (THROTTLE, "events:PutEvents", "ThrottlingException", 400),
        (THROTTLE, "iam:ListRoles", "Throttling", 400),
        (THROTTLE, "cloudwatch:ListMetrics", "ThrottlingException", 400),
        (THROTTLE, "secretsmanager:ListSecrets", "ThrottlingException", 400),
        (THROTTLE, "ec2:DescribeVpcs", "RequestLimitExceeded", 503),
        (INTERNAL, "dynamodb:GetItem", "InternalServerError", 500),
        (INTERNAL, "s3:GetObject", "InternalError", 500),
        (INTERNAL, "sqs:ListQueues", "InternalFailure", 500),
        (INTERNAL, "lambda:ListFunctions", "ServiceException", 500),
        (INTERNAL, "sns:ListTopics", "InternalError", 500),
        (INTERNAL, "iam:ListRoles", "ServiceFailure", 500),
        (UNAVAILABLE, "s3:GetObject", "ServiceUnavailable", 503),
        (UNAVAILABLE, "dynamodb:GetItem", "ServiceUnavailable", 503),
        (UNAVAILABLE, "cloudwatch:ListMetrics", "ServiceUnavailable", 503),
    ],
)
def test_each_service_fails_in_its_own_words(
    lab: Lab, aws: Callable[..., Any], action: str, operation: str, code: str, status: int
) -> None:
    service, arguments = CALLS[operation]
    client = aws(service, config=Config(parameter_validation=False))
    method = client.meta.method_to_api_mapping
    name = next(each for each, api in method.items() if api == operation.partition(":")[2])
    with lab.fault(action, operation), pytest.raises(ClientError) as refused:
        getattr(client, name)(**arguments)
    error = refused.value.response
    assert (error["Error"]["Code"], error["ResponseMetadata"]["HTTPStatusCode"]) == (code, status)
    assert error["Error"]["Message"]


def test_an_sdk_tries_again_as_it_does_on_aws(lab: Lab, aws: Callable[..., Any]) -> None:
    patient = aws("sqs", config=Config(retries={"total_max_attempts": 3, "mode": "standard"}))
    with lab.fault(THROTTLE, "sqs:ListQueues") as fault:
        with pytest.raises(ClientError) as refused:
            patient.list_queues()
        assert refused.value.response["ResponseMetadata"]["RetryAttempts"] == 2
        assert [(each["id"], each["struck"]) for each in lab.faults()] == [(fault["id"], 3)]
    assert "ResponseMetadata" in patient.list_queues()


def test_a_seed_strikes_the_same_calls_each_time(lab: Lab, aws: Callable[..., Any]) -> None:
    sqs = aws("sqs")

    def run() -> list[bool]:
        with lab.fault(INTERNAL, "sqs:Get*,ListQueues", percentage=40, seed=7):
            return [_fails(sqs.list_queues) for _ in range(25)]

    first = run()
    assert first == run()
    assert 0 < sum(first) < 25


def test_another_operation_and_another_service_go_on(lab: Lab, aws: Callable[..., Any]) -> None:
    with lab.fault(INTERNAL, "dynamodb:PutItem"):
        assert "TableNames" in aws("dynamodb").list_tables()
        assert "Topics" in aws("sns").list_topics()


def test_a_principal_is_a_function_or_a_role(lab: Lab, room: Room, aws: Callable[..., Any]) -> None:
    name = room.function(CALLER)
    role = aws("lambda").get_function_configuration(FunctionName=name)["Role"]
    for principal in (name, role, role.rpartition("/")[2]):
        with lab.fault(THROTTLE, "sqs:ListQueues", principal=principal):
            assert "ResponseMetadata" in aws("sqs").list_queues()
            assert room.invoke(name).payload == "RequestThrottled"
    assert room.invoke(name).payload is None


def test_a_call_is_delayed_or_gets_no_answer(lab: Lab, aws: Callable[..., Any]) -> None:
    hasty = aws("sqs", config=Config(read_timeout=0.5))
    with lab.fault("shoplib:inject-api-delay", "sqs", delay_milliseconds=200):
        start = time.monotonic()
        hasty.list_queues()
        assert time.monotonic() - start >= 0.2
    with lab.fault("shoplib:inject-api-timeout", "sqs"), pytest.raises(ReadTimeoutError):
        hasty.list_queues()


def test_an_invocation_fails_without_and_with_its_handler(lab: Lab, room: Room, echo: str) -> None:
    with lab.fault("aws:lambda:invocation-error", echo):
        answer = room.invoke(echo, 1)
        assert (answer.error, answer.payload["errorType"]) == ("Unhandled", "FaultInjected")
        assert "START" in answer.log and "ran" not in answer.log
    with lab.fault("aws:lambda:invocation-error", echo, prevent_execution=False):
        answer = room.invoke(echo, 1)
        assert answer.error == "Unhandled" and "ran" in answer.log
    assert room.invoke(echo, 1).payload == 1


def test_an_integration_gets_the_response_that_was_set(lab: Lab, room: Room, echo: str) -> None:
    action = "aws:lambda:invocation-http-integration-response"
    with lab.fault(action, echo, status_code=503, content_type_header="text/plain"):
        answer = room.invoke(echo)
    assert answer.error is None
    assert answer.payload == {"statusCode": 503, "headers": {"Content-Type": "text/plain"}, "body": ""}


def test_a_delay_counts_as_the_functions_own_time(lab: Lab, room: Room, echo: str) -> None:
    with lab.fault("aws:lambda:invocation-add-delay", echo, startup_delay_milliseconds=300):
        answer = room.invoke(echo, 2)
        duration = float(answer.log.partition("\tDuration: ")[2].partition(" ms")[0])
        assert answer.payload == 2 and duration >= 300
    with lab.fault("aws:lambda:invocation-add-delay", echo):
        answer = room.invoke(echo, 3)
        assert answer.payload["errorType"] == "Sandbox.Timedout" and "ran" not in answer.log


def test_a_deployed_api_answers_for_itself(lab: Lab, aws: Callable[..., Any], engine: localaws.Engine) -> None:
    api = aws("apigateway")
    rest = api.create_rest_api(name="faulty")
    method = {"restApiId": rest["id"], "resourceId": rest["rootResourceId"], "httpMethod": "GET"}
    api.put_method(**method, authorizationType="NONE")
    api.put_integration(**method, type="MOCK", requestTemplates={"application/json": '{"statusCode": 200}'})
    api.put_method_response(**method, statusCode="200")
    api.put_integration_response(**method, statusCode="200")
    api.create_deployment(restApiId=rest["id"], stageName="v1")
    address = f"{engine.url}/_aws/execute-api/{rest['id']}/v1"
    seen = {}
    for action in (THROTTLE, INTERNAL, UNAVAILABLE):
        with lab.fault(action, "execute-api"):
            answer = requests.get(address, timeout=10)
            seen[answer.status_code] = answer.json()["message"]
    assert seen == {429: "Too Many Requests", 500: "Internal server error", 503: "Service Unavailable"}
    assert requests.get(address, timeout=10).status_code == 200


def test_whoever_looks_at_the_calls_sees_the_failures(lab: Lab, room: Room) -> None:
    name = room.function(ECHO)
    with lab.fault(THROTTLE, "lambda:Invoke"), pytest.raises(ClientError):
        room.invoke(name)
    with lab.fault("aws:lambda:invocation-error", name):
        room.invoke(name)
    calls = [each for each in lab.target.ask("/_aws/observed?calls=1")["calls"] if each["resource"] == name]
    assert [each["error"] for each in calls] == ["TooManyRequestsException", "Unhandled"]


def test_it_goes_with_whatever_ends_it(lab: Lab) -> None:
    with pytest.raises(KeyboardInterrupt), lab.fault(INTERNAL, "sqs"):
        raise KeyboardInterrupt
    assert lab.faults() == []
    with lab.fault(INTERNAL, "sqs", duration=0.1):
        eventually(lambda: not lab.faults())
    with subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE) as process:
        owner = {"pid": process.pid, "created": psutil.Process(process.pid).create_time()}
        lab.target.ask("/_aws/faults", "POST", {"action": INTERNAL, "target": "sqs:PurgeQueue", "owner": owner})
        assert len(lab.faults()) == 1
        process.kill()
    eventually(lambda: not lab.faults())


@pytest.mark.parametrize(
    ("action", "name", "dials", "words"),
    [
        ("aws:ec2:stop-instances", "x", {}, "aws:ec2:stop-instances is not a fault"),
        (INTERNAL, "nothing:Get", {}, "'nothing' is not a service"),
        (INTERNAL, "dynamodb:PutItems", {}, "no operation PutItems; did you mean PutItem"),
        (INTERNAL, "sqs", {"principal": "nobody"}, "no role and no function nobody"),
        (INTERNAL, "sqs", {"percentage": 101}, "percentage must be above 0 and at most 100"),
        (INTERNAL, "sqs", {"percentage": 0}, "percentage must be above 0"),
        (INTERNAL, "sqs", {"duration": 0}, "duration must be above 0"),
        (INTERNAL, "sqs", {"status_code": 500}, "has no parameter statusCode"),
        (INTERNAL, "sts", {}, "sts:GetCallerIdentity must go on"),
        ("aws:lambda:invocation-error", "nothing", {}, "nothing"),
        ("aws:lambda:invocation-add-delay", "*", {"startup_delay_milliseconds": 900_001}, "from 0 to 900000"),
        ("aws:lambda:invocation-error", "*", {"prevent_execution": "no"}, "must be of type bool"),
    ],
)
def test_what_cannot_be_is_refused_by_name(lab: Lab, action: str, name: str, dials: dict[str, Any], words: str) -> None:
    with pytest.raises(LabError, match=".") as refused, lab.fault(action, name, **dials):
        pass
    assert words in refused.value.what


def test_the_command_sets_lists_and_removes(command: Command, lab: Lab, echo: str) -> None:
    added = command("fault", "add", THROTTLE, "--target", "sqs:SendMessage", "--percentage", "25", "--seed", "3")
    assert added.code == 0 and "25 % of sqs:SendMessage" in added.out, added.err
    identity = added.out.split()[0]
    assert command("fault", "add", "aws:lambda:invocation-add-delay", "--target", echo, "--delay", "5").code == 0
    listed = command("fault", "list").out
    assert identity in listed and "invocation-add-delay" in listed
    assert command("fault", "remove", identity).out == f"removed {identity}\n"
    assert_refused(command("fault", "remove", identity), f"fault not found: {identity}")
    assert_refused(command("fault", "remove"), "nothing selected to remove")
    assert "removed fault-" in command("fault", "remove", "--all").out
    assert command("fault", "list").out == "No faults are set.\n"


def _fails(call: Callable[[], Any]) -> bool:
    try:
        call()
    except ClientError:
        return True
    return False
