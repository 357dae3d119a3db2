"""TransactGetItems: moto takes a quarter of the items that AWS takes, and returns whole items whatever is asked."""

from collections import Counter
from typing import Any

from moto.dynamodb.responses import DynamoHandler, DynamoResult

from shoplib.localaws.dynamodb.conditions import Projection
from shoplib.localaws.moto_patches import replace

UNITS = 2.0


def install() -> None:
    replace(DynamoHandler, "transact_get_items", transact_get_items)


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
