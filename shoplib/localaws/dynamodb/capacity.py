"""The capacity units that a request consumed, where it asks for them: moto answers constants.

Reads take units of 4 KB, half of them when they are eventually consistent, twice as many in a transaction; a page of
Query or Scan is measured as a whole, before it is filtered. Writes take units of 1 KB of the larger of the old and the
new item, and the same of each index whose entry changes. https://docs.aws.amazon.com/amazondynamodb/latest/
developerguide/read-write-operations.html
"""

import re
from collections import defaultdict
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Any

from shoplib.localaws.item_size import READ_BYTES, WRITE_BYTES, Attributes, units_of
from shoplib.localaws.moto_fixes.dynamodb_transactions import key_names, key_of

Body = dict[str, Any]
Keyed = tuple[str, Body]  # a table's name, and the key of an item
EVENTUAL, CONSISTENT, TRANSACTIONAL = 0.5, 1.0, 2.0
# Of a page, what changes which items are returned and not which are read.
OF_RESULTS = (
    *("FilterExpression", "ProjectionExpression", "Select", "QueryFilter", "ScanFilter", "ConditionalOperator"),
    *("AttributesToGet", "ReturnConsumedCapacity"),
)
PLACEHOLDERS = {"ExpressionAttributeNames", "ExpressionAttributeValues"}
PLACEHOLDER = re.compile(r"[#:]\w+")


@dataclass
class Usage:
    """Units of a table's own items, and of the entries of its indexes by their names."""

    table: float = 0.0
    indexes: dict[str, float] = field(default_factory=lambda: defaultdict(float))


Usages = dict[str, Usage]


def with_consumed_capacity(operation: str, request: Any, original: Callable[[Any], Any]) -> Any:
    """The operation's result, with the units by table where its request asks for them."""
    detail = request.body.get("ReturnConsumedCapacity", "NONE")
    if detail == "NONE" or operation not in _METERS:
        return original(request)
    meter, member = _METERS[operation]
    result, usages = meter(request, original)
    described = [_describe(request.dynamodb_backend, name, each, detail, member) for name, each in usages.items()]
    result.result["ConsumedCapacity"] = described if member or "RequestItems" in request.body else described[0]
    return result


def _read_items(request: Any, original: Any) -> tuple[Any, Usages]:
    usages: Usages = defaultdict(Usage)
    for name, key, factor in _reads(request.body):
        usages[name].table += factor * units_of(_present(_item(request, (name, key))), READ_BYTES)
    return original(request), usages


def _reads(body: Body) -> Iterable[tuple[str, Body, float]]:
    for each in body.get("TransactItems", []):
        yield each["Get"]["TableName"], each["Get"]["Key"], TRANSACTIONAL
    for name, read in body.get("RequestItems", {}).items():
        for key in read["Keys"]:
            yield name, key, _factor(read)
    if "TableName" in body:
        yield body["TableName"], body["Key"], _factor(body)


def _read_page(request: Any, original: Any) -> tuple[Any, Usages]:
    result = original(request)
    body = request.body
    units = _factor(body) * units_of(_evaluated(request, original, result.result["ScannedCount"]), READ_BYTES)
    index = body.get("IndexName")
    return result, {body["TableName"]: Usage(0.0, {index: units}) if index else Usage(units)}


def _evaluated(request: Any, original: Any, count: int) -> list[Attributes]:
    """The page's items before they were filtered: the request again, without what leaves some out."""
    if not count:
        return []
    body = request.body
    request.body = {**_unfiltered(body), "Limit": count}
    try:
        items: list[Attributes] = original(request).result["Items"]
    finally:
        request.body = body
    return items


def _unfiltered(body: Body) -> Body:
    """With the placeholders that are left in its key condition, for others are refused."""
    used = set(PLACEHOLDER.findall(body.get("KeyConditionExpression") or ""))
    unfiltered = {name: value for name, value in body.items() if name not in OF_RESULTS}
    for member in PLACEHOLDERS & set(unfiltered):
        unfiltered[member] = {name: value for name, value in body[member].items() if name in used}
    return {name: value for name, value in unfiltered.items() if value or name not in PLACEHOLDERS}


