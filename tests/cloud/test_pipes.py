"""EventBridge Pipes over the AWS API: from a queue or a stream, filtered and shaped, to the target."""

import json
import uuid
from collections.abc import Callable
from typing import Any

import pytest
from botocore.exceptions import ClientError

from tests.cloud.lambda_room import Room, eventually
from tests.cloud.roles import allow, role
from tests.cloud.stacks import Stacks

Aws = Callable[..., Any]
ENRICH = "def handler(events, context):\n    return [{'order': each['id'], 'n': len(events)} for each in events]"
PICKY = (
    "import json\n"
    "def handler(events, context):\n"
    "    print('SEEN ' + json.dumps([each['body'] for each in events]))\n"
    "    bad = [each['messageId'] for each in events if each['body'] == 'bad']\n"
    "    return {'batchItemFailures': [{'itemIdentifier': each} for each in bad]}"
)


def new(prefix: str) -> str:
    return f"{prefix}-{uuid.uuid4().hex[:8]}"


def pipe(aws: Aws, source: str, target: str, **parts: Any) -> str:
    name = new("pipe")
    aws("pipes").create_pipe(Name=name, Source=source, Target=target, **{"RoleArn": role(aws, "pipes-tests")} | parts)
    return name


def state(aws: Aws, name: str) -> tuple[str, str]:
    found = aws("pipes").describe_pipe(Name=name)
    return found["CurrentState"], found.get("StateReason", "")


def function_arn(aws: Aws, name: str) -> str:
    return str(aws("lambda").get_function_configuration(FunctionName=name)["FunctionArn"])


def machine(aws: Aws, kind: str, state: dict[str, Any]) -> str:
    definition = {"StartAt": "One", "States": {"One": {"Type": "Pass", "End": True, **state}}}
    return str(
        aws("stepfunctions").create_state_machine(
            name=new("machine"), type=kind, roleArn=role(aws, "pipes-tests"), definition=json.dumps(definition)
        )["stateMachineArn"]
    )


def test_a_queue_is_filtered_enriched_and_shaped_for_another_queue(aws: Aws) -> None:
    room = Room(aws)
    (url, source), (taken, target) = room.queue(), room.queue()
    name = pipe(
        aws,
        source,
        target,
        SourceParameters={
            "SqsQueueParameters": {"BatchSize": 10, "MaximumBatchingWindowInSeconds": 1},
            "FilterCriteria": {"Filters": [{"Pattern": json.dumps({"body": {"kind": ["order"]}})}]},
        },
        Enrichment=function_arn(aws, room.function(ENRICH)),
        EnrichmentParameters={"InputTemplate": '{"id": <$.body.id>, "from": "<aws.pipes.pipe-name>"}'},
        TargetParameters={"InputTemplate": '{"text": "order <$.order> of <$.n>", "n": <$.n>}'},
    )
    sqs = aws("sqs")
    for number, kind in enumerate(("order", "visit", "order")):
        sqs.send_message(QueueUrl=url, MessageBody=json.dumps({"kind": kind, "id": f"o{number}"}))
    found = eventually(lambda: room.received(taken)) + room.received(taken, 2)
    assert sorted(each["text"].split(" of ")[0] for each in found) == ["order o0", "order o2"]
    assert all(isinstance(each["n"], int) for each in found)
    eventually(lambda: not room.waiting(url))
    assert state(aws, name) == ("RUNNING", "")


def test_a_stream_of_records_reaches_a_bus_and_a_table_s_changes_a_state_machine(aws: Aws) -> None:
    room = Room(aws)
    kinesis, bus, taken = aws("kinesis"), new("bus"), room.queue()
    stream = new("stream")
    kinesis.create_stream(StreamName=stream, ShardCount=1)
    kinesis.get_waiter("stream_exists").wait(StreamName=stream)
    source = kinesis.describe_stream_summary(StreamName=stream)["StreamDescriptionSummary"]["StreamARN"]
    target = aws("events").create_event_bus(Name=bus)["EventBusArn"]
    aws("events").put_rule(Name="all", EventBusName=bus, EventPattern=json.dumps({"detail-type": ["Sold"]}))
    aws("events").put_targets(Rule="all", EventBusName=bus, Targets=[{"Id": "q", "Arn": taken[1]}])
    begin = {"KinesisStreamParameters": {"StartingPosition": "TRIM_HORIZON"}}
    settings = {"Source": "shop", "DetailType": "$.data.kind"}
    shape = {"EventBridgeEventBusParameters": settings, "InputTemplate": '{"key": <$.partitionKey>, "of": <$.data>}'}
    pipe(aws, source, target, SourceParameters=begin, TargetParameters=shape)
    kinesis.put_record(StreamName=stream, PartitionKey="k", Data=json.dumps({"kind": "Sold", "cents": 5}).encode())
    (event,) = eventually(lambda: room.received(taken[0]))
    assert (event["source"], event["detail-type"]) == ("shop", "Sold")
    assert event["detail"] == {"key": "k", "of": {"kind": "Sold", "cents": 5}}

    table = new("table")
    made = aws("dynamodb").create_table(
        TableName=table,
        KeySchema=[{"AttributeName": "id", "KeyType": "HASH"}],
        AttributeDefinitions=[{"AttributeName": "id", "AttributeType": "S"}],
        BillingMode="PAY_PER_REQUEST",
        StreamSpecification={"StreamEnabled": True, "StreamViewType": "NEW_IMAGE"},
    )["TableDescription"]
    workflow = machine(aws, "STANDARD", {})
    pipe(
        aws,
        made["LatestStreamArn"],
        workflow,
        SourceParameters={"DynamoDBStreamParameters": {"StartingPosition": "LATEST"}},
        TargetParameters={
            "StepFunctionStateMachineParameters": {"InvocationType": "FIRE_AND_FORGET"},
            "InputTemplate": "<$.dynamodb.NewImage.id.S>",
        },
    )
    aws("dynamodb").put_item(TableName=table, Item={"id": {"S": "one"}})
    states = aws("stepfunctions")
    (run,) = eventually(lambda: states.list_executions(stateMachineArn=workflow)["executions"])
    assert json.loads(states.describe_execution(executionArn=run["executionArn"])["input"]) == ["one"]


