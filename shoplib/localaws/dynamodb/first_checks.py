"""What DynamoDB looks at before the constraints that its model has, and says in words of its own."""

import re
from collections.abc import Callable, Mapping
from typing import Any

from shoplib.localaws.dynamodb.refusals import ONE_ERROR, ValidationException

Body = Mapping[str, Any]
UNFIT = ONE_ERROR + "Value{} at '{}' failed to satisfy constraint: Member must {}"
AT_LEAST_ONE = "have length greater than or equal to 1"
LONGEST_NAME = 255
NAME = re.compile(r"[a-zA-Z0-9_.-]+", re.ASCII)
GETS = 100
NO_WRITES = "The requestItems parameter is required for BatchWriteItem"
RETURNED = {"ALL_OLD", "UPDATED_OLD", "ALL_NEW", "UPDATED_NEW", "NONE"}
# DynamoDB writes one of them otherwise than it takes it.
UNKNOWN_RETURNED = (
    ONE_ERROR + "Failed to satisfy constraint: Member must satisfy enum value set: "
    "[ALL_OLD, UPDATED_OLD, ALL_NEW, UPDATE_NEW, NONE]"
)


def check_first(operation: str, body: Body) -> None:
    if check := _CHECKS.get(operation):
        check(body)


def _table_name(body: Body) -> None:
    name = body.get("TableName")
    if not isinstance(name, str) or name.startswith("arn:"):
        return
    if not name:
        raise ValidationException(UNFIT.format("", "TableName", AT_LEAST_ONE))
    if len(name) > LONGEST_NAME:
        raise _unfit_name(name, f"have length less than or equal to {LONGEST_NAME}")
    if not NAME.fullmatch(name):
        raise _unfit_name(name, f"satisfy regular expression pattern: {NAME.pattern}")


def _unfit_name(name: str, rule: str) -> Exception:
    return ValidationException(UNFIT.format(f" '{name}'", "tableName", rule))


def _update(body: Body) -> None:
    _table_name(body)
    if body.get("ReturnValues", "NONE") not in RETURNED:
        raise ValidationException(UNKNOWN_RETURNED)


def _batch_get(body: Body) -> None:
    tables = body.get("RequestItems")
    if tables == {}:
        raise ValidationException(UNFIT.format("", "RequestItems", AT_LEAST_ONE))
    for name, each in tables.items() if isinstance(tables, dict) else ():
        keys = each.get("Keys") if isinstance(each, dict) else None
        if isinstance(keys, list) and not 1 <= len(keys) <= GETS:
            rule = f"have length less than or equal to {GETS}" if keys else AT_LEAST_ONE
            raise ValidationException(UNFIT.format("", f"RequestItems.{name}.member.Keys", rule))


def _batch_write(body: Body) -> None:
    if body.get("RequestItems") == {}:
        raise ValidationException(NO_WRITES)


_CHECKS: Mapping[str, Callable[[Body], None]] = {
    **dict.fromkeys(("GetItem", "PutItem", "DeleteItem", "Query", "Scan"), _table_name),
    "UpdateItem": _update,
    "BatchGetItem": _batch_get,
    "BatchWriteItem": _batch_write,
}
