"""Conditions and projections in moto's place: it compares what is of different types (TypeError), takes a missing
attribute for NULL, knows no binary values in begins_with and contains, and projects through Python's own types.
"""

from collections.abc import Iterable, Mapping
from typing import Any

from moto.dynamodb import models, responses
from moto.dynamodb.models import table as tables
from moto.dynamodb.models.dynamo_type import DynamoType, Item
from moto.utilities.utils import md5_hash

from shoplib.localaws.dynamodb.expressions import (
    KeyCondition,
    Placeholders,
    check_projection,
    compile_condition,
    key_conditions,
    parse_condition,
    parse_projection,
)
from shoplib.localaws.dynamodb.refusals import objecting_to
from shoplib.localaws.moto_patches import replace

Paths = Iterable[Iterable[str | int]]
Names = Mapping[str, str] | None
Values = Mapping[str, Mapping[str, Any]] | None


class ConditionOfItems:
    """In the place of moto's parser, and of what it makes; no expression holds of every item."""

    def __init__(self, text: str | None, names: Names, values: Values) -> None:
        self._placeholders = Placeholders(names or {}, values or {})
        with objecting_to("ConditionExpression"):
            self._test = compile_condition(parse_condition(text), self._placeholders) if text else None
        self.expr_attr_names_found = [name for name in self._placeholders.used if name.startswith("#")]
        self.expr_attr_values_found = [name for name in self._placeholders.used if name.startswith(":")]

    def parse(self) -> "ConditionOfItems":
        return self

    def expr(self, item: Item | None) -> bool:
        return self._test is None or self._test(item.attrs if item is not None else {})


class Projection:
    """In the place of moto's parser of projections."""

    def __init__(self, projection_expression: str | None, expression_attribute_names: Names) -> None:
        self._text, self._placeholders = projection_expression, Placeholders(expression_attribute_names or {}, {})
        self.expr_attr_names_found: list[str] = []

    def parse(self) -> list[tuple[str | int, ...]]:
        if not self._text:
            return []
        with objecting_to("ProjectionExpression"):
            paths = check_projection(parse_projection(self._text), self._placeholders)
        self.expr_attr_names_found = list(self._placeholders.used)
        return paths


def install() -> None:
    for owner in (responses, models):
        replace(owner, "create_condition_expression_parser", ConditionOfItems)
    for owner in (models, tables):
        replace(owner, "get_filter_expression", ConditionOfItems)
    replace(responses, "ProjectionExpressionParser", Projection)
    replace(responses, "parse_expression", _parse_key_conditions)
    replace(Item, "project", _project)
    replace(Item, "is_within_segment", _is_within_segment)


def _parse_key_conditions(
    key_condition_expression: str,
    expression_attribute_values: dict[str, dict[str, Any]],
    expression_attribute_names: dict[str, str],
    schema: list[dict[str, str]],
) -> tuple[Any, Any, list[str]]:
    placeholders = Placeholders(expression_attribute_names or {}, expression_attribute_values or {})
    conditions: list[KeyCondition] = key_conditions(parse_condition(key_condition_expression), placeholders)
    return *responses.validate_schema(conditions, schema), list(placeholders.used)


def _project(item: Item, paths: Paths) -> Item:
    tree: dict[Any, Any] = {}
    for path in paths:
        branch = tree
        for part in path:
            branch = branch.setdefault(part, {})
    projection = Item(item.hash_key, item.range_key, attrs={})
    for name, inner in tree.items():
        if name in item.attrs and (value := _within(item.attrs[name], inner)) is not None:
            projection.attrs[name] = value
    return projection


def _within(value: DynamoType, tree: Mapping[Any, Any]) -> DynamoType | None:
    """What `tree` selects of a value; None when there is nothing of it."""
    if not tree:
        return value
    parts = sorted(tree, key=lambda part: part if isinstance(part, int) else 0)
    children = {part: child for part in parts if (child := value.child_attr(part)) is not None}
    selection = {part: each for part, child in children.items() if (each := _within(child, tree[part])) is not None}
    if not selection:
        return None
    subset = DynamoType({"NULL": True})
    subset.type, subset.value = value.type, selection if value.is_map() else list(selection.values())
    return subset


def _is_within_segment(item: Item, segments: tuple[int | None, int | None]) -> bool:
    segment, total = segments
    if segment is None or total is None:
        return True
    key = item.hash_key.value
    return int(md5_hash(key if isinstance(key, bytes) else key.encode()).digest()[0]) % total == segment