def test_an_express_state_machine_enriches_and_may_want_no_target(aws: Aws) -> None:
    room = Room(aws)
    (url, source), (taken, target) = room.queue(), room.queue()
    only_large = machine(aws, "EXPRESS", {"OutputPath": "$[?(@.cents > 100)]"})
    shape = {"InputTemplate": '{"cents": <$.body.cents>}'}
    one = {"SqsQueueParameters": {"BatchSize": 1}}
    pipe(aws, source, target, SourceParameters=one, Enrichment=only_large, EnrichmentParameters=shape)
    for cents in (5, 500):
        aws("sqs").send_message(QueueUrl=url, MessageBody=json.dumps({"cents": cents}))
    eventually(lambda: not room.waiting(url))
    assert room.received(taken) == [{"cents": 500}]


def test_records_that_a_function_reports_come_again_and_the_pipe_s_log_says_so(aws: Aws) -> None:
    room, group = Room(aws), new("/pipes/log")
    url, source = room.queue(VisibilityTimeout=5)
    aws("logs").create_log_group(logGroupName=group)
    arn = f"arn:aws:logs:us-east-1:123456789012:log-group:{group}"
    picky = room.function(PICKY)
    pipe(
        aws,
        source,
        function_arn(aws, picky),
        SourceParameters={"SqsQueueParameters": {"BatchSize": 2, "MaximumBatchingWindowInSeconds": 1}},
        LogConfiguration={"Level": "INFO", "CloudwatchLogsLogDestination": {"LogGroupArn": arn}},
    )
    for body in ("good", "bad"):
        aws("sqs").send_message(QueueUrl=url, MessageBody=body)
    eventually(lambda: sum(each.count("bad") for each in room.seen(picky)) > 1)
    assert sum(each.count("good") for each in room.seen(picky)) == 1
    lines = [json.loads(each["message"]) for each in aws("logs").filter_log_events(logGroupName=group)["events"]]
    assert {"ExecutionStarted", "ExecutionPartiallyFailed"} <= {line["messageType"] for line in lines}
    aws("sqs").purge_queue(QueueUrl=url)


def test_a_pipe_stops_and_starts_and_is_changed(aws: Aws) -> None:
    room, pipes = Room(aws), aws("pipes")
    (url, source), (taken, target), (other, second) = room.queue(), room.queue(), room.queue()
    name = pipe(aws, source, target, DesiredState="STOPPED", Tags={"team": "a"})
    aws("sqs").send_message(QueueUrl=url, MessageBody="one")
    assert state(aws, name)[0] == "STOPPED" == state(aws, name)[0]
    assert room.waiting(url) == 1
    assert pipes.start_pipe(Name=name)["CurrentState"] == "STARTING"
    eventually(lambda: not room.waiting(url))
    assert [json.loads(each["body"]) if each["body"] != "one" else 1 for each in room.received(taken)] == [1]
    pipes.update_pipe(Name=name, RoleArn=role(aws, "pipes-tests"), Target=second, DesiredState="RUNNING")
    aws("sqs").send_message(QueueUrl=url, MessageBody="two")
    assert [each["body"] for each in eventually(lambda: room.received(other))] == ["two"]
    with pytest.raises(ClientError, match="ConflictException"):
        pipes.create_pipe(Name=name, Source=source, Target=target, RoleArn=role(aws, "pipes-tests"))
    pipes.delete_pipe(Name=name)
    aws("sqs").send_message(QueueUrl=url, MessageBody="three")
    with pytest.raises(ClientError, match="NotFoundException"):
        pipes.describe_pipe(Name=name)
    assert room.waiting(url) == 1


