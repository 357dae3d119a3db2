"""What DynamoDB says of a table.

moto's table has no id, lists indexes that it has not, names the billing mode that is the default, and UpdateTable drops
a table's class and encryption.
"""

import uuid
from collections.abc import Mapping
from typing import Any

from moto.core.responses import ActionResult
from moto.dynamodb.models.table import Table
from moto.dynamodb.responses import DynamoHandler, DynamoResult

from shoplib.localaws.moto_patches import Method, replace, wrap

CLASS, ENCRYPTION, DESCRIPTION = "lab_table_class", "SSESpecification", "SSEDescription"
INDEXES = ("GlobalSecondaryIndexes", "LocalSecondaryIndexes")
ON_DEMAND = "PAY_PER_REQUEST"
# What an account has until it asks for more.
LIMITS = {
    "AccountMaxReadCapacityUnits": 80_000,
    "AccountMaxWriteCapacityUnits": 80_000,
    "TableMaxReadCapacityUnits": 40_000,
    "TableMaxWriteCapacityUnits": 40_000,
}


def install() -> None:
    wrap(Table, "describe", _as_aws_does)
    wrap(DynamoHandler, "create_table", _creating)
    wrap(DynamoHandler, "update_table", _updating)
    replace(DynamoHandler, "describe_limits", _describe_limits)


def _as_aws_does(original: Method) -> Method:
    def describe(table: Any, base_key: str = "TableDescription") -> dict[str, Any]:
        answer: dict[str, Any] = original(table, base_key)
        described = answer[base_key]
        for name in INDEXES:
            if not described.get(name):
                described.pop(name, None)
        if table.billing_mode != ON_DEMAND:
            described.pop("BillingModeSummary", None)
        described["TableId"] = str(uuid.uuid5(uuid.NAMESPACE_OID, f"{table.table_arn} {table.created_at}"))
        if table_class := table.__dict__.get(CLASS):
            described["TableClassSummary"] = {"TableClass": table_class}
        return answer

    return describe


def _creating(original: Method) -> Method:
    def create_table(handler: Any) -> ActionResult:
        answer: ActionResult = original(handler)
        if table_class := handler.body.get("TableClass"):
            table = handler.dynamodb_backend.tables[handler.body["TableName"]]
            table.__dict__[CLASS] = table_class
            return DynamoResult(table.describe())
        return answer

    return create_table


def _updating(original: Method) -> Method:
    def update_table(handler: Any) -> ActionResult:
        answer: ActionResult = original(handler)
        table = handler.dynamodb_backend.get_table(handler.body["TableName"])
        if table_class := handler.body.get("TableClass"):
            table.__dict__[CLASS] = table_class
        before = table.describe()
        if ENCRYPTION in handler.body:
            _encrypt(table, handler.body[ENCRYPTION])
        elif not table_class:
            return answer
        return DynamoResult(_while_updating(before, table.describe()))

    return update_table


def _encrypt(table: Any, request: Mapping[str, Any]) -> None:
    """Without a key, by the one that AWS manages."""
    specification = dict(request)
    if specification.get("Enabled") and "KMSMasterKeyId" not in specification:
        arn = table._get_default_encryption_key(table.account_id, table.region_name)
        specification["KMSMasterKeyId"] = arn
    table.sse_specification = specification


def _while_updating(before: dict[str, Any], now: dict[str, Any]) -> dict[str, Any]:
    """An encryption that begins or ends is UPDATING in the answer to the request."""
    old, new = before["TableDescription"].get(DESCRIPTION), now["TableDescription"].get(DESCRIPTION)
    if old != new:
        now["TableDescription"][DESCRIPTION] = {**(new or old), "Status": "UPDATING"}
    return now


def _describe_limits(_: Any) -> ActionResult:
    return ActionResult(LIMITS)
