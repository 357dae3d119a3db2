"""What DynamoDB refuses of a request before anything is read or written, in its words."""

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from moto.dynamodb.models import DynamoDBBackend
from moto.dynamodb.models.dynamo_type import Item
from moto.dynamodb.responses import DynamoHandler

from shoplib.localaws.dynamodb import legacy
from shoplib.localaws.dynamodb.attribute_values import check_values
from shoplib.localaws.dynamodb.capacity import with_consumed_capacity
from shoplib.localaws.dynamodb.first_checks import check_first
from shoplib.localaws.dynamodb.keys import check_index_keys, check_item, check_key, key_names
from shoplib.localaws.dynamodb.parameters import CONDITION, PROJECTION, UPDATE, examine
from shoplib.localaws.dynamodb.reads import check_query, check_scan
from shoplib.localaws.dynamodb.reasons import check_each
from shoplib.localaws.dynamodb.refusals import UNLIKE_SCHEMA, ValidationException, in_one_error
from shoplib.localaws.dynamodb.sizes import check_size
from shoplib.localaws.dynamodb.tables import check_create_table, check_delete_table, check_update_table
from shoplib.localaws.model_constraints import Manner, breaches
from shoplib.localaws.moto_patches import wrap

Body = dict[str, Any]
Check = Callable[[Any, Body], None]
# No name of an attribute is measured: an item has many, and hardly one is longer than 64 KB.
MANNER = Manner(maxima={"AttributeName": None})
NO_OPERATIONS = {"call_action", "get_endpoint_name", "dynamodb_backend"}
DUPLICATES = "Provided list of item keys contains duplicates"
WRITES = 25


def install() -> None:
    for name in list(vars(DynamoHandler)):
        if not name.startswith("_") and name not in NO_OPERATIONS:
            wrap(DynamoHandler, name, _checked)
    wrap(DynamoDBBackend, "update_item", _with_index_keys)


def _checked(original: Any) -> Any:
    operation = "".join(part.capitalize() for part in original.__name__.split("_"))
    check = _CHECKS.get(operation)

    def answer(request: Any) -> Any:
        check_first(operation, request.body)
        if objection := breaches("dynamodb", operation, request.body, MANNER):
            raise ValidationException(objection)
        if check:
            check(request.dynamodb_backend, request.body)
            legacy.write_as_expressions(request.body)
        return _as_asked(request.body, with_consumed_capacity(operation, request, original))

    return answer


def _as_asked(body: Body, result: Any) -> Any:
    """Figures that nobody asked for are left out."""
    members = result.result
    if isinstance(members, dict):
        if body.get("ReturnConsumedCapacity", "NONE") == "NONE":
            members.pop("ConsumedCapacity", None)
        if body.get("ReturnItemCollectionMetrics", "NONE") == "NONE":
            members.pop("ItemCollectionMetrics", None)
    return result


def _with_index_keys(original: Any) -> Any:
    """Whether an update makes an item that its indexes cannot take is known when it is made."""

    def update_item(backend: Any, table_name: str, *arguments: Any, **kwargs: Any) -> Item:
        item: Item = original(backend, table_name, *arguments, **kwargs)
        check_index_keys(
            backend.get_table(table_name), {name: {each.type: each.value} for name, each in item.attrs.items()}
        )
        return item

    return update_item


def _get_item(backend: Any, body: Body) -> None:
    check_values(body["Key"])
    examine(body, (PROJECTION,), ("AttributesToGet",))
    check_key(_table(backend, body), body["Key"])


def _put_item(backend: Any, body: Body) -> None:
    _check_write(body, body["Item"])
    _check_put(_table(backend, body), body["Item"])


def _delete_item(backend: Any, body: Body) -> None:
    _check_write(body, body["Key"])
    check_key(_table(backend, body), body["Key"])


def _check_write(body: Body, values: Mapping[str, Any]) -> None:
    """What a put and a delete say of themselves; `values` are the item or its key."""
    with in_one_error():
        check_values(values)
        _check_return_values(body)
        examine(body, (CONDITION,), ("Expected", "ConditionalOperator"), brief=True)
        legacy.check_conditions(body.get("Expected"))


def _update_item(backend: Any, body: Body) -> None:
    with in_one_error():
        check_values(body["Key"])
        examine(body, (UPDATE, CONDITION), ("AttributeUpdates", "Expected", "ConditionalOperator"), brief=True)
        legacy.check_conditions(body.get("Expected"))
    table = _table(backend, body)
    legacy.check_updates(body.get("AttributeUpdates"), key_names(table.schema))
    check_key(table, body["Key"])


