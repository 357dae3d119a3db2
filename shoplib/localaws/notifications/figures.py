"""What SNS and EventBridge report to CloudWatch, as it happens (namespaces AWS/SNS and AWS/Events)."""

from typing import Any

from shoplib.localaws import service_metrics
from shoplib.localaws.arns import Arn

DEFAULT_BUS = "default"


def message_published(_: Any, topic: Any, message: str, *rest: Any, **kwargs: Any) -> None:
    values = {"NumberOfMessagesPublished": 1.0, "PublishSize": float(len(message.encode()))}
    service_metrics.publish(_place(topic.arn), "AWS/SNS", values, _topic(topic), units={"PublishSize": "Bytes"})


def notification_delivered(topic: Any) -> None:
    service_metrics.publish(_place(topic.arn), "AWS/SNS", {"NumberOfNotificationsDelivered": 1.0}, _topic(topic))


def notification_failed(topic: Any) -> None:
    service_metrics.publish(_place(topic.arn), "AWS/SNS", {"NumberOfNotificationsFailed": 1.0}, _topic(topic))


def notification_filtered_out(topic: Any) -> None:
    service_metrics.publish(_place(topic.arn), "AWS/SNS", {"NumberOfNotificationsFilteredOut": 1.0}, _topic(topic))


def rule_triggered(rule: Any) -> None:
    """By an event that it wants, or by its schedule."""
    values = {"TriggeredRules": 1.0, "MatchedEvents": 1.0} if rule.event_pattern.dump() else {"TriggeredRules": 1.0}
    _publish_of(rule, values)


def target_invoked(rule: Any, failed: bool, dead_lettered: bool = False) -> None:
    """Once for all attempts."""
    failures = {"FailedInvocations": 1.0} if failed else {}
    _publish_of(rule, {"Invocations": 1.0, **failures, **({"InvocationsSentToDlq": 1.0} if dead_lettered else {})})


def _publish_of(rule: Any, values: dict[str, float]) -> None:
    """A rule of a bus of one's own is known by both names."""
    name = (rule.event_bus_name or DEFAULT_BUS).rpartition("/")[2]
    bus = {} if name == DEFAULT_BUS else {"EventBusName": name}
    service_metrics.publish(_place(rule.arn), "AWS/Events", values, {**bus, "RuleName": rule.name})


def _topic(topic: Any) -> dict[str, str]:
    return {"TopicName": topic.name}


def _place(arn: str) -> service_metrics.Place:
    parsed = Arn.parse(arn)
    return parsed.account_id, parsed.region