def _write(request: Any, original: Any) -> tuple[Any, Usages]:
    keys = [(name, _key(request, name, attributes), factor) for name, attributes, factor in _writes(request.body)]
    before = [_item(request, (name, key)) for name, key, _ in keys]
    result = original(request)
    usages: Usages = defaultdict(Usage)
    for (name, key, factor), old in zip(keys, before, strict=True):
        _add(usages[name], request.dynamodb_backend.get_table(name), (old, _item(request, (name, key))), factor)
    return result, usages


def _writes(body: Body) -> Iterable[tuple[str, Body, float]]:
    for each in body.get("TransactItems", []):
        (write,) = each.values()
        yield write["TableName"], write.get("Item") or write["Key"], TRANSACTIONAL
    for name, writes in body.get("RequestItems", {}).items():
        for write in writes:
            yield name, (write.get("PutRequest") or {}).get("Item") or write["DeleteRequest"]["Key"], CONSISTENT
    if "TableName" in body:
        yield body["TableName"], body.get("Item") or body["Key"], CONSISTENT


def _add(usage: Usage, table: Any, change: tuple[Any, Any], factor: float) -> None:
    usage.table += factor * max(units_of(_present(each), WRITE_BYTES) for each in change)
    for index in table.all_indexes():
        old, new = (_entry(index, item) for item in change)
        if units := _index_units(old, new, index.schema_key_attrs):
            usage.indexes[index.name] += factor * units


def _entry(index: Any, item: Any) -> Attributes | None:
    """What an index holds of an item: nothing of one that lacks its keys."""
    if item is None or not set(index.schema_key_attrs) <= set(item):
        return None
    kind = index.projection.get("ProjectionType", "ALL") if index.projection else "ALL"
    if kind == "ALL":
        return dict(item)
    names = {*index.table_key_attrs, *index.schema_key_attrs, *index.projection.get("NonKeyAttributes", [])}
    return {name: value for name, value in item.items() if name in names}


def _index_units(old: Attributes | None, new: Attributes | None, keys: list[str]) -> int:
    if old == new:
        return 0
    if old and new and any(old[name] != new[name] for name in keys):
        return units_of([old], WRITE_BYTES) + units_of([new], WRITE_BYTES)  # one entry goes, another comes
    return max(units_of([each], WRITE_BYTES) for each in (old, new) if each is not None)


def _present(item: Attributes | None) -> list[Attributes]:
    return [item] if item is not None else []


def _factor(body: Body) -> float:
    return CONSISTENT if body.get("ConsistentRead") else EVENTUAL


def _key(request: Any, table_name: str, attributes: Body) -> Body:
    return {name: attributes[name] for name in key_names(request.dynamodb_backend.get_table(table_name))}


def _item(request: Any, keyed: Keyed) -> Attributes | None:
    """As it is now; its attributes are copied, for the item may be changed in its place."""
    table = request.dynamodb_backend.get_table(keyed[0])
    item = table.get_item(*key_of(table, keyed[1]))
    return item.to_json()["Attributes"] if item is not None else None


def _describe(backend: Any, table_name: str, usage: Usage, detail: str, member: str) -> Body:
    table = backend.get_table(table_name)
    total = usage.table + sum(usage.indexes.values())
    described = {"TableName": table.name, "CapacityUnits": total} | ({member: total} if member else {})
    if detail == "INDEXES":
        described["Table"] = _figures(usage.table, member)
        described |= _of_indexes("GlobalSecondaryIndexes", table.global_indexes, usage, member)
        described |= _of_indexes("LocalSecondaryIndexes", table.indexes, usage, member)
    return described


def _of_indexes(kind: str, indexes: Iterable[Any], usage: Usage, member: str) -> Body:
    units = {each.name: _figures(usage.indexes[each.name], member) for each in indexes if each.name in usage.indexes}
    return {kind: units} if units else {}


def _figures(units: float, member: str) -> dict[str, float]:
    return {"CapacityUnits": units} | ({member: units} if member else {})


# Transactions say of their units whether they were read or written; others do not.
_METERS: dict[str, tuple[Callable[[Any, Any], tuple[Any, Usages]], str]] = {
    **dict.fromkeys(("GetItem", "BatchGetItem"), (_read_items, "")),
    **dict.fromkeys(("Query", "Scan"), (_read_page, "")),
    **dict.fromkeys(("PutItem", "UpdateItem", "DeleteItem", "BatchWriteItem"), (_write, "")),
    "TransactGetItems": (_read_items, "ReadCapacityUnits"),
    "TransactWriteItems": (_write, "WriteCapacityUnits"),
}
