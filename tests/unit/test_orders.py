from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shoplib.core import events, ids, orders
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
