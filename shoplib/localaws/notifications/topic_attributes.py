"""The attributes that SNS shows of topics and subscriptions: those that AWS shows, as texts."""

from collections.abc import Callable
from typing import Any

from moto.core.responses import ActionResult
from moto.core.utils import camelcase_to_underscores
from moto.sns.models import SNSBackend
from moto.sns.responses import SNSResponse

from shoplib.localaws.arns import Arn
from shoplib.localaws.moto_patches import wrap
from shoplib.localaws.notifications import delivery_policies

# Whoever has such an address must want what comes to it; all else here is the account's own.
CONFIRMED_BY_TOKEN = ("email", "email-json", "http", "https")
SHOWN_WHEN_SET = ("FifoThroughputScope", "SignatureVersion", "TracingConfig")


def install() -> None:
    wrap(SNSBackend, "subscribe", _with_principal)
    wrap(SNSResponse, "get_topic_attributes", _as_shown)
    wrap(SNSResponse, "get_subscription_attributes", _with_policies)
    for operation in ("list_subscriptions", "list_subscriptions_by_topic"):
        wrap(SNSResponse, operation, _without_arns_of_pending)


def is_true(value: Any) -> bool:
    return str(value).lower() == "true"


def is_pending(subscription: Any) -> bool:
    return subscription.protocol in CONFIRMED_BY_TOKEN and not subscription.confirmed


def _with_principal(original: Callable[..., Any]) -> Callable[..., Any]:
    """Who subscribed: the account's one user here."""

    def subscribe(backend: Any, topic_arn: str, endpoint: str, protocol: str) -> Any:
        subscription = original(backend, topic_arn, endpoint, protocol)
        partition = Arn.parse(topic_arn).partition
        principal = f"arn:{partition}:iam::{backend.account_id}:user/moto"
        subscription.attributes.setdefault("SubscriptionPrincipal", principal)
        return subscription

    return subscribe


def _as_shown(original: Callable[[Any], ActionResult]) -> Callable[[Any], ActionResult]:
    def get_topic_attributes(request: Any) -> ActionResult:
        answer = original(request)
        result: Any = answer.result
        attributes, topic = result["Attributes"], request.backend.get_topic(request._get_param("TopicArn"))
        policies = {
            "DeliveryPolicy": delivery_policies.of_topic_as_shown(topic.delivery_policy),
            "EffectiveDeliveryPolicy": delivery_policies.effective_of_topic(topic.delivery_policy),
        }
        attributes = {name: each for name, each in (attributes | policies).items() if each is not None}
        attributes |= _counts(request.backend, topic)
        set_ones = {name: getattr(topic, camelcase_to_underscores(name), None) for name in SHOWN_WHEN_SET}
        result["Attributes"] = {**attributes, **{name: value for name, value in set_ones.items() if value}}
        return answer

    return get_topic_attributes


def _with_policies(original: Callable[[Any], ActionResult]) -> Callable[[Any], ActionResult]:
    """Those of HTTP endpoints as AWS writes them, the one in effect too; and whether it is confirmed."""

    def get_subscription_attributes(request: Any) -> ActionResult:
        answer = original(request)
        subscription = request.backend.subscriptions[request._get_param("SubscriptionArn")]
        result: Any = answer.result
        if is_pending(subscription):
            waiting = {"PendingConfirmation": True, "ConfirmationWasAuthenticated": False}
            result["Attributes"] = {**result["Attributes"], **waiting}
        if subscription.protocol in ("http", "https"):
            own = delivery_policies.of_subscription_as_shown(subscription.attributes.get("DeliveryPolicy"))
            effective = delivery_policies.effective_of_subscription(subscription)
            written = {**({"DeliveryPolicy": own} if own else {}), "EffectiveDeliveryPolicy": effective}
            result["Attributes"] = {**result["Attributes"], **written}
        return answer

    return get_subscription_attributes


def _without_arns_of_pending(original: Callable[[Any], ActionResult]) -> Callable[[Any], ActionResult]:
    def list_subscriptions(request: Any) -> ActionResult:
        answer = original(request)
        result: Any = answer.result
        result["Subscriptions"] = [_as_listed(each) for each in result["Subscriptions"]]
        return answer

    return list_subscriptions


def _as_listed(subscription: Any) -> dict[str, str]:
    return {
        "SubscriptionArn": "PendingConfirmation" if is_pending(subscription) else subscription.arn,
        "Owner": subscription.owner,
        "Protocol": subscription.protocol,
        "Endpoint": subscription.endpoint,
        "TopicArn": subscription.topic_arn,
    }


def _counts(backend: Any, topic: Any) -> dict[str, int]:
    pending = [is_pending(each) for each in list(backend.subscriptions.values()) if each.topic is topic]
    return {"SubscriptionsConfirmed": pending.count(False), "SubscriptionsPending": pending.count(True)}