def test_what_the_role_may_not_do_is_said_and_loses_nothing(aws: Aws) -> None:
    room, iam = Room(aws), aws("iam")
    (url, source), (taken, target) = room.queue(VisibilityTimeout=1), room.queue()
    name = new("pipes")
    arn = role(aws, name, allow("sqs:SendMessage", target))
    made = pipe(aws, source, target, RoleArn=arn)
    aws("sqs").send_message(QueueUrl=url, MessageBody="one")
    assert "ReceiveMessage" in eventually(lambda: state(aws, made)[1])
    assert room.waiting(url) == 1
    rules = {"Version": "2012-10-17", "Statement": [allow("sqs:*", [source, target])]}
    iam.put_role_policy(RoleName=name, PolicyName="own", PolicyDocument=json.dumps(rules))
    assert [each["body"] for each in eventually(lambda: room.received(taken))] == ["one"]
    assert state(aws, made) == ("RUNNING", "")


QUEUE = "arn:aws:sqs:us-east-1:123456789012:q"
STREAM = "arn:aws:kinesis:us-east-1:123456789012:stream/s"
DELIVERY = "arn:aws:firehose:us-east-1:123456789012:deliverystream/d"


@pytest.mark.parametrize(
    ("parts", "named"),
    [
        ({"Source": "arn:aws:mq:us-east-1:123456789012:broker:b:b-1"}, "Source"),
        ({"Source": STREAM}, "StartingPosition"),
        ({"Target": "arn:aws:ecs:us-east-1:123456789012:cluster/c"}, "Target"),
        ({"Target": "arn:aws:execute-api:us-east-1:123456789012:a/v1"}, "API/STAGE/METHOD/PATH"),
        ({"Target": STREAM}, "PartitionKey"),
        ({"Target": f"{QUEUE}.fifo"}, "MessageGroupId"),
        ({"Enrichment": "arn:aws:execute-api:us-east-1:123456789012:a/v1/GET/x"}, "Enrichment"),
        ({"TargetParameters": {"HttpParameters": {}}}, "HttpParameters"),
        ({"TargetParameters": {"InputTemplate": "<aws.pipes.nothing>"}}, "aws.pipes.nothing"),
        ({"SourceParameters": {"FilterCriteria": {"Filters": [{"Pattern": "{"}]}}}, "Filter pattern"),
        (
            {"LogConfiguration": {"Level": "INFO", "FirehoseLogDestination": {"DeliveryStreamArn": DELIVERY}}},
            "Firehose",
        ),
        ({"RoleArn": "arn:aws:iam::123456789012:role/nobody"}, "nobody"),
    ],
)
def test_what_is_not_here_is_refused_by_name_before_a_pipe_is_made(aws: Aws, parts: dict[str, Any], named: str) -> None:
    name = new("pipe")
    usual = {"Source": QUEUE, "Target": f"{QUEUE}2", "RoleArn": role(aws, "pipes-tests")}
    with pytest.raises(ClientError, match=named) as refused:
        aws("pipes").create_pipe(Name=name, **usual | parts)
    assert refused.value.response["Error"]["Code"] == "ValidationException"
    assert name not in {each["Name"] for each in aws("pipes").list_pipes()["Pipes"]}


def test_a_stack_has_a_pipe(aws: Aws) -> None:
    room, stacks = Room(aws), Stacks(aws)
    trust = {"Effect": "Allow", "Principal": {"Service": "pipes.amazonaws.com"}, "Action": "sts:AssumeRole"}
    policy = {"PolicyName": "p", "PolicyDocument": {"Version": "2012-10-17", "Statement": [allow("sqs:*")]}}
    properties = {
        "Source": {"Fn::GetAtt": ["From", "Arn"]},
        "Target": {"Fn::GetAtt": ["To", "Arn"]},
        "RoleArn": {"Fn::GetAtt": ["Role", "Arn"]},
        "SourceParameters": {"SqsQueueParameters": {"BatchSize": 1}},
        "TargetParameters": {"InputTemplate": '{"said": <$.body>}'},
        "Tags": {"team": "a"},
    }
    template = {
        "Resources": {
            "From": {"Type": "AWS::SQS::Queue"},
            "To": {"Type": "AWS::SQS::Queue"},
            "Role": {
                "Type": "AWS::IAM::Role",
                "Properties": {
                    "AssumeRolePolicyDocument": {"Version": "2012-10-17", "Statement": [trust]},
                    "Policies": [policy],
                },
            },
            "Pipe": {"Type": "AWS::Pipes::Pipe", "Properties": properties},
        }
    }
    name = stacks.deploy(template)
    assert stacks.status(name) == "CREATE_COMPLETE", stacks.reasons(name)
    ids = stacks.physical_ids(name)
    aws("sqs").send_message(QueueUrl=ids["From"], MessageBody="hello")
    assert eventually(lambda: room.received(ids["To"])) == [{"said": "hello"}]
    assert aws("pipes").describe_pipe(Name=ids["Pipe"])["Tags"] == {"team": "a"}
    properties["TargetParameters"] = {"InputTemplate": '{"heard": <$.body>}'}
    stacks.update(name, template)
    aws("sqs").send_message(QueueUrl=ids["From"], MessageBody="again")
    assert eventually(lambda: room.received(ids["To"])) == [{"heard": "again"}]
    stacks.delete_all()
    with pytest.raises(ClientError, match="NotFoundException"):
        aws("pipes").describe_pipe(Name=ids["Pipe"])
