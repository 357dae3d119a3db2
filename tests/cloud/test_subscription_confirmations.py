"""Whoever a topic is to write to outside the account confirms first: by a link, or by the API."""

import base64
import json
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
from tests.cloud.refusals import code_and_message
from tests.cloud.stacks import Stacks

Aws = Callable[..., Any]
PENDING = ("true", "false")
AWAY = "https://example.com/hook"


@dataclass
class Topic:
    sns: Any
    arn: str

    def subscribe(self, url: str, **options: Any) -> str:
        protocol = url.partition(":")[0]
        options = {"TopicArn": self.arn, "Protocol": protocol, "Endpoint": url, **options}
        return str(self.sns.subscribe(**options)["SubscriptionArn"])

    def confirm(self, token: str, **options: Any) -> str:
        return str(self.sns.confirm_subscription(TopicArn=self.arn, Token=token, **options)["SubscriptionArn"])

    def state(self, arn: str) -> tuple[str, str]:
        """Whether it is pending, and whether whoever confirmed it had keys."""
        attributes = self.sns.get_subscription_attributes(SubscriptionArn=arn)["Attributes"]
        return attributes["PendingConfirmation"], attributes["ConfirmationWasAuthenticated"]

    def arns(self) -> list[str]:
        listed = self.sns.list_subscriptions_by_topic(TopicArn=self.arn)["Subscriptions"]
        everywhere = self.sns.get_paginator("list_subscriptions").paginate().build_full_result()["Subscriptions"]
        assert listed == [each for each in everywhere if each["TopicArn"] == self.arn]
        return [each["SubscriptionArn"] for each in listed]

    def counts(self) -> tuple[str, str]:
        attributes = self.sns.get_topic_attributes(TopicArn=self.arn)["Attributes"]
        return attributes["SubscriptionsPending"], attributes["SubscriptionsConfirmed"]

    def publish(self, text: str) -> None:
        self.sns.publish(TopicArn=self.arn, Message=text)


@pytest.fixture
def topic(aws: Aws) -> Topic:
    sns = aws("sns")
    return Topic(sns, sns.create_topic(Name=f"confirmed-{uuid.uuid4().hex[:8]}")["TopicArn"])


def visit(address: str) -> tuple[int, str]:
    answer = requests.get(address, timeout=5)
    return answer.status_code, answer.text


def test_a_pending_subscription_is_shown_as_such_and_gets_nothing(topic: Topic, endpoint: Endpoint) -> None:
    assert topic.subscribe(endpoint.url) == "pending confirmation"
    headers, text = endpoint.post()
    arn = topic.subscribe(endpoint.url, ReturnSubscriptionArn=True)
    assert arn.startswith(f"{topic.arn}:") and topic.state(arn) == PENDING
    assert (topic.arns(), topic.counts()) == (["PendingConfirmation"], ("1", "0"))
    topic.publish("nobody hears it")
    topic.confirm(endpoint.message()["Token"])
    topic.publish("heard")
    assert endpoint.message()["Message"] == "heard"
    assert (topic.arns(), topic.counts()) == ([arn], ("0", "1"))
    assert topic.subscribe(endpoint.url) == arn, "it is asked no more"
    assert {name: value for name, value in headers.items() if name.startswith("x-amz-")} == {
        "x-amz-sns-message-type": "SubscriptionConfirmation",
        "x-amz-sns-message-id": json.loads(text)["MessageId"],
        "x-amz-sns-topic-arn": topic.arn,
    }


@pytest.mark.parametrize("raw", ["false", "true"])
def test_the_question_is_signed_and_never_raw(
    topic: Topic, endpoint: Endpoint, engine: localaws.Engine, raw: str
) -> None:
    topic.subscribe(endpoint.url, Attributes={"RawMessageDelivery": raw})
    envelope = endpoint.message()
    assert list(envelope) == [
        *("Type", "MessageId", "Token", "TopicArn", "Message", "SubscribeURL", "Timestamp"),
        *("SignatureVersion", "Signature", "SigningCertURL"),
    ]
    assert envelope["Message"].splitlines()[0] == f"You have chosen to subscribe to the topic {topic.arn}."
    names = ("Message", "MessageId", "SubscribeURL", "Timestamp", "Token", "TopicArn", "Type")
    signed = "".join(f"{name}\n{envelope[name]}\n" for name in names)
    certificate = x509.load_pem_x509_certificate(requests.get(envelope["SigningCertURL"], timeout=5).content)
    key: Any = certificate.public_key()
    key.verify(base64.b64decode(envelope["Signature"]), signed.encode(), padding.PKCS1v15(), hashes.SHA1())
    address = f"{engine.url}/?Action=ConfirmSubscription&TopicArn={topic.arn}&Token={envelope['Token']}"
    assert envelope["SubscribeURL"] == address


