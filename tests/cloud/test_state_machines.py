"""State machines through Step Functions' own API: executions, what their tasks call, and what is told of them."""

import json
import time
import uuid
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import psutil
import pytest
import requests
from botocore.exceptions import ClientError

from shoplib import localaws, provision
from shoplib.architecture.runs import observed
from tests.cloud.lambda_room import Room, eventually
from tests.cloud.roles import allow, open_to_services, role
from tests.cloud.tables import table

Aws = Callable[..., Any]
END = {"Type": "Pass", "End": True}
HANDLER = """
class OutOfStock(Exception): pass

def handler(event, context):
    if event.get("fail"):
        raise OutOfStock("none left")
    return {"seen": event}
"""


class Machines:
    """Makes machines of states, of which the first is the start, and runs them to their end."""

    def __init__(self, aws: Aws) -> None:
        self.client = aws("stepfunctions")
        self.role = role(aws, "states-tests")

    def create(self, states: dict[str, Any], **options: Any) -> str:
        definition = {"StartAt": next(iter(states)), "States": states, **options.pop("top", {})}
        given = {"name": f"m-{uuid.uuid4().hex}", "roleArn": self.role, "definition": json.dumps(definition), **options}
        return str(self.client.create_state_machine(**given)["stateMachineArn"])

    def start(self, arn: str, document: Any = None, **options: Any) -> str:
        given = {"input": json.dumps(document)} if document is not None else {}
        return str(self.client.start_execution(stateMachineArn=arn, **given, **options)["executionArn"])

    def ended(self, execution: str) -> dict[str, Any]:
        def look() -> dict[str, Any] | None:
            described = self.client.describe_execution(executionArn=execution)
            return described if described["status"] != "RUNNING" else None

        return eventually(look) or {}

    def run(self, states: dict[str, Any], document: Any = None, **options: Any) -> dict[str, Any]:
        return self.ended(self.start(self.create(states, **options), document))

    def events(self, execution: str, **options: Any) -> list[dict[str, Any]]:
        return list(self.client.get_execution_history(executionArn=execution, **options)["events"])


@pytest.fixture(scope="module")
def machines(aws: Aws) -> Machines:
    return Machines(aws)


@pytest.fixture(scope="module")
def function(aws: Aws) -> str:
    """The ARN of a function that fails when it is told to."""
    name = Room(aws).function(HANDLER)
    return str(aws("lambda").get_function(FunctionName=name)["Configuration"]["FunctionArn"])


def refusal_of(call: Callable[[], Any]) -> tuple[str, str]:
    with pytest.raises(ClientError) as refused:
        call()
    error = refused.value.response["Error"]
    return error["Code"], error["Message"]


def test_an_execution_from_start_to_end(machines: Machines) -> None:
    client, arn = machines.client, machines.create({"A": {**END, "Result": {"a": 1}, "ResultPath": "$.r"}})
    execution = machines.start(arn, {"x": 1}, name="first")
    described = machines.ended(execution)
    assert execution == arn.replace(":stateMachine:", ":execution:") + ":first"
    assert (described["status"], json.loads(described["output"])) == ("SUCCEEDED", {"x": 1, "r": {"a": 1}})
    assert described["startDate"] <= described["stopDate"]
    assert (described["redriveStatus"], described["redriveCount"]) == ("NOT_REDRIVABLE", 0)
    assert client.list_executions(stateMachineArn=arn, statusFilter="SUCCEEDED")["executions"][0]["name"] == "first"
    assert client.list_executions(stateMachineArn=arn, statusFilter="RUNNING")["executions"] == []
    events = machines.events(execution)
    assert [(each["id"], each["previousEventId"], each["type"]) for each in events] == [
        (1, 0, "ExecutionStarted"),
        (2, 0, "PassStateEntered"),
        (3, 2, "PassStateExited"),
        (4, 3, "ExecutionSucceeded"),
    ]
    assert events[0]["executionStartedEventDetails"] == {
        "input": '{"x": 1}',
        "inputDetails": {"truncated": False},
        "roleArn": machines.role,
    }
    assert events[2]["stateExitedEventDetails"]["output"] == '{"x":1,"r":{"a":1}}'


def test_pages_of_a_history(machines: Machines) -> None:
    execution = machines.start(machines.create({"A": END}))
    machines.ended(execution)
    pages = machines.client.get_paginator("get_execution_history").paginate(
        executionArn=execution, reverseOrder=True, includeExecutionData=False, PaginationConfig={"PageSize": 3}
    )
    ids = [[event["id"] for event in page["events"]] for page in pages]
    assert ids == [[4, 3, 2], [1]]
    hidden = machines.events(execution, includeExecutionData=False)
    assert hidden[1]["stateEnteredEventDetails"] == {"name": "A"}


def test_a_name_is_taken_once(machines: Machines) -> None:
    waiting = machines.create({"A": {"Type": "Wait", "Seconds": 600, "End": True}})
    first = machines.start(waiting, {"a": 1}, name="n")
    assert machines.start(waiting, {"a": 1}, name="n") == first
    code, message = refusal_of(lambda: machines.start(waiting, {"a": 2}, name="n"))
    assert (code, message) == ("ExecutionAlreadyExists", f"Execution Already Exists: '{first}'")
    machines.client.stop_execution(executionArn=first, error="Enough", cause="of it")
    described = machines.ended(first)
    assert (described["status"], described["error"], described["cause"]) == ("ABORTED", "Enough", "of it")
    assert machines.events(first)[-1]["type"] == "ExecutionAborted"
    assert refusal_of(lambda: machines.start(waiting, {"a": 1}, name="n"))[0] == "ExecutionAlreadyExists"


