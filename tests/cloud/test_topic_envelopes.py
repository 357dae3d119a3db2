"""What subscribers of a topic get: AWS's envelope with addresses that answer, or the message alone."""

import base64
import json
import time
import uuid
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pytest
import requests
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding

from shoplib import localaws
from tests.cloud.http_subscriber import Endpoint
from tests.cloud.roles import open_to_services

Aws = Callable[..., Any]


@dataclass
class Pair:
    """A topic, and a queue that is subscribed to it."""

    sns: Any
    sqs: Any
    topic: str
    queue: str
    subscription: str

    def publish(self, **message: Any) -> str:
        return str(self.sns.publish(TopicArn=self.topic, **message)["MessageId"])

    def received(self) -> list[dict[str, Any]]:
        asked = {"MaxNumberOfMessages": 10, "MessageAttributeNames": ["All"]}
        return list(self.sqs.receive_message(QueueUrl=self.queue, **asked).get("Messages", []))

    def attributes(self) -> dict[str, str]:
        answer = self.sns.get_subscription_attributes(SubscriptionArn=self.subscription)
        return dict(answer["Attributes"])


@pytest.fixture
def pair(aws: Aws) -> Pair:
    return subscribed(aws)


def subscribed(aws: Aws, suffix: str = "", **attributes: str) -> Pair:
    sns, sqs, name = aws("sns"), aws("sqs"), f"envelopes-{uuid.uuid4().hex[:8]}{suffix}"
    fifo = {"FifoQueue": "true"} if suffix else {}
    fifo["Policy"] = open_to_services("sqs:SendMessage")
    more = {"FifoTopic": "true", "ContentBasedDeduplication": "true"} if suffix else {}
    queue = sqs.create_queue(QueueName=name, Attributes=fifo)["QueueUrl"]
    arn = sqs.get_queue_attributes(QueueUrl=queue, AttributeNames=["QueueArn"])["Attributes"]["QueueArn"]
    topic = sns.create_topic(Name=name, Attributes=more)["TopicArn"]
    answer = sns.subscribe(TopicArn=topic, Protocol="sqs", Endpoint=arn, Attributes=attributes)
    return Pair(sns, sqs, topic, queue, answer["SubscriptionArn"])


@pytest.mark.parametrize(("version", "digest"), [("1", hashes.SHA1()), ("2", hashes.SHA256())], ids=["1", "2"])
def test_an_envelope_is_signed_and_its_addresses_answer(
    pair: Pair, engine: localaws.Engine, version: str, digest: Any
) -> None:
    if version == "2":
        pair.sns.set_topic_attributes(TopicArn=pair.topic, AttributeName="SignatureVersion", AttributeValue=version)
    number = {"DataType": "Number", "StringValue": "99"}
    message_id = pair.publish(Message="héllo", Subject="hi", MessageAttributes={"n": number})
    envelope = json.loads(pair.received()[0]["Body"])
    assert list(envelope) == [
        *("Type", "MessageId", "TopicArn", "Subject", "Message", "Timestamp", "SignatureVersion"),
        *("Signature", "SigningCertURL", "UnsubscribeURL", "MessageAttributes"),
    ]
    assert (envelope["MessageId"], envelope["SignatureVersion"]) == (message_id, version)
    assert envelope["MessageAttributes"] == {"n": {"Type": "Number", "Value": "99"}}
    signed = "".join(
        f"{name}\n{envelope[name]}\n" for name in ("Message", "MessageId", "Subject", "Timestamp", "TopicArn", "Type")
    )
    assert envelope["SigningCertURL"].startswith(f"{engine.url}/SimpleNotificationService-")
    certificate = x509.load_pem_x509_certificate(requests.get(envelope["SigningCertURL"], timeout=5).content)
    key: Any = certificate.public_key()
    key.verify(base64.b64decode(envelope["Signature"]), signed.encode(), padding.PKCS1v15(), digest)
    assert envelope["UnsubscribeURL"].endswith(f"/?Action=Unsubscribe&SubscriptionArn={pair.subscription}")
    refused = requests.get(envelope["UnsubscribeURL"], timeout=5)
    assert refused.status_code == 403 and "<Code>AuthorizationError</Code>" in refused.text, "a queue's needs keys"
    assert pair.attributes()["SubscriptionArn"] == pair.subscription


