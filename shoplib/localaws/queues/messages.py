"""What SQS takes as a message: body, attributes, ids, delay, size."""

import re
from collections.abc import Mapping
from decimal import Decimal, InvalidOperation
from typing import Any

from shoplib.localaws.queues.errors import ANOTHER_TYPE, InvalidEntry, entry_value, missing

FIELDS = (
    "MessageBody",
    "DelaySeconds",
    "MessageAttributes",
    "MessageSystemAttributes",
    "MessageGroupId",
    "MessageDeduplicationId",
)
MOST_ATTRIBUTES = 10
LONGEST_NAME = 256
LONGEST_DELAY_S = 900
ALLOWED = "#x9 | #xA | #xD | #x20 to #xD7FF | #xE000 to #xFFFD | #x10000 to #x10FFFF"
FORBIDDEN = re.compile(r"[^\t\n\r\u0020-\uD7FF\uE000-\uFFFD\U00010000-\U0010FFFF]")
NOT_IN_NAMES = re.compile(r"[^\w.\-]")
ID = re.compile(r"[!-~]{1,128}")
TYPES = {"String": "StringValue", "Number": "StringValue", "Binary": "BinaryValue"}
RESERVED = ("aws.", "amazon.")
Entry = Mapping[str, Any]


def check(queue: Any, entry: Entry, body: str = "MessageBody") -> None:
    """Raise InvalidEntry unless the queue takes it. `body` is what the request calls the body."""
    _check_body(entry, body)
    _check_attributes(entry.get("MessageAttributes") or {}, "(user)")
    _check_system_attributes(entry.get("MessageSystemAttributes") or {})
    _check_size(queue, entry)
    _check_delay(queue, entry.get("DelaySeconds"))
    _check_ids(queue, entry)


def size(entry: Entry) -> int:
    """Bytes of the body and of the names, types and values of its attributes."""
    attributes = (entry.get("MessageAttributes") or {}).items()
    return len(str(entry.get("MessageBody") or "").encode()) + sum(_attribute_size(*each) for each in attributes)


def delay_of(queue: Any, entry: Entry) -> int | None:
    """A FIFO queue's delay is for all of its messages."""
    delay = entry.get("DelaySeconds")
    return None if queue.fifo_queue or delay is None else int(delay)


def _check_body(entry: Entry, name: str) -> None:
    if not entry.get("MessageBody"):
        raise missing(name)
    if match := FORBIDDEN.search(entry["MessageBody"]):
        raise InvalidEntry("InvalidMessageContents", _binary_character(match[0], "the message body"))


def _binary_character(character: str, where: str) -> str:
    code = f"#x{ord(character):X}"
    return f"Invalid binary character '{code}' was found in {where}, the set of allowed characters is {ALLOWED}"


def _check_attributes(attributes: Mapping[str, Any], kind: str) -> None:
    if len(attributes) > MOST_ATTRIBUTES:
        most = f"Number of message attributes [{len(attributes)}] exceeds the allowed maximum [{MOST_ATTRIBUTES}]."
        raise _invalid(most)
    for name, attribute in attributes.items():
        _check_name(name, kind)
        _check_type(name, attribute, kind)
        _check_value(name, attribute, kind)


def _check_system_attributes(attributes: Mapping[str, Any]) -> None:
    for name, attribute in attributes.items():
        if name != "AWSTraceHeader":
            raise _invalid(f"Message system attribute name '{name}' is invalid.")
        _check_type(name, attribute, "system")
        _check_value(name, attribute, "system")


def _check_name(name: str, kind: str) -> None:
    if not name:
        raise _invalid(f"The request must contain non-empty message {kind} attribute names.")
    if name.lower().startswith(RESERVED):
        raise _invalid(
            "You can't use message attribute names beginning with 'AWS.' or 'Amazon'. "
            "These strings are reserved for internal use."
        )
    if len(name) > LONGEST_NAME:
        raise _invalid(f"Message {kind} attribute name must be shorter than {LONGEST_NAME} bytes.")
    _check_periods(name, kind)
    if match := NOT_IN_NAMES.search(name):
        raise _invalid(
            f"Invalid non-alphanumeric character '#x{ord(match[0]):X}' was found in the message attribute name. "
            "Can only include alphanumeric characters, hyphens, underscores, or dots."
        )


def _check_periods(name: str, kind: str) -> None:
    for wrong, where in ((name.startswith("."), "begin"), (name.endswith("."), "end")):
        if wrong:
            raise _invalid(f"Message {kind} attribute name must not {where} with character '.'.")
    if ".." in name:
        raise _invalid(f"Message {kind} attribute name must not contain successive '.' characters.")