@pytest.mark.parametrize(
    ("call", "code", "message"),
    [
        (lambda c, arn: c.start_execution(stateMachineArn=f"{arn}x"), "StateMachineDoesNotExist", "Not Exist: 'arn"),
        (lambda c, arn: c.start_execution(stateMachineArn="nothing"), "InvalidArn", "Invalid Arn: 'Invalid ARN prefix"),
        (lambda c, arn: c.start_execution(stateMachineArn=arn, name="a b"), "InvalidName", "Invalid Name: 'a b'"),
        (
            lambda c, arn: c.start_execution(stateMachineArn=arn, input="not json"),
            "InvalidExecutionInput",
            "Invalid State Machine Execution Input: 'Unrecognized token 'not': was expecting (JSON String, Number, "
            "Array, Object or token 'null', 'true' or 'false')'",
        ),
        (
            lambda c, arn: c.start_execution(stateMachineArn=arn, input="x" * 262_145),
            "ValidationException",
            "Member must have length less than or equal to 262144",
        ),
        (lambda c, arn: c.start_sync_execution(stateMachineArn=arn), "StateMachineTypeNotSupported", "not supported"),
        (
            lambda c, arn: c.describe_execution(executionArn=arn.replace("stateMachine", "execution") + ":n"),
            "ExecutionDoesNotExist",
            "Execution Does Not Exist: 'arn",
        ),
        (lambda c, arn: c.send_task_success(taskToken="t", output="1"), "InvalidToken", "Invalid Token: 'Invalid tok"),
        (lambda c, arn: c.send_task_success(taskToken="t", output="{"), "InvalidOutput", "Invalid Output"),
        (lambda c, arn: c.get_activity_task(activityArn=arn), "InvalidArn", "not valid in this context: stateMachine"),
        (lambda c, arn: c.update_state_machine(stateMachineArn=arn), "MissingRequiredParameter", "must be specified"),
        (
            lambda c, arn: c.update_state_machine(stateMachineArn=arn, definition='{"StartAt": "B", "States": {}}'),
            "InvalidDefinition",
            "Invalid State Machine Definition: 'SCHEMA_VALIDATION_FAILED: These fields are required: [States] at /'",
        ),
        (
            lambda c, arn: c.update_state_machine(stateMachineArn=arn, loggingConfiguration={"level": "ALL"}),
            "InvalidLoggingConfiguration",
            "exactly one Log Destination",
        ),
    ],
)  # fmt: skip
def test_what_is_refused(machines: Machines, call: Any, code: str, message: str) -> None:
    arn = machines.create({"A": END})
    found = refusal_of(lambda: call(machines.client, arn))
    assert found[0] == code and message in found[1]


def test_a_machine_is_kept_changed_and_deleted(machines: Machines) -> None:
    client = machines.client
    definition = json.dumps({"StartAt": "A", "States": {"A": END}})
    given = {"name": f"m-{uuid.uuid4().hex}", "definition": definition, "roleArn": machines.role}
    arn = client.create_state_machine(**given, tags=[{"key": "k", "value": "v"}])["stateMachineArn"]
    assert client.create_state_machine(**given)["stateMachineArn"] == arn
    assert refusal_of(lambda: client.create_state_machine(**given, type="EXPRESS"))[0] == "StateMachineAlreadyExists"
    described = client.describe_state_machine(stateMachineArn=arn)
    assert (described["type"], described["status"]) == ("STANDARD", "ACTIVE")
    assert described["loggingConfiguration"] == {"level": "OFF", "includeExecutionData": False}
    assert client.list_tags_for_resource(resourceArn=arn)["tags"] == [{"key": "k", "value": "v"}]
    changed = definition.replace('"A"', '"B"')
    client.update_state_machine(stateMachineArn=arn, definition=changed)
    assert client.describe_state_machine(stateMachineArn=arn)["definition"] == changed
    assert arn in [each["stateMachineArn"] for each in client.list_state_machines(maxResults=1000)["stateMachines"]]
    client.delete_state_machine(stateMachineArn=arn)
    client.delete_state_machine(stateMachineArn=arn)
    assert refusal_of(lambda: client.describe_state_machine(stateMachineArn=arn))[0] == "StateMachineDoesNotExist"


def test_an_execution_keeps_the_definition_that_it_began_with(machines: Machines) -> None:
    client, arn = machines.client, machines.create({"W": {"Type": "Wait", "Seconds": 600, "End": True}})
    execution = machines.start(arn)
    changed = json.dumps({"StartAt": "A", "States": {"A": {**END, "Result": 2}}})
    client.update_state_machine(stateMachineArn=arn, definition=changed)
    kept = client.describe_state_machine_for_execution(executionArn=execution)["definition"]
    assert "600" in kept and machines.ended(machines.start(arn))["output"] == "2"
    client.stop_execution(executionArn=execution)


