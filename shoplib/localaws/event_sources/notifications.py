"""Services that push to functions: EventBridge rules, SNS subscriptions, S3 notifications.

moto 5.2.5 answers PutEvents with a 500 when a rule's target is a function, gives functions an SNS record of constants
without attributes, and leaves half of the fields out of an S3 record.
"""

import copy
import json
import secrets
from datetime import UTC, datetime
from typing import Any

import moto.s3.notifications as s3_notifications
from moto.events.models import Rule
from moto.events.utils import EventTemplateParser
from moto.sns.models import Subscription

from shoplib.localaws.functions import LambdaService
from shoplib.localaws.functions.moto_types import replace_methods

_original_send_to_targets = Rule.send_to_targets
_original_publish = Subscription.publish
_original_s3_event = s3_notifications._get_s3_event


def install(lambdas: LambdaService) -> None:
    """Let rules and topics call functions of `lambdas`. Idempotent; the last service wins."""

    def send_to_targets(self: Any, original_event: Any, transform_input: bool = True) -> None:
        functions = [target for target in self.targets if ":lambda:" in target["Arn"]]
        if functions and self.event_pattern.matches_event(original_event):
            for target in functions:
                _invoke(lambdas, target["Arn"], target_input(target, original_event))
        others = copy.copy(self)
        others.targets = [target for target in self.targets if target not in functions]
        _original_send_to_targets(others, original_event, transform_input)

    def publish(self: Any, message: str, message_id: str, *rest: Any, **named: Any) -> None:
        if self.protocol != "lambda":
            _original_publish(self, message, message_id, *rest, **named)
            return
        arguments = dict(zip(("subject", "message_attributes"), rest, strict=False)) | named
        attributes = arguments.get("message_attributes")
        matcher = self._filter_policy_matcher
        if matcher is not None and not matcher.matches(attributes, message):
            return
        if arguments.get("message_structure") == "json":
            message = self._parse_message_structure(message, self.protocol)
        record = _sns_record(self, message, message_id, arguments.get("subject"), attributes)
        _invoke(lambdas, self.endpoint, {"Records": [record]})

    replace_methods(Rule, send_to_targets=send_to_targets)
    replace_methods(Subscription, publish=publish)
    setattr(s3_notifications, "_get_s3_event", _s3_event)  # noqa: B010 - mypy forbids assigning to a module's function


def target_input(target: dict[str, Any], event: dict[str, Any]) -> Any:
    """What a rule's target gets: its own input, part of the event, the event transformed, or the event."""
    readable = {**event, "time": _iso_time(event.get("time"))}
    readable.pop("ingestion-time", None)
    if target.get("Input"):
        return json.loads(target["Input"])
    if target.get("InputTransformer"):
        transformer = target["InputTransformer"]
        with_time: Any = {**readable, "ingestion-time": readable["time"]}
        return EventTemplateParser.parse(
            transformer.get("InputTemplate"), transformer.get("InputPathsMap", {}), with_time
        )
    value: Any = readable
    for part in target.get("InputPath", "$").removeprefix("$").strip(".").split("."):
        value = value.get(part) if part and isinstance(value, dict) else value
    return value


def _invoke(lambdas: LambdaService, arn: str, event: Any) -> None:
    _, _, _, region, account_id, *_ = arn.split(":")
    lambdas.notify(arn, json.dumps(event).encode(), region=region, account_id=account_id)


def _sns_record(
    subscription: Any, message: str, message_id: str, subject: str | None, attributes: dict[str, Any] | None
) -> dict[str, Any]:
    return {
        "EventSource": "aws:sns",
        "EventVersion": "1.0",
        "EventSubscriptionArn": subscription.arn,
        "Sns": {
            "Type": "Notification",
            "MessageId": message_id,
            "TopicArn": subscription.topic.arn,
            "Subject": subject,
            "Message": message,
            "Timestamp": _iso_time(None, "milliseconds"),
            "SignatureVersion": "1",
            "Signature": "EXAMPLE",
            "SigningCertUrl": "EXAMPLE",
            "UnsubscribeUrl": "EXAMPLE",
            "MessageAttributes": {name: _sns_attribute(value) for name, value in (attributes or {}).items()},
        },
    }


def _sns_attribute(attribute: dict[str, Any]) -> dict[str, Any]:
    kind = attribute.get("type") or attribute.get("Type") or attribute.get("DataType")
    value = next((attribute[key] for key in ("value", "Value", "StringValue", "BinaryValue") if key in attribute), None)
    return {"Type": kind, "Value": value.decode() if isinstance(value, bytes) else value}


def _s3_event(event_name: str, bucket: Any, key: Any, notification_id: str) -> dict[str, Any]:
    event: dict[str, Any] = _original_s3_event(event_name, bucket, key, notification_id)
    (record,) = event["Records"]
    record |= {
        "userIdentity": {"principalId": "AWS:EXAMPLE"},
        "requestParameters": {"sourceIPAddress": "127.0.0.1"},
        "responseElements": {"x-amz-request-id": secrets.token_hex(8).upper(), "x-amz-id-2": secrets.token_hex(16)},
    }
    record["s3"]["bucket"]["ownerIdentity"] = {"principalId": "EXAMPLE"}
    record["s3"]["object"]["sequencer"] = secrets.token_hex(8).upper()
    if key.version_id and bucket.is_versioned:
        record["s3"]["object"]["versionId"] = key.version_id
    return event


def _iso_time(moment: Any, precision: str = "seconds") -> str:
    if isinstance(moment, str):
        return moment
    when = datetime.now(UTC) if moment is None else datetime.fromtimestamp(float(moment), UTC)
    return when.isoformat(timespec=precision).replace("+00:00", "Z")
