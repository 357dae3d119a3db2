"""Lambda's CloudFormation types: every property arrives, updates happen in place, deletion leaves nothing."""

import copy
import json
import uuid
from typing import Any

import pytest
from botocore.exceptions import ClientError

from tests.cloud.lambda_room import Aws, Room, eventually

ASSUME = {
    "Version": "2012-10-17",
    "Statement": [
        {"Effect": "Allow", "Action": "sts:AssumeRole", "Principal": {"Service": "lambda.amazonaws.com"}},
    ],
}
READS_QUEUES = "arn:aws:iam::aws:policy/service-role/AWSLambdaSQSQueueExecutionRole"
SENDS = {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "sqs:SendMessage", "Resource": "*"}]}
CODE = "import json\ndef handler(event, context):\n    print('SEEN', json.dumps(event))\n    return 1\n"
TEMPLATE: dict[str, Any] = {
    "Resources": {
        "Role": {
            "Type": "AWS::IAM::Role",
            "Properties": {
                "AssumeRolePolicyDocument": ASSUME,
                "ManagedPolicyArns": [READS_QUEUES],
                "Policies": [{"PolicyName": "sends", "PolicyDocument": SENDS}],
            },
        },
        "Queue": {"Type": "AWS::SQS::Queue", "Properties": {}},
        "Dead": {"Type": "AWS::SQS::Queue", "Properties": {}},
        "Function": {
            "Type": "AWS::Lambda::Function",
            "Properties": {
                "Handler": "index.handler",
                "Runtime": "python3.12",
                "Role": {"Fn::GetAtt": ["Role", "Arn"]},
                "Code": {"ZipFile": CODE},
                "Timeout": 7,
                "MemorySize": 256,
                "Environment": {"Variables": {"FLAG": True, "NUMBER": 3}},
                "ReservedConcurrentExecutions": 5,
                "DeadLetterConfig": {"TargetArn": {"Fn::GetAtt": ["Dead", "Arn"]}},
                "EphemeralStorage": {"Size": 1024},
                "LoggingConfig": {"LogFormat": "JSON"},
                "Tags": [{"Key": "team", "Value": "shop"}],
            },
        },
        "Version": {"Type": "AWS::Lambda::Version", "Properties": {"FunctionName": {"Ref": "Function"}}},
        "Alias": {
            "Type": "AWS::Lambda::Alias",
            "Properties": {
                "FunctionName": {"Ref": "Function"},
                "FunctionVersion": {"Fn::GetAtt": ["Version", "Version"]},
                "Name": "live",
            },
        },
        "Url": {
            "Type": "AWS::Lambda::Url",
            "Properties": {"TargetFunctionArn": {"Ref": "Function"}, "AuthType": "NONE"},
        },
        "Asynchronous": {
            "Type": "AWS::Lambda::EventInvokeConfig",
            "Properties": {
                "FunctionName": {"Ref": "Function"},
                "Qualifier": "$LATEST",
                "MaximumRetryAttempts": 1,
                "DestinationConfig": {"OnFailure": {"Destination": {"Fn::GetAtt": ["Dead", "Arn"]}}},
            },
        },
        "Mapping": {
            "Type": "AWS::Lambda::EventSourceMapping",
            "Properties": {
                "FunctionName": {"Ref": "Alias"},
                "EventSourceArn": {"Fn::GetAtt": ["Queue", "Arn"]},
                "BatchSize": "3",
                "FunctionResponseTypes": ["ReportBatchItemFailures"],
                "ScalingConfig": {"MaximumConcurrency": 2},
            },
        },
        "Permission": {
            "Type": "AWS::Lambda::Permission",
            "Properties": {
                "FunctionName": {"Ref": "Function"},
                "Action": "lambda:InvokeFunction",
                "Principal": "s3.amazonaws.com",
                "SourceArn": "arn:aws:s3:::some-bucket",
            },
        },
    },
    "Outputs": {
        "Name": {"Value": {"Ref": "Function"}},
        "AliasArn": {"Value": {"Ref": "Alias"}},
        "Url": {"Value": {"Fn::GetAtt": ["Url", "FunctionUrl"]}},
        "Mapping": {"Value": {"Ref": "Mapping"}},
        "QueueUrl": {"Value": {"Ref": "Queue"}},
    },
}


@pytest.fixture
def room(aws: Aws) -> Room:
    return Room(aws)


def settled(room: Room, name: str) -> dict[str, str]:
    """The outputs of a stack once it is at rest; AssertionError with its events when it failed."""
    client = room.aws("cloudformation")

    def look() -> Any:
        (stack,) = client.describe_stacks(StackName=name)["Stacks"]
        return None if stack["StackStatus"].endswith("IN_PROGRESS") else stack

    stack = eventually(look, 30)
    events = client.describe_stack_events(StackName=name)["StackEvents"]
    reasons = "; ".join(event.get("ResourceStatusReason", "") for event in events)
    assert stack["StackStatus"] in ("CREATE_COMPLETE", "UPDATE_COMPLETE"), reasons
    return {output["OutputKey"]: output["OutputValue"] for output in stack.get("Outputs", [])}


