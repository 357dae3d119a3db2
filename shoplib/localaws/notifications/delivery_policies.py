"""SNS's delivery policies of HTTP endpoints: when a failed post is tried again, how many a second, as what type.

Where nobody says anything there are AWS's three retries, after seconds in place of twenty each. The four functions of
the backoff phase are documented by a picture alone; here each grows from the minimum to the maximum, later and steeper
in this order: linear, arithmetic, geometric, exponential.

https://docs.aws.amazon.com/sns/latest/dg/sns-message-delivery-retries.html
"""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

PAUSES_S = (1.0, 2.0, 4.0)
LONGEST_S, MOST_RETRIES = 3600, 100
DEFAULTS: dict[str, Any] = {
    "minDelayTarget": 20,
    "maxDelayTarget": 20,
    "numRetries": 3,
    "numMaxDelayRetries": 0,
    "numNoDelayRetries": 0,
    "numMinDelayRetries": 0,
    "backoffFunction": "linear",
}
CONTENT_TYPE = "text/plain; charset=UTF-8"
# The order in which AWS writes a topic's policy, and a subscription's, with what nobody set.
SHOWN_OF_TOPIC = (
    *("defaultHealthyRetryPolicy", "defaultSicklyRetryPolicy", "disableSubscriptionOverrides"),
    *("defaultThrottlePolicy", "defaultRequestPolicy"),
)
EMPTY: dict[str, Any] = {
    **dict.fromkeys(("healthyRetryPolicy", "sicklyRetryPolicy", "throttlePolicy", "requestPolicy")),
    "guaranteed": False,
}
PHASES = ("numNoDelayRetries", "numMinDelayRetries", "numMaxDelayRetries")
# How far it is from the minimum to the maximum at step `at` of `last`; `ratio` is that of the two.
GROWTH: dict[str, Callable[[int, int, float], float]] = {
    "linear": lambda at, last, ratio: at / last,
    "arithmetic": lambda at, last, ratio: (at / last) ** 2,
    "geometric": lambda at, last, ratio: (ratio ** (at / last) - 1) / (ratio - 1),
    "exponential": lambda at, last, ratio: (2.0**at - 1) / (2.0**last - 1),
}
OF_SUBSCRIPTION = {"healthyRetryPolicy", "sicklyRetryPolicy", "throttlePolicy", "requestPolicy", "guaranteed"}
OF_TOPIC = {
    *("defaultHealthyRetryPolicy", "defaultSicklyRetryPolicy", "defaultThrottlePolicy", "defaultRequestPolicy"),
    "disableSubscriptionOverrides",
}


class InvalidDeliveryPolicy(Exception):
    """In AWS's words, as far as they are known."""


@dataclass(frozen=True)
class DeliveryPolicy:
    """`pauses` are the seconds before each retry."""

    pauses: tuple[float, ...] = PAUSES_S
    per_second: float | None = None
    content_type: str | None = None


def effective(subscription: Any) -> DeliveryPolicy:
    """Of a subscription: its own, where the topic does not forbid it, else the topic's."""
    topic = _read(subscription.topic.delivery_policy).get("http") or {}
    own = {} if topic.get("disableSubscriptionOverrides") else _read(subscription.attributes.get("DeliveryPolicy"))
    retry, throttle, request = (
        own.get(f"{name[0].lower()}{name[1:]}") or topic.get(f"default{name}") or {}
        for name in ("HealthyRetryPolicy", "ThrottlePolicy", "RequestPolicy")
    )
    rate = throttle.get("maxReceivesPerSecond")
    return DeliveryPolicy(pauses(retry) if retry else PAUSES_S, rate, request.get("headerContentType"))


def of_topic_as_shown(text: str | None) -> str | None:
    """As AWS writes back what somebody set: without what is null, and whether subscriptions may say otherwise."""
    present = _read(text)
    if not present:
        return None
    chosen = {name: value for name, value in (present.get("http") or {}).items() if value is not None}
    written = {"disableSubscriptionOverrides": False, **chosen}
    return json.dumps({"http": {name: written[name] for name in SHOWN_OF_TOPIC if name in written}})


