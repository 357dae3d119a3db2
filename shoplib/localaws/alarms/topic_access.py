"""Whether an alarm may tell a topic: by the topic's policy, which lets its own account do so until it is replaced."""

import json
from typing import Any

from moto.sns.models import sns_backends

from shoplib.localaws.arns import Arn
from shoplib.localaws.notifications import Undeliverable
from shoplib.localaws.permissions import Access, service_denial

SERVICE = "cloudwatch.amazonaws.com"
EVERYBODY = ("*", {"AWS": "*"})


def require(alarm_arn: str, topic_arn: str) -> None:
    """Raises Undeliverable in AWS's words."""
    account_id, region = Arn.parse(topic_arn).account_id, Arn.parse(topic_arn).region
    topic = sns_backends[account_id][region].topics.get(topic_arn)
    if topic is None:
        raise Undeliverable("NO_RESOURCE", f"Topic {topic_arn} does not exist")
    if _is_open_to(Arn.parse(alarm_arn).account_id, topic.policy):
        return
    if service_denial(SERVICE, alarm_arn, Access("sns:Publish", topic_arn)):
        message = f"Resource: {alarm_arn} is not authorized to perform: SNS:Publish on resource: {topic_arn}"
        raise Undeliverable("NO_PERMISSIONS", message)


def _is_open_to(account_id: str, policy: str) -> bool:
    """Alarms act for their account: whom `AWS:SourceOwner` names."""
    statements = json.loads(policy).get("Statement", [])
    return any(_lets(each, account_id) for each in (statements if isinstance(statements, list) else [statements]))


def _lets(statement: dict[str, Any], account_id: str) -> bool:
    actions, condition = statement.get("Action", []), statement.get("Condition") or {}
    names = {each.lower() for each in ([actions] if isinstance(actions, str) else actions)}
    owner = {name.lower(): value for name, value in (condition.get("StringEquals") or {}).items()}
    return (
        statement.get("Effect") == "Allow"
        and statement.get("Principal") in EVERYBODY
        and bool(names & {"sns:publish", "sns:*", "*"})
        and (not condition or (set(condition) == {"StringEquals"} and owner == {"aws:sourceowner": account_id}))
    )