def test_stack_of_a_function_with_everything(room: Room) -> None:
    client, cloudformation = room.aws("lambda"), room.aws("cloudformation")
    stack = f"stack-{uuid.uuid4().hex[:8]}"
    cloudformation.create_stack(StackName=stack, TemplateBody=json.dumps(TEMPLATE), Capabilities=["CAPABILITY_IAM"])
    outputs = settled(room, stack)
    name = outputs["Name"]
    function = client.get_function(FunctionName=name)
    configuration = function["Configuration"]
    assert (configuration["Timeout"], configuration["EphemeralStorage"], function["Tags"]["team"]) == (
        7,
        {"Size": 1024},
        "shop",
    )
    assert configuration["LoggingConfig"]["LogFormat"] == "JSON"
    assert configuration["Environment"]["Variables"] == {"FLAG": "true", "NUMBER": "3"}
    assert configuration["DeadLetterConfig"]["TargetArn"].startswith("arn:aws:sqs:")
    assert function["Concurrency"]["ReservedConcurrentExecutions"] == 5
    assert outputs["AliasArn"].endswith(f":{name}:live")
    assert room.invoke(name, Qualifier="live").version == "1"
    assert "/_aws/lambda-url/" in outputs["Url"]
    assert client.get_function_event_invoke_config(FunctionName=name)["MaximumRetryAttempts"] == 1
    mapping = client.get_event_source_mapping(UUID=outputs["Mapping"])
    assert (mapping["BatchSize"], mapping["FunctionArn"]) == (3, outputs["AliasArn"])
    assert mapping["ScalingConfig"] == {"MaximumConcurrency": 2}
    policy = json.loads(client.get_policy(FunctionName=name)["Policy"])
    assert policy["Statement"][0]["Principal"] == {"Service": "s3.amazonaws.com"}
    room.aws("sqs").send_message(QueueUrl=outputs["QueueUrl"], MessageBody="through the alias")
    eventually(lambda: room.waiting(outputs["QueueUrl"]) == 0)

    changed = copy.deepcopy(TEMPLATE)
    properties = changed["Resources"]["Function"]["Properties"]
    properties |= {"Code": {"ZipFile": "def handler(e, c):\n    return 2"}, "Timeout": 9}
    del properties["Environment"], properties["ReservedConcurrentExecutions"]
    changed["Resources"]["Mapping"]["Properties"]["BatchSize"] = 5
    del changed["Resources"]["Permission"]
    cloudformation.update_stack(StackName=stack, TemplateBody=json.dumps(changed), Capabilities=["CAPABILITY_IAM"])
    assert settled(room, stack)["Mapping"] == outputs["Mapping"], "updated in place"
    function = client.get_function(FunctionName=name)
    assert function["Configuration"]["Timeout"] == 9
    assert "Environment" not in function["Configuration"] and "Concurrency" not in function
    assert room.invoke(name).payload == 2
    assert client.get_event_source_mapping(UUID=outputs["Mapping"])["BatchSize"] == 5
    with pytest.raises(client.exceptions.ResourceNotFoundException):
        client.get_policy(FunctionName=name)

    cloudformation.delete_stack(StackName=stack)
    eventually(lambda: stack not in [found["StackName"] for found in _live(cloudformation)])
    with pytest.raises(client.exceptions.ResourceNotFoundException):
        client.get_function(FunctionName=name)
    with pytest.raises(client.exceptions.ResourceNotFoundException):
        client.get_event_source_mapping(UUID=outputs["Mapping"])


def _live(cloudformation: Any) -> list[dict[str, Any]]:
    summaries = cloudformation.list_stacks()["StackSummaries"]
    return [summary for summary in summaries if summary["StackStatus"] != "DELETE_COMPLETE"]


def test_a_function_that_cannot_run_is_refused_before_its_stack_is_made(room: Room) -> None:
    cloudformation, stack = room.aws("cloudformation"), f"stack-{uuid.uuid4().hex[:8]}"
    template = {"Resources": {key: copy.deepcopy(TEMPLATE["Resources"][key]) for key in ("Role", "Dead", "Function")}}
    template["Resources"]["Function"]["Properties"]["Runtime"] = "java21"
    body, capabilities = json.dumps(template), ["CAPABILITY_IAM"]
    with pytest.raises(ClientError, match="Function: the runtime java21 cannot run here"):
        cloudformation.create_stack(StackName=stack, TemplateBody=body, Capabilities=capabilities)