def _check_type(name: str, attribute: Mapping[str, Any], kind: str) -> None:
    if attribute.get("StringListValues") or attribute.get("BinaryListValues"):
        raise _invalid("Message attribute list values in SendMessage operation are not supported.")
    if not attribute:
        raise _invalid(f"The message {kind} attribute '{name}' must contain a non-empty message attribute value.")
    data_type = attribute.get("DataType")
    if not data_type:
        raise _invalid(f"The message {kind} attribute '{name}' must contain a non-empty message attribute type.")
    if data_type.partition(".")[0] not in TYPES:
        raise _invalid(
            f"The type of message {kind} attribute '{name}' is invalid. "
            "You must use only the following supported type prefixes: Binary, Number, String."
        )
    if len(data_type) > LONGEST_NAME:
        raise _invalid(f"Message {kind} attribute type must be shorter than {LONGEST_NAME} bytes.")


def _check_value(name: str, attribute: Mapping[str, Any], kind: str) -> None:
    data_type = attribute["DataType"]
    fields = [field for field in ("StringValue", "BinaryValue") if attribute.get(field)]
    if not fields:
        raise _invalid(f"Message {kind} attribute '{name}' must contain a non-empty value of type '{data_type}'.")
    if len(fields) > 1:
        raise _invalid(f"Message {kind} attribute '{name}' must have a single value.")
    expected = TYPES[data_type.partition(".")[0]]
    if fields != [expected]:
        field = expected.removesuffix("Value")
        raise _invalid(f"Message {kind} attribute '{name}' with type '{data_type}' must use field '{field}'.")
    if expected == "StringValue":
        _check_text(name, attribute, kind)


def _check_text(name: str, attribute: Mapping[str, Any], kind: str) -> None:
    text = str(attribute["StringValue"])
    if match := FORBIDDEN.search(text):
        raise _invalid(_binary_character(match[0], f"the message {kind} attribute '{name}' value"))
    if attribute["DataType"].partition(".")[0] == "Number" and not _is_number(text):
        raise _invalid(f"Can't cast the value of message {kind} attribute '{name}' to a number.")


def _is_number(text: str) -> bool:
    try:
        return Decimal(text).is_finite()
    except InvalidOperation:
        return False


def _check_size(queue: Any, entry: Entry) -> None:
    if size(entry) > queue.maximum_message_size:
        shorter = f"Reason: Message must be shorter than {queue.maximum_message_size} bytes."
        alone, in_batch = "One or more parameters are invalid. ", "One or more parameters cannot be validated. "
        raise InvalidEntry("InvalidParameterValue", alone + shorter, in_batch + shorter)


def _attribute_size(name: str, attribute: Mapping[str, Any]) -> int:
    value = attribute.get("BinaryValue") or b""
    binary = value if isinstance(value, bytes) else str(value).encode()
    texts = (name, str(attribute.get("DataType") or ""), str(attribute.get("StringValue") or ""))
    return len(binary) + sum(len(text.encode()) for text in texts)


def _check_delay(queue: Any, delay: Any) -> None:
    if delay is not None and not 0 <= int(delay) <= LONGEST_DELAY_S:
        reason = f"DelaySeconds must be >= 0 and <= {LONGEST_DELAY_S}"
        sentence = f"Value {delay} for parameter DelaySeconds is invalid. Reason: {reason}."
        raise InvalidEntry("InvalidParameterValue", sentence)
    if queue.fifo_queue and delay:
        raise entry_value(delay, "DelaySeconds", ANOTHER_TYPE)


def _check_ids(queue: Any, entry: Entry) -> None:
    group, deduplication = entry.get("MessageGroupId"), entry.get("MessageDeduplicationId")
    if queue.fifo_queue and group is None:
        raise missing("MessageGroupId")
    if not queue.fifo_queue and deduplication is not None:
        raise entry_value(deduplication, "MessageDeduplicationId", ANOTHER_TYPE)
    for name, value in (("MessageGroupId", group), ("MessageDeduplicationId", deduplication)):
        if value is not None and not ID.fullmatch(value):
            reason = f"{name} can only include alphanumeric and punctuation characters. 1 to 128 in length"
            raise entry_value(value, name, reason)
    if queue.fifo_queue and deduplication is None and not queue.content_based_deduplication:
        raise _invalid(
            "The queue should either have ContentBasedDeduplication enabled or "
            "MessageDeduplicationId provided explicitly"
        )


def _invalid(message: str) -> InvalidEntry:
    return InvalidEntry("InvalidParameterValue", message)
