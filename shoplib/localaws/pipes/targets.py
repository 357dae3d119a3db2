"""Where the events of a batch go, each service by its own call, made as the pipe's role.

A way answers the positions of the events that were not taken; it raises when none was.
"""

import json
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

from shoplib.localaws.arns import Arn, is_arn
from shoplib.localaws.json_text import compact
from shoplib.localaws.notifications import TryAgain, Undeliverable, http_targets, is_destination, require
from shoplib.localaws.pipes.templates import resolved

SYNCHRONOUS, ASYNCHRONOUS = "REQUEST_RESPONSE", "FIRE_AND_FORGET"
Client = Callable[[str], Any]


@dataclass(frozen=True)
class Item:
    """An event before the target's template, and what the target gets of it."""

    event: Any
    content: Any

    @property
    def text(self) -> str:
        return self.content if isinstance(self.content, str) else compact(self.content)


@dataclass(frozen=True)
class Shipment:
    """`settings` are those of the target's service; `client` makes a client that acts as the pipe's role."""

    pipe: Any
    settings: Mapping[str, Any]
    items: Sequence[Item]
    client: Client


class TargetFailed(Exception):
    """The target was reached, and failed."""


def to_function(shipment: Shipment) -> list[int]:
    answer = invoke(shipment.client, shipment.pipe.target, [item.content for item in shipment.items], shipment.settings)
    return _reported(answer, shipment.items)


def to_state_machine(shipment: Shipment) -> list[int]:
    contents = [item.content for item in shipment.items]
    if is_asynchronous(shipment.settings):
        shipment.client("stepfunctions").start_execution(stateMachineArn=shipment.pipe.target, input=compact(contents))
        return []
    return _reported(execute(shipment.client, shipment.pipe.target, contents), shipment.items)


def to_queue(shipment: Shipment) -> list[int]:
    arn, client = Arn.parse(shipment.pipe.target), shipment.client("sqs")
    url = client.get_queue_url(QueueName=arn.name, QueueOwnerAWSAccountId=arn.account_id)["QueueUrl"]
    return _each(
        shipment, lambda item: client.send_message(QueueUrl=url, MessageBody=item.text, **_paths(shipment, item))
    )


def to_topic(shipment: Shipment) -> list[int]:
    client = shipment.client("sns")
    return _each(shipment, lambda item: client.publish(TopicArn=shipment.pipe.target, Message=item.text))


def to_bus(shipment: Shipment) -> list[int]:
    answer = shipment.client("events").put_events(Entries=[_entry(shipment, item) for item in shipment.items])
    return [place for place, entry in enumerate(answer["Entries"]) if "ErrorCode" in entry]


def to_stream(shipment: Shipment) -> list[int]:
    records = [
        {"Data": item.text.encode(), "PartitionKey": resolved(shipment.settings["PartitionKey"], item.event)}
        for item in shipment.items
    ]
    answer = shipment.client("kinesis").put_records(StreamARN=shipment.pipe.target, Records=records)
    return [place for place, record in enumerate(answer["Records"]) if "ErrorCode" in record]


def to_firehose(shipment: Shipment) -> list[int]:
    name, client = shipment.pipe.target.rpartition("/")[2], shipment.client("firehose")
    put = partial(client.put_record, DeliveryStreamName=name)
    return _each(shipment, lambda item: put(Record={"Data": item.text.encode()}))


def over_http(shipment: Shipment) -> list[int]:
    """Each event by a request of its own, as its API or API destination is invoked by a rule."""
    pipe, role = shipment.pipe, {"RoleArn": shipment.pipe.role_arn}

    def send(item: Item) -> None:
        parameters = http_targets.of_event(shipment.settings, lambda path: resolved(path, item.event))
        time.sleep(http_targets.turn(pipe.target) if is_destination(pipe.target) else 0.0)
        http_targets.invoke(pipe.arn, pipe.target, parameters, item.text, pipe.role_arn)

    try:
        require(pipe.arn, pipe.target, role)
        return _each(shipment, send)
    except (Undeliverable, TryAgain) as error:
        raise TargetFailed(str(error)) from error


def to_log_group(shipment: Shipment) -> list[int]:
    group = shipment.pipe.target.split("log-group:")[-1].removesuffix(":*")
    settings, now = shipment.settings, str(int(time.time() * 1000))
    lines = [
        {"timestamp": int(resolved(settings.get("Timestamp") or now, item.event)), "message": item.text}
        for item in shipment.items
    ]
    name = resolved(settings["LogStreamName"], shipment.items[0].event)
    shipment.client("logs").put_log_events(logGroupName=group, logStreamName=name, logEvents=lines)
    return []


