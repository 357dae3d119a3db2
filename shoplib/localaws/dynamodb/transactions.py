"""TransactGetItems: moto takes a quarter of the items that AWS takes, and returns whole items whatever is asked.

TransactWriteItems: whatever fails within moto is a reason of the cancellation upstream, by the name and the text of
Python's exception. Here it is what moto does not implement.
"""

import json
from typing import Any

from moto.dynamodb.exceptions import TransactionCanceledException
from moto.dynamodb.models import DynamoDBBackend
from moto.dynamodb.responses import DynamoHandler, DynamoResult

from shoplib.localaws.dynamodb.conditions import Projection
from shoplib.localaws.dynamodb.reasons import Parts
from shoplib.localaws.moto_patches import Method, replace, wrap

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
            original(Parts(backend), transact_items)
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
    return DynamoResult(result)


def _read(backend: Any, get: dict[str, Any]) -> Any:
    paths = Projection(get.get("ProjectionExpression"), get.get("ExpressionAttributeNames")).parse()
    return backend.get_item(get["TableName"], get["Key"], paths)
