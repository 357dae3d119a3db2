import json
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shoplib.core import money

AMOUNTS = st.decimals(min_value=-(10**14), max_value=10**14, places=3).map(money.parse)


@given(AMOUNTS)
def test_an_amount_survives_json_exactly(amount: money.Amount):
    text = json.dumps(money.to_json(Decimal(amount)))
    assert money.parse(json.loads(text, parse_float=Decimal)) == amount


@given(AMOUNTS)
def test_json_of_an_amount_is_an_integer_or_a_decimal_string(amount: money.Amount):
    form = money.to_json(amount)
    assert isinstance(form, int) if amount == int(amount) else isinstance(form, str)


@given(st.lists(st.tuples(AMOUNTS, st.integers(-10_000, 10_000)), max_size=50))
def test_sums_of_products_are_exact(lines: list[tuple[money.Amount, int]]):
    thousandths = sum(int(price * 1000) * quantity for price, quantity in lines)
    assert sum((price * quantity for price, quantity in lines), 0) * 1000 == thousandths


@given(st.integers(0, 10**15), st.lists(st.integers(0, 10**15), min_size=1, max_size=50))
def test_parts_of_an_amount_add_up_to_it_and_are_what_the_weights_say_to_less_than_one(amount: int, weights: list[int]):
    parts = money.apportion(amount, weights)
    everything = sum(weights)
    assert sum(parts) == (amount if everything else 0)
    for part, weight in zip(parts, weights, strict=True):
        assert abs(part * everything - amount * weight) < max(everything, 1)
        assert part <= weight or amount > everything


def test_what_is_left_of_an_amount_goes_to_the_largest_remainders_the_first_of_equal_ones():
    assert money.apportion(100, [1, 1, 1]) == [34, 33, 33]
    assert money.apportion(10, [Decimal("2.5"), 7, Decimal("0.5")]) == [3, 7, 0]
    assert money.apportion(5, [0, 0]) == [0, 0]


@pytest.mark.parametrize(
    "value",
    [1.5, True, None, "", "1.2345", "1e3", "NaN", "٣", " 1", "1\n", [], 10**15, Decimal("NaN"), Decimal("Infinity")]
    + [Decimal("0.0001"), Decimal("1e999999"), Decimal("1e-999999"), "1000000000000000"],
    ids=repr,
)
def test_what_is_no_exact_amount_is_refused(value: object):
    with pytest.raises(ValueError, match="is not an amount"):
        money.parse(value)


def test_only_amounts_become_json():
    with pytest.raises(TypeError, match="float is not JSON and not an amount"):
        money.to_json(1.5)
