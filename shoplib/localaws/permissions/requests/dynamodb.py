"""DynamoDB: tables, their indexes and streams; batches and transactions, which need an action per table; PartiQL."""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any

from shoplib.localaws.permissions.requests.accesses import ANY, Access, Call, Facts

WRITES = {
    "Put": "PutItem",
    "Update": "UpdateItem",
    "Delete": "DeleteItem",
    "ConditionCheck": "ConditionCheckItem",
    "Get": "GetItem",
}
STATEMENTS = ("ExecuteStatement", "BatchExecuteStatement", "ExecuteTransaction")
STATEMENT = re.compile(
    r"\s*(?:(SELECT)\b.*?\bFROM|(INSERT)\s+INTO|(UPDATE)|(DELETE)\s+FROM|(EXISTS)\b.*?\bFROM)"
    r"\s+(\"[^\"]+\"|[\w-]+)(?:\.(\"[^\"]+\"|[\w-]+))?",
    re.I | re.S,
)
PARTIQL = ("PartiQLSelect", "PartiQLInsert", "PartiQLUpdate", "PartiQLDelete", "PartiQLSelect")
EXPRESSIONS = (
    "ProjectionExpression",
    "UpdateExpression",
    "ConditionExpression",
    "FilterExpression",
    "KeyConditionExpression",
)
PLACEHOLDER = re.compile(r"#[\w]+|(?<![:\w#.])[A-Za-z_][\w]*(?!\s*\()")
WORDS = {*("set", "remove", "add", "delete", "and", "or", "not", "between", "in")}
KEY_EQUALS = r"{}\s*=\s*(:\w+)"


def accesses(call: Call) -> list[Access]:
    operation, parameters = call.operation, call.parameters
    if operation in ("TransactWriteItems", "TransactGetItems"):
        return list(_of_transaction(call))
    if operation in ("BatchGetItem", "BatchWriteItem"):
        requests = parameters.get("RequestItems") or {}
        return [call.access(operation, _table(call, name), _of_batch(call, name)) for name in requests]
    if operation in STATEMENTS:
        return list(_of_statements(call))
    if operation in ("GetRecords", "ListStreams"):
        return [call.access(operation, _stream(call))]
    return [call.access(operation, _resource(call), lambda: _facts(call, parameters))]


def _resource(call: Call) -> str:
    parameters: Any = call.parameters
    for name in ("ResourceArn", "StreamArn", "BackupArn", "ExportArn", "ImportArn", "TableArn"):
        if name in parameters:
            return str(parameters[name])
    name = parameters.get("TableName") or parameters.get("TargetTableName") or parameters.get("SourceTableName")
    if not name:
        created = (parameters.get("TableCreationParameters") or {}).get("TableName")
        return _table(call, created) if created else ANY
    index = parameters.get("IndexName")
    return f"{_table(call, name)}/index/{index}" if index else _table(call, name)


def _table(call: Call, name: Any) -> str:
    text = str(name)
    return text if text.startswith("arn:") else call.place.arn(f"table/{text}")


def _stream(call: Call) -> str:
    """An iterator begins with its stream's ARN."""
    iterator = str(call.parameters.get("ShardIterator") or "")
    if iterator:
        return iterator.partition("|")[0]
    table = call.parameters.get("TableName")
    return f"{_table(call, table)}/stream/*" if table else ANY


def _of_transaction(call: Call) -> Iterator[Access]:
    seen = set()
    for item in call.parameters.get("TransactItems") or ():
        for kind, part in item.items():
            action, resource = WRITES.get(kind, "GetItem"), _table(call, part.get("TableName"))
            if (action, resource) not in seen or "Key" in part or "Item" in part:
                seen.add((action, resource))
                yield call.access(action, resource, _enclosed(call, part))


def _enclosed(call: Call, part: Mapping[str, Any]) -> Callable[[], Facts]:
    return lambda: _facts(call, part) | {"dynamodb:enclosingoperation": call.operation}


