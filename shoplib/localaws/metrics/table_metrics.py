"""What DynamoDB reports to CloudWatch (namespace AWS/DynamoDB), counted from calls after they were answered.

Only what may take more than one capacity unit is taken apart: JSON is never shorter than what it says of an item.
"""

import json
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import lru_cache
from typing import Any

from shoplib.localaws.item_size import READ_BYTES, WRITE_BYTES, units_of
from shoplib.localaws.metrics.completions import AnsweredCall
from shoplib.localaws.metrics.store import Metric, Store

NAMESPACE = "AWS/DynamoDB"
WRITES = {"PutItem", "UpdateItem", "DeleteItem", "BatchWriteItem", "TransactWriteItems"}
ONE_ITEM = {"PutItem", "UpdateItem", "DeleteItem"}
READS = {"GetItem", "BatchGetItem", "Query", "Scan", "TransactGetItems"}
THROTTLES = {"ProvisionedThroughputExceededException", "ThrottlingException", "RequestLimitExceeded"}
CONDITION = "ConditionalCheckFailedException"
SYSTEM = {"InternalServerError", "InternalFailure", "ServiceUnavailable"}
UNITS = {"SuccessfulRequestLatency": "Milliseconds"}
CONSISTENT = re.compile(rb'"ConsistentRead"\s*:\s*true')
Body = Mapping[str, Any]
Figure = tuple[str, str, str, float]  # name, table, operation (empty where it is no dimension), value


class TableMetrics:
    """Brings the figures of each call to the store of its account and region."""

    def __init__(self, store_of: Callable[[str, str], Store]) -> None:
        self._store_of = store_of

    def observe(self, call: AnsweredCall) -> None:
        store = self._store_of(*call.place)
        for name, table, operation, value in _figures(call):
            store.add(_metric(name, table, operation), call.at, value, unit=UNITS.get(name, "Count"))


@lru_cache(maxsize=4096)
def _metric(name: str, table: str, operation: str) -> Metric:
    dimensions = {"TableName": table, "Operation": operation}
    return Metric.of(NAMESPACE, name, {key: value for key, value in dimensions.items() if value})


def _figures(call: AnsweredCall) -> Iterator[Figure]:
    if call.error:
        yield from _failures(call)
        return
    for table in call.resources:
        yield "SuccessfulRequestLatency", table, call.operation, call.ms
    if call.operation in ("Query", "Scan"):
        count = float(json.loads(call.answer or b"{}").get("Count", 0))
        yield "ReturnedItemCount", call.resources[0], call.operation, count
    kind = "Write" if call.operation in WRITES else "Read" if call.operation in READS else None
    for table, units in _consumed(call).items() if kind else ():
        yield f"Consumed{kind}CapacityUnits", table, "", units


def _failures(call: AnsweredCall) -> Iterator[Figure]:
    for table in call.resources:
        if call.error == CONDITION:
            yield "ConditionalCheckFailedRequests", table, "", 1.0
        elif call.error in THROTTLES:
            yield "ThrottledRequests", table, call.operation, 1.0
            yield f"{'Write' if call.operation in WRITES else 'Read'}ThrottleEvents", table, "", 1.0
        elif call.error in SYSTEM:
            yield "SystemErrors", table, call.operation, 1.0
    if call.error not in {CONDITION, *THROTTLES, *SYSTEM}:
        yield "UserErrors", "", "", 1.0


def _consumed(call: AnsweredCall) -> dict[str, float]:
    """Units by table: as the answer says them where they were asked for, else of the items that went by."""
    if b'"ConsumedCapacity"' in call.answer:
        capacity = json.loads(call.answer)["ConsumedCapacity"]
        return {each["TableName"]: each["CapacityUnits"] for each in _list(capacity)}
    if call.operation in WRITES:
        return _written(call)
    factor = 1.0 if CONSISTENT.search(call.request) else 0.5
    if call.operation in ("GetItem", "Query", "Scan"):
        return {call.resources[0]: factor * units_of(_items_read(call), READ_BYTES)}
    if call.operation == "TransactGetItems":
        return _by_table(_transaction(call, "Get"), READ_BYTES, 2.0)
    responses = json.loads(call.answer)["Responses"]
    return {name: sum(factor * units_of([item], READ_BYTES) for item in items) for name, items in responses.items()}


def _items_read(call: AnsweredCall) -> list[Body]:
    """Of a page all together; what a filter left out counts as much as what it let through."""
    if len(call.answer) <= READ_BYTES and b"FilterExpression" not in call.request:
        return []
    answer = json.loads(call.answer)
    items = answer.get("Items") or ([answer["Item"]] if answer.get("Item") else [])
    returned, evaluated = answer.get("Count", 1), answer.get("ScannedCount", 1)
    return list(items) * max(1, round(evaluated / returned)) if returned else list(items)


def _written(call: AnsweredCall) -> dict[str, float]:
    """An item that is deleted, or changed in a part, counts one unit unless the request is longer."""
    if call.operation in ONE_ITEM and len(call.request) <= WRITE_BYTES:
        return {call.resources[0]: 1.0}
    request = json.loads(call.request)
    if call.operation == "TransactWriteItems":
        return _by_table(_transaction(call), WRITE_BYTES, 2.0)
    if call.operation == "BatchWriteItem":
        pairs = ((name, write) for name, writes in request["RequestItems"].items() for write in writes)
        puts = ((name, (write.get("PutRequest") or {}).get("Item") or {}) for name, write in pairs)
        return _by_table(puts, WRITE_BYTES, 1.0)
    return {call.resources[0]: float(units_of([request.get("Item") or {}], WRITE_BYTES))}


def _transaction(call: AnsweredCall, only: str = "") -> Iterable[tuple[str, Body]]:
    parts = [part for each in json.loads(call.request)["TransactItems"] for part in each.values()]
    if not only:
        return [(part["TableName"], part.get("Item") or {}) for part in parts]
    responses = json.loads(call.answer).get("Responses", [])
    items = [each.get("Item") or {} for each in responses]
    return [(part["TableName"], item) for part, item in zip(parts, items, strict=False)]


def _by_table(items: Iterable[tuple[str, Body]], of_bytes: int, factor: float) -> dict[str, float]:
    units: dict[str, float] = {}
    for name, item in items:
        units[name] = units.get(name, 0.0) + factor * units_of([item], of_bytes)
    return units


def _list(capacity: Any) -> list[Body]:
    return capacity if isinstance(capacity, list) else [capacity]
