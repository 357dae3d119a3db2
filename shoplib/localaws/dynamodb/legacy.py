"""Conditions as they were before expressions: Expected, KeyConditions, QueryFilter and ScanFilter."""

from collections.abc import Mapping
from typing import Any

from shoplib.localaws.dynamodb.attribute_values import check_value
from shoplib.localaws.dynamodb.expressions import KeyCondition
from shoplib.localaws.dynamodb.refusals import INVALID_PARAMETERS, ValidationException

# How many values each comparison takes, at least and at most.
COUNTS = {"NULL": (0, 0), "NOT_NULL": (0, 0), "BETWEEN": (2, 2), "IN": (1, 100)}
SIGNS = {"EQ": "=", "LE": "<=", "LT": "<", "GE": ">=", "GT": ">", "BEGINS_WITH": "begins_with", "BETWEEN": "BETWEEN"}


def check_conditions(conditions: Mapping[str, Mapping[str, Any]] | None) -> None:
    for name, condition in (conditions or {}).items():
        values = condition.get("AttributeValueList") or []
        for value in [*values, *([condition["Value"]] if "Value" in condition else [])]:
            check_value(value)
        if operator := condition.get("ComparisonOperator"):
            _check_count(operator, len(values))
        elif "Value" not in condition and condition.get("Exists") is not False:
            raise ValidationException(
                f"{INVALID_PARAMETERS}Value must be provided when Exists is "
                f"{'true' if condition.get('Exists') else 'null'} for Attribute: {name}"
            )


def key_conditions(conditions: Mapping[str, Mapping[str, Any]]) -> list[KeyCondition]:
    """KeyConditions as expressions have them."""
    return [
        (name, SIGNS.get(each["ComparisonOperator"], each["ComparisonOperator"]), each.get("AttributeValueList") or [])
        for name, each in conditions.items()
    ]


def _check_count(operator: str, count: int) -> None:
    least, most = COUNTS.get(operator, (1, 1))
    if not least <= count <= most:
        raise ValidationException(
            f"{INVALID_PARAMETERS}Invalid number of argument(s) for the {operator} ComparisonOperator"
        )
