"""Publish and PublishBatch: what AWS refuses before it gives anything to a subscriber, and FIFO topics' numbers."""

import hashlib
import json
import re
from collections import OrderedDict
from collections.abc import Mapping
from threading import Lock
from typing import Any

from moto.core.responses import ActionResult
from moto.sns.exceptions import SNSException, SNSNotFoundError, TopicNotFound
from moto.sns.models import SNSBackend
from moto.sns.responses import SNSResponse
from moto.sns.utils import is_e164

from shoplib.localaws import engine_clock
from shoplib.localaws.arns import Arn, is_arn
from shoplib.localaws.moto_patches import replace_methods

Entry = Mapping[str, Any]
Recent = dict[tuple[str, str], tuple[float, str]]
DEDUPLICATION_S = 300
MOST_BYTES = 256 * 1024
MOST_ENTRIES = 10
LONGEST_SUBJECT = 100
LONGEST_NAME = 256
NUMBERS_REMEMBERED = 1_000
FIRST_NUMBER = 10_000_000_000_000_000_000
FIELDS = {"String": "StringValue", "Number": "StringValue", "Binary": "BinaryValue"}
NOT_IN_NAMES = re.compile(r"[^A-Za-z0-9_.-]")
ENTRY_ID = re.compile(r"[A-Za-z0-9_-]{1,80}")
_numbering = Lock()


class ParameterValueInvalid(SNSException):
    code = "ParameterValueInvalid"


class EmptyBatchRequest(SNSException):
    code = "EmptyBatchRequest"
    message = "The batch request doesn't contain any entries."


class TooManyEntries(SNSException):
    code = "TooManyEntriesInBatchRequest"
    message = "The batch request contains more entries than permissible."


class EntryIdsNotDistinct(SNSException):
    code = "BatchEntryIdsNotDistinct"
    message = "Two or more batch entries in the request have the same Id."


class InvalidEntryId(SNSException):
    code = "InvalidBatchEntryId"
    message = "The Id of a batch entry in a batch request doesn't abide by the specification."


class BatchTooLong(SNSException):
    code = "BatchRequestTooLong"
    message = "The length of all the messages put together is more than the limit."


def install() -> None:
    """Idempotent."""
    replace_methods(SNSResponse, publish=_publish, publish_batch=_publish_batch)


def invalid(text: str) -> SNSException:
    return SNSException("InvalidParameter", f"Invalid parameter: {text}")


def require_arn(arn: str | None, name: str) -> None:
    if (elements := (arn or "").count(":") + 1) < 6:
        raise invalid(f"{name} Reason: An ARN must have at least 6 elements, not {elements}")


def sequence_number(topic: Any, message_id: str) -> str | None:
    """Of a FIFO topic's message: the same wherever it is told."""
    if not topic.fifo_topic:
        return None
    with _numbering:
        numbers: OrderedDict[str, int] = topic.__dict__.setdefault("sequence_numbers", OrderedDict())
        if message_id not in numbers:
            numbers[message_id] = (next(reversed(numbers.values())) if numbers else FIRST_NUMBER) + 1_000
        if len(numbers) > NUMBERS_REMEMBERED:
            numbers.popitem(last=False)
        return str(numbers[message_id])


def _publish(self: SNSResponse) -> ActionResult:
    names = ("Message", "Subject", "MessageAttributes", "MessageStructure", "MessageGroupId", "MessageDeduplicationId")
    entry = {name: self._get_param(name) for name in names}
    topic_arn, target_arn, phone = (self._get_param(name) for name in ("TopicArn", "TargetArn", "PhoneNumber"))
    arn = topic_arn if topic_arn is not None else target_arn
    if phone is None and arn is None:
        raise invalid("TopicArn or TargetArn Reason: no value for required parameter")
    if phone is not None and not is_e164(phone):
        raise invalid(f"PhoneNumber Reason: {phone} is not valid to publish to")
    is_endpoint = phone is None and ":endpoint/" in arn
    _check_content(entry, "messageAttributes", is_endpoint or phone is not None)
    topic = None if phone is not None or is_endpoint else _topic(self.backend, arn, entry)
    try:
        message_id = _repeated(topic, entry) or _give(self, topic, arn, entry, phone)
    except TopicNotFound:
        raise
    except SNSNotFoundError:
        raise invalid("TargetArn Reason: No endpoint found for the target arn specified") from None
    number = sequence_number(topic, message_id) if topic is not None else None
    return ActionResult({"MessageId": message_id, **({"SequenceNumber": number} if number else {})})


