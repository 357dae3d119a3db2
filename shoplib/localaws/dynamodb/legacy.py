"""Parameters as they were before expressions, checked and then written as expressions.

moto ignores ConditionalOperator and AttributesToGet, lets an update change a key, and returns an item once for each
filter that it passes. https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/LegacyConditionalParameters.html
"""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from shoplib.localaws.dynamodb.attribute_values import check_value
from shoplib.localaws.dynamodb.expressions import KeyCondition
from shoplib.localaws.dynamodb.refusals import INVALID_PARAMETERS, ValidationException

Body = dict[str, Any]
Conditions = Mapping[str, Mapping[str, Any]]
# How many values each comparison takes, at least and at most.
COUNTS = {"NULL": (0, 0), "NOT_NULL": (0, 0), "BETWEEN": (2, 2), "IN": (1, 100)}
SIGNS = {"EQ": "=", "NE": "<>", "LE": "<=", "LT": "<", "GE": ">=", "GT": ">"}
FORMS = {
    "NULL": "attribute_not_exists({0})",
    "NOT_NULL": "attribute_exists({0})",
    "CONTAINS": "contains({0}, {1})",
    "NOT_CONTAINS": "NOT contains({0}, {1})",
    "BEGINS_WITH": "begins_with({0}, {1})",
    "BETWEEN": "{0} BETWEEN {1} AND {2}",
}
EXPRESSIONS = {
    "Expected": "ConditionExpression",
    "KeyConditions": "KeyConditionExpression",
    "QueryFilter": "FilterExpression",
    "ScanFilter": "FilterExpression",
}
ADDED = ("N", "NS", "SS", "BS", "L")  # what ADD of AttributeUpdates adds to


def check_conditions(conditions: Conditions | None) -> None:
    for name, condition in (conditions or {}).items():
        values = condition.get("AttributeValueList") or []
        for value in [*values, *([condition["Value"]] if "Value" in condition else [])]:
            check_value(value)
        if operator := condition.get("ComparisonOperator"):
            _check_count(operator, len(values))
        elif "Value" not in condition and condition.get("Exists") is not False:
            exists = "true" if condition.get("Exists") else "null"
            raise ValidationException(
                f"{INVALID_PARAMETERS}Value must be provided when Exists is {exists} for Attribute: {name}"
            )


def _check_count(operator: str, count: int) -> None:
    least, most = COUNTS.get(operator, (1, 1))
    if not least <= count <= most:
        raise ValidationException(
            f"{INVALID_PARAMETERS}Invalid number of argument(s) for the {operator} ComparisonOperator"
        )


def check_updates(updates: Conditions | None, keys: Iterable[str]) -> None:
    """Of AttributeUpdates: none of a key, and nothing is added to what does not add up."""
    for name, update in (updates or {}).items():
        if name in keys:
            raise ValidationException(
                f"{INVALID_PARAMETERS}Cannot update attribute {name}. This attribute is part of the key"
            )
        action, value = update.get("Action", "PUT"), update.get("Value")
        if value is None:
            if action != "DELETE":
                raise ValidationException(
                    f"{INVALID_PARAMETERS}Only DELETE action is allowed when no attribute value is specified"
                )
            continue
        check_value(value)
        kind = next(iter(value))
        if action == "ADD" and kind not in ADDED:
            raise ValidationException(f"{INVALID_PARAMETERS}ADD action is not supported for the type {kind}")


def key_conditions(conditions: Conditions) -> list[KeyCondition]:
    """KeyConditions as expressions have them."""
    return [
        (name, SIGNS.get(operator := str(each["ComparisonOperator"]), operator), each.get("AttributeValueList") or [])
        for name, each in conditions.items()
    ]


def write_as_expressions(body: Body) -> None:
    """Put expressions in the place of the older parameters, which were checked."""
    joined = f" {body.pop('ConditionalOperator', 'AND')} "
    for old, new in EXPRESSIONS.items():
        if conditions := body.pop(old, None):
            body[new] = (joined if old != "KeyConditions" else " AND ").join(_conditions(body, conditions))
    if attributes := body.pop("AttributesToGet", None):
        body["ProjectionExpression"] = ", ".join(_name(body, name) for name in dict.fromkeys(attributes))


def _conditions(body: Body, conditions: Conditions) -> Iterator[str]:
    for name, condition in conditions.items():
        alias, values = _name(body, name), condition.get("AttributeValueList") or []
        operator = condition.get("ComparisonOperator")
        if operator is None:
            operator, values = ("EQ", [condition["Value"]]) if "Value" in condition else ("NULL", [])
        yield _condition(alias, operator, [_value(body, value) for value in values])


def _condition(alias: str, operator: str, values: list[str]) -> str:
    if operator in SIGNS:
        return f"{alias} {SIGNS[operator]} {values[0]}"
    return f"{alias} IN ({', '.join(values)})" if operator == "IN" else FORMS[operator].format(alias, *values)


def _name(body: Body, name: str) -> str:
    return _placeholder(body.setdefault("ExpressionAttributeNames", {}), "#legacy", name)


def _value(body: Body, value: Any) -> str:
    return _placeholder(body.setdefault("ExpressionAttributeValues", {}), ":legacy", value)


def _placeholder(present: dict[str, Any], start: str, content: Any) -> str:
    same = next((key for key, each in present.items() if each == content), None)
    key = same or f"{start}{len(present)}"
    present[key] = content
    return key