def test_a_visit_confirms_each_time_alike(topic: Topic, endpoint: Endpoint) -> None:
    arn = topic.subscribe(endpoint.url, ReturnSubscriptionArn=True)
    envelope = endpoint.message()
    for _ in range(2):
        status, text = visit(envelope["SubscribeURL"])
        assert status == 200 and f"<SubscriptionArn>{arn}</SubscriptionArn>" in text
        assert topic.state(arn) == ("false", "false")
    assert topic.confirm(envelope["Token"]) == arn and topic.state(arn) == ("false", "false")
    page = requests.get(envelope["SubscribeURL"], headers={"Sec-Fetch-Site": "cross-site"}, timeout=5)
    assert page.status_code == 403


@pytest.mark.parametrize(("locks", "left"), [("true", 403), ("false", 200), (None, 200)])
def test_a_call_confirms_and_may_lock_the_way_out(
    topic: Topic, endpoint: Endpoint, engine: localaws.Engine, locks: str | None, left: int
) -> None:
    arn = topic.subscribe(endpoint.url, ReturnSubscriptionArn=True)
    token = endpoint.message()["Token"]
    options = {} if locks is None else {"AuthenticateOnUnsubscribe": locks}
    assert topic.confirm(token, **options) == topic.confirm(token) == arn
    assert topic.state(arn) == ("false", "true")
    status, text = visit(f"{engine.url}/?Action=Unsubscribe&SubscriptionArn={arn}")
    assert (status, "AuthorizationError" in text, topic.arns()) == (left, left == 403, [arn] if left == 403 else [])
    topic.sns.unsubscribe(SubscriptionArn=arn)
    assert topic.arns() == []


def test_an_endpoint_may_confirm_before_it_answers(topic: Topic, endpoint: Endpoint) -> None:
    endpoint.visits = True
    arn = topic.subscribe(endpoint.url, ReturnSubscriptionArn=True)
    assert endpoint.message()["Type"] == "SubscriptionConfirmation"
    assert topic.state(arn) == ("false", "false")


def test_an_endpoint_that_is_down_is_asked_again(topic: Topic, endpoint: Endpoint) -> None:
    endpoint.statuses = [503, 503]
    once = {"healthyRetryPolicy": {"numRetries": 2, "numNoDelayRetries": 2}}
    arn = topic.subscribe(endpoint.url, ReturnSubscriptionArn=True, Attributes={"DeliveryPolicy": json.dumps(once)})
    first, second, third = (endpoint.message() for _ in range(3))
    assert first == second == third and topic.confirm(third["Token"]) == arn


def test_each_question_can_be_answered(topic: Topic, endpoint: Endpoint) -> None:
    arns = {topic.subscribe(endpoint.url, ReturnSubscriptionArn=True) for _ in range(2)}
    tokens = {endpoint.message()["Token"] for _ in range(2)}
    assert len(arns) == 1 and len(tokens) == 2
    assert {topic.confirm(token) for token in tokens} == arns


def test_what_is_refused(topic: Topic, endpoint: Endpoint, engine: localaws.Engine) -> None:
    arn = topic.subscribe(endpoint.url, ReturnSubscriptionArn=True)
    token = endpoint.message()["Token"]
    other = Topic(topic.sns, topic.sns.create_topic(Name=f"other-{uuid.uuid4().hex[:8]}")["TopicArn"])
    assert code_and_message(topic.sns.unsubscribe, SubscriptionArn=arn) == (
        "InvalidParameter",
        "Invalid parameter: SubscriptionArn Reason: Cannot unsubscribe a subscription that is pending confirmation",
    )
    for whose, wrong in ((topic.arn, token[::-1]), (other.arn, token)):
        refused = code_and_message(topic.sns.confirm_subscription, TopicArn=whose, Token=wrong)
        assert refused == ("InvalidParameter", "Invalid parameter: Token")
        status, text = visit(f"{engine.url}/?Action=ConfirmSubscription&TopicArn={whose}&Token={wrong}")
        assert status == 400 and "<Code>InvalidParameter</Code><Message>Invalid parameter: Token</Message>" in text
    locking = f"&TopicArn={topic.arn}&Token={token}&AuthenticateOnUnsubscribe=true"
    assert visit(f"{engine.url}/?Action=ConfirmSubscription{locking}")[0] == 403, "that needs keys"
    assert topic.state(arn) == PENDING


