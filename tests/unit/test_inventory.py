"""What a reservation gets, and what a shopper is shown of the stock."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shoplib.core import stock
from shoplib.core.errors import InvalidRequest
from shoplib.services.inventory import domain
from shoplib.services.inventory.domain import Level, Mark, Shift

TODAY, TOMORROW, YESTERDAY = "2026-03-01", "2026-03-02", "2026-02-28"
LEVELS = st.builds(
    Level,
    product_id=st.just("p"),
    available=st.integers(0, 5),
    backordered=st.integers(0, 2),
    available_from=st.sampled_from([None, YESTERDAY, TOMORROW]),
    backorder_by=st.sampled_from([None, TOMORROW]),
)


@given(st.integers(0, 200))
def test_parts_are_all_pieces_once(products: int):
    pieces = {f"p{number}": number + 1 for number in range(products)}
    parts = domain.parts(pieces)
    assert all(len(part) <= domain.PART_SIZE for part in parts) and parts
    assert [item for part in parts for item in part.items()] == sorted(pieces.items())


@given(st.dictionaries(st.sampled_from("abc"), LEVELS), st.dictionaries(st.sampled_from("abc"), st.integers(1, 5)))
def test_a_plan_promises_only_what_there_is_or_what_is_expected(levels: dict[str, Level], pieces: dict[str, int]):
    mark, shifts = domain.plan(Mark("r", 0, stock.RESERVED, pieces), levels, TODAY)
    if mark.state == stock.REFUSED:
        assert not shifts and mark.missing
        assert all(name not in levels or not levels[name].backorder_by for name in mark.missing)
        return
    assert {**mark.pieces, **mark.owed} == pieces
    for name, count in pieces.items():
        level, shift = levels[name], shifts[name]
        assert level.available + shift.available >= 0
        assert (shift.reserved, shift.backordered) in ((count, 0), (0, count))
        assert not shift.reserved or not level.backordered
    ahead = any(levels[name].is_ahead(TODAY) for name in mark.pieces)
    assert (mark.state == stock.WAITING) == bool(mark.owed or ahead)


@given(
    st.dictionaries(st.sampled_from("ab"), st.integers(1, 5)), st.dictionaries(st.sampled_from("cd"), st.integers(1))
)
def test_a_release_takes_back_what_the_reservation_did(pieces: dict[str, int], owed: dict[str, int]):
    mark = Mark("r", 0, stock.WAITING, pieces, owed)
    did = domain.hold(pieces) | {name: Shift(backordered=count) for name, count in owed.items()}
    undone = domain.release(mark)
    assert all(
        getattr(did[name], count) == -getattr(undone[name], count)
        for name in did
        for count in Shift.__dataclass_fields__
    )


@pytest.mark.parametrize(
    ("level", "status", "available", "expected", "message"),
    [
        (Level("p", 9), "in_stock", 9, None, "In stock."),
        (Level("p", 3), "in_stock", 3, None, "Only 3 left."),
        (Level("p", 0), "out_of_stock", 0, None, "Out of stock."),
        (Level("p", 9, available_from=YESTERDAY), "in_stock", 9, None, "In stock."),
        (Level("p", 9, available_from=TOMORROW), "preorder", 9, TOMORROW, f"Order ahead: available from {TOMORROW}."),
        (Level("p", 0, backorder_by=TOMORROW), "backorder", 0, TOMORROW, f"On back order: expected by {TOMORROW}."),
        (Level("p", 2, backordered=1, backorder_by=TOMORROW), "backorder", 0, TOMORROW, None),
        (Level("p", 2, backordered=1), "out_of_stock", 0, None, "Out of stock."),
    ],
)
def test_what_a_shopper_is_shown(level: Level, status: str, available: int, expected: str | None, message: str | None):
    shown = domain.to_response(level, TODAY)
    assert (shown["status"], shown["available"], shown.get("expected")) == (status, available, expected)
    assert message is None or shown["message"] == message


@pytest.mark.parametrize(
    "change",
    [
        {"available": -1},
        {"available": True},
        {"available": 1.5},
        {"product_id": ""},
        {"available_from": "soon"},
        {"backorder_by": "2026-02-30"},
        {"backorder_by": 7},
    ],
)
def test_a_level_that_cannot_be_is_named(change: dict[str, Any]):
    entry = {"product_id": "p", "available": 1, **change}
    levels, rejected = domain.levels_to_set([{"product_id": "q", "available": 2}, entry, "p"])
    assert levels == {"q": Level("q", 2)}
    assert [each["index"] for each in rejected] == [1, 2] and next(iter(change)) in rejected[0]["error"]


@pytest.mark.parametrize("text", [None, "", ",", ",".join(map(str, range(101)))])
def test_too_few_or_too_many_products_are_not_asked_for(text: str | None):
    with pytest.raises(InvalidRequest):
        domain.product_ids(text)


@pytest.mark.parametrize("message", [None, {}, {"operation": "steal"}, {"operation": "reserve", "pieces": {"p": 0}}])
def test_a_malformed_command_is_refused(message: Any):
    with pytest.raises(InvalidRequest):
        stock.parse(message)