def test_versions_and_aliases_run_what_they_name(machines: Machines) -> None:
    client, arn = machines.client, machines.create({"A": {**END, "Result": 1}}, publish=True)
    client.update_state_machine(
        stateMachineArn=arn, definition=json.dumps({"StartAt": "A", "States": {"A": {**END, "Result": 2}}})
    )
    second = client.publish_state_machine_version(stateMachineArn=arn)["stateMachineVersionArn"]
    assert second == f"{arn}:2"
    routes = [{"stateMachineVersionArn": f"{arn}:1", "weight": 100}]
    alias = client.create_state_machine_alias(name="live", routingConfiguration=routes)["stateMachineAliasArn"]
    assert [machines.ended(machines.start(each))["output"] for each in (arn, f"{arn}:1", alias)] == ["2", "1", "1"]
    listed = client.list_executions(stateMachineArn=alias)["executions"]
    assert [each["stateMachineVersionArn"] for each in listed] == [f"{arn}:1"]
    refused = refusal_of(lambda: client.delete_state_machine_version(stateMachineVersionArn=f"{arn}:1"))
    assert refused[0] == "ConflictException"
    client.delete_state_machine_alias(stateMachineAliasArn=alias)
    client.delete_state_machine_version(stateMachineVersionArn=f"{arn}:1")
    left = client.list_state_machine_versions(stateMachineArn=arn)["stateMachineVersions"]
    assert [each["stateMachineVersionArn"] for each in left] == [second]


def test_a_definition_can_be_checked_alone(machines: Machines) -> None:
    bad = json.dumps({"StartAt": "A", "States": {"A": {"Type": "Pass"}}})
    answer = machines.client.validate_state_machine_definition(definition=bad)
    (found,) = answer["diagnostics"]
    assert (answer["result"], found["severity"], found["location"]) == ("FAIL", "ERROR", "/States/A")
    good = json.dumps({"StartAt": "A", "States": {"A": END}})
    assert machines.client.validate_state_machine_definition(definition=good)["result"] == "OK"


def test_functions_are_called_by_arn_and_by_the_optimized_call(machines: Machines, function: str) -> None:
    invoke = {
        "Type": "Task",
        "Resource": "arn:aws:states:::lambda:invoke",
        "Parameters": {"FunctionName": function, "Payload.$": "$"},
        "ResultSelector": {
            "status.$": "$.StatusCode",
            "payload.$": "$.Payload",
            "http.$": "$.SdkHttpMetadata.HttpStatusCode",
        },
        "End": True,
    }
    states = {"A": {"Type": "Task", "Resource": function, "Next": "B"}, "B": invoke}
    ran = machines.run(states, {"n": 1})
    assert json.loads(ran["output"]) == {"status": 200, "payload": {"seen": {"seen": {"n": 1}}}, "http": 200}
    kinds = [event["type"] for event in machines.events(ran["executionArn"])]
    assert kinds[2:5] == ["LambdaFunctionScheduled", "LambdaFunctionStarted", "LambdaFunctionSucceeded"]
    assert kinds[7:10] == ["TaskScheduled", "TaskStarted", "TaskSucceeded"]


def test_the_error_of_a_handler_is_its_exception(machines: Machines, function: str) -> None:
    catch = [{"ErrorEquals": ["OutOfStock"], "ResultPath": "$.error", "Next": "B"}]
    ran = machines.run(
        {"A": {"Type": "Task", "Resource": function, "Catch": catch, "End": True}, "B": END}, {"fail": 1}
    )
    error = json.loads(ran["output"])["error"]
    assert error["Error"] == "OutOfStock"
    cause = json.loads(error["Cause"])
    assert (cause["errorType"], cause["errorMessage"]) == ("OutOfStock", "none left")


def test_a_function_that_is_not_there_fails_in_lambdas_words(machines: Machines) -> None:
    ran = machines.run(
        {"A": {"Type": "Task", "Resource": "arn:aws:lambda:us-east-1:123456789012:function:no", "End": True}}
    )
    assert (ran["status"], ran["error"]) == ("FAILED", "Lambda.ResourceNotFoundException")
    assert "Status Code: 404; Error Code: ResourceNotFoundException" in ran["cause"]


def test_tables_are_written_and_read(machines: Machines, aws: Aws) -> None:
    name = f"t-{uuid.uuid4().hex}"
    item = {"TableName": name, "Item": {"id": {"S.$": "$.id"}}, "ConditionExpression": "attribute_not_exists(id)"}
    again = [{"ErrorEquals": ["DynamoDB.ConditionalCheckFailedException"], "ResultPath": "$.first", "Next": "Sdk"}]
    over = [{"ErrorEquals": ["DynamoDb.ConditionalCheckFailedException"], "ResultPath": "$.second", "Next": "Get"}]
    put = {"Type": "Task", "Resource": "arn:aws:states:::dynamodb:putItem", "Parameters": item, "ResultPath": None}
    states = {
        "Put": {**put, "Next": "Again"},
        "Again": {**put, "Catch": again, "End": True},
        "Sdk": {**put, "Resource": "arn:aws:states:::aws-sdk:dynamodb:putItem", "Catch": over, "End": True},
        "Get": {
            "Type": "Task",
            "Resource": "arn:aws:states:::dynamodb:getItem",
            "Parameters": {"TableName": name, "Key": {"id": {"S.$": "$.id"}}},
            "ResultSelector": {"id.$": "$.Item.id.S"},
            "ResultPath": "$.got",
            "End": True,
        },
    }
    with table(aws("dynamodb"), name):
        output = json.loads(machines.run(states, {"id": "7"})["output"])
    assert output["got"] == {"id": "7"}
    assert "Service: AmazonDynamoDBv2; Status Code: 400" in output["first"]["Cause"]
    assert "(Service: DynamoDb, Status Code: 400, Request ID: " in output["second"]["Cause"]


