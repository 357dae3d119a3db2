import json
from dataclasses import replace
from datetime import datetime
from decimal import Decimal
from fractions import Fraction
from itertools import product
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shoplib import analytics
from shoplib.core import events, ids, money, order_changes, orders
from shoplib.core.errors import Conflict, InvalidRequest
from shoplib.services.orders import domain, fulfilment, publishing, states
from shoplib.services.orders.domain import Progress, Return
from tests.unit import behaviour_events

NOON = "2026-03-01T12:00:00.000000Z"
ACTORS = (states.SHOP, states.BUYER, states.BACK_OFFICE, states.CARRIER)
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
def test_an_order_moves_exactly_the_positive_quantities(lines: list[tuple[int, int]]):
    wanted: dict[str, int] = {}
    for number, quantity in lines:
        if quantity > 0:
            wanted[f"p{number}"] = wanted.get(f"p{number}", 0) + quantity
    assert domain.pieces(order(lines)) == wanted


@given(QUANTITIES, st.sampled_from([("order", states.CONFIRMED, "purchase"), ("return", states.RETURNED, "refund")]))
def test_each_line_of_a_fulfilled_order_is_one_event_with_its_value(
    lines: list[tuple[int, int]], kind: tuple[str, str, str]
):
    type_, status, name = kind
    made = order(lines, type=type_)
    published = publishing.events_of(Progress(made, status))
    assert [event["order_line"] for event in published] == list(range(1, len(lines) + 1))
    assert sum(event["value_minor"] for event in published) == made.amount_minor
    assert len({event["event_id"] for event in published}) == len(lines)
    assert {event["event_name"] for event in published} == {name}
    assert all(events.problem(event) is None for event in published)
    assert publishing.events_of(Progress(made, status)) == published


@pytest.mark.parametrize("status", sorted(set(states.STATES) - {"confirmed", "cancelled", "returned", "refunded"}))
def test_other_states_have_no_events(status: str):
    assert publishing.events_of(Progress(order([(1, 1)]), status)) == []


@pytest.mark.parametrize(("sold", "names"), [(True, ["cancellation", "refund", "refund"]), (False, ["cancellation"])])
def test_a_cancellation_is_one_event_and_pays_back_what_was_sold(sold: bool, names: list[str]):
    cancelled = Progress(order([(1, 2), (2, 3)]), states.CANCELLED, at=NOON, sold=sold)
    published = publishing.events_of(cancelled)
    assert [event["event_name"] for event in published] == names
    assert all(events.problem(event) is None and event["event_time"] == NOON for event in published)
    assert sum(event["value_minor"] for event in published[1:]) == (1275 if sold else 0)


def test_each_return_of_a_line_is_an_event_of_its_own():
    def refunds(number: int) -> list[Any]:
        latest = Return(number, {1: 1}, 255)
        return publishing.events_of(Progress(order([(1, 2)]), states.REFUNDED, at=NOON, latest_return=latest))

    assert [event["value_minor"] for event in (*refunds(1), *refunds(2))] == [255, 255]
    assert refunds(1)[0]["event_id"] != refunds(2)[0]["event_id"]


def test_the_lake_counts_each_part_of_a_line_that_comes_back():
    def back(number: int, **before: Any) -> Progress:
        return Progress(web, states.REFUNDED, at=NOON, sold=True, latest_return=Return(number, {1: 1}, 255), **before)

    web = order([(1, 3)], channel="web")
    told = [Progress(web, states.CONFIRMED, at=NOON), back(1), back(2, returned={1: 1})]
    lake = behaviour_events.frame(*(in_lake(event) for progress in told for event in publishing.events_of(progress)))
    assert analytics.totals(analytics.clean(lake).events)["net_revenue"] == Decimal("2.55")


def in_lake(event: dict[str, Any]) -> dict[str, Any]:
    at = datetime.fromisoformat(event["event_time"])
    amounts = {name: Decimal(event[name]) for name in ("value_minor", "price_minor")}
    return {**event, **amounts, "event_time": at, "ingest_time": at}


