"""PutBucketNotificationConfiguration: what S3 refuses of a bucket's notification configuration."""

import itertools
from typing import Any

from moto.awslambda.exceptions import LambdaClientError
from moto.s3.exceptions import InvalidNotificationARN, S3ClientError
from moto.s3.models import FakeBucket, Notification, NotificationConfiguration
from moto.sns.models import sns_backends
from moto.sqs.models import sqs_backends

from shoplib.localaws.arns import Arn, is_arn
from shoplib.localaws.functions.permissions import may_invoke
from shoplib.localaws.permissions import Access, service_denial

CALLER = "s3.amazonaws.com"
UNREACHABLE = "Unable to validate the following destination configurations"
AMBIGUOUS = (
    "Configuration is ambiguously defined. Cannot have overlapping suffixes in two rules if the prefixes are "
    "overlapping for the same event type."
)
_original = FakeBucket.set_notification_configuration


def put(bucket: Any, notification_config: dict[str, Any] | None) -> None:
    """Store the configuration as moto does. Raises S3's InvalidArgument, and then leaves what was there."""
    before = bucket.notification_configuration
    if notification_config:
        configuration = NotificationConfiguration(
            topic=notification_config.get("TopicConfiguration"),
            queue=notification_config.get("QueueConfiguration"),
            cloud_function=notification_config.get("CloudFunctionConfiguration"),
        )
        rules = [*configuration.topic, *configuration.queue, *configuration.cloud_function]
        if any(_overlap(one, other) for one, other in itertools.combinations(rules, 2)):
            raise S3ClientError("InvalidArgument", AMBIGUOUS)
        _require_region(bucket, rules)
        if not all(_reachable(bucket, rule.arn) for rule in rules):
            raise S3ClientError("InvalidArgument", UNREACHABLE)
    try:
        _original(bucket, notification_config)
    except S3ClientError:
        bucket.notification_configuration = before
        raise


def _require_region(bucket: Any, rules: list[Notification]) -> None:
    if not all(is_arn(rule.arn) for rule in rules):
        raise InvalidNotificationARN
    if any(Arn.parse(rule.arn).region != bucket.region_name for rule in rules):
        raise S3ClientError(
            "InvalidArgument",
            "The notification destination service region is not valid for the bucket location constraint",
        )


def _reachable(bucket: Any, arn: str) -> bool:
    """Does the destination exist, and does its policy let S3 reach it?"""
    _, service, region, account_id, name = Arn.parse(arn)
    if service == "sqs":
        return name in sqs_backends[account_id][region].queues and _permitted(bucket, Access("sqs:SendMessage", arn))
    if service == "sns":
        return arn in sns_backends[account_id][region].topics and _permitted(bucket, Access("sns:Publish", arn))
    try:
        return may_invoke(arn, CALLER, bucket.arn)
    except LambdaClientError:
        return False


def _permitted(bucket: Any, access: Access) -> bool:
    """Does the policy of the queue or topic let S3 reach it for this bucket?"""
    return service_denial(CALLER, bucket.arn, access) is None


def _overlap(one: Notification, other: Notification) -> bool:
    """Two rules overlap when one object's one event could mean both."""
    if not any(_same_event(own, others) for own in one.events for others in other.events):
        return False
    (prefix, suffix), (other_prefix, other_suffix) = _affixes(one), _affixes(other)
    prefixes = prefix.startswith(other_prefix) or other_prefix.startswith(prefix)
    return prefixes and (suffix.endswith(other_suffix) or other_suffix.endswith(suffix))


def _same_event(one: str, other: str) -> bool:
    if one == other:
        return True
    groups = [event.removesuffix(":*") for event in (one, other)]
    return (one.endswith(":*") and other.startswith(f"{groups[0]}:")) or (
        other.endswith(":*") and one.startswith(f"{groups[1]}:")
    )


def _affixes(rule: Notification) -> tuple[str, str]:
    filters = rule.filters.get("S3Key", {}).get("FilterRule", [])
    by_name = {each["Name"].lower(): each["Value"] or "" for each in filters}
    return by_name.get("prefix", ""), by_name.get("suffix", "")
