"""From a signed request to what IAM calls it: the action and the resource, one for each resource that it names."""

import json
import re
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from urllib.parse import parse_qs, unquote

CREDENTIAL = re.compile(r"Credential=([^/]+)/\d+/([^/]+)/([^/]+)/")
# Calls that need another action than their own name.
ACTIONS = {
    "SendMessageBatch": "SendMessage",
    "DeleteMessageBatch": "DeleteMessage",
    "ChangeMessageVisibilityBatch": "ChangeMessageVisibility",
    "PublishBatch": "Publish",
}
WRITES = {"Put": "PutItem", "Update": "UpdateItem", "Delete": "DeleteItem", "ConditionCheck": "ConditionCheckItem"}
# What a batch has once for each of its entries. In JSON a quote within a text is escaped, so a key is never a text.
ENTRIES = {"PutRecords": b'"PartitionKey"', "SendMessageBatch": b'"MessageBody"', "PutRecordBatch": b'"Data"'}
NAME = re.compile(
    rb'"(?:TableName|StreamName|StreamARN|DeliveryStreamName|QueueUrl|TopicArn|TargetArn|SecretId|stateMachineArn)"'
    rb'\s*:\s*"((?:[^"\\]|\\.)+)"'
)
PARAMETERS = ("TopicArn", "TargetArn", "QueueUrl")
OBJECTS = {"GET": "GetObject", "HEAD": "GetObject", "PUT": "PutObject", "DELETE": "DeleteObject", "POST": "PutObject"}
LISTING = re.compile(r"(?:^|&)(?:list-type|prefix|delimiter|marker|max-keys)\b")


@dataclass(frozen=True, slots=True)
class Sent:
    """What is kept of a request until it is told apart: the service of its signature, and its parts."""

    service: str
    method: str
    path: str
    query: str
    target: str
    body: bytes


@dataclass(frozen=True, slots=True)
class Named:
    """An action on a resource, as the caller called it; `times` entries of one batch."""

    action: str
    resource: str
    times: int = 1


def named(sent: Sent) -> list[Named]:
    """Empty for a call that acts on no resource of its own (ListTables), or on none that is known here."""
    try:
        return list(_named(sent))
    except (ValueError, AttributeError, TypeError, KeyError):
        return []  # a malformed request, which its service refuses


def _named(sent: Sent) -> Iterable[Named]:
    if sent.service == "s3":
        return _of_bucket(sent)
    if sent.target:
        return _of_json(sent.target.rpartition(".")[2], sent.body)
    return _of_form({name: values[0] for name, values in parse_qs(sent.body.decode()).items()})


def _of_json(operation: str, body: bytes) -> Iterable[Named]:
    if operation in ("TransactWriteItems", "TransactGetItems"):
        parts = [part for item in json.loads(body)["TransactItems"] for part in item.items()]
        return dict.fromkeys(Named(WRITES.get(kind, "GetItem"), what["TableName"]) for kind, what in parts)
    if operation in ("BatchGetItem", "BatchWriteItem"):
        return [Named(operation, table) for table in json.loads(body)["RequestItems"]]
    if operation == "PutEvents":
        buses = Counter(entry.get("EventBusName") or "default" for entry in json.loads(body)["Entries"])
        return [Named(operation, bus, times) for bus, times in buses.items()]
    found = NAME.search(body)
    if found is None or not operation:
        return []
    entry = ENTRIES.get(operation)
    times = max(1, body.count(entry)) if entry else 1
    return [Named(ACTIONS.get(operation, operation), json.loads(b'"%b"' % found[1]), times)]


def _of_form(fields: dict[str, str]) -> Iterator[Named]:
    """The older protocol, which SNS still has."""
    operation = fields.get("Action", "")
    resource = next((fields[name] for name in PARAMETERS if name in fields), None)
    if resource and operation:
        entries = sum(1 for name in fields if re.fullmatch(r"\w+\.member\.\d+\.Id", name))
        yield Named(ACTIONS.get(operation, operation), resource, max(1, entries))


def _of_bucket(sent: Sent) -> Iterator[Named]:
    """Path-style addresses, which every client of an endpoint uses."""
    bucket, _, key = sent.path.lstrip("/").partition("/")
    if not bucket:
        return
    if key:
        yield Named(OBJECTS.get(sent.method, sent.method), unquote(bucket))
    elif sent.method == "POST" and "delete" in sent.query:
        yield Named("DeleteObject", unquote(bucket))
    elif sent.method == "GET" and (not sent.query or LISTING.search(sent.query)):
        yield Named("ListBucket", unquote(bucket))


def resource_name(resource: str) -> str:
    """The name within an ARN, a queue's URL or a function's qualified name."""
    if resource.startswith("arn:"):
        parts = resource.split(":", 5)
        kind, _, name = parts[5].replace(":", "/", 1).partition("/") if parts[2] == "lambda" else ("", "", parts[5])
        return (name or kind).rpartition("/")[2].partition(":")[0]
    return resource.rpartition("/")[2].partition(":")[0]