def test_a_bare_text_is_an_attribute_of_type_s(machines: Machines, aws: Aws) -> None:
    name = f"t-{uuid.uuid4().hex}"
    task, key = {"Type": "Task", "ResultPath": None}, {"id.$": "$.id"}
    update = {"Key": key, "UpdateExpression": "SET place = :place", "ExpressionAttributeValues": {":place": "curb"}}
    states = {
        "Put": {
            **task,
            "Resource": "arn:aws:states:::dynamodb:putItem",
            "Parameters": {"TableName": name, "Item": {**key, "Nothing": None, "size": {"N": "2"}}},
            "Next": "Update",
        },
        "Update": {
            **task,
            "Resource": "arn:aws:states:::dynamodb:updateItem",
            "Parameters": {"TableName": name, **update},
            "End": True,
        },
    }
    with table(aws("dynamodb"), name):
        assert machines.run(states, {"id": "7"})["status"] == "SUCCEEDED"
        item = aws("dynamodb").get_item(TableName=name, Key={"id": {"S": "7"}})["Item"]
    assert item == {"id": {"S": "7"}, "size": {"N": "2"}, "place": {"S": "curb"}}


def test_a_path_may_have_a_dot_before_a_bracket(machines: Machines) -> None:
    picked = {"first.$": "$.a.[0]", "some.$": "$.a.[?(@ > 1)]"}
    output = machines.run({"Pick": {**END, "Parameters": picked}}, {"a": [1, 2]})["output"]
    assert json.loads(output) == {"first": 1, "some": [2]}


def test_sdk_calls_read_and_write_objects(machines: Machines, aws: Aws) -> None:
    bucket = f"states-{uuid.uuid4().hex}"
    aws("s3").create_bucket(Bucket=bucket)
    put = {"Bucket": bucket, "Key": "k", "Body": {"n.$": "$.n"}}
    states = {
        "Put": {
            "Type": "Task",
            "Resource": "arn:aws:states:::aws-sdk:s3:putObject",
            "Parameters": put,
            "ResultPath": None,
            "Next": "Get",
        },
        "Get": {
            "Type": "Task",
            "Resource": "arn:aws:states:::aws-sdk:s3:getObject",
            "Parameters": {"Bucket": bucket, "Key.$": "$.key"},
            "ResultSelector": {"n.$": "States.StringToJson($.Body)"},
            "Catch": [{"ErrorEquals": ["S3.NoSuchKeyException"], "Next": "None"}],
            "End": True,
        },
        "None": {**END, "Result": "none"},
    }
    arn = machines.create(states)
    outputs = [machines.ended(machines.start(arn, {"n": 1, "key": key}))["output"] for key in ("k", "other")]
    assert outputs == ['{"n":{"n":1}}', '"none"']


def test_a_task_may_do_what_the_machines_role_may(machines: Machines, aws: Aws) -> None:
    queue = aws("sqs").create_queue(QueueName=f"q-{uuid.uuid4().hex}")["QueueUrl"]
    own = role(aws, f"r-{uuid.uuid4().hex}", allow("sqs:ReceiveMessage"))
    send = {"Type": "Task", "Resource": "arn:aws:states:::sqs:sendMessage", "End": True}
    ran = machines.run({"A": {**send, "Parameters": {"QueueUrl": queue, "MessageBody": "m"}}}, roleArn=own)
    assert (ran["status"], ran["error"]) == ("FAILED", "SQS.AmazonSQSException")
    assert f"assumed-role/{own.rpartition('/')[2]}/" in ran["cause"] and "sqs:sendmessage" in ran["cause"].lower()


def test_a_role_must_trust_step_functions(machines: Machines, aws: Aws) -> None:
    foreign = role(aws, f"r-{uuid.uuid4().hex}", services=("lambda",))
    code, message = refusal_of(lambda: machines.create({"A": END}, roleArn=foreign))
    assert code == "AccessDeniedException" and "not authorized to assume" in message.replace(
        "is authorized", "not authorized"
    )


def test_a_rule_needs_a_role_to_start_a_machine(machines: Machines, aws: Aws) -> None:
    arn, name = machines.create({"A": END}), f"r-{uuid.uuid4().hex}"
    aws("events").put_rule(Name=name, EventPattern='{"source": ["states-tests"]}')
    target = {"Id": "1", "Arn": arn}
    refused = refusal_of(lambda: aws("events").put_targets(Rule=name, Targets=[target]))
    assert refused == ("ValidationException", f"RoleArn is required for target {arn}.")
    aws("events").put_targets(Rule=name, Targets=[{**target, "RoleArn": machines.role, "InputPath": "$.detail"}])
    entry = {"Source": "states-tests", "DetailType": "d", "Detail": '{"n": 1}'}
    aws("events").put_events(Entries=[entry])

    def ended() -> list[Any]:
        return machines.client.list_executions(stateMachineArn=arn, statusFilter="SUCCEEDED")["executions"]

    (execution,) = eventually(ended)
    described = machines.client.describe_execution(executionArn=execution["executionArn"])
    assert json.loads(described["input"]) == {"n": 1}


