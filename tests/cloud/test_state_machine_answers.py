"""What Step Functions answers, word by word: refusals, versions and aliases, trials of states, errors of tasks."""

import json
import re
import uuid
from collections.abc import Callable
from typing import Any

import pytest

from tests.cloud.test_state_machines import END, Machines, function, machines, refusal_of

Aws = Callable[..., Any]
__all__ = ["function", "machines"]
PASS = json.dumps({"StartAt": "A", "States": {"A": END}})
VALUES = "(JSON String, Number, Array, Object or token 'null', 'true' or 'false')"
ACTIVITY = "arn:aws:states:us-east-1:123456789012:activity:pack"
CALL = "arn:aws:states:::"
INVOKE = {
    "Type": "Task",
    "Resource": f"{CALL}lambda:invoke",
    "Parameters": {"FunctionName.$": "$.f"},
    "End": True,
}  # fmt: skip


def task(resource: str, parameters: dict[str, Any] | None = None) -> dict[str, Any]:
    return {"Type": "Task", "Resource": f"{CALL}{resource}", "Parameters": parameters or {}, "End": True}


@pytest.mark.parametrize(
    ("resource", "message"),
    [
        (f"{CALL}states:startExecution.sync", "'.sync' service integration"),
        (f"{CALL}sqs:sendMessage.waitForTaskToken", "'.waitForTaskToken' service integration "),
        (ACTIVITY, "Activity ARN"),
    ],
)
def test_an_express_machine_waits_for_nobody(machines: Machines, resource: str, message: str) -> None:
    states = {"A": {"Type": "Task", "Resource": resource, "End": True}}
    reason = f"SCHEMA_VALIDATION_FAILED: Express state machine does not support {message} at /States/A/Resource"
    refused = refusal_of(lambda: machines.create(states, type="EXPRESS"))
    assert refused == ("InvalidDefinition", f"Invalid State Machine Definition: '{reason}'")


def test_a_region_knows_nothing_of_another_one_s_machines(machines: Machines, aws: Aws) -> None:
    arn, far = machines.create({"A": END}), aws("stepfunctions", region_name="us-west-2")
    missing = ("StateMachineDoesNotExist", f"State Machine Does Not Exist: '{arn}'")
    assert refusal_of(lambda: far.start_execution(stateMachineArn=arn)) == missing
    assert refusal_of(lambda: far.describe_state_machine(stateMachineArn=arn)) == missing
    run = machines.client.start_execution(stateMachineArn=arn)["executionArn"]
    refused = refusal_of(lambda: far.describe_execution(executionArn=run))
    assert refused == ("ExecutionDoesNotExist", f"Execution Does Not Exist: '{run}'")
    far.delete_state_machine(stateMachineArn=arn)
    assert machines.client.describe_state_machine(stateMachineArn=arn)["status"] == "ACTIVE"


@pytest.mark.parametrize(
    ("text", "reason", "column"),
    [
        ("not some json", f"Unrecognized token 'not': was expecting {VALUES}", 4),
        ("{'a': 1}", "Unexpected character (''' (code 39)): was expecting double-quote to start field name", 3),
        ('{"a" 1}', "Unexpected character ('1' (code 49)): was expecting a colon to separate field name and value", 7),
        ('{"a": }', f"Unexpected character ('}}' (code 125)): expected a valid value {VALUES}", 8),
        ('{"a":', "Unexpected end-of-input", 6),
    ],
)
def test_what_is_no_json_is_told_as_aws_does(machines: Machines, text: str, reason: str, column: int) -> None:
    arn, client = machines.create({"A": END}), machines.client
    refused = refusal_of(lambda: client.start_execution(stateMachineArn=arn, input=text))
    assert refused == ("InvalidExecutionInput", f"Invalid State Machine Execution Input: '{reason}'")
    (diagnostic,) = client.validate_state_machine_definition(definition=text)["diagnostics"]
    source = f'[Source: (String)"{text}"; line: 1, column: {column}]'
    assert (diagnostic["message"], diagnostic["location"]) == (f"{reason}\n at {source}", source)


