"""Numbers as DynamoDB keeps them, or refuses them."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st
from moto.dynamodb.exceptions import MockValidationException

from shoplib.localaws.moto_fixes.dynamodb_numbers import normalize


@pytest.mark.parametrize(
    ("written", "kept"),
    [
        ("1.0", "1"),
        ("0012", "12"),
        ("1e3", "1000"),
        ("-0", "0"),
        ("0e500", "0"),
        ("+5", "5"),
        (".5", "0.5"),
        ("1.50", "1.5"),
        ("1E-7", "0.0000001"),
        ("9" * 38, "9" * 38),
        ("1e125", "1" + "0" * 125),
        ("1e-130", "0." + "0" * 129 + "1"),
        ("12345678901234567890123456789012345678000", "12345678901234567890123456789012345678000"),
    ],
)
def test_one_way_to_write_a_number(written: str, kept: str) -> None:
    assert normalize(written) == kept


@pytest.mark.parametrize(
    ("written", "message"),
    [
        ("1" * 39, "more than 38 significant digits"),
        ("1e126", "Number overflow"),
        ("1e-131", "Number underflow"),
        ("1e999999", "Number overflow"),
        ("abc", "cannot be converted to a numeric value: abc"),
        ("NaN", "cannot be converted to a numeric value: NaN"),
        ("Infinity", "cannot be converted"),
        ("", "cannot be converted"),
        ("1_000", "cannot be converted"),
        ("\u0661", "cannot be converted"),
        ("1" * 100_000, "cannot be converted"),
    ],
)
def test_what_is_no_number_is_refused_by_name(written: str, message: str) -> None:
    with pytest.raises(MockValidationException, match=message):
        normalize(written)


@given(st.decimals(allow_nan=False, allow_infinity=False, places=12, min_value=-(10**20), max_value=10**20))
def test_the_value_stays_the_same(number: Decimal) -> None:
    kept = normalize(str(number))
    assert Decimal(kept) == number
    assert normalize(kept) == kept
