from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shoplib.core import events, money
from shoplib.core.errors import InvalidRequest, TooLarge, Unprocessable
from shoplib.services.checkout import domain, requests

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
BODY = {
    "cart_id": "cart-1",
    "email": "ada@example.com",
    "country": "Norway",
    "payment": {"method": "card", "token": "tok_visa"},
}
VISIT = events.Visit("visitor-1", session_id="session-1", country="Sweden", user_agent="browser")
IMPORTED = {
    "order_id": "A563185",
    "type": "order",
    "placed_at": "2011-08-12T14:50:00Z",
    "anonymous_id": "guest",
    "currency": "GBP",
    "channel": "import",
}
PRICES = st.decimals(min_value=0, max_value=10**6, places=3).map(money.parse)
LINES = st.lists(st.tuples(PRICES, st.integers(1, 99)), min_size=1, max_size=20)


def cart(*lines: tuple[money.Amount, int]) -> dict[str, Any]:
    shown = [
        {"product_id": f"p{n}", "product_name": "Mug", "category": "Kitchen", "quantity": quantity}
        | {"price_minor": money.to_json(price)}
        for n, (price, quantity) in enumerate(lines)
    ]
    return {"cart_id": "cart-1", "user_id": "ada", "version": 3, "lines": shown, "currency": "GBP"}


def drafted(*lines: tuple[money.Amount, int]) -> domain.Draft:
    return domain.draft(checkout(), cart(*lines), cart(*lines), VISIT, NOW)


def checkout(key: str = "key-1", owner: str = "user:ada", **changes: Any) -> domain.Checkout:
    return domain.Checkout(requests.parse(key, {**BODY, **changes}), owner)


@given(LINES)
def test_the_amount_is_the_exact_sum_of_price_times_quantity(lines: list[tuple[money.Amount, int]]):
    assert drafted(*lines).order.amount_minor == sum(price * quantity for price, quantity in lines)


@given(LINES)
def test_a_stored_draft_comes_back_as_it_was(lines: list[tuple[money.Amount, int]]):
    draft = drafted(*lines)
    assert domain.deserialize(domain.serialize(draft)) == draft


def test_the_order_follows_from_the_key_and_its_owner():
    assert checkout().order_id == checkout(country="Chile").order_id
    assert len({checkout().order_id, checkout("key-2").order_id, checkout(owner="user:eve").order_id}) == 3


def test_another_request_under_a_key_is_refused():
    for expected in (None, 100):
        domain.same_request(drafted((100, 1)), checkout(expected_total_minor=expected).request)
    for changes in (
        {"country": "Chile"},
        {"cart_id": "cart-2"},
        {"promotion_code": "SPRING10"},
        {"expected_total_minor": 99},
        {"payment": {"method": "card", "token": "tok_paypal"}},
    ):
        with pytest.raises(Unprocessable, match="idempotency_key_reused"):
            domain.same_request(drafted((100, 1)), checkout(**changes).request)


def test_the_order_carries_the_visit_and_the_country_of_the_bill():
    order = drafted((100, 1)).order
    assert (order.session_id, order.country, order.user_id) == ("session-1", "Norway", "ada")


def test_the_steps_of_the_funnel_keep_their_order_and_their_ids():
    order = drafted((100, 2)).order
    begin, paying = domain.steps(order, "browser")
    assert begin["event_time"] < paying["event_time"] < order.placed_at
    assert (begin["event_name"], paying["event_name"]) == ("begin_checkout", "add_payment_info")
    assert begin["value_minor"] == 200
    assert domain.steps(order, "browser") == [begin, paying]
    assert all(events.problem(step) is None for step in (begin, paying))


def test_an_order_that_no_message_can_carry_is_refused_before_money_moves():
    big = cart((1, 1))
    big["lines"][0]["product_name"] = "x" * domain.MAX_MESSAGE
    with pytest.raises(TooLarge, match="order_too_large"):
        domain.draft(checkout(), big, big, VISIT, NOW)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"cart_id": None}, "cart_id must be a string"),
        ({"email": "ada"}, "email must look like"),
        ({"country": ""}, "country must have"),
        ({"payment": "cash"}, "payment must be an object"),
        ({"payment": {"method": "cash", "token": "x"}}, "method must be one of card, paypal, gift_card"),
        ({"payment": {"method": "card"}}, "token must be a string"),
    ],
)
def test_a_request_says_what_is_wrong(change: dict[str, Any], message: str):
    with pytest.raises(InvalidRequest, match=message):
        requests.parse("key-1", {**BODY, **change})
    with pytest.raises(InvalidRequest, match="Send an Idempotency-Key header"):
        requests.parse(None, BODY)


@given(st.lists(st.integers(1, domain.MAX_MESSAGE), max_size=40))
def test_batches_fit_into_one_call_and_lose_nothing(sizes: list[int]):
    messages = ["x" * size for size in sizes]
    batches = list(domain.batches(messages))
    assert [text for batch in batches for text in batch] == messages
    assert all(len(batch) <= domain.MAX_BATCH and sum(map(len, batch)) <= domain.MAX_MESSAGE for batch in batches)


def test_an_import_takes_what_real_ledgers_hold():
    line = {"product_id": "22423", "quantity": -10, "price_minor": "-1106.06"}
    order = IMPORTED | {"lines": [line]}
    bad = [
        {**order, "channel": "web"},
        {**order, "lines": [{**line, "quantity": 0.5}]},
        {**order, "placed_at": "today"},
    ]
    messages, rejected = domain.sort_out([order, *bad, "order"])
    assert len(messages) == 1
    assert [entry["error"].split(":")[0].split(" must")[0] for entry in rejected] == [
        "Line 1",
        "Line 1",
        "placed_at",
        "An order",
    ]


def test_equal_drafts_make_equal_messages():
    draft = drafted((100, 1))
    assert domain.message(draft.order) == domain.message(replace(draft.order))


def test_an_order_beyond_any_amount_is_refused():
    line = {"product_id": "22423", "quantity": 1_000_000, "price_minor": 999_999_999_999_999}
    _, rejected = domain.sort_out([IMPORTED | {"lines": [line]}])
    assert rejected[0]["error"].startswith("The order's sum is not an amount")