def effective_of_topic(text: str | None) -> str:
    """With AWS's own values where nobody says otherwise."""
    written = json.loads(of_topic_as_shown(text) or '{"http": {}}')["http"]
    http = {"disableSubscriptionOverrides": False, **written}
    http["defaultHealthyRetryPolicy"] = DEFAULTS | http.get("defaultHealthyRetryPolicy", {})
    http["defaultRequestPolicy"] = {"headerContentType": CONTENT_TYPE} | http.get("defaultRequestPolicy", {})
    return json.dumps({"http": {name: http[name] for name in SHOWN_OF_TOPIC if name in http}})


def of_subscription_as_shown(text: str | None) -> str | None:
    """All parts, null where nobody said anything."""
    present = _read(text)
    return json.dumps({**EMPTY, **present}) if present else None


def effective_of_subscription(subscription: Any) -> str:
    topic = json.loads(effective_of_topic(subscription.topic.delivery_policy))["http"]
    own = {} if topic["disableSubscriptionOverrides"] else _read(subscription.attributes.get("DeliveryPolicy"))
    parts = {name: own.get(name) or topic.get(f"default{name[0].upper()}{name[1:]}") for name in EMPTY}
    retry = DEFAULTS | {name: value for name, value in parts["healthyRetryPolicy"].items() if value is not None}
    return json.dumps({**parts, "healthyRetryPolicy": retry, "guaranteed": bool(own.get("guaranteed"))})


def pauses(retry: Mapping[str, Any]) -> tuple[float, ...]:
    """At once, after the minimum, growing from there to the maximum, and after the maximum."""
    policy = DEFAULTS | {name: value for name, value in retry.items() if value is not None}
    shortest, longest = float(policy["minDelayTarget"]), float(policy["maxDelayTarget"])
    at_once, early, late = (int(policy[name]) for name in PHASES)
    between = int(policy["numRetries"]) - at_once - early - late
    growth, ratio = GROWTH[str(policy["backoffFunction"]).lower()], longest / shortest
    grown = [
        shortest + (longest - shortest) * growth(at, between - 1, ratio) if at and ratio > 1 else shortest
        for at in range(between)
    ]
    return (*[0.0] * at_once, *[shortest] * early, *grown, *[longest] * late)


def check(text: str | None, *, topic: bool) -> None:
    """InvalidDeliveryPolicy for what is none."""
    policy = _read(text)
    if topic:
        _require(set(policy) <= {"http"}, "Unexpected JSON member: " + ", ".join(sorted(set(policy) - {"http"})))
        policy = policy.get("http") or {}
    known = OF_TOPIC if topic else OF_SUBSCRIPTION
    _require(set(policy) <= known, "Unexpected JSON member: " + ", ".join(sorted(set(policy) - known)))
    name = "defaultHealthyRetryPolicy" if topic else "healthyRetryPolicy"
    if retry := policy.get(name):
        _check_retry(retry, f"http.{name}" if topic else name)


def _check_retry(retry: Any, where: str) -> None:
    _require(isinstance(retry, dict) and set(retry) <= set(DEFAULTS), f"{where}: Unexpected JSON member")
    policy = DEFAULTS | {name: value for name, value in retry.items() if value is not None}
    numbers = {name: value for name, value in policy.items() if name != "backoffFunction"}
    for name, value in numbers.items():
        _require(type(value) is int and value >= 0, f"{where}.{name} must be a non-negative integer")
    _require(policy["numRetries"] <= MOST_RETRIES, f"{where}.numRetries must be less than or equal to {MOST_RETRIES}")
    _require(policy["minDelayTarget"] >= 1, f"{where}.minDelayTarget must be greater than or equal to 1")
    in_order = policy["minDelayTarget"] <= policy["maxDelayTarget"]
    _require(in_order, f"{where}.maxDelayTarget must be greater than or equal to minDelayTarget")
    phases = sum(policy[name] for name in PHASES)
    _require(phases <= policy["numRetries"], f"{where}.numRetries must be greater than or equal to total of {PHASES}")
    _require(str(policy["backoffFunction"]).lower() in GROWTH, f"{where}.backoffFunction is invalid")
    total = sum(pauses(policy))
    _require(total <= LONGEST_S, f"{where}: Total policy retry time cannot be greater than {LONGEST_S} seconds")


def _read(text: str | None) -> dict[str, Any]:
    try:
        policy = json.loads(text) if text else {}
    except ValueError:
        raise InvalidDeliveryPolicy("failed to parse JSON.") from None
    _require(isinstance(policy, dict), "failed to parse JSON.")
    return dict(policy)


def _require(holds: bool, what: str) -> None:
    if not holds:
        raise InvalidDeliveryPolicy(what)
