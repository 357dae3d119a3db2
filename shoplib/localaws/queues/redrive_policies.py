"""RedrivePolicy and RedriveAllowPolicy: which queue's dead go where, and which queues may send theirs."""

import json
from typing import Any

from shoplib.localaws.queues import errors

MOST_RECEIVES = 1_000
MOST_SOURCES = 10
PERMISSIONS = {"allowAll", "denyAll", "byQueue"}
MANDATORY = ("maxReceiveCount", "deadLetterTargetArn")
Document = dict[str, Any]


def check(backend: Any, arn: str, text: str) -> None:
    """Raise unless the queue with this ARN may have this RedrivePolicy."""
    policy = _object(text)
    if policy is None:
        raise errors.attribute_value("RedrivePolicy", "Redrive policy is not a valid JSON map.")
    for name in MANDATORY:
        if name not in policy:
            raise _refused(text, f"Redrive policy does not contain mandatory attribute: {name}.")
    if set(policy) - set(MANDATORY):
        supported = "maxReceiveCount, deadLetterTargetArn"
        raise _refused(text, f"Only following attributes are supported: [{supported}].")
    _check_count(policy["maxReceiveCount"], text)
    _check_target(backend, arn, str(policy["deadLetterTargetArn"]), text)


def check_permission(text: str) -> None:
    """Raise unless it is a RedriveAllowPolicy."""
    policy = _object(text)
    if policy is None or not _is_permission(policy):
        raise errors.attribute_value(
            "RedriveAllowPolicy",
            "Amazon SQS can't create the redrive allow policy, as it\u2019s in an unsupported format.",
        )
    sources = policy.get("sourceQueueArns")
    if policy["redrivePermission"] != "byQueue":
        if sources is not None:
            raise _not_allowed(
                text, "To specify one or more source queue ARNs, you must set redrivePermission to byQueue."
            )
    elif not sources:
        raise _not_allowed(
            text,
            "When you specify the byQueue permission type, you must also specify one or more sourceQueueArns values.",
        )
    elif len(sources) > MOST_SOURCES:
        raise _not_allowed(text, f"The maximum number of source queue ARNs you can specify is {MOST_SOURCES}.")


def _object(text: str) -> Document | None:
    try:
        document = json.loads(text)
    except ValueError:
        return None
    return document if isinstance(document, dict) else None


def _check_count(count: Any, text: str) -> None:
    if not str(count).isdigit() or not 1 <= int(count) <= MOST_RECEIVES:
        raise _refused(
            text,
            f"Invalid value for maxReceiveCount: {count}, valid values are from 1 to {MOST_RECEIVES} both inclusive.",
        )


def _check_target(backend: Any, arn: str, target: str, text: str) -> None:
    parts = target.split(":")
    if len(parts) != 6 or parts[0] != "arn":
        raise _refused(text, "Invalid value for deadLetterTargetArn.")
    if parts[2] != "sqs":
        raise _refused(text, "Only SQS queues are valid resources for deadLetterTargetArn.")
    if target.endswith(".fifo") != arn.endswith(".fifo"):
        raise _refused(text, "Dead-letter queue must be same type of queue as the source.")
    queue = next((each for each in backend.queues.values() if each.queue_arn == target), None)
    if queue is None:
        raise _refused(text, "Dead letter target does not exist.")
    if not _allows(queue, arn):
        raise _refused(text, f"The redrive allow policy of {target} does not name {arn}.")


def _allows(target: Any, arn: str) -> bool:
    policy = _object(getattr(target, "redrive_allow_policy", None) or "{}") or {}
    permission = policy.get("redrivePermission", "allowAll")
    return permission == "allowAll" or (permission == "byQueue" and arn in policy.get("sourceQueueArns", []))


def _is_permission(policy: Document) -> bool:
    sources = policy.get("sourceQueueArns", [])
    known = set(policy) <= {"redrivePermission", "sourceQueueArns"}
    arns = isinstance(sources, list) and all(isinstance(each, str) for each in sources)
    return known and arns and policy.get("redrivePermission") in PERMISSIONS


def _refused(text: str, reason: str) -> Exception:
    return errors.value(text, "RedrivePolicy", reason)


def _not_allowed(text: str, reason: str) -> Exception:
    return errors.value(text, "RedriveAllowPolicy", f"Amazon SQS can't create the redrive allow policy. {reason}")
