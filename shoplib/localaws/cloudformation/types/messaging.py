"""SQS queues, SNS topics and subscriptions."""

import json
from typing import Any

from botocore.exceptions import ClientError

from shoplib.localaws.cloudformation.api_type import (
    ApiType,
    Aspect,
    Context,
    by,
    from_answer,
    prop,
    short,
    succeeds,
    tag_map,
)
from shoplib.localaws.cloudformation.intrinsics import text
from shoplib.localaws.cloudformation.resource_providers import Properties, Request
from shoplib.localaws.cloudformation.types import tagging

# What an attribute of a subscription is without being set; the others are empty objects.
UNSET = {"FilterPolicyScope": "MessageAttributes", "RawMessageDelivery": "false"}
NOT_ATTRIBUTES = ("QueueName", "TopicName", "Tags", "TopicArn", "Protocol", "Endpoint", "Region")


def attribute_texts(properties: Properties) -> dict[str, str]:
    """SQS and SNS attributes are texts; documents among them are JSON."""
    chosen = {name: value for name, value in properties.items() if name not in NOT_ATTRIBUTES}
    return {str(name): json.dumps(value) if isinstance(value, dict) else text(value) for name, value in chosen.items()}


def _fifo(request: Request, property: str) -> str:
    suffix = ".fifo" if text(request.properties.get(property, "")) == "true" else ""
    return short(80 - len(suffix))(request) + suffix


def _queue(properties: Properties) -> Properties:
    return {"QueueName": properties["QueueName"], "Attributes": attribute_texts(properties)}


def _set_queue(context: Context, before: Properties) -> None:
    now = attribute_texts(context.properties)
    now.pop("FifoQueue", None)
    # The attribute interface has no removal: an empty policy document removes it.
    cleared: dict[str, str] = {
        name: "" for name in ("RedrivePolicy", "RedriveAllowPolicy") if name in before and name not in now
    }
    context.client().set_queue_attributes(QueueUrl=context.ref, Attributes={**now, **cleared})


def _tag_queue(context: Context, tags: Any) -> None:
    client = context.client()
    present = list(client.list_queue_tags(QueueUrl=context.ref).get("Tags", {}))
    if present:
        client.untag_queue(QueueUrl=context.ref, TagKeys=present)
    if tags:
        client.tag_queue(QueueUrl=context.ref, Tags=tag_map(tags))


def _topic(properties: Properties) -> Properties:
    return {"Name": properties["TopicName"], "Attributes": attribute_texts(properties)}


def _topic_exists(context: Context) -> bool:
    try:
        context.client().get_topic_attributes(TopicArn=context.arn(context.properties["TopicName"]))
    except ClientError:
        return False
    return True


def _set_topic(context: Context, before: Properties) -> None:
    for name, value in attribute_texts(context.properties).items():
        if name != "FifoTopic" and before.get(name) != context.properties.get(name):
            context.client().set_topic_attributes(TopicArn=context.ref, AttributeName=name, AttributeValue=value)


def _inline_subscriptions(context: Context, subscriptions: Any) -> None:
    client = context.client()
    present = {
        (each["Protocol"], each["Endpoint"]): each["SubscriptionArn"]
        for each in client.list_subscriptions_by_topic(TopicArn=context.ref)["Subscriptions"]
    }
    keys = [(each["Protocol"], each["Endpoint"]) for each in subscriptions or []]
    for protocol, endpoint in keys:
        if (protocol, endpoint) not in present:
            client.subscribe(TopicArn=context.ref, Protocol=protocol, Endpoint=endpoint)
    for key, arn in present.items():
        if key not in keys and ":" in arn:  # a pending one has no ARN, and cannot be ended
            client.unsubscribe(SubscriptionArn=arn)


def _drop_subscriptions(context: Context) -> None:
    _inline_subscriptions(context, [])


def _subscription(properties: Properties) -> Properties:
    values = {str(name): properties[name] for name in ("TopicArn", "Protocol", "Endpoint") if name in properties}
    return {**values, "Attributes": attribute_texts(properties), "ReturnSubscriptionArn": True}


def _unsubscribe(context: Context) -> None:
    """A pending one cannot be: it outlives its stack until its time is over, as on AWS."""
    attributes = context.client().get_subscription_attributes(SubscriptionArn=context.ref)["Attributes"]
    if attributes["PendingConfirmation"] == "false":
        context.client().unsubscribe(SubscriptionArn=context.ref)


def _set_subscription(context: Context, before: Properties) -> None:
    now, earlier = attribute_texts(context.properties), attribute_texts(before)
    # The scope first: what a policy may be depends on it.
    for name in sorted({*now, *earlier}, key=lambda name: (name != "FilterPolicyScope", name)):
        if now.get(name) != earlier.get(name):
            value = now.get(name, UNSET.get(name, "{}"))
            context.client().set_subscription_attributes(
                SubscriptionArn=context.ref, AttributeName=name, AttributeValue=value
            )


TYPES = {
    "AWS::SQS::Queue": ApiType(
        service="sqs",
        create_call="create_queue",
        shape=_queue,
        update_call=_set_queue,
        name="QueueName",
        generated=lambda request: _fifo(request, "FifoQueue"),
        exists=succeeds("get_queue_url", QueueName="QueueName"),
        fixed=frozenset({"FifoQueue"}),
        ref=from_answer("QueueUrl"),
        delete_call="delete_queue",
        key=by("QueueUrl"),
        attributes={
            "Arn": lambda context: context.arn(context.properties["QueueName"]),
            "QueueName": prop("QueueName"),
            "QueueUrl": lambda context: context.ref,
        },
        aspects=(Aspect("Tags", _tag_queue),),
    ),
    "AWS::SNS::Topic": ApiType(
        service="sns",
        create_call="create_topic",
        shape=_topic,
        update_call=_set_topic,
        name="TopicName",
        generated=lambda request: _fifo(request, "FifoTopic"),
        exists=_topic_exists,
        fixed=frozenset({"FifoTopic"}),
        ref=from_answer("TopicArn"),
        delete_call="delete_topic",
        key=by("TopicArn"),
        attributes={"TopicArn": lambda context: context.ref, "TopicName": prop("TopicName")},
        aspects=(Aspect("Subscription", _inline_subscriptions), tagging.TOPIC),
        before_delete=_drop_subscriptions,
    ),
    "AWS::SNS::Subscription": ApiType(
        service="sns",
        create_call="subscribe",
        shape=_subscription,
        update_call=_set_subscription,
        fixed=frozenset({"TopicArn", "Protocol", "Endpoint", "Region"}),
        region="Region",
        ref=from_answer("SubscriptionArn"),
        delete_call=_unsubscribe,
        key=by("SubscriptionArn"),
        attributes={"Arn": lambda context: context.ref},
    ),
}
