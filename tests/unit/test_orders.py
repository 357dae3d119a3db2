import json
from dataclasses import replace
from fractions import Fraction
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shoplib.core import events, ids, money, order_changes, orders
from shoplib.core.errors import InvalidRequest
from shoplib.services.orders import domain
from shoplib.services.orders.domain import Progress

QUANTITIES = st.lists(st.tuples(st.integers(0, 120), st.integers(-50, 50)), min_size=1, max_size=200)


def order(lines: list[tuple[int, int]], **changes: object) -> orders.Order:
    made = orders.Order(
        order_id="536365",
        type="order",
        placed_at="2010-12-01T08:26:00.000000Z",
        anonymous_id="customer-17850",
        currency="GBP",
        channel="import",
        lines=tuple(orders.OrderLine(f"p{number}", "Mug", None, quantity, 255) for number, quantity in lines),
    )
    return replace(made, **changes)  # type: ignore[arg-type]


@given(QUANTITIES)
def test_parts_move_exactly_the_positive_quantities(lines: list[tuple[int, int]]):
    parts = domain.parts(order(lines))
    moved: dict[str, int] = {}
    for part in parts:
        assert 1 <= len(part) <= domain.PART_SIZE
        assert not moved.keys() & part.keys()
        moved.update(part)
    wanted: dict[str, int] = {}
    for number, quantity in lines:
        if quantity > 0:
            wanted[f"p{number}"] = wanted.get(f"p{number}", 0) + quantity
    assert moved == wanted


@given(QUANTITIES, st.sampled_from([("order", domain.CONFIRMED, "purchase"), ("return", domain.RETURNED, "refund")]))
def test_each_line_of_a_settled_order_is_told_once_with_its_value(
    lines: list[tuple[int, int]], kind: tuple[str, str, str]
):
    type_, status, name = kind
    made = order(lines, type=type_)
    told = domain.events_of_settlement(Progress(made, status))
    assert [event["order_line"] for event in told] == list(range(1, len(lines) + 1))
    assert sum(event["value_minor"] for event in told) == made.amount_minor
    assert len({event["event_id"] for event in told}) == len(lines)
    assert {event["event_name"] for event in told} == {name}
    assert all(events.problem(event) is None for event in told)
    assert domain.events_of_settlement(Progress(made, status)) == told


@pytest.mark.parametrize("status", [domain.REJECTED, domain.RESERVING, domain.RELEASING, domain.RETURNING])
def test_nothing_is_told_of_an_order_that_was_not_fulfilled(status: str):
    assert domain.events_of_settlement(Progress(order([(1, 1)]), status)) == []


def test_a_change_of_a_web_order_is_announced_and_read_as_it_was_written():
    web = order([(1, 2)], channel="web", email="ada@example.com", order_key_hash="secret")
    change = domain.change_of(Progress(web, domain.REJECTED, "out_of_stock: p1", 2, "2026-03-01T12:00:00.000000Z"))
    assert change is not None and order_changes.parse(json.loads(change.to_message())) == change
    assert (change.status, change.reason, change.total_minor) == ("rejected", "out_of_stock: p1", 510)
    assert {name: value["StringValue"] for name, value in change.attributes().items()} == {
        "status": "rejected",
        "channel": "web",
    }
    assert "secret" not in change.to_message()


def test_each_change_has_an_id_of_its_own_and_keeps_it():
    web = order([(1, 2)], channel="web")
    ids_of_changes = [domain.change_of(Progress(web, domain.CONFIRMED, None, version)) for version in (1, 1, 2)]
    first, again, next_one = (change.change_id for change in ids_of_changes if change)
    assert first == again != next_one


def test_nobody_is_told_of_imported_orders_and_of_work_in_progress():
    assert domain.change_of(Progress(order([(1, 1)]), domain.CONFIRMED)) is None
    assert domain.change_of(Progress(order([(1, 1)], channel="web"), domain.RESERVING)) is None


def test_only_the_order_key_opens_an_order():
    progress = Progress(order([(1, 1)], order_key_hash=ids.fingerprint("key")), domain.CONFIRMED)
    assert domain.may_read(progress, "key")
    assert not domain.may_read(progress, "another")
    assert not domain.may_read(Progress(order([(1, 1)]), domain.CONFIRMED), "")


def test_work_in_progress_is_shown_as_processing():
    assert domain.to_response(Progress(order([(1, 1)]), domain.RELEASING, "out_of_stock: p1"))["status"] == "processing"
    assert domain.to_response(Progress(order([(1, 1)]), domain.CONFIRMED))["status"] == "confirmed"