def _publish_batch(self: SNSResponse) -> ActionResult:
    arn, entries = self._get_param("TopicArn"), self._get_param("PublishBatchRequestEntries", [])
    _check_batch(entries)
    for number, entry in enumerate(entries, 1):
        _check_content(entry, f"publishBatchRequestEntries.{number}.member.messageAttributes", False)
        topic = _topic(self.backend, arn, entry)
    if sum(map(_size, entries)) > MOST_BYTES:
        raise BatchTooLong
    successful = []
    for entry in entries:
        message_id = _repeated(topic, entry) or _give(self, topic, arn, entry, None)
        answer = {"Id": entry["Id"], "MessageId": message_id}
        sequence = sequence_number(topic, message_id)
        successful.append({**answer, "SequenceNumber": sequence} if sequence else answer)
    return ActionResult({"Successful": successful, "Failed": []})


def _repeated(topic: Any, entry: Entry) -> str | None:
    """The id of a FIFO topic's message that was taken within five minutes: it is taken again and goes nowhere."""
    if topic is None or not topic.fifo_topic:
        return None
    with _numbering:
        present: Recent = topic.__dict__.setdefault("recent_messages", {})
        for key, (moment, _) in list(present.items()):
            if moment + DEDUPLICATION_S < engine_clock.now():
                del present[key]
        _, message_id = present.get(_deduplication_key(topic, entry), (0.0, None))
    return message_id


def _deduplication_key(topic: Any, entry: Entry) -> tuple[str, str]:
    content = hashlib.sha256(str(entry["Message"]).encode()).hexdigest()
    by_group = getattr(topic, "fifo_throughput_scope", "Topic") == "MessageGroup"
    return entry["MessageGroupId"] if by_group else "", entry.get("MessageDeduplicationId") or content


def _give(self: SNSResponse, topic: Any, arn: str, entry: Entry, phone: str | None) -> str:
    message_id = _published(self, arn, entry, phone)
    if topic is not None and topic.fifo_topic:
        with _numbering:
            topic.__dict__.setdefault("recent_messages", {})[_deduplication_key(topic, entry)] = (
                engine_clock.now(),
                message_id,
            )
    return message_id


def _published(self: SNSResponse, arn: str, entry: Entry, phone: str | None) -> str:
    return str(
        self.backend.publish(
            entry["Message"],
            arn=arn,
            phone_number=phone,
            subject=entry.get("Subject"),
            message_attributes=self._transform_message_attributes(entry.get("MessageAttributes") or {}),
            group_id=entry.get("MessageGroupId"),
            deduplication_id=entry.get("MessageDeduplicationId"),
            message_structure=entry.get("MessageStructure"),
        )
    )


def _check_batch(entries: list[Entry]) -> None:
    ids = [str(each.get("Id")) for each in entries]
    if not entries:
        raise EmptyBatchRequest
    if len(entries) > MOST_ENTRIES:
        raise TooManyEntries
    if len(set(ids)) != len(ids):
        raise EntryIdsNotDistinct
    if not all(ENTRY_ID.fullmatch(each) for each in ids):
        raise InvalidEntryId


def _topic(backend: SNSBackend, arn: str, entry: Entry) -> Any:
    require_arn(arn, "TopicArn")
    if not is_arn(arn) or Arn.parse(arn).region != backend.region_name:
        raise invalid("TopicArn")
    topic, deduplication = backend.get_topic(arn), entry.get("MessageDeduplicationId")
    if topic.fifo_topic and not entry.get("MessageGroupId"):
        raise invalid("The MessageGroupId parameter is required for FIFO topics")
    if topic.fifo_topic and not topic.content_based_deduplication and not deduplication:
        raise invalid(
            "The topic should either have ContentBasedDeduplication enabled or MessageDeduplicationId provided "
            "explicitly"
        )
    if deduplication and not topic.fifo_topic:
        raise invalid(
            "MessageDeduplicationId Reason: The request includes MessageDeduplicationId parameter that is not valid "
            "for this topic type"
        )
    return topic