def receive(aws: Aws, queue: str) -> dict[str, Any]:
    sqs = aws("sqs")
    (message,) = eventually(lambda: sqs.receive_message(QueueUrl=queue, WaitTimeSeconds=5).get("Messages"))
    return dict(json.loads(message["Body"]))


def test_a_callback_ends_a_task(machines: Machines, aws: Aws) -> None:
    client = machines.client
    queue = aws("sqs").create_queue(QueueName=f"q-{uuid.uuid4().hex}")["QueueUrl"]
    body = {"order.$": "$.order", "token.$": "$$.Task.Token"}
    task = {
        "Type": "Task",
        "Resource": "arn:aws:states:::sqs:sendMessage.waitForTaskToken",
        "Parameters": {"QueueUrl": queue, "MessageBody": body},
        "HeartbeatSeconds": 60,
        "End": True,
    }
    arn = machines.create({"A": task})
    execution = machines.start(arn, {"order": 7})
    message = receive(aws, queue)
    assert message["order"] == 7
    client.send_task_heartbeat(taskToken=message["token"])
    client.send_task_success(taskToken=message["token"], output='{"paid": true}')
    assert json.loads(machines.ended(execution)["output"]) == {"paid": True}
    late = refusal_of(lambda: client.send_task_success(taskToken=message["token"], output="1"))
    assert late == ("TaskTimedOut", "Task Timed Out: 'Provided task does not exist anymore'")
    kinds = [event["type"] for event in machines.events(execution)]
    assert kinds[2:6] == ["TaskScheduled", "TaskStarted", "TaskSubmitted", "TaskSucceeded"]
    refused = machines.start(arn, {"order": 8})
    client.send_task_failure(taskToken=receive(aws, queue)["token"], error="Declined", cause="no money")
    described = machines.ended(refused)
    assert (described["status"], described["error"], described["cause"]) == ("FAILED", "Declined", "no money")


def test_without_heartbeats_a_task_ends(machines: Machines, aws: Aws) -> None:
    queue = aws("sqs").create_queue(QueueName=f"q-{uuid.uuid4().hex}")["QueueUrl"]
    task = {
        "Type": "Task",
        "Resource": "arn:aws:states:::sqs:sendMessage.waitForTaskToken",
        "Parameters": {"QueueUrl": queue, "MessageBody.$": "$$.Task.Token"},
        "HeartbeatSeconds": 1,
        "End": True,
    }
    ran = machines.run({"A": task})
    assert ran["error"] == "States.Timeout"
    assert machines.events(ran["executionArn"])[-2]["type"] == "TaskTimedOut"


def test_a_worker_fetches_an_activitys_task(machines: Machines) -> None:
    client = machines.client
    activity = client.create_activity(name=f"a-{uuid.uuid4().hex}")["activityArn"]
    execution = machines.start(machines.create({"A": {"Type": "Task", "Resource": activity, "End": True}}), {"n": 1})
    task = client.get_activity_task(activityArn=activity, workerName="ada")
    assert json.loads(task["input"]) == {"n": 1}
    client.send_task_success(taskToken=task["taskToken"], output='"done"')
    assert machines.ended(execution)["output"] == '"done"'
    events = machines.events(execution)
    assert [event["type"] for event in events[2:5]] == ["ActivityScheduled", "ActivityStarted", "ActivitySucceeded"]
    assert events[3]["activityStartedEventDetails"] == {"workerName": "ada"}


@pytest.mark.parametrize(("pattern", "output"), [(".sync", '{"n":1}'), (".sync:2", {"n": 1}), ("", None)])
def test_a_machine_starts_another(machines: Machines, pattern: str, output: Any) -> None:
    child = machines.create({"A": END})
    task = {
        "Type": "Task",
        "Resource": f"arn:aws:states:::states:startExecution{pattern}",
        "Parameters": {"StateMachineArn": child, "Input": {"n": 1}},
        "End": True,
    }
    answer = json.loads(machines.run({"A": task})["output"])
    assert answer.get("Output") == output
    assert answer.get("InputDetails") == ({"Included": True} if pattern else None)
    assert answer["ExecutionArn"].startswith(child.replace(":stateMachine:", ":execution:"))


def test_a_child_that_fails_fails_its_parent(machines: Machines) -> None:
    child = machines.create({"A": {"Type": "Fail", "Error": "E"}})
    task = {
        "Type": "Task",
        "Resource": "arn:aws:states:::states:startExecution.sync:2",
        "Parameters": {"StateMachineArn": child},
        "End": True,
    }
    ran = machines.run({"A": task})
    assert (ran["error"], json.loads(ran["cause"])["Error"]) == ("States.TaskFailed", "E")


def test_a_query_of_athena_is_waited_for(machines: Machines, aws: Aws) -> None:
    bucket = f"states-{uuid.uuid4().hex}"
    aws("s3").create_bucket(Bucket=bucket)
    start = {
        "Type": "Task",
        "Resource": "arn:aws:states:::athena:startQueryExecution.sync",
        "Parameters": {
            "QueryString": "SELECT 6 * 7 AS answer",
            "ResultConfiguration": {"OutputLocation": f"s3://{bucket}/"},
        },
        "ResultSelector": {"id.$": "$.QueryExecution.QueryExecutionId"},
        "Next": "R",
    }
    results = {
        "Type": "Task",
        "Resource": "arn:aws:states:::athena:getQueryResults",
        "Parameters": {"QueryExecutionId.$": "$.id"},
        "OutputPath": "$.ResultSet.Rows[1].Data[0].VarCharValue",
        "End": True,
    }
    ran = machines.run({"Q": start, "R": results})
    assert (ran["status"], ran.get("output"), ran.get("cause")) == ("SUCCEEDED", '"42"', None)