def test_a_page_cannot_unsubscribe(pair: Pair, engine: localaws.Engine) -> None:
    address = f"{engine.url}/?Action=Unsubscribe&SubscriptionArn={pair.subscription}"
    assert requests.get(address, headers={"Sec-Fetch-Site": "cross-site"}, timeout=5).status_code == 403
    assert pair.attributes()["SubscriptionArn"] == pair.subscription


def test_attributes_of_a_subscription(pair: Pair) -> None:
    plain = pair.attributes()
    assert (plain["RawMessageDelivery"], plain["PendingConfirmation"]) == ("false", "false")
    assert plain["ConfirmationWasAuthenticated"] == "true" and "FilterPolicyScope" not in plain
    assert plain["SubscriptionPrincipal"].startswith(f"arn:aws:iam::{plain['Owner']}:user/")
    policy = json.dumps({"a": [None, {"anything-but": "x"}]})
    change = {"SubscriptionArn": pair.subscription, "AttributeName": "FilterPolicy"}
    pair.sns.set_subscription_attributes(**change, AttributeValue=policy)
    assert pair.attributes()["FilterPolicyScope"] == "MessageAttributes"
    pair.sns.set_subscription_attributes(**change, AttributeValue="")
    assert "FilterPolicy" not in pair.attributes()
    pair.publish(Message="all")
    assert len(pair.received()) == 1


def test_attributes_of_a_topic(pair: Pair) -> None:
    shown = pair.sns.get_topic_attributes(TopicArn=pair.topic)["Attributes"]
    assert "DeliveryPolicy" not in shown and shown["SubscriptionsConfirmed"] == "1"


def test_raw_delivery_keeps_bytes(aws: Aws) -> None:
    pair = subscribed(aws, RawMessageDelivery="true")
    given = {"b": {"DataType": "Binary", "BinaryValue": b"\x00\xff"}, "s": {"DataType": "String", "StringValue": "x"}}
    pair.publish(Message="raw", MessageAttributes=given)
    received = pair.received()[0]
    assert (received["Body"], received["MessageAttributes"]) == ("raw", given)


def test_false_means_false_when_subscribing(aws: Aws) -> None:
    pair = subscribed(aws, RawMessageDelivery="false")
    pair.publish(Message="wrapped")
    assert json.loads(pair.received()[0]["Body"])["Message"] == "wrapped"


def test_a_fifo_topic_hands_its_deduplication_on(aws: Aws) -> None:
    pair = subscribed(aws, suffix=".fifo")
    for text in ("same", "same", "other"):
        pair.publish(Message=text, MessageGroupId="1")
    assert [json.loads(each["Body"])["Message"] for each in pair.received()] == ["same", "other"]


@pytest.mark.parametrize("ids", [{}, {"MessageDeduplicationId": "once"}], ids=["by content", "by id"])
def test_a_fifo_topic_takes_the_same_twice_and_gives_it_once(aws: Aws, ids: dict[str, str]) -> None:
    """To standard queues too: it is the topic that knows."""
    pair = subscribed(aws, ".fifo")
    name = f"standard-{uuid.uuid4().hex[:8]}"
    policy = {"Policy": open_to_services("sqs:SendMessage")}
    queue = pair.sqs.create_queue(QueueName=name, Attributes=policy)["QueueUrl"]
    arn = pair.sqs.get_queue_attributes(QueueUrl=queue, AttributeNames=["QueueArn"])["Attributes"]["QueueArn"]
    pair.sns.subscribe(TopicArn=pair.topic, Protocol="sqs", Endpoint=arn)
    sent = {"Message": "same", "MessageGroupId": "g", **ids}
    assert pair.publish(**sent) == pair.publish(**sent)
    (body,) = [json.loads(each["Body"]) for each in pair.received()]
    assert list(body) == ["Type", "MessageId", "SequenceNumber", "TopicArn", "Message", "Timestamp", "UnsubscribeURL"]
    received = pair.sqs.receive_message(QueueUrl=queue, MaxNumberOfMessages=10)["Messages"]
    assert len(received) == 1


