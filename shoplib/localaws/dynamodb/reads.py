"""What DynamoDB refuses of a Query or a Scan."""

from collections.abc import Iterable, Mapping
from typing import Any

from shoplib.localaws.dynamodb import legacy
from shoplib.localaws.dynamodb.expressions import Condition, KeyCondition, Path, Placeholders, operands_of
from shoplib.localaws.dynamodb.keys import check_key, key_names, key_types
from shoplib.localaws.dynamodb.parameters import FILTER, KEYS, PROJECTION, examine
from shoplib.localaws.dynamodb.refusals import INVALID_PARAMETERS, UNLIKE_SCHEMA, ValidationException

Body = dict[str, Any]
NO_CONDITIONS = "Either the KeyConditions or KeyConditionExpression parameter must be specified in the request."
INVALID_START = "The provided starting key is invalid"
OUT_OF_BOUNDS = "The provided starting key is outside query boundaries based on provided conditions"
ONLY_OTHERS = "{} can only contain non-primary key attributes: Primary key attribute: {}"


def check_query(backend: Any, body: Body) -> None:
    meaning = examine(
        body, (FILTER, KEYS, PROJECTION), ("AttributesToGet", "QueryFilter", "ConditionalOperator", "KeyConditions")
    )
    if not body.get(KEYS) and not body.get("KeyConditions"):
        raise ValidationException(NO_CONDITIONS)
    legacy.check_conditions(body.get("KeyConditions"))
    legacy.check_conditions(body.get("QueryFilter"))
    table, schema = _table_and_schema(backend, body)
    keys = meaning.keys or legacy.key_conditions(body.get("KeyConditions") or {})
    _check_types(table, schema, keys)
    _check_filters(schema, body, meaning.conditions.get(FILTER), meaning.placeholders)
    _check_start(table, schema, body)
    _check_bounds(schema, keys, body)


def check_scan(backend: Any, body: Body) -> None:
    examine(body, (FILTER, PROJECTION), ("AttributesToGet", "ScanFilter", "ConditionalOperator"))
    legacy.check_conditions(body.get("ScanFilter"))
    _check_segment(body.get("Segment"), body.get("TotalSegments"))
    table, schema = _table_and_schema(backend, body)
    _check_start(table, schema, body)


def _check_segment(segment: int | None, total: int | None) -> None:
    if segment is not None and total is not None and segment >= total:
        raise ValidationException(
            "The Segment parameter is zero-based and must be less than parameter TotalSegments: "
            f"Segment: {segment} is not less than TotalSegments: {total}"
        )


def _table_and_schema(backend: Any, body: Body) -> tuple[Any, list[dict[str, str]]]:
    table = backend.get_table(body["TableName"])
    body["TableName"] = table.name
    if "IndexName" not in body:
        return table, table.schema
    index = next((each for each in table.all_indexes() if each.name == body["IndexName"]), None)
    if index is None:
        raise ValidationException(f"The table does not have the specified index: {body['IndexName']}")
    if body.get("ConsistentRead") and index in table.global_indexes:
        raise ValidationException("Consistent reads are not supported on global secondary indexes")
    return table, index.schema


def _check_types(table: Any, schema: list[dict[str, str]], conditions: Iterable[KeyCondition]) -> None:
    types, names = key_types(table), key_names(schema)
    for name, _, values in conditions:
        if name in names and any(next(iter(value)) != types[name] for value in values):
            raise ValidationException(f"{INVALID_PARAMETERS}Condition parameter type does not match schema type")


def _check_filters(
    schema: list[dict[str, str]], body: Body, condition: Condition | None, placeholders: Placeholders
) -> None:
    paths = (each for each in operands_of(condition) if isinstance(each, Path)) if condition else ()
    subjects = {placeholders.resolve(path.parts[0]) for path in paths}
    for name in key_names(schema):
        if name in subjects:
            raise ValidationException(ONLY_OTHERS.format("Filter Expression", name))
        if name in (body.get("QueryFilter") or {}):
            raise ValidationException(ONLY_OTHERS.format("QueryFilter", name))


def _check_start(table: Any, schema: list[dict[str, str]], body: Body) -> None:
    """A start key names an item of the table, and its place in the index that is read."""
    start: Mapping[str, Any] | None = body.get("ExclusiveStartKey")
    if start is None:
        return
    own, types = key_names(table.schema), key_types(table)
    key_set = {*own, *key_names(schema)}
    if set(start) != key_set or any(next(iter(start[name]), "") != types[name] for name in key_set):
        raise ValidationException(f"{INVALID_START}: {UNLIKE_SCHEMA}")
    check_key(table, {name: start[name] for name in own})


def _check_bounds(schema: list[dict[str, str]], conditions: Iterable[KeyCondition], body: Body) -> None:
    start = body.get("ExclusiveStartKey")
    hashes = {each["AttributeName"] for each in schema if each["KeyType"] == "HASH"}
    for name, operator, values in conditions:
        if start and name in hashes and operator == "=" and start[name] != values[0]:
            raise ValidationException(OUT_OF_BOUNDS)
