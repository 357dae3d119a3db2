"""The keys of items, of tables and indexes alike: there, of their type, and not empty."""

from collections.abc import Iterable, Mapping
from typing import Any

from shoplib.localaws.dynamodb.refusals import INVALID_PARAMETERS, UNLIKE_SCHEMA, EmptyKey, ValidationException

AttributeValue = Mapping[str, Any]
EMPTY = "The AttributeValue for a key attribute cannot contain an empty {} value."
NOT_VALID = "One or more parameter values are not valid. "


def key_types(table: Any) -> dict[str, str]:
    """The type of each attribute that is part of a key."""
    return {each["AttributeName"]: each["AttributeType"] for each in table.attr}


def key_names(schema: Iterable[Mapping[str, str]]) -> list[str]:
    return [each["AttributeName"] for each in schema]


def check_item(table: Any, item: Mapping[str, AttributeValue]) -> None:
    """Of an item that shall be written as a whole."""
    types = key_types(table)
    for name in key_names(table.schema):
        if name not in item:
            raise ValidationException(f"{INVALID_PARAMETERS}Missing the key {name} in the item")
        if (actual := _type_of(item[name])) != types[name]:
            raise ValidationException(
                f"{INVALID_PARAMETERS}Type mismatch for key {name} expected: {types[name]} actual: {actual}"
            )
        _refuse_empty(name, item[name])
    check_index_keys(table, item)


def check_key(table: Any, key: Mapping[str, AttributeValue]) -> None:
    """Of a key that names an item."""
    types, names = key_types(table), key_names(table.schema)
    if set(key) != set(names) or any(_type_of(key[name]) != types[name] for name in names):
        raise ValidationException(UNLIKE_SCHEMA)
    for name in names:
        _refuse_empty(name, key[name])


def check_index_keys(table: Any, item: Mapping[str, AttributeValue]) -> None:
    types = key_types(table)
    for index in table.all_indexes():
        for name in key_names(index.schema):
            if name in item:
                _check_index_key(index.name, name, types[name], item[name])


def _check_index_key(index: str, name: str, expected: str, value: AttributeValue) -> None:
    if (actual := _type_of(value)) != expected:
        raise ValidationException(
            f"{INVALID_PARAMETERS}Type mismatch for Index Key {name} Expected: {expected} Actual: {actual} "
            f"IndexName: {index}"
        )
    if kind := _emptiness(value):
        raise EmptyKey(
            f"{NOT_VALID}A value specified for a secondary index key is not supported. {EMPTY.format(kind)} "
            f"IndexName: {index}, IndexKey: {name}"
        )


def _refuse_empty(name: str, value: AttributeValue) -> None:
    if kind := _emptiness(value):
        raise EmptyKey(f"{NOT_VALID}{EMPTY.format(kind)} Key: {name}")


def _emptiness(value: AttributeValue) -> str:
    """What kind of value is empty; nothing for one that is not."""
    kind, content = next(iter(value.items()))
    return "" if content else {"S": "string", "B": "binary"}.get(kind, "")


def _type_of(value: AttributeValue) -> str:
    return next(iter(value))
