"""Sizes of items by AWS's own rules."""

from typing import Any

import pytest

from shoplib.localaws.item_size import item_size


@pytest.mark.parametrize(
    ("value", "size"),
    [
        ({"S": "abc"}, 3),
        ({"S": "ü"}, 2),
        ({"N": "0"}, 1),
        ({"N": "27"}, 2),
        ({"N": "-27"}, 3),
        ({"N": "123.450"}, 4),
        ({"N": "0.0001"}, 2),
        ({"N": "1E3"}, 2),
        ({"B": "AQID"}, 3),
        ({"BOOL": True}, 1),
        ({"NULL": True}, 1),
        ({"SS": ["ab", "c"]}, 3),
        ({"L": []}, 3),
        ({"L": [{"S": "ab"}, {"NULL": True}]}, 8),
        ({"M": {"name": {"S": "ab"}}}, 10),
    ],
)
def test_a_value_and_its_name(value: dict[str, Any], size: int) -> None:
    assert item_size({"key": value}) == len("key") + size