def test_an_http_endpoint_gets_the_envelope_or_the_message_alone(aws: Aws, endpoint: Endpoint) -> None:
    pair = subscribed(aws)
    subscription = endpoint.subscribe(pair.sns, pair.topic)
    sent = pair.publish(Message="m", MessageAttributes={"a": {"DataType": "Number", "StringValue": "1"}})
    headers, body = endpoint.post()
    assert {name: value for name, value in headers.items() if name.startswith("x-amz-")} == {
        "x-amz-sns-message-type": "Notification",
        "x-amz-sns-message-id": sent,
        "x-amz-sns-topic-arn": pair.topic,
        "x-amz-sns-subscription-arn": subscription,
    }
    envelope = json.loads(body)
    assert (envelope["Message"], envelope["MessageAttributes"]) == ("m", {"a": {"Type": "Number", "Value": "1"}})
    raw = {"SubscriptionArn": subscription, "AttributeName": "RawMessageDelivery", "AttributeValue": "true"}
    pair.sns.set_subscription_attributes(**raw)
    pair.publish(Message="alone")
    headers, body = endpoint.post()
    assert (headers["x-amz-sns-rawdelivery"], body) == ("true", "alone")


def test_an_http_endpoint_that_fails_is_tried_again(aws: Aws, endpoint: Endpoint) -> None:
    pair = subscribed(aws)
    endpoint.subscribe(pair.sns, pair.topic)
    endpoint.statuses = [503]
    pair.publish(Message="twice")
    first, second = endpoint.post(), endpoint.post()
    assert first == second


def test_a_delivery_policy_says_how_often_as_what_and_how_fast(aws: Aws, endpoint: Endpoint) -> None:
    pair = subscribed(aws)
    policy = {
        "healthyRetryPolicy": {"numRetries": 2, "numNoDelayRetries": 2, "minDelayTarget": 20, "maxDelayTarget": 20},
        "requestPolicy": {"headerContentType": "application/json"},
        "throttlePolicy": {"maxReceivesPerSecond": 5},
    }
    endpoint.subscribe(pair.sns, pair.topic, Attributes={"DeliveryPolicy": json.dumps(policy)})
    endpoint.statuses = [503, 503, 503]
    pair.publish(Message="given up")
    posts = [endpoint.post() for _ in range(3)]
    began = time.monotonic()
    for text in ("after it", "and that", "at last"):
        pair.publish(Message=text)
    posts += [endpoint.post() for _ in range(3)]
    assert 0.35 < time.monotonic() - began < 15
    assert {headers["content-type"] for headers, _ in posts} == {"application/json"}
    tried = [json.loads(body)["Message"] for _, body in posts]
    assert (tried[:3], sorted(tried[3:])) == (["given up"] * 3, ["after it", "and that", "at last"])


def test_what_an_http_endpoint_does_not_take_is_dead(aws: Aws, endpoint: Endpoint) -> None:
    pair, dead = subscribed(aws), subscribed(aws)
    arn = dead.sqs.get_queue_attributes(QueueUrl=dead.queue, AttributeNames=["QueueArn"])["Attributes"]["QueueArn"]
    redrive = {"RedrivePolicy": json.dumps({"deadLetterTargetArn": arn})}
    endpoint.subscribe(pair.sns, pair.topic, Attributes=redrive)
    endpoint.statuses = [410]
    pair.publish(Message="lost")
    asked = {"QueueUrl": dead.queue, "WaitTimeSeconds": 10, "MessageAttributeNames": ["All"]}
    (message,) = dead.sqs.receive_message(**asked)["Messages"]
    assert json.loads(message["Body"])["Message"] == "lost"
    assert set(message["MessageAttributes"]) == {"RequestID", "ErrorCode", "ErrorMessage"}
    assert endpoint.posts.qsize() == 1, "it is not tried again"
