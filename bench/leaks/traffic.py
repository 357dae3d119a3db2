"""The kinds of traffic. Each is one cycle that leaves nothing behind, repeated by a thread of its own."""

import json
import random
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import psutil
import requests

from bench.functions import packed
from bench.leaks.handlers import constant
from bench.leaks.world import World, new_name, template, wait_for

Cycle = Callable[[World], None]
CALLS = 20  # of a cheap kind within one cycle


@dataclass
class Traffic:
    """One kind: `pause_s` between cycles; how many were done, and what became of the others."""

    name: str
    cycle: Cycle
    pause_s: float
    done: int = 0
    failures: list[str] = field(default_factory=list)

    def run(self, world: World, over: threading.Event) -> None:
        while not over.wait(self.pause_s):
            try:
                self.cycle(world)
                self.done += 1
            except Exception as error:  # noqa: BLE001 - shown with the verdict
                self.failures.append(f"{type(error).__name__}: {error}"[:300])


def invokes(world: World) -> None:
    for number in range(CALLS):
        world.client("lambda").invoke(FunctionName="leaks-echo", Payload=json.dumps({"number": number}))[
            "Payload"
        ].read()
    world.delete_logs("leaks-echo")


def failing_invokes(world: World) -> None:
    for name in ("leaks-fails", "leaks-sleeps"):
        answer = world.client("lambda").invoke(FunctionName=name)
        assert answer["FunctionError"] == "Unhandled", answer
        world.delete_logs(name)


def async_invokes(world: World) -> None:
    """Some succeed, some fail twice again and end at their function's destination."""
    name, (failed_url, failed_arn) = new_name(), world.queue(new_name())
    world.function(name, "def handler(event, context):\n    return 1 // event\n")
    lambdas = world.client("lambda")
    lambdas.put_function_event_invoke_config(
        FunctionName=name, MaximumRetryAttempts=1, DestinationConfig={"OnFailure": {"Destination": failed_arn}}
    )
    for number in (1, 0):
        lambdas.invoke(FunctionName=name, InvocationType="Event", Payload=str(number))
    wait_for("the failed event at its destination", lambda: bool(world.take(failed_url)))
    world.client("sqs").delete_queue(QueueUrl=failed_url)
    world.delete_function(name)


def rest_calls(world: World) -> None:
    with requests.Session() as session:
        for number in range(CALLS):
            response = session.get(f"{world.api}/{number}", timeout=30)
            # A killed worker is a bad gateway, as on AWS.
            assert response.status_code in (200, 502), response.text
    world.delete_logs("leaks-item")


def queue_source(world: World) -> None:
    name, (url, arn), (done_url, _) = (
        new_name(),
        world.queue(new_name(), VisibilityTimeout="20"),
        world.queue(new_name()),
    )
    world.consumer(name, done_url)
    mapping = world.mapping(name, arn)
    for first in range(0, 50, 10):
        entries = [{"Id": str(number), "MessageBody": str(first)} for number in range(10)]
        world.client("sqs").send_message_batch(QueueUrl=url, Entries=entries)
    world.take_counts(done_url, 50)
    world.client("lambda").delete_event_source_mapping(UUID=mapping)
    for each in (url, done_url):
        world.client("sqs").delete_queue(QueueUrl=each)
    world.delete_function(name)


def stream_source(world: World) -> None:
    name, (done_url, _), kinesis = new_name(), world.queue(new_name()), world.client("kinesis")
    kinesis.create_stream(StreamName=name, ShardCount=2)
    arn = kinesis.describe_stream_summary(StreamName=name)["StreamDescriptionSummary"]["StreamARN"]
    world.consumer(name, done_url)
    mapping = world.mapping(name, arn, StartingPosition="TRIM_HORIZON")
    records = [{"Data": b"x" * 200, "PartitionKey": str(number)} for number in range(100)]
    kinesis.put_records(StreamName=name, Records=records)
    world.take_counts(done_url, 100)
    world.client("lambda").delete_event_source_mapping(UUID=mapping)
    kinesis.delete_stream(StreamName=name)
    world.client("sqs").delete_queue(QueueUrl=done_url)
    world.delete_function(name)


