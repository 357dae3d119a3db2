"""SNS subscriptions that are functions, and the dead-letter queues of subscriptions.

moto 5.2.5 gives functions a record of constants without attributes, and fails a publish whose subscriber is gone.
"""

import json
import logging
import uuid
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from moto.awslambda.exceptions import LambdaClientError
from moto.sns.models import Subscription
from moto.sqs.exceptions import QueueDoesNotExist
from moto.sqs.models import sqs_backends

from shoplib.localaws import request_context
from shoplib.localaws.functions import LambdaService
from shoplib.localaws.functions.permissions import may_invoke
from shoplib.localaws.moto_patches import replace_methods
from shoplib.localaws.notifications import filter_policies

LOG = logging.getLogger(__name__)
CALLER = "sns.amazonaws.com"
_original_publish = Subscription.publish


class Refused(Exception):
    """The subscriber cannot be given the message, now or later."""


def install(lambdas: LambdaService) -> None:
    """Let topics call functions of `lambdas`. Idempotent; the last service wins."""

    def publish(self: Any, message: str, message_id: str, *rest: Any, **kwargs: Any) -> None:
        arguments = dict(zip(("subject", "message_attributes"), rest, strict=False)) | kwargs
        attributes = arguments.get("message_attributes")
        if self._filter_policy_matcher is not None and not self._filter_policy_matcher.matches(attributes, message):
            return
        text = message
        if arguments.get("message_structure") == "json":
            text = self._parse_message_structure(message, self.protocol)
        record = _record(self, text, message_id, arguments.get("subject"), attributes)
        try:
            if self.protocol == "lambda":
                _call(lambdas, self, record)
            else:
                _original_publish(self, message, message_id, *rest, **kwargs)
        except (Refused, QueueDoesNotExist) as error:
            _redrive(self, record["Sns"], str(error))

    replace_methods(Subscription, publish=publish)
    filter_policies.install()


def _call(lambdas: LambdaService, subscription: Any, record: Mapping[str, Any]) -> None:
    arn = subscription.endpoint
    _, _, _, region, account_id, *_ = arn.split(":")
    try:
        if not may_invoke(arn, CALLER, subscription.topic.arn):
            raise Refused(f"the policy of {arn} does not let {CALLER} invoke it from {subscription.topic.arn}")
        with request_context.on_behalf_of(subscription.topic.arn):
            lambdas.invoke_async(arn, json.dumps({"Records": [record]}).encode(), region=region, account_id=account_id)
    except LambdaClientError as error:
        raise Refused(f"{arn}: {error.message}") from error


def _redrive(subscription: Any, notification: Mapping[str, Any], reason: str) -> None:
    LOG.warning("A message of %s is not delivered: %s", subscription.topic.arn, reason)
    policy = subscription.attributes.get("RedrivePolicy")
    if not policy:
        return
    arn = (json.loads(policy) if isinstance(policy, str) else policy)["deadLetterTargetArn"]
    _, _, _, region, account_id, name = arn.split(":")
    attributes = {"RequestID": str(uuid.uuid4()), "ErrorCode": "200", "ErrorMessage": reason[:1024]}
    try:
        sqs_backends[account_id][region].send_message(
            name,
            json.dumps(notification),
            message_attributes={key: {"DataType": "String", "StringValue": value} for key, value in attributes.items()},
        )
    except QueueDoesNotExist:
        LOG.warning("The dead-letter queue %s does not exist; the message is lost", arn)


def _record(
    subscription: Any, message: str, message_id: str, subject: str | None, attributes: Mapping[str, Any] | None
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
            "Timestamp": datetime.now(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z"),
            "SignatureVersion": "1",
            "Signature": "EXAMPLE",
            "SigningCertUrl": "EXAMPLE",
            "UnsubscribeUrl": "EXAMPLE",
            "MessageAttributes": {name: _attribute(value) for name, value in (attributes or {}).items()},
        },
    }


def _attribute(attribute: Mapping[str, Any]) -> dict[str, Any]:
    """moto names the parts differently with the protocol of the caller."""
    kind = attribute.get("type") or attribute.get("Type") or attribute.get("DataType")
    value = next((attribute[key] for key in ("value", "Value", "StringValue", "BinaryValue") if key in attribute), None)
    return {"Type": kind, "Value": value.decode() if isinstance(value, bytes) else value}
