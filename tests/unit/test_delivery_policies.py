"""SNS's delivery policies: the pauses of their four phases, whose policy counts, and what is none."""

import json
from types import SimpleNamespace
from typing import Any

import pytest

from shoplib.localaws.notifications import delivery_policies
from shoplib.localaws.notifications.delivery_policies import DeliveryPolicy, InvalidDeliveryPolicy, check, effective

PHASES = {
    "numRetries": 8,
    "numNoDelayRetries": 1,
    "numMinDelayRetries": 2,
    "numMaxDelayRetries": 2,
    "minDelayTarget": 1,
    "maxDelayTarget": 9,
}


def subscription(own: Any = None, topic: Any = None) -> Any:
    attributes = {} if own is None else {"DeliveryPolicy": json.dumps(own)}
    policy = "" if topic is None else json.dumps({"http": topic})
    return SimpleNamespace(attributes=attributes, topic=SimpleNamespace(delivery_policy=policy))


def test_four_phases() -> None:
    assert delivery_policies.pauses(PHASES) == (0, 1, 1, 1, 5, 9, 9, 9)
    assert delivery_policies.pauses({}) == (20, 20, 20)
    assert delivery_policies.pauses({"numRetries": 0}) == ()


@pytest.mark.parametrize("function", ["arithmetic", "geometric", "exponential"])
def test_each_backoff_grows_from_the_minimum_to_the_maximum(function: str) -> None:
    pauses = delivery_policies.pauses(
        {"numRetries": 5, "minDelayTarget": 2, "maxDelayTarget": 32, "backoffFunction": function}
    )
    assert (pauses[0], round(pauses[-1])) == (2, 32)
    assert all(one < next_one for one, next_one in zip(pauses, pauses[1:], strict=False))
    assert pauses[2] < 17  # below the line


def test_the_subscriptions_policy_counts_before_the_topics_unless_that_forbids_it() -> None:
    own, topic = {"healthyRetryPolicy": {"numRetries": 1}}, {"defaultHealthyRetryPolicy": {"numRetries": 2}}
    assert effective(subscription()) == DeliveryPolicy()
    assert len(effective(subscription(own, topic)).pauses) == 1
    assert len(effective(subscription(None, topic)).pauses) == 2
    assert len(effective(subscription(own, topic | {"disableSubscriptionOverrides": True})).pauses) == 2


@pytest.mark.parametrize(
    ("policy", "reason"),
    [
        ("{", "failed to parse JSON"),
        ('{"healthyRetry": {}}', "Unexpected JSON member: healthyRetry"),
        ('{"healthyRetryPolicy": {"numRetries": 101}}', "less than or equal to 100"),
        ('{"healthyRetryPolicy": {"minDelayTarget": 30}}', "greater than or equal to minDelayTarget"),
        ('{"healthyRetryPolicy": {"numNoDelayRetries": 4}}', "greater than or equal to total"),
        (
            '{"healthyRetryPolicy": {"minDelayTarget": 1, "maxDelayTarget": 3600}}',
            "cannot be greater than 3600 seconds",
        ),
        ('{"healthyRetryPolicy": {"backoffFunction": "steps"}}', "backoffFunction is invalid"),
    ],
)
def test_what_is_none_is_refused(policy: str, reason: str) -> None:
    with pytest.raises(InvalidDeliveryPolicy, match=reason):
        check(policy, topic=False)


def test_a_topics_policy_is_below_http() -> None:
    check(
        '{"http": {"defaultHealthyRetryPolicy": {"numRetries": 5}, "disableSubscriptionOverrides": false}}', topic=True
    )
    with pytest.raises(InvalidDeliveryPolicy, match="Unexpected JSON member: healthyRetryPolicy"):
        check('{"healthyRetryPolicy": {}}', topic=True)
