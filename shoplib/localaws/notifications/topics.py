"""What SNS gives queues, functions and HTTP endpoints, and the dead-letter queues of subscriptions.

moto 5.2.5 gives functions a record of constants without attributes, takes "false" for true, hands binary attributes on
as text, and fails a publish whose subscriber is gone.
"""

import base64
import hashlib
import json
import logging
import uuid
from collections.abc import Callable, Mapping
from functools import partial
from typing import Any

from moto.awslambda.exceptions import LambdaClientError
from moto.sns.models import Subscription, Topic
from moto.sqs.exceptions import QueueDoesNotExist
from moto.sqs.models import sqs_backends

from shoplib.localaws import request_context
from shoplib.localaws.arns import Arn
from shoplib.localaws.functions import LambdaService
from shoplib.localaws.functions.permissions import may_invoke
from shoplib.localaws.moto_patches import after, replace_methods
from shoplib.localaws.notifications import (
    envelopes,
    figures,
    filter_policies,
    publications,
    subscription_requests,
    text_messages,
    topic_attributes,
    topic_requests,
)
from shoplib.localaws.notifications.http_subscribers import HttpSubscribers
from shoplib.localaws.permissions import Access, service_denial

LOG = logging.getLogger(__name__)
CALLER = "sns.amazonaws.com"
MOST_RAW_ATTRIBUTES = 10
# Subscription, message, subject, and the notification as JSON.
ToPeople = Callable[[Any, str, str | None, str], None]
PEOPLE = ("email", "email-json", "sms")
Envelope = Callable[[], envelopes.Envelope]


class Refused(Exception):
    """The subscriber cannot be given the message, now or later."""


def install(lambdas: LambdaService, signer: envelopes.Signer, http: HttpSubscribers, people: ToPeople) -> None:
    """Let topics call functions of `lambdas` and hand `people` what goes to them. Idempotent; the last service wins."""

    ways = _ways(lambdas, people)

    def publish(self: Any, message: str, message_id: str, *rest: Any, **kwargs: Any) -> None:
        arguments = dict(zip(("subject", "message_attributes", "group_id"), rest, strict=False)) | kwargs
        attributes = arguments.get("message_attributes")
        if arguments.get("message_structure") == "json":
            message = self._parse_message_structure(message, self.protocol)
        if not _wants(self, attributes, message):
            figures.notification_filtered_out(self.topic)
            return
        envelope = partial(envelopes.envelope, signer, self, message, message_id, arguments.get("subject"), attributes)
        if self.protocol in ("http", "https"):
            http.post(self, message, written := envelope(), partial(_redrive, self, written))
            return
        try:
            if way := ways.get(self.protocol):
                way(self, message, envelope, arguments)
            figures.notification_delivered(self.topic)
        except (Refused, QueueDoesNotExist) as error:
            if self.protocol == "sqs":
                _redrive_to_queue(self, message, envelope, arguments, str(error))
            else:
                _redrive(self, envelope(), str(error))

    replace_methods(Subscription, publish=_to_confirmed(publish))
    after(Topic, "publish", figures.message_published)
    filter_policies.install()
    topic_attributes.install()
    publications.install()
    subscription_requests.install()
    topic_requests.install()
    text_messages.install()


def _to_confirmed(publish: Callable[..., None]) -> Callable[..., None]:
    """A pending subscription gets nothing, and counts nothing."""

    def to_confirmed(self: Any, *arguments: Any, **kwargs: Any) -> None:
        if not topic_attributes.is_pending(self):
            publish(self, *arguments, **kwargs)

    return to_confirmed


def _ways(lambdas: LambdaService, people: ToPeople) -> dict[str, Callable[..., None]]:
    """How a message gets to a subscriber, by protocol, but for those that answer later."""

    def to_function(subscription: Any, _message: str, envelope: Envelope, _arguments: Any) -> None:
        _call(lambdas, subscription, envelopes.record(subscription, envelope()))

    def to_person(subscription: Any, message: str, envelope: Envelope, arguments: Any) -> None:
        people(subscription, message, arguments.get("subject"), envelopes.text(envelope()))

    return {"lambda": to_function, "sqs": _send, **dict.fromkeys(PEOPLE, to_person)}