def _of_batch(call: Call, table: str) -> Callable[[], Facts]:
    def facts() -> Facts:
        requests = call.parameters["RequestItems"][table]
        if isinstance(requests, list):
            parts = [each for entry in requests for each in entry.values()]
            keys = [part.get("Key") or part.get("Item") or {} for part in parts]
        else:
            keys = requests.get("Keys") or []
        hash_key = _hash_key(call, table, "")
        leading = [_text(key[hash_key]) for key in keys if hash_key in key]
        attributes = {"dynamodb:attributes": sorted({name for key in keys for name in key})}
        return {"dynamodb:leadingkeys": leading, **attributes}

    return facts


def _of_statements(call: Call) -> Iterable[Access]:
    entries = call.parameters.get("TransactStatements") or call.parameters.get("Statements") or [call.parameters]
    facts: dict[str, str] = (
        {"dynamodb:enclosingoperation": "ExecuteTransaction"} if call.operation == "ExecuteTransaction" else {}
    )
    accesses = {}
    for entry in entries:
        match = STATEMENT.match(str(entry.get("Statement")))
        if match is None:
            continue  # malformed: its service says so
        action = next(name for name, word in zip(PARTIQL, match.groups()[:5], strict=True) if word)
        table, index = (str(part or "").strip('"') for part in match.groups()[5:])
        resource = _table(call, table) + (f"/index/{index}" if index else "")
        accesses[action, resource] = call.access(action, resource, lambda: dict(facts))
    return accesses.values()


def _facts(call: Call, part: Mapping[str, Any]) -> Facts:
    """Condition keys of one operation on items: whose items, which attributes, and how they come back."""
    table = str(part.get("TableName") or "")
    item = part.get("Key") or part.get("Item") or {}
    leading = _leading_keys(call, part, item, table) if table else []
    facts: Facts = {"dynamodb:leadingkeys": leading} if leading else {}
    attributes = _attributes(part, item)
    if attributes:
        facts["dynamodb:attributes"] = attributes
    for name in ("Select", "ReturnValues", "ReturnConsumedCapacity"):
        if name in part:
            facts[f"dynamodb:{name.lower()}"] = str(part[name])
    if call.operation == "Scan":
        facts["dynamodb:fulltablescan"] = "true"
    return facts


def _attributes(part: Mapping[str, Any], item: Mapping[str, Any]) -> list[str]:
    names = part.get("ExpressionAttributeNames") or {}
    words = set(item) | set(part.get("AttributesToGet") or ()) | set(part.get("AttributeUpdates") or ())
    for each in EXPRESSIONS:
        for word in PLACEHOLDER.findall(str(part.get(each) or "")):
            if word.lower() not in WORDS:
                words.add(names.get(word, word))
    return sorted(words)


def _leading_keys(call: Call, part: Mapping[str, Any], item: Mapping[str, Any], table: str) -> list[str]:
    hash_key = _hash_key(call, table, str(part.get("IndexName") or ""))
    if hash_key in item:
        return [_text(item[hash_key])]
    names = {value: name for name, value in (part.get("ExpressionAttributeNames") or {}).items()}
    expression, values = str(part.get("KeyConditionExpression") or ""), part.get("ExpressionAttributeValues") or {}
    for name in (names.get(hash_key), hash_key):
        if name and (match := re.search(KEY_EQUALS.format(re.escape(name)), expression)) and match[1] in values:
            return [_text(values[match[1]])]
    condition = (part.get("KeyConditions") or {}).get(hash_key) or {}
    return [_text(each) for each in condition.get("AttributeValueList") or ()]


def _hash_key(call: Call, table: str, index: str) -> str:
    from moto.dynamodb.models import dynamodb_backends

    name = table.rpartition("/")[2]
    definition = dynamodb_backends[call.place.account_id][call.place.region].tables.get(name)
    if definition is None:
        return ""
    indexes = [each for each in [*definition.indexes, *definition.global_indexes] if each.name == index]
    schema = indexes[0].schema if indexes else definition.schema
    return next((str(key["AttributeName"]) for key in schema if key["KeyType"] == "HASH"), "")


def _text(value: Any) -> str:
    """The value of an attribute, without its type."""
    return str(next(iter(value.values()), "")) if isinstance(value, Mapping) else str(value)