def test_a_definition_in_another_form_is_another_one(machines: Machines) -> None:
    known = {"name": f"m-{uuid.uuid4().hex}", "roleArn": machines.role}
    arn = machines.client.create_state_machine(**known, definition=PASS)["stateMachineArn"]
    other = json.dumps(json.loads(PASS), indent=2)
    refused = refusal_of(lambda: machines.client.create_state_machine(**known, definition=other))
    assert refused == ("StateMachineAlreadyExists", f"State Machine Already Exists: '{arn}'")


def test_a_log_destination_is_one_group_that_is_there(machines: Machines, aws: Aws) -> None:
    group = f"g-{uuid.uuid4().hex}"
    aws("logs").create_log_group(logGroupName=group)
    arn = f"arn:aws:logs:us-east-1:123456789012:log-group:{group}:*"
    known, gone = ({"cloudWatchLogsLogGroup": {"logGroupArn": each}} for each in (arn, arn.replace(group, "gone")))
    one = "Must specify exactly one Log Destination."
    cases = [([], one), ([known, known], one), ([gone], "Log Destination not found."), ([known], "")]
    for destinations, reason in cases:
        logging = {"level": "ALL", "destinations": destinations, "includeExecutionData": True}
        if not reason:
            made = machines.create({"A": END}, loggingConfiguration=logging)
            assert machines.client.describe_state_machine(stateMachineArn=made)["loggingConfiguration"] == logging
        else:
            refused = refusal_of(lambda logging=logging: machines.create({"A": END}, loggingConfiguration=logging))
            assert refused == ("InvalidLoggingConfiguration", f"Invalid Logging Configuration: {reason}")


@pytest.mark.parametrize(
    ("routes", "message"),
    [
        ([("", 100)], "Routing configuration must contain state machine version ARNs. Received: [{arn}]"),
        (
            [(":1", 50), (":1", 50)],
            "Routing configuration must contain distinct state machine version ARNs. Received: [{arn}:1, {arn}:1]",
        ),
        ([(":1", 70), (":2", 29)], "Sum of routing configuration weights must equal 100. Received: [70, 29]"),
        (
            [(":1", 50), (":2", 30), (":3", 20)],
            "1 validation error detected: Value '[RoutingConfigurationListItem(stateMachineVersionArn={arn}:1, "
            "weight=50), RoutingConfigurationListItem(stateMachineVersionArn={arn}:2, weight=30), "
            "RoutingConfigurationListItem(stateMachineVersionArn={arn}:3, weight=20)]' at 'routingConfiguration' "
            "failed to satisfy constraint: Member must have length less than or equal to 2",
        ),
    ],
)
def test_an_alias_sends_to_versions(machines: Machines, routes: list[tuple[str, int]], message: str) -> None:
    arn = machines.create({"A": END}, publish=True)
    refused = refusal_of(lambda: machines.client.create_state_machine_alias(name="live", **routing(arn, routes)))
    assert refused == ("ValidationException", message.format(arn=arn))


def routing(arn: str, routes: list[tuple[str, int]]) -> dict[str, Any]:
    items = [{"stateMachineVersionArn": f"{arn}{version}", "weight": weight} for version, weight in routes]
    return {"routingConfiguration": items}


def test_an_alias_is_made_once_and_goes_without_a_word(machines: Machines) -> None:
    client, arn = machines.client, machines.create({"A": END}, publish=True)
    alias = {"name": "live", **routing(arn, [(":1", 100)])}
    client.create_state_machine_alias(**alias, description="d")
    same = "Failed to create alias because an alias with the same name and a different routing configuration already"
    refused = refusal_of(lambda: client.create_state_machine_alias(**alias, description="other"))
    assert refused == ("ConflictException", f"{same} exists.")
    client.delete_state_machine_alias(stateMachineAliasArn=f"{arn}:nobody")
    refused = refusal_of(lambda: client.update_state_machine_alias(stateMachineAliasArn=f"{arn}:no", description=""))
    assert refused == ("ResourceNotFound", "Request references a resource that does not exist.")


