"""How large an item is, as DynamoDB counts it, and how many capacity units that is.

https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/CapacityUnitCalculations.html
"""

from base64 import b64decode
from collections.abc import Callable, Iterable, Mapping
from math import ceil
from typing import Any

Attributes = Mapping[str, Mapping[str, Any]]
READ_BYTES, WRITE_BYTES = 4096, 1024  # of a capacity unit
CONTAINER = 3  # of a list or a map, whatever it holds
ELEMENT = 1
NUMBER = 1


def units_of(items: Iterable[Attributes], of_bytes: int) -> int:
    """Of items that are read or written together; one at least."""
    return max(1, ceil(sum(map(item_size, items)) / of_bytes))


def item_size(attributes: Attributes) -> int:
    """Bytes of the names and values of `{"name": {"S": "value"}}`."""
    return sum(len(name.encode()) + _value_size(value) for name, value in attributes.items())


def _value_size(value: Mapping[str, Any]) -> int:
    ((kind, content),) = value.items()
    if kind in ("SS", "NS", "BS"):
        return sum(_value_size({kind[0]: each}) for each in content)
    return _SIZES[kind](content)


def _number_size(text: str) -> int:
    """A byte for two significant digits, and one; another for a sign."""
    digits = text.lower().partition("e")[0].replace(".", "").lstrip("+-0").rstrip("0")
    return ceil(len(digits) / 2) + NUMBER + text.startswith("-")


def _list_size(elements: list[Any]) -> int:
    return CONTAINER + sum(ELEMENT + _value_size(each) for each in elements)


def _map_size(members: Attributes) -> int:
    return CONTAINER + sum(ELEMENT + len(name.encode()) + _value_size(each) for name, each in members.items())


_SIZES: dict[str, Callable[[Any], int]] = {
    "S": lambda text: len(text.encode()),
    "N": _number_size,
    "B": lambda content: len(content if isinstance(content, bytes) else b64decode(content)),
    "BOOL": lambda _: 1,
    "NULL": lambda _: 1,
    "L": _list_size,
    "M": _map_size,
}