@pytest.mark.parametrize(
    ("parameters", "cause"),
    [
        ({"MessageBody": "m"}, 'The field "QueueUrl" is required but was missing.'),
        ({"QueueUrl": "q", "MessageBody": "m", "Colour": 1}, 'The field "Colour" is not supported by Step Functions.'),
    ],
)
def test_a_call_with_wrong_parameters_fails_before_it_is_made(
    machines: Machines, parameters: dict[str, Any], cause: str
) -> None:
    send = {"Type": "Task", "Resource": "arn:aws:states:::sqs:sendMessage", "Parameters": parameters, "End": True}
    ran = machines.run({"A": send})
    start = "An error occurred while executing the state 'A' (entered at the event id #2)."
    assert (ran["error"], ran["cause"]) == ("States.Runtime", f"{start} {cause}")


def test_a_redriven_execution_goes_on_where_it_failed(machines: Machines, aws: Aws) -> None:
    bucket = f"states-{uuid.uuid4().hex}"
    put = {
        "Type": "Task",
        "Resource": "arn:aws:states:::aws-sdk:s3:putObject",
        "Parameters": {"Bucket": bucket, "Key.$": "$.id"},
        "ResultSelector": {"count.$": "$$.Execution.RedriveCount"},
        "End": True,
    }
    left = {"StartAt": "L", "States": {"L": {**END, "Parameters": {"id.$": "States.UUID()"}}}}
    branches = [left, {"StartAt": "S", "States": {"S": put}}]
    states = {
        "Id": {"Type": "Pass", "Parameters": {"id.$": "States.UUID()"}, "Next": "Both"},
        "Both": {"Type": "Parallel", "Branches": branches, "End": True},
    }
    client, failed = machines.client, machines.run(states)
    arn = failed["executionArn"]
    assert (failed["status"], failed["redriveStatus"]) == ("FAILED", "REDRIVABLE")
    before = machines.events(arn)
    aws("s3").create_bucket(Bucket=bucket)
    client.redrive_execution(executionArn=arn)
    ended = machines.ended(arn)
    assert (ended["status"], ended["redriveCount"]) == ("SUCCEEDED", 1)
    after = machines.events(arn)
    assert after[: len(before)] == before
    assert [event["type"] for event in after[len(before) :]] == [
        *("ExecutionRedriven", "TaskScheduled", "TaskStarted", "TaskSucceeded", "TaskStateExited"),
        *("ParallelStateSucceeded", "ParallelStateExited", "ExecutionSucceeded"),
    ]
    (kept,) = [event for event in before if event["type"] == "PassStateExited" and event["id"] > 4]
    first, second = json.loads(ended["output"])
    assert (json.dumps(first, separators=(",", ":")), second) == (
        kept["stateExitedEventDetails"]["output"],
        {"count": 1},
    )
    refused = refusal_of(lambda: client.redrive_execution(executionArn=arn))
    assert refused == ("ExecutionNotRedrivable", "Execution is SUCCEEDED and cannot be redriven")


def test_a_state_is_tried_by_itself(machines: Machines, function: str) -> None:
    def answer(state: dict[str, Any], document: Any = None, **more: Any) -> dict[str, Any]:
        given = {"input": json.dumps(document or {}), "roleArn": machines.role, **more}
        told = machines.client.test_state(definition=json.dumps(state), **given)
        return {name: value for name, value in told.items() if name != "ResponseMetadata"}

    assert answer({"Type": "Pass", "Result": 1, "Next": "B"}) == {
        "status": "SUCCEEDED",
        "output": "1",
        "nextState": "B",
    }
    rule = {"Variable": "$.n", "NumericEquals": 1, "Next": "One"}
    assert answer({"Type": "Choice", "Choices": [rule], "Default": "Other"}, {"n": 2})["nextState"] == "Other"
    task = {
        "Type": "Task",
        "Resource": function,
        "Parameters": {"n.$": "$.a.n"},
        "InputPath": "$.x",
        "ResultPath": "$.r",
    }
    seen = answer({**task, "Next": "B"}, {"x": {"a": {"n": 1}}}, inspectionLevel="DEBUG")
    assert {name: json.loads(value) for name, value in seen["inspectionData"].items()} == {
        "input": {"x": {"a": {"n": 1}}},
        "afterInputPath": {"a": {"n": 1}},
        "afterParameters": {"n": 1},
        "result": {"seen": {"n": 1}},
        "afterResultSelector": {"seen": {"n": 1}},
        "afterResultPath": {"x": {"a": {"n": 1}}, "r": {"seen": {"n": 1}}},
    }
    failing = {"Type": "Task", "Resource": function, "Parameters": {"fail": True}, "Next": "B"}
    assert (answer(failing)["status"], answer(failing)["error"]) == ("FAILED", "OutOfStock")
    assert answer({**failing, "Retry": [{"ErrorEquals": ["OutOfStock"]}]})["status"] == "RETRIABLE"
    caught = answer({**failing, "Catch": [{"ErrorEquals": ["States.ALL"], "ResultPath": None, "Next": "C"}]}, {"k": 1})
    assert (caught["status"], caught["output"], caught["nextState"]) == ("CAUGHT_ERROR", '{"k":1}', "C")
    mocked = answer(failing, mock={"result": '{"m": 1}'})
    assert (mocked["status"], mocked["output"]) == ("SUCCEEDED", '{"m":1}')
    callback = {"Type": "Task", "Resource": "arn:aws:states:::sqs:sendMessage.waitForTaskToken", "End": True}
    assert refusal_of(lambda: answer(callback))[0] == "InvalidDefinition"
    expression = {"Type": "Pass", "QueryLanguage": "JSONata", "Output": "{% $v * 2 %}", "End": True}
    assert answer(expression, variables='{"v": 21}')["output"] == "42"