def test_a_change_of_a_web_order_is_announced_and_read_as_it_was_written():
    web = order([(1, 2)], channel="web", email="ada@example.com", order_key_hash="secret")
    change = publishing.change_of(Progress(web, states.REJECTED, "out_of_stock: p1", 2, NOON))
    assert change is not None and order_changes.parse(json.loads(change.to_message())) == change
    assert (change.status, change.reason, change.total_minor) == ("rejected", "out_of_stock: p1", 510)
    assert {name: value["StringValue"] for name, value in change.attributes().items()} == {
        "status": "rejected",
        "channel": "web",
    }
    assert "secret" not in change.to_message()


def test_each_change_has_an_id_of_its_own_and_keeps_it():
    web = order([(1, 2)], channel="web")
    changes = [publishing.change_of(Progress(web, states.CONFIRMED, None, version, NOON)) for version in (1, 1, 2)]
    first, again, next_one = (change.change_id for change in changes if change)
    assert first == again != next_one


def test_nobody_is_told_of_imported_orders():
    assert publishing.change_of(Progress(order([(1, 1)]), states.CONFIRMED)) is None


def test_only_the_table_of_states_changes_an_order():
    allowed = {(each.before, each.name, each.by) for each in states.TRANSITIONS}
    for state, name, actor in product(states.STATES, {each.name for each in states.TRANSITIONS}, ACTORS):
        if (state, name, actor) in allowed:
            assert states.after(state, name, actor) in states.STATES
        else:
            with pytest.raises(Conflict, match="cannot be"):
                states.after(state, name, actor)


def test_every_state_is_reached_and_what_asks_for_work_has_some():
    reached = {states.PLACED}
    for _ in states.STATES:
        reached |= {each.after for each in states.TRANSITIONS if each.before in reached}
    assert reached == set(states.STATES)
    assert set(fulfilment._WORK) == set(states.WITH_WORK)


@given(st.data())
def test_however_an_order_comes_back_it_is_paid_back_exactly(data: st.DataObject):
    lines = data.draw(st.lists(st.tuples(st.integers(1, 9), st.integers(1, 9)), min_size=1, max_size=5))
    taxed = [replace(line, tax_minor=7, discount_minor=3) for line in order(lines).lines]
    progress = Progress(replace(order(lines), lines=tuple(taxed)), states.DELIVERED)
    paid_back = []
    while out := {n: line.quantity - progress.back.get(n, 0) for n, line in enumerate(progress.order.lines, 1)}:
        out = {number: count for number, count in out.items() if count}
        if not out:
            break
        chosen = data.draw(st.lists(st.sampled_from(sorted(out)), min_size=1, unique=True))
        body = {"lines": [{"line": n, "pieces": data.draw(st.integers(1, out[n]))} for n in chosen]}
        latest = domain.requested_return(progress, body)
        paid_back.append(latest.refund_minor)
        progress = replace(progress, status=states.REFUNDED, returned=progress.back, latest_return=latest)
    assert money.total(paid_back) == progress.order.total_minor


@pytest.mark.parametrize(
    "lines",
    [
        [],
        [{"line": 3, "pieces": 1}],
        [{"line": 1, "pieces": 3}],
        [{"line": 1, "pieces": 0}],
        [{"line": 1, "pieces": 1}, {"line": 1, "pieces": 1}],
        [{"line": True, "pieces": 1}],
        ["1"],
        "all",
    ],
)
def test_what_is_not_out_cannot_be_returned(lines: Any):
    progress = Progress(order([(1, 2), (2, 1)]), states.DELIVERED)
    with pytest.raises(InvalidRequest):
        domain.requested_return(progress, {"lines": lines})


def test_an_order_opens_to_its_key_and_to_the_member_who_placed_it():
    web = order([(1, 1)], order_key_hash=ids.fingerprint("key"), channel="web", user_id="ada")
    progress = Progress(web, states.CONFIRMED)
    assert domain.may_read(progress, "key", None) and domain.may_read(progress, None, "ada")
    assert not domain.may_read(progress, "another", None) and not domain.may_read(progress, None, "bob")
    without_key = Progress(order([(1, 1)], user_id="17850"), states.CONFIRMED)
    assert not domain.may_read(without_key, "", None) and not domain.may_read(without_key, None, "17850")


def test_a_buyer_sees_what_can_be_done():
    web = order([(1, 1)], channel="web")
    assert domain.to_response(Progress(web, states.CONFIRMED))["possible"] == ["cancel"]
    assert domain.to_response(Progress(web, states.DELIVERED))["possible"] == ["request_return"]
    assert domain.to_response(Progress(web, states.PACKED))["possible"] == []


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