def test_only_the_current_revision_is_published(machines: Machines) -> None:
    client, arn = machines.client, machines.create({"A": END})
    first, second = (
        client.update_state_machine(stateMachineArn=arn, definition=PASS.replace('"A"', f'"{name}"'))["revisionId"]
        for name in "BC"
    )
    refused = refusal_of(lambda: client.publish_state_machine_version(stateMachineArn=arn, revisionId=first))
    start = f"Failed to publish the State Machine version for revision {first}."
    assert refused == ("ConflictException", f"{start} The current State Machine revision is {second}.")


ITEMS = {"ItemProcessor": {"StartAt": "I", "States": {"I": {**END, "Parameters": {"q.$": "$q"}}}}}


@pytest.mark.parametrize(
    ("state", "expected"),
    [
        ({"Type": "Pass", "Parameters": {"a": {"r.$": "$r.x"}, "s": "$s"}, "Result": {"n.$": "$n"}}, {"B": ["r"]}),
        ({"Type": "Pass", "Assign": {"b.$": "$a"}, "InputPath": "$$.Execution"}, {"B": ["a"]}),
        ({"Type": "Wait", "SecondsPath": "$w"}, {"B": ["w"]}),
        ({"Type": "Map", "ItemsPath": "$l", "MaxConcurrencyPath": "$m", **ITEMS}, {"B": ["l", "m"], "I": ["q"]}),
        ({"Type": "Map", "ItemSelector": {"x.$": "States.Format($t, $$.Map.Item)"}, **ITEMS}, {"B": ["t"], "I": ["q"]}),
        (
            {
                "Type": "Pass",
                "QueryLanguage": "JSONata",
                "Output": "{% ($y := $b.c; $map($a, $string) & $y & $states.input & '$no' & $sum([$a])) %}",
            },
            {"B": ["a", "b"]},
        ),
        ({"Type": "Pass"}, None),
    ],
)
def test_the_variables_that_states_read_are_told(machines: Machines, state: dict[str, Any], expected: Any) -> None:
    arn = machines.create({"A": {"Type": "Pass", "Next": "B"}, "B": {**state, "End": True}})
    assert machines.client.describe_state_machine(stateMachineArn=arn).get("variableReferences") == expected
    started = machines.start(arn, {})
    described = machines.client.describe_state_machine_for_execution(executionArn=started)
    assert described.get("variableReferences") == expected


def test_a_path_to_no_timestamp_is_named(machines: Machines) -> None:
    ran = machines.run({"A": {"Type": "Wait", "TimestampPath": "$.at", "End": True}}, {"at": "2020-01-01T00:00:00"})
    what = "The TimestampPath parameter does not reference a valid ISO-8601 extended offset date-time format string"
    assert ran["cause"].endswith(f"(entered at the event id #2). {what}: $.at == 2020-01-01T00:00:00")


def test_only_standard_executions_count_their_redrives(machines: Machines) -> None:
    whole = {"A": {**END, "InputPath": "$$.Execution"}}
    express = machines.client.start_sync_execution(stateMachineArn=machines.create(whole, type="EXPRESS"))
    assert set(json.loads(express["output"])) == {"Id", "Input", "Name", "RoleArn", "StartTime"}
    assert json.loads(machines.run(whole)["output"])["RedriveCount"] == 0


def test_a_missed_heartbeat_is_a_timeout_with_a_name_of_its_own(machines: Machines, aws: Aws) -> None:
    queue = aws("sqs").create_queue(QueueName=f"q-{uuid.uuid4().hex}")["QueueUrl"]
    waiting = task("sqs:sendMessage.waitForTaskToken", {"QueueUrl": queue, "MessageBody.$": "$$.Task.Token"})
    catch = [{"ErrorEquals": ["States.HeartbeatTimeout"], "Next": "B"}]
    ran = machines.run({"A": {**waiting, "HeartbeatSeconds": 1, "Catch": catch}, "B": END})
    assert ran["output"] == '{"Error":"States.Timeout"}'


NULL = "1 validation error detected: Value null at 'item' failed to satisfy constraint: Member must not be null"