WAYS: dict[str, tuple[str, Callable[[Shipment], list[int]]]] = {
    "lambda": ("LambdaFunctionParameters", to_function),
    "states": ("StepFunctionStateMachineParameters", to_state_machine),
    "sqs": ("SqsQueueParameters", to_queue),
    "sns": ("", to_topic),
    "events": ("EventBridgeEventBusParameters", to_bus),
    "kinesis": ("KinesisStreamParameters", to_stream),
    "firehose": ("", to_firehose),
    "logs": ("CloudWatchLogsParameters", to_log_group),
    "execute-api": ("HttpParameters", over_http),
}


def way_of(arn: str) -> tuple[str, Callable[[Shipment], list[int]]] | None:
    """How a target is reached, and the name of its parameters; None where there is no way."""
    if is_destination(arn):
        return WAYS["execute-api"]
    service = Arn.parse(arn).service if is_arn(arn) else ""
    return None if service == "events" and ":event-bus/" not in arn else WAYS.get(service)


def is_asynchronous(settings: Mapping[str, Any]) -> bool:
    return settings.get("InvocationType", SYNCHRONOUS) == ASYNCHRONOUS


def invoke(client: Client, arn: str, contents: Any, settings: Mapping[str, Any]) -> Any:
    """The function's answer; None where none is waited for."""
    kind = "Event" if is_asynchronous(settings) else "RequestResponse"
    answer = client("lambda").invoke(FunctionName=arn, InvocationType=kind, Payload=compact(contents))
    payload = answer["Payload"].read()
    if answer.get("FunctionError"):
        raise TargetFailed(f"{arn} failed: {payload.decode('utf-8', 'replace')}")
    return json.loads(payload or b"null")


def execute(client: Client, arn: str, contents: Any) -> Any:
    """The output of an express state machine."""
    answer = client("stepfunctions").start_sync_execution(stateMachineArn=arn, input=compact(contents))
    if answer["status"] != "SUCCEEDED":
        raise TargetFailed(f"{arn} ended as {answer['status']}: {answer.get('error', '')} {answer.get('cause', '')}")
    return json.loads(answer.get("output") or "null")


def _each(shipment: Shipment, send: Callable[[Item], object]) -> list[int]:
    """In order: what comes behind one that is not taken is not sent before it."""
    for place, item in enumerate(shipment.items):
        try:
            send(item)
        except Exception:
            if place == 0:
                raise
            return list(range(place, len(shipment.items)))
    return []


def _paths(shipment: Shipment, item: Item) -> dict[str, str]:
    names = ("MessageGroupId", "MessageDeduplicationId")
    return {name: resolved(shipment.settings[name], item.event) for name in names if shipment.settings.get(name)}


def _entry(shipment: Shipment, item: Item) -> dict[str, Any]:
    settings, source = shipment.settings, Arn.parse(shipment.pipe.source).service
    entry: dict[str, Any] = {
        "EventBusName": shipment.pipe.target,
        "Source": resolved(settings.get("Source") or f"Pipe {shipment.pipe.name}", item.event),
        "DetailType": resolved(settings.get("DetailType") or f"Event from aws:{source}", item.event),
        "Detail": item.text,
        "Resources": [resolved(each, item.event) for each in settings.get("Resources") or []],
    }
    return entry | ({"Time": resolved(settings["Time"], item.event)} if settings.get("Time") else {})


def _reported(answer: Any, items: Sequence[Item]) -> list[int]:
    """Events that an answer names as failed, by the ids of their records; all of them when it names another."""
    failures = answer.get("batchItemFailures") if isinstance(answer, dict) else None
    if not isinstance(failures, list):
        return []
    known = {identifier(item.event): place for place, item in enumerate(items)}
    identifiers = [str(each.get("itemIdentifier")) if isinstance(each, dict) else "" for each in failures]
    return (
        [known[name] for name in identifiers] if all(name in known for name in identifiers) else list(range(len(items)))
    )


def identifier(event: Any) -> str:
    """By which a function reports that it failed at an event: a message's id, a record's sequence number."""
    if not isinstance(event, dict):
        return ""
    return str(
        event.get("messageId")
        or event.get("sequenceNumber")
        or (event.get("dynamodb") or {}).get("SequenceNumber")
        or ""
    )
