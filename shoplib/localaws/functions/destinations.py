"""Sending a record to where a function's or a mapping's failures and results go: SQS, SNS, S3, Lambda, EventBridge."""

import json
from collections.abc import Callable, Mapping
from typing import Any

from moto.events.models import events_backends
from moto.s3.models import s3_backends
from moto.sns.models import sns_backends
from moto.sqs.models import sqs_backends
from moto.utilities.utils import get_partition

from shoplib.localaws.arns import Arn

InvokeAsync = Callable[..., None]


class UnknownDestination(Exception):
    """The ARN is not of a service that can be a destination."""


class Destinations:
    """Delivers in-process to moto's services; `invoke_async` serves destinations that are functions."""

    def __init__(self, invoke_async: InvokeAsync) -> None:
        self._invoke_async = invoke_async

    def send(self, arn: str, text: str, attributes: Mapping[str, tuple[str, str]] | None = None) -> None:
        """Deliver `text` to a queue, topic or function. `attributes` maps name to (data type, value), for queues
        and topics.

        Raises what the service raises when the destination does not exist, UnknownDestination for other services.
        """
        _, service, region, account_id, name = Arn.parse(arn)
        if service == "sqs":
            sqs_backends[account_id][region].send_message(
                name, text, message_attributes=_message_attributes(attributes or {})
            )
        elif service == "sns":
            sns_backends[account_id][region].publish(
                text, arn=arn, message_attributes=_notification_attributes(attributes or {})
            )
        elif service == "lambda":
            self._invoke_async(arn, text.encode(), region=region, account_id=account_id)
        else:
            raise UnknownDestination(arn)

    def put_event(self, bus_arn: str, detail_type: str, detail: str, resources: list[str]) -> None:
        """Put one event with source `lambda` on an EventBridge bus."""
        bus = Arn.parse(bus_arn)
        entry = {"Source": "lambda", "DetailType": detail_type, "Detail": detail, "Resources": resources}
        events_backends[bus.account_id][bus.region].put_events([entry | {"EventBusName": bus.name}])

    def put_object(self, bucket_arn: str, key: str, text: str, account_id: str, region: str) -> None:
        """Write one object into the bucket of an S3 destination."""
        backend = s3_backends[account_id][get_partition(region)]
        backend.put_object(bucket_arn.split(":::")[-1].split("/")[0], key, text.encode())


def _message_attributes(attributes: Mapping[str, tuple[str, str]]) -> dict[str, Any]:
    return {name: {"DataType": kind, "StringValue": value} for name, (kind, value) in attributes.items()}


def _notification_attributes(attributes: Mapping[str, tuple[str, str]]) -> dict[str, Any]:
    """As moto's SNS keeps them."""
    return {name: {"Type": kind, "Value": value} for name, (kind, value) in attributes.items()}


def as_json(payload: bytes) -> Any:
    """The payload as JSON where it is JSON, else as text: a record must be readable in either case."""
    try:
        return json.loads(payload)
    except ValueError:
        return payload.decode("utf-8", "replace")