@pytest.mark.parametrize(
    ("resource", "parameters", "error", "cause"),
    [
        (
            "dynamodb:putItem",
            {"TableName": "{table}", "Item.$": "$.nothing"},
            "DynamoDB.AmazonDynamoDBException",
            f"{NULL} (Service: AmazonDynamoDBv2; Status Code: 400; Error Code: ValidationException; Request ID: ; "
            "Proxy: null)",
        ),
        (
            "aws-sdk:dynamodb:putItem",
            {"TableName": "{table}", "Item.$": "$.nothing"},
            "DynamoDb.DynamoDbException",
            f"{NULL} (Service: DynamoDb, Status Code: 400, Request ID: )",
        ),
        (
            "sqs:sendMessage",
            {"QueueUrl": "{queue}", "MessageBody.$": "$.nothing"},
            "SQS.AmazonSQSException",
            "The request must contain the parameter MessageBody. (Service: AmazonSQS; Status Code: 400; Error Code: "
            "MissingParameter; Request ID: ; Proxy: null)",
        ),
        (
            "sqs:sendMessage",
            {"QueueUrl": "no-such-queue", "MessageBody": "m"},
            "SQS.SdkClientException",
            "Unable to execute HTTP request: no-such-queue: Name or service not known",
        ),
        (
            "aws-sdk:s3:listObjects",
            {"Bucket": "nobodys-bucket"},
            "S3.NoSuchBucketException",
            "The specified bucket does not exist (Service: S3, Status Code: 404, Request ID: , Extended Request ID: )",
        ),
        (
            "aws-sdk:ssm:getParameter",
            {"Name": "nobodys-parameter"},
            "Ssm.ParameterNotFoundException",
            "null (Service: Ssm, Status Code: 400, Request ID: )",
        ),
    ],
)
def test_the_errors_of_calls_are_those_of_the_service(
    machines: Machines, aws: Aws, resource: str, parameters: dict[str, str], error: str, cause: str
) -> None:
    places = {"table": new_table(aws), "queue": aws("sqs").create_queue(QueueName=f"q-{uuid.uuid4().hex}")["QueueUrl"]}
    ran = machines.run(
        {"A": task(resource, {name: value.format(**places) for name, value in parameters.items()})}, {"nothing": None}
    )
    assert (ran["error"], re.sub(r"Request ID: [\w-]+", "Request ID: ", ran["cause"])) == (error, cause)


def new_table(aws: Aws) -> str:
    name = f"t-{uuid.uuid4().hex}"
    key = {"AttributeName": "id"}
    aws("dynamodb").create_table(
        TableName=name,
        KeySchema=[{**key, "KeyType": "HASH"}],
        AttributeDefinitions=[{**key, "AttributeType": "S"}],
        BillingMode="PAY_PER_REQUEST",
    )
    return name


USUAL = {"Content-Length", "Content-Type", "Date", "x-amzn-RequestId"}


@pytest.mark.parametrize(
    ("resource", "parameters", "more"),
    [
        ("sqs:sendMessage", {"QueueUrl": "{queue}", "MessageBody": "m"}, {"connection"}),
        ("sns:publish", {"TopicArn": "{topic}", "Message": "m"}, set()),
        ("states:startExecution", {"StateMachineArn": "{machine}"}, {"connection"}),
        (
            "dynamodb:getItem",
            {"TableName": "{table}", "Key": {"id": {"S": "a"}}},
            {"Connection", "Server", "x-amz-crc32"},
        ),
        (
            "lambda:invoke",
            {"FunctionName": "{function}"},
            {"Connection", "X-Amz-Executed-Version", "X-Amzn-Trace-Id", "x-amzn-Remapped-Content-Length"},
        ),
    ],
)
def test_the_headers_of_a_call_are_those_that_aws_sends(
    machines: Machines, aws: Aws, function: str, resource: str, parameters: dict[str, Any], more: set[str]
) -> None:
    places = {
        "table": new_table(aws),
        "queue": aws("sqs").create_queue(QueueName=f"q-{uuid.uuid4().hex}")["QueueUrl"],
        "topic": aws("sns").create_topic(Name=f"t-{uuid.uuid4().hex}")["TopicArn"],
        "machine": machines.create({"A": END}),
        "function": function,
    }
    given = {name: value.format(**places) if isinstance(value, str) else value for name, value in parameters.items()}
    ran = machines.run({"A": task(resource, given)})
    told = json.loads(ran["output"])
    headers, listed = told["SdkHttpMetadata"]["HttpHeaders"], told["SdkHttpMetadata"]["AllHttpHeaders"]
    assert set(headers) == USUAL | more
    assert listed == {name: [value] for name, value in headers.items()}
    assert headers["x-amzn-RequestId"] == told["SdkResponseMetadata"]["RequestId"]


