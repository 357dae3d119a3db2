"""From a signed request to what IAM calls it: the action and the resource, one for each resource that it names."""

import json
import re
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qs, unquote

from shoplib.localaws import task_tokens

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
FORM_ENTRY = re.compile(r"\w+\.(?:member\.)?\d+\.Id")
OF_TASKS = "SendTask"  # SendTaskSuccess and its kind
STATEMENTS = ("ExecuteStatement", "BatchExecuteStatement", "ExecuteTransaction")
STATEMENT = re.compile(r"\s*(SELECT|INSERT|UPDATE|DELETE|EXISTS)\b.*?\b(?:FROM|INTO)\s+\"?([\w.-]+)", re.I | re.S)
UPDATE = re.compile(r"\s*(UPDATE)\s+\"?([\w.-]+)", re.I)
PARTIQL = {"SELECT": "Select", "INSERT": "Insert", "UPDATE": "Update", "DELETE": "Delete", "EXISTS": "Select"}
FUNCTION = re.compile(r"/\d{4}-\d\d-\d\d/functions/([^/]+)/invo")
OBJECTS = {"GET": "GetObject", "HEAD": "GetObject", "PUT": "PutObject", "DELETE": "DeleteObject", "POST": "PutObject"}
LISTING = re.compile(r"(?:^|&)(?:list-type|prefix|delimiter|marker|max-keys)\b")
# What is not about the object itself has an action of its own: GetObjectTagging, PutObjectAcl.
PARTS = re.compile(r"(?:^|&)(tagging|acl|retention|legal-hold|attributes)(?:=|&|$)")
SUFFIX = re.compile(r"-\w{6}$")  # that Secrets Manager adds to a name


@dataclass(frozen=True, slots=True)
class Sent:
    """What is kept of a request until it is analysed: the service and region of its signature, and its parts.

    `copied` is where S3 takes an object from."""

    service: str
    method: str
    path: str
    query: str
    target: str
    body: bytes
    region: str = ""
    copied: str = ""


@dataclass(frozen=True, slots=True)
class ResourceUse:
    """An action on a resource, as the caller called it; `times` entries of one batch."""

    action: str
    resource: str
    times: int = 1


def uses(sent: Sent) -> list[ResourceUse]:
    """Empty for a call that acts on no resource of its own (ListTables), or on none that is known here."""
    try:
        return list(_uses(sent))
    except (ValueError, AttributeError, TypeError, KeyError, RecursionError):
        return []  # a malformed request, which its service refuses


def _uses(sent: Sent) -> Iterable[ResourceUse]:
    if sent.service == "s3":
        return _of_bucket(sent)
    if sent.service == "lambda":
        return [ResourceUse("InvokeFunction", unquote(match[1])) for match in [FUNCTION.match(sent.path)] if match]
    if sent.target:
        return _of_json(sent.target.rpartition(".")[2], sent.body)
    fields = parse_qs(f"{sent.query}&{sent.body.decode()}")
    return _of_form({name: values[0] for name, values in fields.items()}, sent)


def _of_json(operation: str, body: bytes) -> Iterable[ResourceUse]:
    if operation in ("TransactWriteItems", "TransactGetItems"):
        parts = [part for item in json.loads(body)["TransactItems"] for part in item.items()]
        return dict.fromkeys(ResourceUse(WRITES.get(kind, "GetItem"), what["TableName"]) for kind, what in parts)
    if operation in ("BatchGetItem", "BatchWriteItem"):
        return [ResourceUse(operation, table) for table in json.loads(body)["RequestItems"]]
    if operation in STATEMENTS:
        return _of_statements(json.loads(body))
    if operation == "PutEvents":
        buses = Counter(entry.get("EventBusName") or "default" for entry in json.loads(body)["Entries"])
        return [ResourceUse(operation, bus, times) for bus, times in buses.items()]
    if operation.startswith(OF_TASKS):
        return [ResourceUse(operation, arn) for arn in [task_tokens.resource_of(json.loads(body)["taskToken"])] if arn]
    match = NAME.search(body)
    if match is None or not operation:
        return []
    entry = ENTRIES.get(operation)
    times = max(1, body.count(entry)) if entry else 1
    return [ResourceUse(ACTIONS.get(operation, operation), json.loads(b'"%b"' % match[1]), times)]


def _of_statements(request: dict[str, Any]) -> Iterable[ResourceUse]:
    """PartiQL says in words what is done to which table."""
    texts = [
        entry["Statement"] for entry in request.get("TransactStatements") or request.get("Statements") or [request]
    ]
    matches = [UPDATE.match(str(text)) or STATEMENT.match(str(text)) for text in texts]
    return dict.fromkeys(ResourceUse(f"PartiQL{PARTIQL[each[1].upper()]}", each[2]) for each in matches if each)


def _of_form(fields: dict[str, str], sent: Sent) -> Iterator[ResourceUse]:
    """The older protocol, which SNS still has; a queue may also be the path."""
    operation = fields.get("Action", "")
    resource = next(
        (fields[name] for name in PARAMETERS if name in fields), sent.service == "sqs" and sent.path.strip("/")
    )
    if resource and operation:
        entries = sum(1 for name in fields if FORM_ENTRY.fullmatch(name))
        yield ResourceUse(ACTIONS.get(operation, operation), resource, max(1, entries))


def _of_bucket(sent: Sent) -> Iterator[ResourceUse]:
    """`path` has bucket and key, however they were addressed."""
    bucket, _, key = sent.path.lstrip("/").partition("/")
    if not bucket:
        return
    if key:
        part = PARTS.search(sent.query)
        action = OBJECTS.get(sent.method, sent.method)
        yield ResourceUse(f"{action}{part[1].title().replace('-', '')}" if part else action, bucket)
    elif sent.method == "POST" and "delete" in sent.query:
        yield ResourceUse("DeleteObject", bucket)
    elif sent.method == "GET" and (not sent.query or LISTING.search(sent.query)):
        yield ResourceUse("ListBucket", bucket)
    if sent.copied:
        yield ResourceUse("GetObject", unquote(sent.copied).lstrip("/").partition("/")[0])


def resource_name(resource: str) -> str:
    """The name within an ARN, a queue's URL or a function's qualified name."""
    if not resource.startswith("arn:"):
        return resource.rpartition("/")[2].partition(":")[0]
    service, rest = resource.split(":", 5)[2::3]
    if service == "dynamodb":
        return rest.split("/")[1]
    if service in ("lambda", "secretsmanager", "states"):
        rest = rest.partition(":")[2].partition(":")[0] or rest
    name = rest.rpartition("/")[2]
    return SUFFIX.sub("", name) if service == "secretsmanager" else name