def table_source(world: World) -> None:
    name, (done_url, _), dynamodb = new_name(), world.queue(new_name()), world.client("dynamodb")
    made = dynamodb.create_table(
        TableName=name,
        KeySchema=[{"AttributeName": "id", "KeyType": "HASH"}],
        AttributeDefinitions=[{"AttributeName": "id", "AttributeType": "S"}],
        BillingMode="PAY_PER_REQUEST",
        StreamSpecification={"StreamEnabled": True, "StreamViewType": "NEW_AND_OLD_IMAGES"},
    )
    world.consumer(name, done_url)
    mapping = world.mapping(name, made["TableDescription"]["LatestStreamArn"], StartingPosition="TRIM_HORIZON")
    for number in range(CALLS):
        dynamodb.put_item(TableName=name, Item={"id": {"S": str(number)}})
    world.take_counts(done_url, CALLS)
    world.client("lambda").delete_event_source_mapping(UUID=mapping)
    dynamodb.delete_table(TableName=name)
    world.client("sqs").delete_queue(QueueUrl=done_url)
    world.delete_function(name)


def objects(world: World) -> None:
    """S3 objects whose creation goes to a queue, and a topic with the same subscriber."""
    s3, sns, bucket, (url, arn) = world.client("s3"), world.client("sns"), new_name(), world.queue(new_name())
    s3.create_bucket(Bucket=bucket)
    created = {"QueueArn": arn, "Events": ["s3:ObjectCreated:*"]}
    s3.put_bucket_notification_configuration(
        Bucket=bucket, NotificationConfiguration={"QueueConfigurations": [created]}
    )
    topic = sns.create_topic(Name=bucket)["TopicArn"]
    sns.subscribe(TopicArn=topic, Protocol="sqs", Endpoint=arn)
    for number in range(CALLS):
        s3.put_object(Bucket=bucket, Key=str(number), Body=b"x" * 10_000)
        sns.publish(TopicArn=topic, Message="x" * 1000)
        s3.get_object(Bucket=bucket, Key=str(number))["Body"].read()
        s3.delete_object(Bucket=bucket, Key=str(number))
    while world.take(url):
        pass
    sns.delete_topic(TopicArn=topic)
    s3.delete_bucket(Bucket=bucket)
    world.client("sqs").delete_queue(QueueUrl=url)


def function_updates(world: World) -> None:
    name, lambdas = new_name(), world.client("lambda")
    world.function(name, constant(0))
    for number in (1, 2):
        lambdas.update_function_code(FunctionName=name, ZipFile=packed(constant(number)))
        lambdas.update_function_configuration(FunctionName=name, Environment={"Variables": {"NUMBER": str(number)}})
        answer = lambdas.invoke(FunctionName=name)
        assert answer.get("FunctionError") or json.load(answer["Payload"]) == number, answer
    world.delete_function(name)


def stacks(world: World) -> None:
    name, formation = new_name(), world.client("cloudformation")
    formation.create_stack(StackName=name, TemplateBody=template(), Capabilities=["CAPABILITY_IAM"])
    formation.get_waiter("stack_create_complete").wait(StackName=name, WaiterConfig={"Delay": 1})
    function = formation.describe_stacks(StackName=name)["Stacks"][0]["Outputs"][0]["OutputValue"]
    world.client("lambda").invoke(FunctionName=function)["Payload"].read()
    formation.delete_stack(StackName=name)
    formation.get_waiter("stack_delete_complete").wait(StackName=name, WaiterConfig={"Delay": 1})
    world.delete_logs(function)


def killing(engine: psutil.Process) -> Cycle:
    """SIGKILL one of the engine's workers."""

    def kill(world: World) -> None:
        workers = engine.children(recursive=True)
        if workers:
            random.choice(workers).kill()

    return kill


def all_kinds(engine: psutil.Process) -> list[Traffic]:
    """Pauses leave about half of two processors to others."""
    kinds: list[tuple[Any, float]] = [
        (invokes, 0.5),
        (failing_invokes, 5),
        (async_invokes, 5),
        (rest_calls, 0.5),
        (queue_source, 3),
        (stream_source, 3),
        (table_source, 3),
        (objects, 2),
        (function_updates, 3),
        (stacks, 3),
    ]
    named = [Traffic(cycle.__name__.replace("_", " "), cycle, pause_s) for cycle, pause_s in kinds]
    return [*named, Traffic("killed workers", killing(engine), 3)]