def test_events_name_the_machine_and_then_the_execution(machines: Machines, aws: Aws) -> None:
    queue, source = aws("sqs").create_queue(QueueName=f"q-{uuid.uuid4().hex}")["QueueUrl"], uuid.uuid4().hex
    arn = aws("sqs").get_queue_attributes(QueueUrl=queue, AttributeNames=["QueueArn"])["Attributes"]["QueueArn"]
    everybody = {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Principal": "*", "Action": "sqs:*"}]}
    everybody["Statement"][0]["Resource"] = arn  # type: ignore[index]
    aws("sqs").set_queue_attributes(QueueUrl=queue, Attributes={"Policy": json.dumps(everybody)})
    aws("events").put_rule(Name=source, EventPattern=json.dumps({"source": [source]}))
    aws("events").put_targets(Rule=source, Targets=[{"Id": "q", "Arn": arn}])
    entry = {"Source": source, "DetailType": "t", "Detail": {"n": 1}, "Resources": ["first"]}
    ran = machines.run({"A": task("events:putEvents", {"Entries": [entry]})})
    assert sorted(json.loads(ran["output"])) == ["Entries", "FailedEntryCount"]
    (message,) = aws("sqs").receive_message(QueueUrl=queue, WaitTimeSeconds=5)["Messages"]
    assert json.loads(message["Body"])["resources"] == ["first", ran["stateMachineArn"], ran["executionArn"]]


MAP = {"Type": "Map", "ItemsPath": "$.v", "ItemProcessor": {"StartAt": "I", "States": {"I": END}}, "End": True}
PROCESSOR = {**MAP["ItemProcessor"], "ProcessorConfig": {"Mode": "DISTRIBUTED", "ExecutionType": "EXPRESS"}}  # type: ignore[dict-item]
DISTRIBUTED = {**MAP, "ItemProcessor": PROCESSOR}
PARALLEL = {"Type": "Parallel", "Branches": [{"StartAt": name, "States": {name: END}} for name in "AB"], "End": True}
GROUPS = "TestState API does not support Map or Parallel states. Supported state types include: "
NO_MOCK = (GROUPS + "[Task, Wait, Pass, Succeed, Fail, Choice]", "InvalidDefinition")
EVENTS = task("events:putEvents", {"Entries": []})
EXECUTION = task("states:startExecution", {"StateMachineArn": "arn"})
OBJECT = task("aws-sdk:s3:getObject", {"Bucket": "b", "Key": "k"})
SCHEMA = "Mock result schema validation error: "


@pytest.mark.parametrize(
    ("state", "result", "more", "message"),
    [
        (END, {}, {}, "State type 'Pass' is not supported when a mock is specified"),
        ({"Type": "Fail"}, {}, {}, "State type 'Fail' is not supported when a mock is specified"),
        (INVOKE, {}, {"revealSecrets": True}, "TestState does not support RevealSecrets when a mock is specified."),
        (MAP, {}, {}, "Mocked result must be an array."),
        ({**DISTRIBUTED, "ResultWriter": {}}, [], {}, "Mocked result must be a JSON object."),
        (
            PARALLEL,
            [1],
            {},
            "Mocked result must contain the same number of items as number of Parallel branches.",
        ),
        (EVENTS, {"Entries": "x"}, {}, f"{SCHEMA}Field 'Entries' must be an array"),
        (EVENTS, {"Entries": [{"EventId": "a"}, {"EventId": []}]}, {}, f"{SCHEMA}Field 'EventId' must be a string"),
        (EXECUTION, {}, {}, f"{SCHEMA}Required field 'ExecutionArn' is missing"),
        (EXECUTION, {"ExecutionArn": "a", "StartDate": 1}, {}, f"{SCHEMA}Field 'StartDate' must be a string"),
        (INVOKE, {"StatusCode": "200"}, {}, f"{SCHEMA}Field 'StatusCode' must be a number"),
        (INVOKE, {"StatusCode": True}, {}, f"{SCHEMA}Field 'StatusCode' must be a number"),
        (OBJECT, {"StorageClass": "Papyrus"}, {}, f"{SCHEMA}Field 'StorageClass' is not an expected value"),
        (
            task("aws-sdk:kms:encrypt"),
            {"CiphertextBlob": ""},
            {},
            f"{SCHEMA}Field 'CiphertextBlob' is smaller than the minimum length",
        ),
        (
            task("aws-sdk:lambda:getFunction"),
            {"Configuration": {"MemorySize": 127}},
            {},
            f"{SCHEMA}Field 'MemorySize' is less than the minimum value",
        ),
    ],
)
def test_a_mock_that_cannot_be_is_refused(
    machines: Machines, state: dict[str, Any], result: Any, more: dict[str, Any], message: str
) -> None:
    mode = {"mock": {"result": json.dumps(result)}, **more}
    refused = refusal_of(
        lambda: machines.client.test_state(definition=json.dumps(state), roleArn=machines.role, **mode)
    )
    assert refused == ("ValidationException", message)


def test_a_mock_has_a_result_or_an_error(machines: Machines) -> None:
    def answer(state: dict[str, Any], **options: Any) -> Any:
        told = machines.client.test_state(definition=json.dumps(state), roleArn=machines.role, **options)
        return {name: value for name, value in told.items() if name != "ResponseMetadata"}

    both = {"result": "{}", "errorOutput": {"error": "E"}}
    only_one = "A test mock should have only one of the following fields: [result, errorOutput]."
    assert refusal_of(lambda: answer(INVOKE, mock=both)) == ("ValidationException", only_one)
    assert refusal_of(lambda: answer(MAP)) == (NO_MOCK[1], NO_MOCK[0])
    squares = answer(MAP, mock={"result": "[1, 4]"}, input='{"v": [1, 2]}', inspectionLevel="DEBUG")
    assert (squares["status"], squares["output"]) == ("SUCCEEDED", "[1, 4]")
    assert (squares["inspectionData"]["maxConcurrency"], squares["inspectionData"]["afterItemsPath"]) == (0, "[1,2]")
    failed = answer(PARALLEL, mock={"errorOutput": {"error": "E", "cause": "c"}})
    assert failed == {"status": "FAILED", "error": "E", "cause": "c"}
    lenient = {"result": "{}", "fieldValidationMode": "PRESENT"}
    assert answer(EXECUTION, mock=lenient)["output"] == "{}"
    anything = {"result": '{"StatusCode": "200"}', "fieldValidationMode": "NONE"}
    assert answer(INVOKE, mock=anything, input='{"f": "n"}')["status"] == "SUCCEEDED"


@pytest.mark.parametrize(
    ("state", "steps"),
    [
        ({"Type": "Pass", "Result": 1, "End": True}, {"input", "result", "afterResultSelector", "afterResultPath"}),
        (
            {"Type": "Pass", "Parameters": {"a": 1}, "End": True},
            {"input", "afterInputPath", "afterParameters", "afterResultSelector", "afterResultPath"},
        ),
        ({"Type": "Succeed"}, {"input", "afterInputPath"}),
    ],
)
def test_a_trial_shows_the_steps_that_a_state_has(machines: Machines, state: dict[str, Any], steps: set[str]) -> None:
    told = machines.client.test_state(definition=json.dumps(state), input='{"v": 1}', inspectionLevel="DEBUG")
    assert set(told["inspectionData"]) == steps
