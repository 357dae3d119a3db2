"""What a queue's attributes may be: their names, their values, and which belong to FIFO queues alone."""

import json
from collections.abc import Mapping
from typing import Any

from shoplib.localaws.queues import errors

NUMBERS = {
    "DelaySeconds": (0, 900),
    "KmsDataKeyReusePeriodSeconds": (60, 86_400),
    "MaximumMessageSize": (1_024, 1_048_576),
    "MessageRetentionPeriod": (60, 1_209_600),
    "ReceiveMessageWaitTimeSeconds": (0, 20),
    "VisibilityTimeout": (0, 43_200),
}
CHOICES = {
    "ContentBasedDeduplication": {"true", "false"},
    "DeduplicationScope": {"messagegroup", "queue"},
    "FifoQueue": {"true", "false"},
    "FifoThroughputLimit": {"perqueue", "permessagegroupid"},
    "SqsManagedSseEnabled": {"true", "false"},
}
DOCUMENTS = {"Policy", "RedrivePolicy", "RedriveAllowPolicy"}
KNOWN = {*NUMBERS, *CHOICES, *DOCUMENTS, "KmsMasterKeyId"}
FIFO_UNKNOWN = {"FifoQueue", "ContentBasedDeduplication"}
FIFO_ONLY = {"DeduplicationScope", "FifoThroughputLimit"}
POLICY_VERSIONS = {"2008-10-17", "2012-10-17"}
ONE_ENCRYPTION = (
    "You can use one type of server-side encryption (SSE) at one time. You can either enable KMS SSE or SQS SSE."
)
Attributes = Mapping[str, Any]


def check(attributes: Attributes, fifo: bool) -> None:
    """Raise unless a queue of this type may have them."""
    for name, value in attributes.items():
        _check_name(name, fifo)
        _check_value(name, str(value))
    if attributes.get("KmsMasterKeyId") and is_true(attributes.get("SqsManagedSseEnabled")):
        raise errors.attribute_name(ONE_ENCRYPTION)


def complete(attributes: Attributes) -> dict[str, Any]:
    """With what follows from them: a key of KMS's replaces SQS's own, and the other way round."""
    implied: dict[str, Any] = {"SqsManagedSseEnabled": "false"} if attributes.get("KmsMasterKeyId") else {}
    if is_true(attributes.get("SqsManagedSseEnabled")):
        implied["KmsMasterKeyId"] = None
    normal = {name: _bare(name, value) for name, value in attributes.items()}
    return {**implied, **normal}


def is_true(value: Any) -> bool:
    return str(value).lower() == "true"


def differing(requested: Attributes, present: Attributes) -> str | None:
    """The first attribute of `given` that a queue with `present` has otherwise."""
    return next((name for name in requested if _plain(name, requested[name]) != _plain(name, present.get(name))), None)


def _check_name(name: str, fifo: bool) -> None:
    if not fifo and name in FIFO_ONLY:
        raise errors.attribute_name(f"You can specify the {name} only when FifoQueue is set to true.")
    if name not in KNOWN or (not fifo and name in FIFO_UNKNOWN):
        raise errors.attribute_name(f"Unknown Attribute {name}.")


def _check_value(name: str, value: str) -> None:
    if name in NUMBERS:
        least, most = NUMBERS[name]
        if not value.isascii() or not value.isdigit() or not least <= int(value) <= most:
            raise errors.attribute_value(name)
    if name in CHOICES and value.lower() not in CHOICES[name]:
        raise errors.attribute_value(name)
    if name == "Policy" and value and not _is_policy(value):
        raise errors.attribute_value(name)


def _is_policy(text: str) -> bool:
    try:
        document = json.loads(text)
    except ValueError:
        return False
    return (
        isinstance(document, dict)
        and document.get("Version", "2012-10-17") in POLICY_VERSIONS
        and bool(document.get("Statement"))
    )


def _bare(name: str, value: Any) -> Any:
    """As moto keeps it; an empty key is none."""
    if name == "KmsMasterKeyId":
        return value or None
    return str(value).lower() if name == "SqsManagedSseEnabled" else value


def _plain(name: str, value: Any) -> Any:
    if value is None or value == "":
        return None
    if name == "RedrivePolicy":
        document = json.loads(value)
        return {**document, "maxReceiveCount": int(document["maxReceiveCount"])}
    if name in DOCUMENTS:
        return json.loads(value)
    return int(value) if name in NUMBERS else str(value).lower() if name in CHOICES else value
