"""Numbers are kept as the text that came in: upstream stores `1.0` beside `1`, takes 39 digits and 1e126, rounds sums.

DynamoDB has 38 significant digits, magnitudes from 1E-130 to 9.99...E+125, and one way to write a number.
https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/HowItWorks.NamingRulesDataTypes.html
"""

import re
from base64 import b64encode
from collections.abc import Callable
from decimal import ROUND_HALF_UP, Context, Decimal, localcontext
from typing import Any

from moto.dynamodb.exceptions import MockValidationException
from moto.dynamodb.models.dynamo_type import DDBType, DynamoType, Item
from moto.dynamodb.responses import DynamoHandler

from shoplib.localaws.dynamodb_errors import in_one_error
from shoplib.localaws.moto_patches import before, wrap

DIGITS, LARGEST, SMALLEST = 38, 125, -130
ARITHMETIC = Context(prec=DIGITS, rounding=ROUND_HALF_UP)
_NUMBER = re.compile(r"[+-]?(\d+\.?\d*|\.\d+)([eE](?P<exponent>[+-]?\d+))?", re.ASCII)
_FAR = 1_000_000  # no digits bring an exponent beyond it back into range
_NORMAL = re.compile(r"0|-?[1-9]\d{0,36}", re.ASCII)
WRITES = ("put_item", "update_item", "delete_item")
READS = ("get_item", "query", "batch_get_item")
# These say of some values what DynamoDB said of all of them before 2026.
OTHERS = (
    *("scan", "batch_write_item", "transact_get_items", "transact_write_items"),
    *("execute_statement", "execute_transaction", "batch_execute_statement"),
)
LONGEST = 1000
NO_NUMBER = "The parameter cannot be converted to a numeric value"
DUPLICATES = "One or more parameter values were invalid: Input collection{} contains duplicates."
OF_BYTES = "of type BS"
Describe = Callable[[str, list[Any]], str]  # of the type and the members
OUT_OF_RANGE = "Attempting to store a number with magnitude {} than supported range"


def install() -> None:
    for names, check in ((WRITES, _normalize_written), (READS, _normalize_read), (OTHERS, _normalize_other)):
        for name in names:
            before(DynamoHandler, name, check)
    for name in ("__add__", "__sub__"):
        wrap(DynamoType, name, _exact)
    wrap(Item, "update_with_attribute_updates", _in_38_digits)


def normalize(text: str) -> str:
    """A number as DynamoDB writes it; ValidationException for what it does not store."""
    if _NORMAL.fullmatch(text):
        return text
    match = _NUMBER.fullmatch(text) if len(text) <= LONGEST else None
    if match is None:
        raise MockValidationException(f"{NO_NUMBER}: {text[:100]}")
    exponent = max(-_FAR, min(_FAR, int(match["exponent"] or 0)))
    number = Decimal(text[: match.start("exponent")] + str(exponent) if match["exponent"] else text)
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


def _normalize_written(request: Any) -> None:
    with in_one_error():
        _normalize_read(request)


def _normalize_read(request: Any) -> None:
    _normalize_within(request.body, _sorted_duplicates)


def _normalize_other(request: Any) -> None:
    try:
        _normalize_within(request.body, _listed_duplicates)
    except MockValidationException as error:
        raise MockValidationException(error.message.removesuffix(": ")) from None


def _normalize_within(value: Any, describe: Describe) -> None:
    if isinstance(value, dict):
        for key, item in value.items():
            if key == "N" and isinstance(item, str):
                value[key] = normalize(item)
            elif key in ("NS", "SS", "BS") and isinstance(item, list):
                value[key] = _distinct(key, [normalize(each) for each in item] if key == "NS" else item, item, describe)
            elif isinstance(item, dict | list):
                _normalize_within(item, describe)
    elif isinstance(value, list):
        for item in value:
            _normalize_within(item, describe)


def _distinct(kind: str, members: list[Any], written: list[Any], describe: Describe) -> list[Any]:
    if all(isinstance(each, str | bytes) for each in members) and len(set(members)) < len(members):
        raise MockValidationException(describe(kind, written))
    return members


def _listed_duplicates(kind: str, members: list[Any]) -> str:
    if kind == "NS":
        return "Input collection contains duplicates"
    return DUPLICATES.format(f" [{', '.join(map(_text, members))}]{OF_BYTES if kind == 'BS' else ''}")


def _sorted_duplicates(kind: str, members: list[Any]) -> str:
    """In the order in which they were put in a tree, until one was there already."""
    if kind == "NS":
        return DUPLICATES.format("")
    first = next(at for at in range(len(members)) if members[at] in members[:at])
    texts = [f'"{_text(each)}"' for each in (*sorted(members[:first], key=_bytes), *members[first:])]
    return DUPLICATES.format(f" [{','.join(texts)}]{OF_BYTES}" if kind == "BS" else f" [{', '.join(texts)}]")


def _text(member: str | bytes) -> str:
    return member if isinstance(member, str) else b64encode(member).decode()


def _bytes(member: str | bytes) -> bytes:
    return member.encode() if isinstance(member, str) else member


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