def test_the_pause_before_a_retry_grows_to_a_minute():
    assert [domain.pause_after(receives) for receives in (1, 2, 3, 10)] == [1, 2, 4, 60]


@given(QUANTITIES)
def test_an_order_message_is_read_as_it_was_written(lines: list[tuple[int, int]]):
    made = order(lines, country="Norway", user_id="ada")
    assert orders.parse(made.to_message()) == made


PRICES = st.integers(0, 10**6) | st.decimals(min_value=0, max_value=10**6, places=3).map(money.parse)


@st.composite
def charged_lines(draw: st.DrawFn) -> orders.OrderLine:
    line = orders.OrderLine("p1", "Mug", None, draw(st.integers(1, 99)), draw(PRICES))
    discount, tax = draw(st.integers(0, int(line.value_minor))), draw(st.integers(0, 10**6))
    return replace(line, discount_minor=discount, tax_minor=tax)


@given(charged_lines(), st.data())
def test_however_a_line_comes_back_it_is_refunded_exactly_what_was_paid_for_it(
    line: orders.OrderLine, data: st.DataObject
):
    before, refunds = 0, []
    while before < line.quantity:
        pieces = data.draw(st.integers(1, line.quantity - before))
        refunds.append(orders.share_minor(line, before, pieces))
        before += pieces
    assert sum(refunds) == line.total_minor
    assert min(refunds) >= 0
    assert all(refund == int(refund) for refund in refunds[:-1])


@given(charged_lines(), st.integers(0, 99), st.integers(0, 99))
def test_a_share_is_that_of_its_pieces_to_less_than_one_unit(line: orders.OrderLine, before: int, pieces: int):
    before = min(before, line.quantity)
    pieces = min(pieces, line.quantity - before)
    share = orders.share_minor(line, before, pieces)
    assert abs(Fraction(share) - Fraction(line.total_minor) * pieces / line.quantity) < 1


@pytest.mark.parametrize(("before", "pieces"), [(-1, 1), (0, 4), (2, 2), (1, -1)])
def test_more_than_a_line_has_cannot_come_back(before: int, pieces: int):
    with pytest.raises(ValueError, match="pieces of 3"):
        orders.share_minor(orders.OrderLine("p1", "Mug", None, 3, 100), before, pieces)


@given(st.lists(charged_lines(), min_size=1, max_size=9), st.integers(0, 10**6), st.integers(0, 10**6))
def test_lines_and_shipping_are_all_that_is_paid(lines: list[orders.OrderLine], shipping: int, tax: int):
    charges = {"shipping_minor": shipping, "shipping_tax_minor": tax}
    made = replace(order([(1, 1)], channel="web", **charges), lines=tuple(lines))
    assert made.total_minor == made.amount_minor - made.discount_minor + made.shipping_minor + made.tax_minor
    assert made.total_minor == sum(line.total_minor for line in lines) + shipping + tax
    message = json.loads(json.dumps(made.to_message(), default=money.to_json))
    assert orders.parse(message) == made


def test_a_message_from_before_discounts_taxes_and_shipping_is_read():
    line = {"product_id": "22423", "product_name": "Mug", "quantity": 2, "price_minor": 255}
    old = {"order_id": "1", "type": "order", "placed_at": "2026-03-01T12:00:00.000000Z", "anonymous_id": "a"}
    made = orders.parse({**old, "currency": "GBP", "channel": "web", "device": "desktop", "lines": [line]})
    assert (made.amount_minor, made.total_minor, made.shipping_method, made.delivery_by) == (510, 510, None, None)
    assert made.to_message() == {**old, "currency": "GBP", "channel": "web", "device": "desktop", "lines": [line]}


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"shipping_minor": -1}, "shipping_minor must not be negative"),
        ({"shipping_minor": 1.5}, "shipping_minor is not an amount"),
        ({"delivery_by": "tomorrow"}, "delivery_by must be a date"),
        ({"lines": [{"tax_minor": -1}]}, "Line 1: tax_minor must not be negative"),
        ({"lines": [{"discount_minor": 256}]}, "Line 1: discount_minor must not be more than the line's value"),
        ({"lines": [{"discount_minor": None}]}, "Line 1: discount_minor is not an amount"),
    ],
)
def test_a_message_with_wrong_charges_says_which(change: dict[str, Any], message: str):
    good = order([(1, 1)]).to_message()
    lines = [{**good["lines"][0], **line} for line in change.get("lines", [{}])]
    with pytest.raises(InvalidRequest, match=message):
        orders.parse({**good, **change, "lines": lines})