def _check_content(entry: Entry, path: str, without_default: bool) -> None:
    subject, message = entry.get("Subject"), entry.get("Message")
    if subject is not None and (not subject or len(subject) > LONGEST_SUBJECT or not subject.isprintable()):
        raise invalid("Subject")
    if not message or not message.strip():
        raise invalid("Empty message")
    for name, attribute in (entry.get("MessageAttributes") or {}).items():
        _check_name(name)
        _check_attribute(name, attribute, path)
    if _size(entry) > MOST_BYTES:
        raise invalid("Message too long")
    if entry.get("MessageStructure") == "json":
        _check_structure(message, without_default)


def _check_structure(message: str, without_default: bool) -> None:
    try:
        parts = json.loads(message)
    except ValueError:
        raise invalid("Message Structure - JSON message body failed to parse") from None
    has_default = isinstance(parts, dict) and isinstance(parts.get("default"), str)
    if not has_default and not without_default:
        raise invalid("Message Structure - No default entry in JSON message body")


def _check_name(name: str) -> None:
    if len(name) >= LONGEST_NAME:
        raise ParameterValueInvalid("Length of message attribute name must be less than 256 bytes.")
    if strange := NOT_IN_NAMES.search(name):
        raise ParameterValueInvalid(
            f"Invalid non-alphanumeric character '#x{ord(strange[0]):X}' was found in the message attribute name. "
            "Can only include alphanumeric characters, hyphens, underscores, or dots."
        )
    for wrong, where in ((name.startswith("."), "starting"), (name.endswith("."), "ending")):
        if wrong:
            raise ParameterValueInvalid(f"Invalid message attribute name {where} with character '.' was found.")
    if ".." in name:
        raise ParameterValueInvalid("Message attribute name can not have successive '.' character.")


def _check_attribute(name: str, attribute: Entry, path: str) -> None:
    if attribute.get("DataType") is None:
        raise SNSException(
            "ValidationError",
            f"1 validation error detected: Value null at '{path}.{name}.member.dataType' failed to satisfy constraint: "
            "Member must not be null",
        )
    data_type, the_attribute = attribute["DataType"], f"The message attribute '{name}'"
    if not data_type:
        raise ParameterValueInvalid(f"{the_attribute} must contain non-empty message attribute type.")
    field = FIELDS.get(data_type.partition(".")[0])
    if field is None:
        raise ParameterValueInvalid(
            f"{the_attribute} has an invalid message attribute type, the set of supported type prefixes is Binary, "
            "Number, and String."
        )
    _check_value(the_attribute, data_type, field, attribute)


def _check_value(the_attribute: str, data_type: str, field: str, attribute: Entry) -> None:
    present = [name for name in ("StringValue", "BinaryValue") if attribute.get(name)]
    if not present:
        raise ParameterValueInvalid(
            f"{the_attribute} must contain non-empty message attribute value for message attribute type '{data_type}'."
        )
    if field not in present:
        raise ParameterValueInvalid(
            f"{the_attribute} with type '{data_type}' must use field '{field.removesuffix('Value')}'."
        )
    if data_type.startswith("Number") and not _is_number(attribute["StringValue"]):
        raise ParameterValueInvalid(
            f"Could not cast message attribute {the_attribute.removeprefix('The message attribute ')} value to number."
        )


def _is_number(text: str) -> bool:
    try:
        float(text)
    except ValueError:
        return False
    return True


def _size(entry: Entry) -> int:
    """Of the message, and of names, types and values of its attributes."""
    total = len(str(entry.get("Message") or "").encode())
    for name, attribute in (entry.get("MessageAttributes") or {}).items():
        value = attribute.get("StringValue") or attribute.get("BinaryValue") or ""
        total += len(name.encode()) + len(str(attribute.get("DataType") or "").encode())
        total += len(value if isinstance(value, bytes) else str(value).encode())
    return total