def test_an_endpoint_elsewhere_stays_pending(topic: Topic) -> None:
    arn = topic.subscribe(AWAY, ReturnSubscriptionArn=True)
    topic.publish("nothing leaves this machine")
    assert topic.state(arn) == PENDING


@pytest.mark.parametrize("way", ["link", "call"])
def test_an_endpoint_is_told_that_it_left_and_may_come_back(
    topic: Topic, endpoint: Endpoint, engine: localaws.Engine, way: str
) -> None:
    arn = endpoint.subscribe(topic.sns, topic.arn)
    if way == "call":
        topic.sns.unsubscribe(SubscriptionArn=arn)
    else:
        assert visit(f"{engine.url}/?Action=Unsubscribe&SubscriptionArn={arn}")[0] == 200
    headers, text = endpoint.post()
    assert topic.arns() == []
    assert (headers["x-amz-sns-message-type"], headers["x-amz-sns-subscription-arn"]) == (
        "UnsubscribeConfirmation",
        arn,
    )
    envelope = json.loads(text)
    assert envelope["Message"].startswith(f"You have chosen to deactivate subscription {arn}.\n")
    assert visit(envelope["SubscribeURL"])[0] == 200
    assert topic.arns() == [arn]
    topic.publish("again")
    assert endpoint.message()["Message"] == "again"


def test_who_subscribed_anew_does_not_come_back_twice(topic: Topic, endpoint: Endpoint) -> None:
    topic.sns.unsubscribe(SubscriptionArn=endpoint.subscribe(topic.sns, topic.arn))
    token = endpoint.message()["Token"]
    newer = endpoint.subscribe(topic.sns, topic.arn)
    assert topic.confirm(token) == newer and topic.arns() == [newer]


def test_subscriptions_of_a_stack_are_pending_and_outlive_it(topic: Topic, endpoint: Endpoint, stacks: Stacks) -> None:
    inline = {"Protocol": "http", "Endpoint": endpoint.url}
    own = {"TopicArn": topic.arn, "Protocol": "http", "Endpoint": endpoint.url}
    resources = {
        "Topic": {"Type": "AWS::SNS::Topic", "Properties": {"Subscription": [inline]}},
        "Own": {"Type": "AWS::SNS::Subscription", "Properties": own},
    }
    outputs = {"Topic": {"Value": {"Ref": "Topic"}}, "Own": {"Value": {"Ref": "Own"}}}
    name = stacks.deploy({"Resources": resources, "Outputs": outputs})
    values = stacks.outputs(name)
    made = Topic(topic.sns, values["Topic"])
    assert made.arns() == topic.arns() == ["PendingConfirmation"] and topic.state(values["Own"]) == PENDING
    asked = {endpoint.message()["TopicArn"] for _ in range(2)}
    assert asked == {made.arn, topic.arn}
    stacks.update(name, {"Resources": {"Topic": {"Type": "AWS::SNS::Topic"}}})
    stacks.delete_all()
    assert topic.state(values["Own"]) == PENDING
    assert made.arn not in {each["TopicArn"] for each in topic.sns.list_topics()["Topics"]}


def test_a_stack_ends_what_was_confirmed(topic: Topic, endpoint: Endpoint, stacks: Stacks) -> None:
    endpoint.visits = True
    own = {"TopicArn": topic.arn, "Protocol": "http", "Endpoint": endpoint.url}
    stacks.deploy({"Resources": {"Own": {"Type": "AWS::SNS::Subscription", "Properties": own}}})
    endpoint.post()
    assert topic.counts() == ("0", "1")
    endpoint.visits = False
    stacks.delete_all()
    assert topic.arns() == [] and endpoint.message()["Type"] == "UnsubscribeConfirmation"
