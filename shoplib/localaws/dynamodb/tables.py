"""What DynamoDB refuses of a table's definition."""

import re
from collections.abc import Iterable, Mapping
from typing import Any

from moto.dynamodb.exceptions import ResourceNotFoundException

from shoplib.localaws.dynamodb.refusals import INVALID_PARAMETERS, ValidationException

Body = dict[str, Any]
Schema = list[dict[str, str]]
TABLE_NAME = re.compile(r"[A-Za-z0-9_.-]{3,255}", re.ASCII)
PROTECTED = (
    "Resource cannot be deleted as it is currently protected against deletion. Disable deletion protection first."
)
SAME_NAME = "Both the Hash Key and the Range Key element in the KeySchema have the same name"
NO_THROUGHPUT = "Neither ReadCapacityUnits nor WriteCapacityUnits can be specified when BillingMode is PAY_PER_REQUEST"
NO_RANGE = "Table KeySchema does not have a range key, which is required when specifying a LocalSecondaryIndex"
BAD_NAME = (
    "Invalid table/index name.  Table/index names must be between 3 and 255 characters long, and may contain only the "
    "characters a-z, A-Z, 0-9, '_', '-', and '.'"
)


def check_create_table(backend: Any, body: Body) -> None:
    for member in ("AttributeDefinitions", "KeySchema"):
        if member not in body:
            null = f"Value null at '{member[0].lower()}{member[1:]}' failed to satisfy constraint"
            raise ValidationException(f"1 validation error detected: {null}: Member must not be null")
    if not TABLE_NAME.fullmatch(body["TableName"]):
        raise ValidationException(BAD_NAME)
    if body.get("BillingMode") == "PAY_PER_REQUEST" and body.get("ProvisionedThroughput"):
        raise ValidationException(INVALID_PARAMETERS + NO_THROUGHPUT)
    _check_schema(body["KeySchema"], most=2)
    local, of_the_table = body.get("LocalSecondaryIndexes") or [], body.get("GlobalSecondaryIndexes") or []
    _check_local(local, body["KeySchema"])
    for index in of_the_table:
        _check_schema(index["KeySchema"], most=8)
    _check_indexes([*local, *of_the_table])
    _check_stream(body.get("StreamSpecification") or {})


def check_update_table(backend: Any, body: Body) -> None:
    present = {index.name for index in backend.get_table(body["TableName"]).global_indexes}
    for update in body.get("GlobalSecondaryIndexUpdates") or []:
        for kind, index in update.items():
            if kind != "Create" and index["IndexName"] not in present:
                raise ResourceNotFoundException
            if kind == "Create" and index["IndexName"] in present:
                raise ValidationException("Attempting to create an index which already exists")
            if kind == "Create":
                _check_schema(index["KeySchema"], most=8)
                _check_indexes([index])
    _check_stream(body.get("StreamSpecification") or {})


def check_delete_table(backend: Any, body: Body) -> None:
    if require_table(backend, body["TableName"]).deletion_protection_enabled:
        raise ValidationException(PROTECTED)


def require_table(backend: Any, name: str) -> Any:
    """The table, or a refusal that names it."""
    try:
        return backend.get_table(name)
    except ResourceNotFoundException:
        raise ResourceNotFoundException(table_name=name) from None


def _check_schema(schema: Schema, most: int) -> None:
    """An index of the table's whole may have keys of several attributes, a table two at most."""
    kinds = [each["KeyType"] for each in schema]
    if kinds[:1] != ["HASH"]:
        raise ValidationException("Invalid KeySchema: The first KeySchemaElement is not a HASH key type")
    if most == 2 and kinds[1:2] not in ([], ["RANGE"]):
        raise ValidationException("Invalid KeySchema: The second KeySchemaElement is not a RANGE key type")
    names = [each["AttributeName"] for each in schema]
    if len(set(names)) < len(names):
        raise ValidationException(SAME_NAME)


def _check_local(indexes: Iterable[Mapping[str, Any]], schema: Schema) -> None:
    for index in indexes:
        if len(schema) < 2:
            raise ValidationException(INVALID_PARAMETERS + NO_RANGE)
        name, own = index["IndexName"], index["KeySchema"]
        _check_schema(own, most=2)
        if len(own) < 2:
            raise ValidationException(
                f"{INVALID_PARAMETERS}Index KeySchema does not have a range key for index: {name}"
            )
        hash_key, of_the_table = own[0]["AttributeName"], schema[0]["AttributeName"]
        if hash_key != of_the_table:
            raise ValidationException(
                f"{INVALID_PARAMETERS}Index KeySchema does not have the same leading hash key as table KeySchema for "
                f"index: {name}. index hash key: {hash_key}, table hash key: {of_the_table}"
            )


def _check_indexes(indexes: list[Mapping[str, Any]]) -> None:
    names = [index["IndexName"] for index in indexes]
    for name in names:
        if names.count(name) > 1:
            raise ValidationException(f"{INVALID_PARAMETERS}Duplicate index name: {name}")
    for index in indexes:
        _check_projection(index.get("Projection") or {})


def _check_projection(projection: Mapping[str, Any]) -> None:
    kind, has_others = projection.get("ProjectionType"), bool(projection.get("NonKeyAttributes"))
    if kind is None:
        raise ValidationException(f"{INVALID_PARAMETERS}Unknown ProjectionType: null")
    if (kind == "INCLUDE") != has_others:
        state = "is specified" if has_others else "is not specified"
        raise ValidationException(f"{INVALID_PARAMETERS}ProjectionType is {kind}, but NonKeyAttributes {state}")


def _check_stream(stream: Mapping[str, Any]) -> None:
    enabled, view = stream.get("StreamEnabled"), stream.get("StreamViewType")
    if enabled and not view:
        raise ValidationException(f"{INVALID_PARAMETERS}StreamViewType must be specified when StreamEnabled is true")
    if view and not enabled:
        raise ValidationException(
            f"{INVALID_PARAMETERS}StreamViewType can be specified only when StreamEnabled is true"
        )
