"""PutBucketNotificationConfiguration: what S3 refuses of a bucket's notification configuration."""

import itertools
from typing import Any

from flask import has_request_context, request
from moto.awslambda.exceptions import LambdaClientError
from moto.s3.exceptions import InvalidNotificationARN, S3ClientError
from moto.s3.models import FakeBucket, Notification, NotificationConfiguration
from moto.sns.models import sns_backends
from moto.sqs.models import sqs_backends

from shoplib.localaws.arns import Arn, is_arn
from shoplib.localaws.functions.permissions import may_invoke
from shoplib.localaws.permissions import Access, service_denial
from shoplib.localaws.s3_errors import S3Error

CALLER = "s3.amazonaws.com"
SKIP = "x-amz-skip-destination-validation"
UNPERMITTED = "Permissions on the destination {} do not allow S3 to publish notifications from this bucket"
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
        if not _is_skipped() and (objections := [each for rule in rules if (each := _objection(bucket, rule.arn))]):
            raise S3Error(400, "InvalidArgument", UNREACHABLE, **_details(objections))
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


def _is_skipped() -> bool:
    """Whoever configures may say that destinations need not be there yet."""
    return has_request_context() and request.headers.get(SKIP, "").lower() == "true"


def _details(objections: list[tuple[str, str]]) -> dict[str, str]:
    details: dict[str, str] = {}
    for number, (name, value) in enumerate(objections, 1):
        details |= {f"ArgumentName{number}": name, f"ArgumentValue{number}": value}
    return details


def _objection(bucket: Any, arn: str) -> tuple[str, str] | None:
    """Why a destination cannot be reached: it is not there, or its policy does not let S3 in."""
    _, service, region, account_id, name = Arn.parse(arn)
    if service == "sqs":
        is_there = name in sqs_backends[account_id][region].queues
        return _objection_to("queue", arn, is_there, bucket, Access("sqs:SendMessage", arn))
    if service == "sns":
        is_there = arn in sns_backends[account_id][region].topics
        return _objection_to("topic", arn, is_there, bucket, Access("sns:Publish", arn))
    return None if _invokable(bucket, arn) else (f"{arn}, null", f"Not authorized to invoke function [{arn}]")


def _objection_to(kind: str, arn: str, is_there: bool, bucket: Any, access: Access) -> tuple[str, str] | None:
    if not is_there:
        return arn, f"The destination {kind} does not exist"
    return None if _permitted(bucket, access) else (arn, UNPERMITTED.format(kind))


def _invokable(bucket: Any, arn: str) -> bool:
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
