"""A proof of the demo holds for a good run, and fails by name for each thing that is lost or counted twice."""

from collections import Counter
from dataclasses import replace
from decimal import Decimal

import pandas as pd
import pytest

from shoplib.demo.ledger import Ledger
from shoplib.demo.proofs import Run, prove_declared, prove_events, prove_settlement, stock


def order(status: str, pieces: int) -> dict:
    lines = [{"product_id": "mug", "quantity": Decimal(pieces), "price_minor": Decimal(25)}]
    sold = {"sold": True} if status not in ("rejected", "returned") else {}
    return {"status": status, "channel": "web", "amount_minor": 25 * Decimal(pieces), "lines": lines, **sold}


@pytest.fixture
def run() -> Run:
    before = Ledger({}, {"mug": 10})
    after = Ledger({"a": order("confirmed", 3), "b": order("returned", 1), "c": order("rejected", 9)}, {"mug": 8})
    return Run({"a", "b", "c"}, set(), 0, Decimal(0), before, after)


def test_a_good_run_is_proven(run):
    assert prove_settlement(run).ok
    assert stock(run).ok


def test_an_order_on_its_way_counts_as_confirmed(run):
    orders = {**run.after.orders, "d": order("delivered", 1), "e": order("shipped", 1)}
    sent = replace(run, web_orders=set(orders), after=Ledger(orders, run.after.stock))
    outcomes = "3 confirmed (2 of them packed, shipped or delivered), 1 rejected, 1 returned"
    assert prove_settlement(sent).detail == f"5 accepted: {outcomes}"


def test_a_lost_order_is_noticed(run):
    lost = replace(run, web_orders=run.web_orders | {"d"})
    assert not prove_settlement(lost).ok
    assert "first d" in prove_settlement(lost).detail


def test_an_order_that_never_ended_is_noticed(run):
    stuck = {**run.after.orders, "a": order("reserving", 3)}
    assert not prove_settlement(replace(run, after=Ledger(stuck, run.after.stock))).ok


def test_a_missing_piece_is_noticed(run):
    proof = stock(replace(run, after=Ledger(run.after.orders, {"mug": 7})))
    assert not proof.ok
    assert "mug" in proof.detail


def test_what_is_cancelled_or_comes_back_is_no_revenue_and_stands_on_the_shelf():
    part = {"latest_return": {"pieces": {"1": Decimal(1)}}}
    orders = {"a": order("cancelled", 3), "b": order("refunded", 4) | part, "c": order("delivered", 1)}
    after = Ledger(orders, {"mug": 6})
    assert after.amount_minor({"a", "b", "c"}, "web") == 100
    assert stock(Run({"a", "b", "c"}, set(), 0, Decimal(0), Ledger({}, {"mug": 10}), after)).ok
    again = orders | {"b": order("refunded", 4) | part | {"returned": {"1": Decimal(2)}}}
    assert Ledger(again, {}).amount_minor({"a", "b", "c"}, "web") == 50


def test_oversold_stock_is_noticed(run):
    sold = Ledger({"a": order("confirmed", 12)}, {"mug": -2})
    assert not stock(replace(run, after=sold)).ok


def test_an_event_lost_or_told_twice_is_noticed(run):
    walked = replace(run, web_orders={"a"}, sessions={"s1"}, steps=Counter(view_item=2))
    seen = pd.DataFrame({"session_id": "s1", "event_name": ["view_item", "view_item", "purchase"]})
    other = pd.DataFrame({"session_id": ["s2"], "event_name": ["view_item"]})
    assert prove_events(walked, pd.concat([seen, other])).ok
    assert prove_events(walked, seen.iloc[1:]).detail == "view_item: 1 events, 2 steps"
    assert prove_events(walked, pd.concat([seen, seen.iloc[2:]])).detail == "purchase: 2 events, 1 steps"


def uses(*rows: tuple[str, str, str]) -> pd.DataFrame:
    return pd.DataFrame(rows, columns=["source", "target", "verdict"])


def test_a_call_that_no_template_declares_is_noticed():
    known = ("Cart", "CartTable", "proven"), ("Cart", "Prices", "never used")
    assert prove_declared(uses(*known))[0].detail == "1 of 2 connections used"
    stray = prove_declared(uses(*known, ("Cart", "OrdersTable", "used, not declared")))[0]
    assert not stray.ok and "Cart → OrdersTable" in stray.detail
    assert prove_declared(uses(("Cart", "CartTable", "cannot be seen"))) == []
