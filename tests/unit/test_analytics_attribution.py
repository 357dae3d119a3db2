"""Credits against exact fractions in a plain loop, and that they add up to the revenue whatever the events."""

from datetime import timedelta
from decimal import Decimal
from fractions import Fraction
from itertools import product
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from shoplib import analytics
from shoplib.analytics.attribution import MODELS, divide_worth
from shoplib.errors import LabError
from tests.unit.behaviour_events import Event, crowd, event, frame, visits

DAY = 86_400
SHOWN = {"source": "(direct)", "medium": "(none)", "campaign": "(not set)"}


def channel(session: list[Event]) -> dict[str, str]:
    told = [row for row in session if any(row.get(name) for name in SHOWN)]
    return {name: (told or session)[0].get(name) or null for name, null in SHOWN.items()}


def weights(model: str, touches: list[dict[str, str]], ages: list[float], half_life: float) -> list[Fraction]:
    count = len(touches)
    one = [Fraction(0)] * count
    if model == "first":
        one[0] = Fraction(1)
    elif model == "last":
        one[-1] = Fraction(1)
    elif model == "last_non_direct":
        known = [place for place, touch in enumerate(touches) if touch["source"] != "(direct)"]
        one[known[-1] if known else -1] = Fraction(1)
    elif model == "linear":
        one = [Fraction(1, count)] * count
    elif model == "position":
        middle = Fraction(1, 5) / (count - 2) if count > 2 else Fraction(1, 2)
        one = [middle] * count
        if count != 2:
            one[0] = one[-1] = Fraction(2, 5) if count > 2 else Fraction(1)
    else:
        raw = [Fraction(max(1, round(2 ** ((ages[-1] - age) / half_life) * 1_000_000))) for age in ages]
        one = [each / sum(raw) for each in raw]
    return one


