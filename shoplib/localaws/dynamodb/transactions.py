"""TransactGetItems: moto takes a quarter of the items that AWS takes, and returns whole items whatever is asked.

TransactWriteItems: whatever fails within moto is a reason of the cancellation upstream, by the name and the text of
Python's exception. Here it is what moto does not implement.
"""

import json
from collections import Counter
from typing import Any

from moto.dynamodb.exceptions import TransactionCanceledException
from moto.dynamodb.models import DynamoDBBackend
from moto.dynamodb.responses import DynamoHandler, DynamoResult

from shoplib.localaws.dynamodb.conditions import Projection
from shoplib.localaws.moto_patches import Method, replace, wrap

UNITS = 2.0
REASONS = {
    *("None", "ConditionalCheckFailed", "ItemCollectionSizeLimitExceeded", "TransactionConflict", "ValidationError"),
    *("ProvisionedThroughputExceeded", "ThrottlingError"),
}


def install() -> None:
    replace(DynamoHandler, "transact_get_items", transact_get_items)
    wrap(DynamoDBBackend, "transact_write_items", _for_reasons_of_dynamodb)


def _for_reasons_of_dynamodb(original: Method) -> Method:
    def transact_write_items(backend: Any, transact_items: list[dict[str, Any]]) -> None:
        try:
            original(backend, transact_items)
        except TransactionCanceledException as error:
            codes = {reason["Code"] for reason in json.loads(error.description)["CancellationReasons"]}
            if foreign := codes - REASONS:
                raise NotImplementedError(f"transaction: {', '.join(foreign)}") from error
            raise

    return transact_write_items


def transact_get_items(request: Any) -> DynamoResult:
    gets = [each["Get"] for each in request.body["TransactItems"]]
    read_items = [_read(request.dynamodb_backend, get) for get in gets]
    result: dict[str, Any] = {"Responses": [{"Item": item.attrs} if item is not None else {} for item in read_items]}
    if (detail := request.body.get("ReturnConsumedCapacity", "NONE")) != "NONE":
        result["ConsumedCapacity"] = _consumed(gets, detail)
    return DynamoResult(result)


def _read(backend: Any, get: dict[str, Any]) -> Any:
    paths = Projection(get.get("ProjectionExpression"), get.get("ExpressionAttributeNames")).parse()
    return backend.get_item(get["TableName"], get["Key"], paths)


def _consumed(gets: list[dict[str, Any]], detail: str) -> list[dict[str, Any]]:
    reads = Counter(get["TableName"] for get in gets)
    units = {
        name: {"CapacityUnits": UNITS * count, "ReadCapacityUnits": UNITS * count} for name, count in reads.items()
    }
    tables = {name: {"Table": each} if detail == "INDEXES" else {} for name, each in units.items()}
    return [{"TableName": name, **each, **tables[name]} for name, each in units.items()]