def test_what_a_machine_calls_is_its_own_and_on_the_trace_of_its_start(
    machines: Machines, aws: Aws, engine: localaws.Engine
) -> None:
    queue = aws("sqs").create_queue(QueueName=f"q-{uuid.uuid4().hex}")["QueueUrl"]
    send = {"Type": "Task", "Resource": "arn:aws:states:::sqs:sendMessage", "End": True}
    arn = machines.create({"A": {**send, "Parameters": {"QueueUrl": queue, "MessageBody": "m"}}})
    trace, client = f"Root=1-12345678-{uuid.uuid4().hex[:24]}", aws("stepfunctions", region_name=engine.region)
    client.meta.events.register(
        "before-sign", lambda request, **_: request.headers.add_header("X-Amzn-Trace-Id", trace)
    )
    machines.ended(client.start_execution(stateMachineArn=arn)["executionArn"])
    calls = [call for call in observed.calls(provision.local(engine.region)) if call["caller"] == arn]
    assert [(call["operation"], call["resource"], call["trace"]) for call in calls] == [
        ("SendMessage", queue.rpartition("/")[2], trace)
    ]


def test_whoever_stops_a_parent_stops_its_child(machines: Machines) -> None:
    child = machines.create({"A": {"Type": "Wait", "Seconds": 600, "End": True}})
    task = {
        "Type": "Task",
        "Resource": "arn:aws:states:::states:startExecution.sync",
        "Parameters": {"StateMachineArn": child},
        "End": True,
    }
    parent = machines.start(machines.create({"A": task}))
    list_executions = machines.client.list_executions
    (running,) = eventually(lambda: list_executions(stateMachineArn=child)["executions"])
    machines.client.stop_execution(executionArn=parent)
    assert machines.ended(running["executionArn"])["status"] == "ABORTED"


def test_an_http_api_waits_for_an_express_machine(machines: Machines, aws: Aws, engine: localaws.Engine) -> None:
    api, arn = aws("apigatewayv2"), machines.create({"A": END}, type="EXPRESS")
    made = api.create_api(Name=f"a-{uuid.uuid4().hex}", ProtocolType="HTTP")
    integration = api.create_integration(
        ApiId=made["ApiId"],
        IntegrationType="AWS_PROXY",
        IntegrationSubtype="StepFunctions-StartSyncExecution",
        PayloadFormatVersion="1.0",
        CredentialsArn=machines.role,
        RequestParameters={"StateMachineArn": arn, "Input": "$request.body"},
    )
    target = f"integrations/{integration['IntegrationId']}"
    api.create_route(ApiId=made["ApiId"], RouteKey="POST /run", Target=target)
    api.create_stage(ApiId=made["ApiId"], StageName="$default", AutoDeploy=True)
    answer = requests.post(f"{made['ApiEndpoint']}/run", json={"n": 1}, timeout=20)
    assert answer.status_code == 200, answer.text
    assert (answer.json()["status"], answer.json()["output"]) == ("SUCCEEDED", '{"n":1}')
    assert answer.json()["stopDate"] >= answer.json()["startDate"] > 1_000_000_000


def test_an_express_machine_answers_at_once(machines: Machines, function: str) -> None:
    client = machines.client
    arn = machines.create({"A": {"Type": "Task", "Resource": function, "End": True}}, type="EXPRESS")
    answer = client.start_sync_execution(stateMachineArn=arn, input='{"n": 1}')
    assert (answer["status"], json.loads(answer["output"])) == ("SUCCEEDED", {"seen": {"n": 1}})
    assert answer["billingDetails"]["billedMemoryUsedInMB"] == 64
    assert answer["billingDetails"]["billedDurationInMilliseconds"] % 100 == 0
    failed = client.start_sync_execution(stateMachineArn=arn, input='{"fail": 1}')
    assert (failed["status"], failed["error"]) == ("FAILED", "OutOfStock")
    express = client.start_execution(stateMachineArn=arn)["executionArn"]
    assert ":express:" in express
    refused = refusal_of(lambda: client.describe_execution(executionArn=express))
    assert refused == ("InvalidArn", "Invalid Arn: 'Resource type not valid in this context: express'")
    assert refusal_of(lambda: client.list_executions(stateMachineArn=arn))[0] == "StateMachineTypeNotSupported"


