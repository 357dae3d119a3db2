"""What the traffic stands on: functions and an API, made once; and names, waits and deletions for the rest."""

import itertools
import json
import threading
import time
from collections.abc import Callable
from functools import cache
from typing import Any

from bench.functions import packed, role
from bench.leaks.handlers import CONSUMES, ECHO, FAILS, ITEM, SLEEPS
from bench.peers import Peer
from bench.workloads import rest_api

LAMBDA = {"Effect": "Allow", "Principal": {"Service": "lambda.amazonaws.com"}, "Action": "sts:AssumeRole"}
TRUST = {"Version": "2012-10-17", "Statement": [LAMBDA]}
READS_QUEUES = "arn:aws:iam::aws:policy/service-role/AWSLambdaSQSQueueExecutionRole"
WAIT_LIMIT_S = 60
LOOK_EVERY_S = 0.1
_numbers = itertools.count()


class World:
    """A client of the engine and the long-lived resources of the traffic."""

    def __init__(self, peer: Peer) -> None:
        self._peer = peer
        self.role = role(peer)
        self.client("dynamodb").create_table(
            TableName="leaks-items",
            KeySchema=[{"AttributeName": "id", "KeyType": "HASH"}],
            AttributeDefinitions=[{"AttributeName": "id", "AttributeType": "S"}],
            BillingMode="PAY_PER_REQUEST",
        )
        self.echo = self.function("leaks-echo", ECHO)
        self.fails = self.function("leaks-fails", FAILS)
        self.sleeps = self.function("leaks-sleeps", SLEEPS, Timeout=1)
        self.api = rest_api(peer, self.function("leaks-item", ITEM))

    @cache  # noqa: B019 - one world per process; making a boto3 client is slow
    def client(self, service: str) -> Any:
        return self._peer.client(service)

    def function(self, name: str, source: str, **options: Any) -> str:
        """Create a function; returns its ARN."""
        spec = {"Runtime": "python3.12", "Handler": "index.handler", "Timeout": 20, "MemorySize": 256} | options
        functions = self.client("lambda")
        made = functions.create_function(FunctionName=name, Role=self.role, Code={"ZipFile": packed(source)}, **spec)
        functions.get_waiter("function_active_v2").wait(FunctionName=name)
        return str(made["FunctionArn"])

    def consumer(self, name: str, done_url: str) -> str:
        return self.function(name, CONSUMES, Environment={"Variables": {"DONE": done_url}})

    def delete_function(self, name: str) -> None:
        self.client("lambda").delete_function(FunctionName=name)
        self.delete_logs(name)

    def delete_logs(self, function: str) -> None:
        """What a function printed is kept for ever, as on AWS, unless its user deletes it."""
        logs = self.client("logs")
        for group in logs.describe_log_groups(logGroupNamePrefix=f"/aws/lambda/{function}")["logGroups"]:
            logs.delete_log_group(logGroupName=group["logGroupName"])

    def queue(self, name: str, **attributes: str) -> tuple[str, str]:
        """A new queue: its URL and its ARN."""
        sqs = self.client("sqs")
        url = sqs.create_queue(QueueName=name, Attributes=attributes)["QueueUrl"]
        return url, sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["QueueArn"])["Attributes"]["QueueArn"]

    def mapping(self, function: str, source_arn: str, **options: Any) -> str:
        """An event source mapping's UUID."""
        lambdas = self.client("lambda")
        return str(
            lambdas.create_event_source_mapping(FunctionName=function, EventSourceArn=source_arn, **options)["UUID"]
        )

    def take(self, url: str) -> list[str]:
        """The bodies of up to ten messages, now deleted."""
        sqs = self.client("sqs")
        found = sqs.receive_message(QueueUrl=url, MaxNumberOfMessages=10).get("Messages", [])
        for message in found:
            sqs.delete_message(QueueUrl=url, ReceiptHandle=message["ReceiptHandle"])
        return [message["Body"] for message in found]

    def take_counts(self, url: str, count: int) -> None:
        """Wait until consumers said that they had `count` records."""
        had = 0

        def enough() -> bool:
            nonlocal had
            had += sum(map(int, self.take(url)))
            return had >= count

        wait_for(f"{count} records at their consumer", enough)


def new_name() -> str:
    return f"leaks-{next(_numbers)}"


def wait_for(what: str, condition: Callable[[], bool]) -> None:
    end = time.monotonic() + WAIT_LIMIT_S
    while not condition():
        if time.monotonic() > end:
            raise TimeoutError(f"not within {WAIT_LIMIT_S} s: {what}")
        threading.Event().wait(LOOK_EVERY_S)


def template() -> str:
    """A stack of what a small service has."""
    code = {"ZipFile": ECHO}
    arn = {"Fn::GetAtt": ["Function", "Arn"]}
    uri = {"Fn::Sub": "arn:aws:apigateway:${AWS::Region}:lambda:path/2015-03-31/functions/${Function.Arn}/invocations"}
    integration = {"Type": "AWS_PROXY", "IntegrationHttpMethod": "POST", "Uri": uri}
    resources = {
        "Role": {
            "Type": "AWS::IAM::Role",
            "Properties": {"AssumeRolePolicyDocument": TRUST, "ManagedPolicyArns": [READS_QUEUES]},
        },
        "Function": {
            "Type": "AWS::Lambda::Function",
            "Properties": {
                "Handler": "index.handler",
                "Runtime": "python3.12",
                "Code": code,
                "Role": {"Fn::GetAtt": ["Role", "Arn"]},
            },
        },
        "Queue": {"Type": "AWS::SQS::Queue"},
        "Mapping": {
            "Type": "AWS::Lambda::EventSourceMapping",
            "Properties": {"EventSourceArn": {"Fn::GetAtt": ["Queue", "Arn"]}, "FunctionName": arn},
        },
        "Table": {
            "Type": "AWS::DynamoDB::Table",
            "Properties": {
                "KeySchema": [{"AttributeName": "id", "KeyType": "HASH"}],
                "AttributeDefinitions": [{"AttributeName": "id", "AttributeType": "S"}],
                "BillingMode": "PAY_PER_REQUEST",
            },
        },
        "Api": {"Type": "AWS::ApiGateway::RestApi", "Properties": {"Name": {"Ref": "AWS::StackName"}}},
        "Method": {
            "Type": "AWS::ApiGateway::Method",
            "Properties": {
                "RestApiId": {"Ref": "Api"},
                "ResourceId": {"Fn::GetAtt": ["Api", "RootResourceId"]},
                "HttpMethod": "ANY",
                "AuthorizationType": "NONE",
                "Integration": integration,
            },
        },
        "Deployment": {
            "Type": "AWS::ApiGateway::Deployment",
            "DependsOn": "Method",
            "Properties": {"RestApiId": {"Ref": "Api"}, "StageName": "v1"},
        },
    }
    return json.dumps({"Resources": resources, "Outputs": {"Function": {"Value": {"Ref": "Function"}}}})