def shared(worth: int, parts: list[Fraction]) -> list[int]:
    exact = [worth * part for part in parts]
    given = [int(each // 1) for each in exact]
    order = sorted(range(len(parts)), key=lambda place: (-(exact[place] - given[place]), place))
    for place in order[: worth - sum(given)]:
        given[place] += 1
    return given


def oracle(
    rows: list[Event], model: str, by: tuple[str, ...], lookback: float, half_life: float
) -> dict[Any, list[int]]:
    credit: dict[Any, list[int]] = {}
    for own in visits(rows, "visitor"):
        sessions = list(visits(own))
        for part in sessions:
            credit.setdefault(tuple(channel(part)[name] for name in by), [0, 0])
        orders: dict[str, list[Event]] = {}
        for row in own:
            if row["event_name"] == "purchase":
                orders.setdefault(row["order_id"], []).append(row)
        for lines in orders.values():
            moment = lines[0]["event_time"]
            until = next(place for place, part in enumerate(sessions) if lines[0] in part)
            ages = [(moment - part[0]["event_time"]).total_seconds() for part in sessions[: until + 1]]
            near = [place for place, age in enumerate(ages) if age <= lookback or place == until]
            touches = [channel(sessions[place]) for place in near]
            shares = weights(model, touches, [ages[place] for place in near], half_life)
            worth = int(sum(line["value_minor"] for line in lines) * 1000)
            for touch, money, part in zip(touches, shared(worth, shares), shared(1_000_000, shares), strict=True):
                total = credit[tuple(touch[name] for name in by)]
                total[0] += money
                total[1] += part
    return credit


@pytest.mark.parametrize(("model", "by"), [*product(MODELS, (("source", "medium"), ("campaign",)))])
def test_every_model_equals_the_oracle(model, by):
    rows = crowd(3, 900, spread=60 * DAY, visitors="abcdefghij")
    for row in rows[::7]:
        row["order_id"] = f"shared-{row['anonymous_id']}" if row["event_name"] == "purchase" else None
    told = analytics.attribution(frame(*rows), model, by=by, lookback=timedelta(days=20))
    expected = oracle(rows, model, by, 20 * DAY, 7 * DAY)
    found = {
        tuple(getattr(row, name) for name in by): [int(row.revenue * 100_000), int(row.orders * 1_000_000)]
        for row in told.itertuples()
    }
    assert found == expected
    assert told.share.sum() == pytest.approx(1)


@given(st.integers(0, 10**6), st.integers(0, 150), st.sampled_from([0, 1, 5 * DAY, 30 * DAY]))
@settings(max_examples=30, deadline=None)
def test_the_credits_of_every_model_add_up_to_the_revenue(seed, count, lookback):
    rows = frame(*crowd(seed, count, spread=40 * DAY, visitors="abc"))
    table = analytics.attribution(rows, lookback=timedelta(seconds=lookback))
    revenue = sum(analytics.sessions(rows).revenue, Decimal(0))
    orders = int((rows.event_name == "purchase").sum())
    for model in MODELS:
        assert sum(table[f"revenue_{model}"], Decimal(0)) == revenue == analytics.revenue(rows)
        assert sum(table[f"orders_{model}"], Decimal(0)) == orders


@given(
    st.lists(st.tuples(st.integers(0, 2**62), st.lists(st.integers(1, 2**20), min_size=1, max_size=30)), max_size=20)
)
@settings(deadline=None)
def test_the_largest_remainder_shares_out_everything_fairly(orders):
    order = np.repeat(np.arange(len(orders)), [len(weights) for _, weights in orders]).astype(np.int64)
    flat = np.array([weight for _, weights in orders for weight in weights], dtype=np.int64)
    shares = divide_worth(order, flat, np.array([worth for worth, _ in orders], dtype=np.int64)).tolist()
    for worth, weights_ in orders:
        mine, shares = shares[: len(weights_)], shares[len(weights_) :]
        assert mine == shared(worth, [Fraction(weight, sum(weights_)) for weight in weights_])


@given(st.randoms(use_true_random=False))
@settings(max_examples=10, deadline=None)
def test_order_of_arrival_and_duplicates_change_nothing(dice):
    rows = crowd(5, 200, spread=20 * DAY, tick=300)
    shuffled = rows + dice.sample(rows, 60)
    dice.shuffle(shuffled)
    tables = [analytics.attribution(analytics.clean(frame(*each)).events) for each in (rows, shuffled)]
    pd.testing.assert_frame_equal(*tables)


def visit(number: int, days: float, source: str | None, name: str = "view_item", **fields: Any) -> Event:
    return event(number, name, days * DAY, source=source, medium=None, **fields)


def credits(rows: list[Event], model: str, **asked: Any) -> dict[str, str]:
    table = analytics.attribution(frame(*rows), model, by="source", **asked)
    return {row.source: str(row.revenue) for row in table.itertuples() if row.revenue}


def test_the_models_by_example():
    rows = [visit(1, 0, "google"), visit(2, 7, "news"), visit(3, 14, None), visit(4, 14.01, None, "purchase")]
    rows[3]["value_minor"] = Decimal(1000)
    assert credits(rows, "first") == {"google": "10.00"}
    assert credits(rows, "last") == {"(direct)": "10.00"}
    assert credits(rows, "last_non_direct") == {"news": "10.00"}
    assert credits(rows, "linear") == {"google": "3.33334", "news": "3.33333", "(direct)": "3.33333"}
    assert credits(rows, "position") == {"google": "4.00", "news": "2.00", "(direct)": "4.00"}
    decay = analytics.attribution(frame(*rows), "time_decay", by="source").set_index("source").share
    assert decay.to_dict() == pytest.approx({"(direct)": 4 / 7, "news": 2 / 7, "google": 1 / 7}, abs=1e-5)


def test_the_lookback_includes_its_edge_and_never_loses_the_converting_session():
    rows = [visit(1, 0, "google"), visit(2, 30, "news", "purchase")]
    assert credits(rows, "first") == {"google": "8.50"}
    assert credits(rows, "first", lookback=timedelta(days=30, microseconds=-1)) == {"news": "8.50"}
    assert credits(rows, "first", lookback=timedelta(0)) == {"news": "8.50"}


def test_all_direct_and_a_purchase_without_session_start():
    assert credits([visit(1, 0, None, "purchase")], "last_non_direct") == {"(direct)": "8.50"}
    assert credits([visit(1, 0, "direct"), visit(2, 1, "(direct)", "purchase")], "linear") == {"(direct)": "8.50"}


def test_a_session_takes_the_channel_of_its_first_event_that_names_one():
    rows = [visit(1, 0, None), visit(2, 0.001, "google"), visit(3, 0.002, "news", "purchase")]
    assert credits(rows, "last") == {"google": "8.50"}


def test_signing_in_joins_the_touches_of_two_devices():
    rows = [
        event(1, "view_item", 0, "phone", user_id="u", source="google"),
        event(2, "purchase", DAY, "laptop", user_id="u", source="news"),
    ]
    assert credits(rows, "first") == {"google": "8.50"}


def test_refunds_and_replayed_history_take_no_part():
    rows = [visit(1, 0, "google", "purchase"), visit(2, 1, "google", "refund"), visit(3, 2, "news", "purchase")]
    rows[2]["channel"] = "import"
    assert credits(rows, "last") == {"google": "8.50"}


def test_nothing_in_gives_nothing_out():
    assert analytics.attribution(frame()).empty
    assert list(analytics.attribution(frame(), "first").columns) == ["source", "medium", "orders", "revenue", "share"]
    browsing = analytics.attribution(frame(visit(1, 0, "google")))
    assert browsing.revenue_linear.tolist() == [0]


@pytest.mark.parametrize(
    ("asked", "told"),
    [
        ({"model": "magic"}, "unknown attribution model: magic"),
        ({"by": "device"}, "by device"),
        ({"by": []}, "credited by"),
        ({"half_life": timedelta(0)}, "half_life"),
        ({"lookback": timedelta(days=-1)}, "lookback"),
    ],
)
def test_mistakes_are_told(asked, told):
    with pytest.raises(LabError, match=told):
        analytics.attribution(frame(), **asked)