def _batch_get_item(backend: Any, body: Body) -> None:
    for keys_and_attributes in body["RequestItems"].values():
        examine(keys_and_attributes, (PROJECTION,), ("AttributesToGet",))
        for key in keys_and_attributes["Keys"]:
            check_values(key)
    for table, keys_and_attributes in _by_table(backend, body):
        for key in keys_and_attributes["Keys"]:
            check_key(table, key)
        _refuse_duplicates(table, keys_and_attributes["Keys"])


def _batch_write_item(backend: Any, body: Body) -> None:
    requests = [each for written in body["RequestItems"].values() for each in written]
    for each in requests:
        if len(each) != 1:
            raise ValidationException("Supplied WriteRequest must contain exactly one of PutRequest and DeleteRequest")
        check_values(_written(each))
    if len(requests) > WRITES:
        raise ValidationException("Too many items requested for the BatchWriteItem call")
    for table, written in _by_table(backend, body):
        for each in written:
            if "PutRequest" in each and not set(key_names(table.schema)) <= set(_written(each)):
                raise ValidationException(UNLIKE_SCHEMA)
            (_check_put if "PutRequest" in each else check_key)(table, _written(each))
        _refuse_duplicates(table, [_written(each) for each in written])


def _transact_get_items(backend: Any, body: Body) -> None:
    gets = [each["Get"] for each in body["TransactItems"]]
    for get in gets:
        check_values(get["Key"])
        examine(get, (PROJECTION,))
    tables = [_table(backend, get) for get in gets]
    check_each(check_key, zip(tables, (get["Key"] for get in gets), strict=True))


def _transact_write_items(backend: Any, body: Body) -> None:
    for each in body["TransactItems"]:
        if len(each) != 1:
            raise ValidationException("TransactItems can only contain one of Check, Put, Update or Delete")
    parts = [next(iter(each.items())) for each in body["TransactItems"]]
    for kind, part in parts:
        check_values(part["Item"] if kind == "Put" else part["Key"])
        examine(part, (UPDATE, CONDITION) if kind == "Update" else (CONDITION,))
    tables = [_table(backend, part) for _, part in parts]
    check_each(_check_part, zip(tables, parts, strict=True))


def _check_part(table: Any, kind_and_part: tuple[str, Body]) -> None:
    kind, part = kind_and_part
    (_check_put if kind == "Put" else check_key)(table, part["Item" if kind == "Put" else "Key"])


def _check_put(table: Any, item: Mapping[str, Any]) -> None:
    check_item(table, item)
    check_size(item)


def _check_return_values(body: Body) -> None:
    if body.get("ReturnValues", "NONE") not in ("ALL_OLD", "NONE"):
        raise ValidationException("ReturnValues can only be ALL_OLD or NONE")


def _table(backend: Any, body: Body) -> Any:
    """The table of a request, which may name it by its ARN; from then on the request names it by its name."""
    table = backend.get_table(body["TableName"])
    body["TableName"] = table.name
    return table


def _by_table(backend: Any, body: Body) -> list[tuple[Any, Any]]:
    by_table = [(backend.get_table(name), selection) for name, selection in body["RequestItems"].items()]
    body["RequestItems"] = {table.name: keys_and_attributes for table, keys_and_attributes in by_table}
    return by_table


def _written(request: Mapping[str, Any]) -> Mapping[str, Any]:
    attributes: Mapping[str, Any] = (
        request["PutRequest"]["Item"] if "PutRequest" in request else request["DeleteRequest"]["Key"]
    )
    return attributes


def _refuse_duplicates(table: Any, items: Iterable[Mapping[str, Any]]) -> None:
    names = [each["AttributeName"] for each in table.schema]
    keys = [tuple(next(iter(item[name].items())) for name in names) for item in items]
    if len(set(keys)) < len(keys):
        raise ValidationException(DUPLICATES)


_CHECKS: dict[str, Check] = {
    "CreateTable": check_create_table,
    "UpdateTable": check_update_table,
    "DeleteTable": check_delete_table,
    "GetItem": _get_item,
    "PutItem": _put_item,
    "DeleteItem": _delete_item,
    "UpdateItem": _update_item,
    "BatchGetItem": _batch_get_item,
    "BatchWriteItem": _batch_write_item,
    "TransactGetItems": _transact_get_items,
    "TransactWriteItems": _transact_write_items,
    "Query": check_query,
    "Scan": check_scan,
}
