"""Numbers are kept as the text that came in: upstream stores `1.0` beside `1`, takes 39 digits and 1e126, rounds sums.

DynamoDB has 38 significant digits, magnitudes from 1E-130 to 9.99...E+125, and one way to write a number.
https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/HowItWorks.NamingRulesDataTypes.html
"""

import re
from decimal import ROUND_HALF_UP, Context, Decimal, localcontext
from typing import Any

from moto.dynamodb.exceptions import MockValidationException
from moto.dynamodb.models.dynamo_type import DDBType, DynamoType, Item
from moto.dynamodb.responses import DynamoHandler

from shoplib.localaws.moto_patches import before, wrap

DIGITS, LARGEST, SMALLEST = 38, 125, -130
ARITHMETIC = Context(prec=DIGITS, rounding=ROUND_HALF_UP)
_NUMBER = re.compile(r"[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d{1,6})?", re.ASCII)
_NORMAL = re.compile(r"0|-?[1-9]\d{0,36}", re.ASCII)
OPERATIONS = (
    *("put_item", "update_item", "delete_item", "get_item", "query", "scan", "batch_get_item", "batch_write_item"),
    *("transact_get_items", "transact_write_items", "execute_statement", "execute_transaction"),
    "batch_execute_statement",
)
OUT_OF_RANGE = "Attempting to store a number with magnitude {} than supported range"


def install() -> None:
    for name in OPERATIONS:
        before(DynamoHandler, name, _normalize)
    for name in ("__add__", "__sub__"):
        wrap(DynamoType, name, _exact)
    wrap(Item, "update_with_attribute_updates", _in_38_digits)


def normalize(text: str) -> str:
    """A number as DynamoDB writes it; ValidationException for what it does not store."""
    if _NORMAL.fullmatch(text):
        return text
    if len(text) > 1000 or not _NUMBER.fullmatch(text):
        raise MockValidationException(f"The parameter cannot be converted to a numeric value: {text[:100]}")
    number = Decimal(text)
    if not number:
        return "0"
    if number.adjusted() > LARGEST:
        raise MockValidationException(f"Number overflow. {OUT_OF_RANGE.format('larger')}")
    if number.adjusted() < SMALLEST:
        raise MockValidationException(f"Number underflow. {OUT_OF_RANGE.format('smaller')}")
    digits = "".join(map(str, number.as_tuple().digits)).strip("0")
    if len(digits) > DIGITS:
        raise MockValidationException("Attempting to store more than 38 significant digits in a Number")
    return _plain(number)


def _plain(number: Decimal) -> str:
    text = f"{number:f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def _normalize(request: Any) -> None:
    _normalize_within(request.body)


def _normalize_within(value: Any) -> None:
    if isinstance(value, dict):
        for key, item in value.items():
            if key == "N" and isinstance(item, str):
                value[key] = normalize(item)
            elif key in ("NS", "SS", "BS") and isinstance(item, list):
                value[key] = _distinct([normalize(each) for each in item] if key == "NS" else item, item)
            elif isinstance(item, dict | list):
                _normalize_within(item)
    elif isinstance(value, list):
        for item in value:
            _normalize_within(item)


def _distinct(members: list[Any], written: list[Any]) -> list[Any]:
    if all(isinstance(each, str | bytes) for each in members) and len(set(members)) < len(members):
        listed = ", ".join(map(str, written))
        raise MockValidationException(
            f"One or more parameter values were invalid: Input collection [{listed}] contains duplicates."
        )
    return members


def _exact(original: Any) -> Any:
    def operate(left: Any, right: Any) -> Any:
        if left.type != DDBType.NUMBER or right.type != DDBType.NUMBER:
            return original(left, right)
        negative = original.__name__ == "__sub__"
        with localcontext(ARITHMETIC) as context:
            other = -Decimal(right.value) if negative else Decimal(right.value)
            total = context.add(Decimal(left.value), other)
        return DynamoType({DDBType.NUMBER: normalize(str(total))})

    return operate


def _in_38_digits(original: Any) -> Any:
    def update(item: Any, *arguments: Any, **kwargs: Any) -> Any:
        with localcontext(ARITHMETIC):
            return original(item, *arguments, **kwargs)

    return update