def test_a_whole_execution_has_a_time_limit(machines: Machines) -> None:
    wait = {"A": {"Type": "Wait", "Seconds": 600, "End": True}}
    ran = machines.run(wait, top={"TimeoutSeconds": 1})
    assert ran["status"] == "TIMED_OUT"
    assert machines.events(ran["executionArn"])[-1]["type"] == "ExecutionTimedOut"


def test_two_hundred_executions_wait_without_threads_of_their_own(
    machines: Machines, aws: Aws, engine: localaws.Engine
) -> None:
    queue = aws("sqs").create_queue(QueueName=f"q-{uuid.uuid4().hex}")["QueueUrl"]
    send = {
        "Type": "Task",
        "Resource": "arn:aws:states:::sqs:sendMessage",
        "Parameters": {"QueueUrl": queue, "MessageBody.$": "States.JsonToString($)"},
        "End": True,
    }
    arn = machines.create({"W": {"Type": "Wait", "TimestampPath": "$.due", "Next": "S"}, "S": send})
    due, before = _after_two_hundred_starts(machines, arn), psutil.Process(engine.pid).num_threads()
    for number in range(200):
        machines.start(arn, {"due": due, "number": number})
    assert psutil.Process(engine.pid).num_threads() - before < 20

    def all_succeeded() -> bool:
        listed = machines.client.list_executions(stateMachineArn=arn, statusFilter="SUCCEEDED", maxResults=1000)
        return len(listed["executions"]) == 201

    eventually(all_succeeded)
    attributes = aws("sqs").get_queue_attributes(QueueUrl=queue, AttributeNames=["ApproximateNumberOfMessages"])
    assert attributes["Attributes"]["ApproximateNumberOfMessages"] == "201"


def _after_two_hundred_starts(machines: Machines, arn: str) -> str:
    """A time of this machine, which may be busy: by then all of them wait."""
    began = time.monotonic()
    machines.start(arn, {"due": "2020-01-01T00:00:00Z", "number": 0})
    limit = timedelta(seconds=3 + 400 * (time.monotonic() - began))
    return f"{datetime.now(UTC) + limit:%Y-%m-%dT%H:%M:%SZ}"


def test_what_happens_is_logged_as_the_machine_wants_it(machines: Machines, aws: Aws) -> None:
    logs, group = aws("logs"), f"/states/{uuid.uuid4().hex}"
    logs.create_log_group(logGroupName=group)
    arn = f"arn:aws:logs:us-east-1:123456789012:log-group:{group}:*"
    destination = {"cloudWatchLogsLogGroup": {"logGroupArn": arn}}
    states = {"A": {**END, "Next": "F", "End": False}, "F": {"Type": "Fail", "Error": "E"}}

    def logged(level: str, **more: Any) -> list[dict[str, Any]]:
        configuration = {"level": level, "destinations": [destination], **more}
        execution = machines.run(states, {"x": 1}, loggingConfiguration=configuration)["executionArn"]
        found = [json.loads(each["message"]) for each in logs.filter_log_events(logGroupName=group)["events"]]
        return [each for each in found if each["execution_arn"] == execution]

    everything = logged("ALL", includeExecutionData=True)
    assert [each["type"] for each in everything][0::4] == ["ExecutionStarted", "ExecutionFailed"]
    assert (everything[1]["id"], everything[1]["previous_event_id"]) == ("2", "0")
    assert everything[1]["details"]["input"] == '{"x":1}'
    (last,) = logged("ERROR")
    assert (last["type"], last["details"]) == ("ExecutionFailed", {"error": "E"})
    assert "input" not in logged("ALL")[1]["details"]
    assert logs.describe_log_streams(logGroupName=group)["logStreams"][0]["logStreamName"].startswith("states/m-")


def test_cloudwatch_counts_executions(machines: Machines, aws: Aws) -> None:
    ran = machines.run({"A": END})
    dimensions = [{"Name": "StateMachineArn", "Value": ran["stateMachineArn"]}]
    listed = aws("cloudwatch").list_metrics(Namespace="AWS/States", Dimensions=dimensions)["Metrics"]
    assert {each["MetricName"] for each in listed} == {"ExecutionsStarted", "ExecutionsSucceeded", "ExecutionTime"}


def test_eventbridge_hears_of_every_change(machines: Machines, aws: Aws) -> None:
    arn = machines.create({"A": END})
    sqs, events = aws("sqs"), aws("events")
    name = f"q-{uuid.uuid4().hex}"
    policy = {"Policy": open_to_services("sqs:SendMessage")}
    queue = sqs.create_queue(QueueName=name, Attributes=policy)["QueueUrl"]
    target = sqs.get_queue_attributes(QueueUrl=queue, AttributeNames=["QueueArn"])["Attributes"]["QueueArn"]
    pattern = {"source": ["aws.states"], "detail": {"stateMachineArn": [arn], "status": ["SUCCEEDED"]}}
    events.put_rule(Name=name, EventPattern=json.dumps(pattern))
    events.put_targets(Rule=name, Targets=[{"Id": "q", "Arn": target}])
    execution = machines.start(arn, {"x": 1})
    event = receive(aws, queue)
    assert (event["detail-type"], event["resources"]) == ("Step Functions Execution Status Change", [execution])
    detail = event["detail"]
    assert (detail["status"], detail["input"], detail["output"]) == ("SUCCEEDED", '{"x": 1}', '{"x":1}')
    assert detail["stopDate"] >= detail["startDate"] > 1_000_000_000_000
