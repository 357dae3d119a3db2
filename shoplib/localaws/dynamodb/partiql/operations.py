"""Each statement as the operation that it is: Query or Scan, PutItem, UpdateItem, DeleteItem."""

from typing import Any

from moto.core.exceptions import JsonRESTError

from shoplib.localaws.dynamodb.expressions import Condition
from shoplib.localaws.dynamodb.expressions.nodes import Call, Logic, Path
from shoplib.localaws.dynamodb.keys import key_names
from shoplib.localaws.dynamodb.partiql.conjuncts import (
    attribute_of,
    attributes_in,
    conjunction,
    conjuncts_of,
    split_key,
)
from shoplib.localaws.dynamodb.partiql.rendering import paths_text, text_of
from shoplib.localaws.dynamodb.partiql.statements import Aliases, Delete, Exists, Insert, Select, Update, Write
from shoplib.localaws.dynamodb.refusals import ValidationException

Body = dict[str, Any]
RETURNS_OLD_ALONE = "DELETE takes RETURNING ALL OLD * alone"


class DuplicateItem(JsonRESTError):
    def __init__(self) -> None:
        code = "com.amazonaws.dynamodb.v20120810#DuplicateItemException"
        super().__init__(code, "Duplicate primary key exists in table")


def write_of(backend: Any, statement: Write) -> tuple[str, Body]:
    """The kind of a transaction's part (Put, Update, Delete, ConditionCheck), and its parameters."""
    if isinstance(statement, Insert):
        return "Put", _put(backend, statement)
    if isinstance(statement, Update):
        return "Update", _update(backend, statement)
    return (
        ("Delete", _delete(backend, statement))
        if isinstance(statement, Delete)
        else ("ConditionCheck", _check(backend, statement))
    )


def key_of(backend: Any, statement: Select) -> tuple[Body, Condition | None]:
    """The key of the one item that a SELECT means, and what else it asks of it."""
    return split_key(statement.aliases, statement.where, key_names(backend.get_table(statement.table).schema))


def read_of(backend: Any, statement: Select) -> tuple[str, Body]:
    """`query` where the hash key is named, else `scan`."""
    schema = _schema(backend, statement)
    keys, rest = _key_conditions(statement, schema)
    names = {each["AttributeName"] for each in schema}
    if keys is not None and not attributes_in(statement.aliases, rest) & names:
        body = _with(statement.aliases, KeyConditionExpression=keys, FilterExpression=rest, paths=statement.paths)
        operation, body = "query", body | {"ScanIndexForward": not statement.descending}
    else:
        operation, body = "scan", _with(statement.aliases, FilterExpression=statement.where, paths=statement.paths)
    _check_order(statement, names, operation)
    index = {"IndexName": statement.index} if statement.index else {}
    return operation, {"TableName": statement.table, **index, **body}


def _check_order(statement: Select, names: set[str], operation: str) -> None:
    if not statement.order:
        return
    if operation == "scan":
        raise ValidationException(
            "Must have at least one non-optional hash key condition in WHERE clause when using ORDER BY clause."
        )
    if statement.order not in names:
        raise ValidationException(
            f"Variable reference {statement.order} in ORDER BY clause must be part of the primary key"
        )


def _schema(backend: Any, statement: Select) -> list[dict[str, str]]:
    table = backend.get_table(statement.table)
    if not statement.index:
        return list(table.schema)
    index = next((each for each in table.all_indexes() if each.name == statement.index), None)
    if index is None:
        raise ValidationException("The table does not have the specified index")
    return list(index.schema)


def _key_conditions(statement: Select, schema: list[dict[str, str]]) -> tuple[Condition | None, Condition | None]:
    """What a Query may ask of the keys, and the rest; nothing where the hash key is not named."""
    by_type = {each["KeyType"]: each["AttributeName"] for each in schema}
    parts = conjuncts_of(statement.where)
    of_hash = [
        part for part in parts if _is_equality(part) and attribute_of(statement.aliases, part) == by_type["HASH"]
    ]
    if len(of_hash) != 1:
        return None, statement.where
    of_range = [part for part in parts if attribute_of(statement.aliases, part) == by_type.get("RANGE", "-")][:1]
    key_parts = [*of_hash, *of_range]
    return conjunction(key_parts), conjunction(part for part in parts if part not in key_parts)


def _is_equality(part: Condition) -> bool:
    return not isinstance(part, Logic | Call) and part.operator == "="


def _put(backend: Any, statement: Insert) -> Body:
    name = key_names(backend.get_table(statement.table).schema)[0]
    condition = {"ConditionExpression": "attribute_not_exists(#k)", "ExpressionAttributeNames": {"#k": name}}
    return {"TableName": statement.table, "Item": statement.item, **condition}


def _update(backend: Any, statement: Update) -> Body:
    """Of an item that is there: PartiQL's UPDATE makes none."""
    names = key_names(backend.get_table(statement.table).schema)
    key, rest = split_key(statement.aliases, statement.where, names)
    present = Call("attribute_exists", (Path((statement.aliases.name(names[0]),)),))
    clauses = " ".join(f"{clause} {', '.join(parts)}" for clause, parts in statement.clauses.items())
    body = _with(statement.aliases, ConditionExpression=conjunction(filter(None, (present, rest))), update=clauses)
    return {"TableName": statement.table, "Key": key, **body}


def _delete(backend: Any, statement: Delete) -> Body:
    """What is not there is no error, whatever else is asked of it."""
    if statement.returning not in ("NONE", "ALL_OLD"):
        raise ValidationException(RETURNS_OLD_ALONE)
    names = key_names(backend.get_table(statement.table).schema)
    key, rest = split_key(statement.aliases, statement.where, names)
    absent = Call("attribute_not_exists", (Path((statement.aliases.name(names[0]),)),))
    condition = Logic("OR", (absent, rest)) if rest else None
    return {"TableName": statement.table, "Key": key, **_with(statement.aliases, ConditionExpression=condition)}


def _check(backend: Any, statement: Exists) -> Body:
    key, rest = key_of(backend, statement.select)
    aliases, name = statement.select.aliases, key_names(backend.get_table(statement.select.table).schema)[0]
    present = Call("attribute_exists", (Path((aliases.name(name),)),))
    body = _with(aliases, ConditionExpression=conjunction(filter(None, (present, rest))))
    return {"TableName": statement.select.table, "Key": key, **body}


def _with(aliases: Aliases, paths: list[Path] | None = None, update: str = "", **conditions: Condition | None) -> Body:
    """Expressions with the placeholders that they use."""
    body: Body = {name: text_of(condition) for name, condition in conditions.items() if condition}
    if paths:
        body["ProjectionExpression"] = paths_text(paths)
    if update:
        body["UpdateExpression"] = update
    words = set(
        " ".join(body.values())
        .replace("(", " ")
        .replace(")", " ")
        .replace(",", " ")
        .replace(".", " ")
        .replace("[", " ")
        .split()
    )
    for member, placeholders in (("Names", aliases.names), ("Values", aliases.values)):
        if used := {alias: value for alias, value in placeholders.items() if alias in words}:
            body[f"ExpressionAttribute{member}"] = used
    return body
