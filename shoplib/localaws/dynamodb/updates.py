"""What an update names: UPDATED_OLD and UPDATED_NEW return these paths; moto returns what differs.

A path leads through maps and lists; moto takes one through a string without a word, and changes nothing. A key must not
be changed; moto refuses to read one, too (`SET copy = id`).
"""

import copy
from collections.abc import Mapping
from functools import lru_cache
from typing import Any, cast

from moto.dynamodb.exceptions import InvalidUpdateExpressionInvalidDocumentPath, UpdateHashRangeKeyException
from moto.dynamodb.models import DynamoDBBackend
from moto.dynamodb.models.dynamo_type import Item
from moto.dynamodb.parsing.expressions import (  # type: ignore[attr-defined]
    UpdateExpressionGroupedValueParser,
    UpdateExpressionValueParser,
)
from moto.dynamodb.parsing.tokens import Token
from moto.dynamodb.parsing.validators import UpdateHashRangeKeyValidator
from moto.dynamodb.responses import DynamoHandler, DynamoResult

from shoplib.localaws.dynamodb.expressions import Objection, Path, Placeholders, read_path
from shoplib.localaws.dynamodb.expressions.tokens import END, Tokens
from shoplib.localaws.dynamodb.keys import key_names
from shoplib.localaws.moto_patches import Method, replace, wrap

CLAUSES = ("SET", "REMOVE", "ADD", "DELETE")
OLD, NEW = "UPDATED_OLD", "UPDATED_NEW"


def install() -> None:
    wrap(DynamoHandler, "update_item", _returning_what_it_names)
    wrap(DynamoDBBackend, "update_item", _along_documents)
    replace(UpdateExpressionGroupedValueParser, "_parse", _group)
    replace(UpdateHashRangeKeyValidator, "check_for_hash_or_range_key", lambda _, node: node)


def _group(parser: Any) -> Any:
    """A value in parentheses is that value; moto fails an assertion of its own (AssertionError)."""
    parser.process_token_of_type(Token.OPEN_ROUND_BRACKET)
    value, parser.token_pos = UpdateExpressionValueParser(**parser._initializer_args())._parse_with_pos()
    parser.process_token_of_type(Token.CLOSE_ROUND_BRACKET)
    return value


@lru_cache(4096)
def updated_paths(text: str) -> tuple[Path, ...]:
    """Of an UpdateExpression that moto has taken."""
    tokens, paths = Tokens(text), list[Path]()
    while tokens.text != END:
        tokens.accept(*CLAUSES)
        paths.append(read_path(tokens))
        _skip_value(tokens)
        tokens.accept(",")
    return tuple(paths)


def _skip_value(tokens: Tokens) -> None:
    """To the next path: behind a comma, or in the next clause."""
    depth = 0
    while tokens.text != END and (depth or (tokens.text != "," and tokens.text.upper() not in CLAUSES)):
        depth += {"(": 1, ")": -1}.get(tokens.text, 0)
        tokens.take()


def _returning_what_it_names(original: Method) -> Method:
    def update_item(request: Any) -> Any:
        body, backend = request.body, request.dynamodb_backend
        mode = body.get("ReturnValues")
        if mode not in (OLD, NEW):
            return original(request)
        before = copy.deepcopy(backend.get_item(body["TableName"], body["Key"])) if mode == OLD else None
        result = original(request)
        item = before if mode == OLD else backend.get_item(body["TableName"], body["Key"])
        attributes = item.project(_paths(body)).attrs if item is not None else {}
        result.result.pop("Attributes", None)
        if attributes:
            result.result.update(DynamoResult({"Attributes": dict(attributes)}).result)
        return result

    return update_item


def _along_documents(original: Method) -> Method:
    """Keys are refused before anything else; whether a path leads somewhere is asked when the update was made, for its
    condition comes first, and whoever is around takes it back."""

    def update_item(backend: Any, table_name: str, key: dict[str, Any], *arguments: Any, **kwargs: Any) -> Item:
        paths = resolved_paths(kwargs.get("update_expression") or "", kwargs.get("expression_attribute_names") or {})
        _refuse_keys(backend.get_table(table_name), paths)
        nested = [path for path in paths if len(path) > 1]
        before = copy.deepcopy(backend.get_item(table_name, key)) if nested else None
        item = cast(Item, original(backend, table_name, key, *arguments, **kwargs))
        for path in nested:
            _require_document(before, path)
        return item

    return update_item


def resolved_paths(text: str, names: Mapping[str, str]) -> list[tuple[str | int, ...]]:
    """None for an expression that is none, which moto refuses."""
    try:
        return [Placeholders(names, {}).path(path) for path in updated_paths(text)]
    except Objection:
        return []


def _refuse_keys(table: Any, paths: list[tuple[str | int, ...]]) -> None:
    keys = key_names(table.schema)
    for path in paths:
        if path[0] in keys:
            raise UpdateHashRangeKeyException(str(path[0]))


def _require_document(item: Item | None, parts: tuple[str | int, ...]) -> None:
    value = item.attrs.get(str(parts[0])) if item is not None else None
    for number, part in enumerate(parts[1:], 1):
        if value is None or not (value.is_list() if isinstance(part, int) else value.is_map()):
            raise InvalidUpdateExpressionInvalidDocumentPath
        value = value.child_attr(part) if number < len(parts) - 1 else value


def _paths(body: dict[str, Any]) -> list[tuple[str | int, ...]]:
    if text := body.get("UpdateExpression"):
        placeholders = Placeholders(body.get("ExpressionAttributeNames") or {}, {})
        return [placeholders.path(path) for path in updated_paths(text)]
    return [(name,) for name in body.get("AttributeUpdates") or {}]