def _require_permission(subscription: Any) -> None:
    topic, queue = subscription.topic.arn, subscription.endpoint
    if service_denial(CALLER, topic, Access("sqs:SendMessage", queue)):
        raise Refused(f"The policy of {queue} does not let {CALLER} send it messages from {topic}")


def _wants(subscription: Any, attributes: Any, message: str) -> bool:
    matcher = subscription._filter_policy_matcher
    return matcher is None or bool(matcher.matches(attributes, message))


def _send(subscription: Any, message: str, envelope: Envelope, kwargs: Mapping[str, Any]) -> None:
    _require_permission(subscription)
    _put(subscription, subscription.endpoint, message, envelope, kwargs)


def _put(subscription: Any, queue: str, message: str, envelope: Envelope, kwargs: Mapping[str, Any]) -> None:
    _, _, region, account_id, name = Arn.parse(queue)
    backend = sqs_backends[account_id][region]
    put = partial(backend.send_message, name, group_id=kwargs.get("group_id"), validate_group_id=False)
    if subscription.topic.fifo_topic and backend.get_queue(name).fifo_queue:
        content = hashlib.sha256(message.encode()).hexdigest()
        put = partial(put, deduplication_id=kwargs.get("deduplication_id") or content)
    if topic_attributes.is_true(subscription.attributes.get("RawMessageDelivery")):
        put(message, message_attributes=_raw(kwargs.get("message_attributes") or {}))
    else:
        put(envelopes.text(envelope()))


def _raw(attributes: Mapping[str, Mapping[str, Any]]) -> dict[str, Any]:
    """As the queue's own. More than it takes are left out, as on AWS, all of them."""
    if len(attributes) > MOST_RAW_ATTRIBUTES:
        return {}
    by_name = {name: envelopes.attribute(each) for name, each in attributes.items()}
    return {name: _raw_attribute(each["Type"], each["Value"]) for name, each in by_name.items()}


def _raw_attribute(kind: str, value: Any) -> dict[str, Any]:
    if kind.startswith("Binary"):
        return {"DataType": kind, "BinaryValue": base64.b64decode(value)}
    return {"DataType": kind, "StringValue": str(value)}


def _call(lambdas: LambdaService, subscription: Any, record: Mapping[str, Any]) -> None:
    arn = subscription.endpoint
    _, _, region, account_id, _ = Arn.parse(arn)
    try:
        if not may_invoke(arn, CALLER, subscription.topic.arn):
            raise Refused(f"the policy of {arn} does not let {CALLER} invoke it from {subscription.topic.arn}")
        with request_context.on_behalf_of(subscription.topic.arn):
            lambdas.invoke_async(arn, json.dumps({"Records": [record]}).encode(), region=region, account_id=account_id)
    except LambdaClientError as error:
        raise Refused(f"{arn}: {error.message}") from error


def _redrive(subscription: Any, notification: envelopes.Envelope, reason: str) -> None:
    if not (arn := _dead_letters(subscription, reason)):
        return
    _, _, region, account_id, name = Arn.parse(arn)
    attributes = {"RequestID": str(uuid.uuid4()), "ErrorCode": "200", "ErrorMessage": reason[:1024]}
    try:
        sqs_backends[account_id][region].send_message(
            name,
            envelopes.text(notification),
            message_attributes={key: {"DataType": "String", "StringValue": value} for key, value in attributes.items()},
        )
    except QueueDoesNotExist:
        LOG.warning("The dead-letter queue %s does not exist; the message is lost", arn)


def _redrive_to_queue(
    subscription: Any, message: str, envelope: Envelope, kwargs: Mapping[str, Any], reason: str
) -> None:
    """What one queue does not take, another gets as it is: AWS was seen to add no attributes that say why."""
    if not (arn := _dead_letters(subscription, reason)):
        return
    try:
        _put(subscription, arn, message, envelope, kwargs)
    except QueueDoesNotExist:
        LOG.warning("The dead-letter queue %s does not exist; the message is lost", arn)


def _dead_letters(subscription: Any, reason: str) -> str | None:
    """The queue that gets what the subscriber did not; this counts and tells of the failure."""
    LOG.warning("A message of %s is not delivered: %s", subscription.topic.arn, reason)
    figures.notification_failed(subscription.topic)
    policy = subscription.attributes.get("RedrivePolicy")
    if not policy:
        return None
    return str((json.loads(policy) if isinstance(policy, str) else policy)["deadLetterTargetArn"])
