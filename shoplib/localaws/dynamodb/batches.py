"""The writes of a BatchWriteItem in the order in which they were sent: moto makes all puts first, as a stream shows."""

from typing import Any

from moto.core.responses import ActionResult
from moto.dynamodb.responses import DynamoHandler

from shoplib.localaws.moto_patches import replace


def install() -> None:
    replace(DynamoHandler, "batch_write_item", _batch_write_item)


def _batch_write_item(handler: Any) -> ActionResult:
    tables = handler.body["RequestItems"]
    for name in tables:
        handler.dynamodb_backend.get_table(name)
    for name, requests in tables.items():
        for request in requests:
            _write(handler.dynamodb_backend, name, request)
    capacity = [{"TableName": name, "CapacityUnits": 1.0, "Table": {"CapacityUnits": 1.0}} for name in tables]
    return ActionResult({"ConsumedCapacity": capacity, "ItemCollectionMetrics": {}, "UnprocessedItems": {}})


def _write(backend: Any, table_name: str, request: dict[str, Any]) -> None:
    if "PutRequest" in request:
        backend.put_item(table_name, request["PutRequest"]["Item"])
    else:
        backend.delete_item(table_name, request["DeleteRequest"]["Key"])
