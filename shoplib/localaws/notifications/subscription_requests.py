"""What AWS refuses of subscriptions, confirmations and tags: in its words, and before anything is made."""

import json
import re
from collections.abc import Mapping
from typing import Any

from moto.core.responses import ActionResult
from moto.sns.exceptions import SNSNotFoundError
from moto.sns.models import SNSBackend
from moto.sns.responses import SNSResponse

from shoplib.localaws.moto_patches import Method, before, replace, wrap
from shoplib.localaws.notifications.publications import invalid, require_arn
from shoplib.localaws.notifications.topic_attributes import is_pending
from shoplib.localaws.notifications.topic_requests import check_delivery_policy, require_effect

PROTOCOLS = {"application", "email", "email-json", "firehose", "http", "https", "lambda", "sms", "sqs"}
ATTRIBUTES = {
    *("DeliveryPolicy", "FilterPolicy", "FilterPolicyScope", "RawMessageDelivery", "RedrivePolicy"),
    *("ReplayPolicy", "SubscriptionRoleArn"),
}
SUBSCRIPTION_ID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")
AT = "\n at [Source: REDACTED (`StreamReadFeature.INCLUDE_SOURCE_IN_LOCATION` disabled); line: 1, column: {}]"
IN_SUBSCRIBE = "Attributes Reason: "


def install() -> None:
    """Idempotent."""
    wrap(SNSResponse, "subscribe", _subscribe)
    before(SNSResponse, "set_subscription_attributes", _check_attribute)
    for operation in ("get_subscription_attributes", "set_subscription_attributes", "unsubscribe"):
        before(SNSResponse, operation, _check_name)
    before(SNSResponse, "unsubscribe", _check_confirmed)
    for operation in ("tag_resource", "create_topic"):
        before(SNSResponse, operation, _check_tags)
    replace(SNSBackend, "list_phone_numbers_opted_out", _no_numbers)
    replace(SNSBackend, "check_if_phone_number_is_opted_out", _has_not_opted_out)


def _subscribe(original: Method) -> Method:
    def subscribe(self: Any) -> ActionResult:
        arn, protocol, endpoint = (self._get_param(name) for name in ("TopicArn", "Protocol", "Endpoint"))
        require_arn(arn, "TopicArn")
        if protocol not in PROTOCOLS:
            raise invalid(f"Amazon SNS does not support this protocol string: {protocol}")
        if protocol in ("http", "https") and not str(endpoint).startswith(f"{protocol}://"):
            raise invalid("Endpoint must match the specified protocol")
        if endpoint is None:
            raise invalid("Endpoint Reason: no value for required parameter")
        attributes = dict(self._get_param("Attributes") or {})
        for name, value in attributes.items():
            _check(name, value, IN_SUBSCRIBE, arn, endpoint)
        _refuse_other_attributes(self.backend, arn, protocol, endpoint, attributes)
        answer: ActionResult = original(self)
        return answer

    return subscribe


def _refuse_other_attributes(
    backend: SNSBackend, arn: str, protocol: str, endpoint: str, attributes: Mapping[str, Any]
) -> None:
    present = backend._find_subscription(arn, endpoint, protocol)
    if present is None:
        return
    for name, value in attributes.items():
        if str(present.attributes.get(name, "")).lower() != str(value).lower():
            raise invalid(f"{IN_SUBSCRIBE}Subscription already exists with different attributes")


def _check_attribute(self: Any) -> None:
    arn, name, value = (self._get_param(each) for each in ("SubscriptionArn", "AttributeName", "AttributeValue"))
    subscription = self.backend.subscriptions.get(arn)
    if subscription is None:
        raise SNSNotFoundError("Subscription does not exist")
    _check(name, value, "", subscription.topic.arn, subscription.endpoint)


def _check(name: str, value: Any, where: str, topic_arn: str, endpoint: str) -> None:
    if name not in ATTRIBUTES:
        raise invalid(f"{where}AttributeName")
    if name == "RawMessageDelivery" and str(value).lower() not in ("true", "false"):
        raise invalid(f"{where}RawMessageDelivery: Invalid value [{value or ''}]. Must be true or false.")
    if name == "ReplayPolicy":
        require_effect(name, value)
    if name == "DeliveryPolicy":
        check_delivery_policy(value, where, topic=False)
    if name == "RedrivePolicy" and value:
        _check_redrive_policy(value, where, topic_arn, endpoint)


def _check_redrive_policy(text: str, where: str, topic_arn: str, endpoint: str) -> None:
    try:
        policy = json.loads(text)
    except ValueError:
        raise invalid(f"{where}RedrivePolicy: failed to parse JSON. {parse_error(text)}".rstrip()) from None
    if policy == {}:
        return
    target = str(policy.get("deadLetterTargetArn", "")) if isinstance(policy, dict) else ""
    if target.count(":") < 5:
        raise invalid(f"{where}RedrivePolicy: deadLetterTargetArn is an invalid arn")
    if topic_arn.endswith(".fifo") and endpoint.endswith(".fifo") and not target.endswith(".fifo"):
        raise invalid(f"{where}RedrivePolicy: must use a FIFO queue as DLQ for a FIFO Subscription to a FIFO Topic.")


def parse_error(text: str) -> str:
    """AWS's sentence about the commonest slips, a word and an object's name without quotes; nothing for others."""
    if word := re.match(r"[A-Za-z0-9_$]+", text):
        expected = "(JSON String, Number, Array, Object or token 'null', 'true' or 'false')"
        return f"Unrecognized token '{word[0]}': was expecting {expected}" + AT.format(word.end() + 1)
    if slip := re.match(r'\{([^"\s}])', text):
        character = f"'{slip[1]}' (code {ord(slip[1])})"
        return f"Unexpected character ({character}): was expecting double-quote to start field name" + AT.format(2)
    return ""


def _check_name(self: Any) -> None:
    arn = self._get_param("SubscriptionArn")
    if not arn:
        raise invalid("SubscriptionArn Reason: no value for required parameter")
    require_arn(arn, "SubscriptionArn")
    if not SUBSCRIPTION_ID.fullmatch(arn.rsplit(":", 1)[-1]):
        raise invalid("SubscriptionId")


def _check_confirmed(self: Any) -> None:
    subscription = self.backend.subscriptions.get(self._get_param("SubscriptionArn"))
    if subscription is not None and is_pending(subscription):
        raise invalid("SubscriptionArn Reason: Cannot unsubscribe a subscription that is pending confirmation")


def _no_numbers(*_: Any) -> list[str]:
    """Nobody answers an SMS here; moto has eight numbers that did, and takes those that end in 99 for more."""
    return []


def _has_not_opted_out(*_: Any) -> bool:
    return False


def _check_tags(self: Any) -> None:
    keys = [each["Key"] for each in self._get_param("Tags") or []]
    if len(set(keys)) != len(keys):
        raise invalid("Duplicated keys are not allowed.")
