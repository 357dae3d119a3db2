"""When a sentence may be printed: every headline of the report, and every reason to print none."""

from decimal import Decimal

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from statsmodels.stats.multitest import multipletests

from shoplib.analytics import proportions
from shoplib.analytics.headlines import behaviour, customers, sales, words
from shoplib.analytics.proportions import with_rates


def rates(key: str, *groups: tuple[object, int, int]) -> pd.DataFrame:
    """Groups of (name, purchases, sessions)."""
    table = pd.DataFrame(groups, columns=[key, "purchases", "sessions"])
    return with_rates(table[[key, "sessions", "purchases"]], "purchases", "sessions")


def steps(**reached: int) -> pd.DataFrame:
    return pd.DataFrame({"step": list(reached), "sessions": list(reached.values())})


def sold(key: str, *rows: tuple[object, str], orders: int = 1) -> pd.DataFrame:
    names, revenue = zip(*rows, strict=True) if rows else ((), ())
    return pd.DataFrame({key: list(names), "orders": orders, "revenue": [Decimal(each) for each in revenue]})


@pytest.mark.parametrize(
    ("reached", "said"),
    [
        (steps(), None),
        (steps(view=0, buy=0), None),
        (steps(view=1), "1 session is at view"),
        (steps(view=3), "All 3 sessions are at view"),
        (steps(view=5, buy=5), "None of 5 sessions is lost from view to buy"),
        (steps(view=10, cart=4, buy=3), "Most sessions are lost before cart: 6 of 10"),
        (steps(view=9, cart=5, buy=1), "Most sessions are lost before cart and buy: 4 at each"),
    ],
)
def test_the_funnel_names_the_step_before_which_most_are_lost(reached, said):
    assert behaviour.funnel(reached) == said


def test_a_difference_that_the_pairs_bear_is_told_and_equal_groups_are_not_called_different():
    shop = rates("device", ("mobile", 194, 2000), ("desktop", 294, 2000), ("tablet", 24, 200))
    assert behaviour.conversion(shop).startswith("desktop converts better than mobile: 14.7% against 9.7% (p < 0.0001")
    assert behaviour.conversion(shop).endswith("1 of 3 pairs differ)")
    clear = rates("device", ("mobile", 97, 1000), ("desktop", 347, 1000))
    assert behaviour.conversion(clear).startswith("Conversion is highest for device desktop: 34.7% of 1,000 sessions")
    close = rates("device", ("mobile", 100, 1000), ("desktop", 104, 1000))
    assert behaviour.conversion(close) == (
        "No device clearly converts better: no pair differs (smallest p = 0.77, Holm)"
    )


def test_many_groups_alike_bring_forth_no_winner_by_chance_alone():
    dice = np.random.default_rng(4)
    found = [
        behaviour.conversion(rates("source", *[(f"s{n}", int(dice.binomial(400, 0.1)), 400) for n in range(10)]))
        for _ in range(60)
    ]
    assert sum(not said.startswith("No source clearly") for said in found) <= 7


@given(st.lists(st.tuples(st.integers(0, 60), st.integers(60, 400)), min_size=2, max_size=8))
@settings(max_examples=3)
def test_pairs_are_adjusted_as_statsmodels_does(groups):
    pairs = proportions.pairs(*zip(*groups, strict=True))
    np.testing.assert_allclose(pairs.p_adjusted, multipletests(pairs.p_value, method="holm")[1], rtol=1e-12)


@pytest.mark.parametrize(
    ("groups", "reason"),
    [
        ([(None, 4, 40)], "no session names a device"),
        (
            [("mobile", 4, 40), (None, 4, 40)],
            "every session that names a device names mobile: there is nothing to compare",
        ),
        ([("mobile", 0, 40), ("desktop", 0, 50)], "no session that names a device has a purchase"),
        ([("mobile", 1, 40), ("desktop", 0, 50)], None),
    ],
)
def test_one_group_is_no_comparison(groups, reason):
    table = rates("device", *groups)
    assert behaviour.nothing_to_compare(table, "device") == reason
    assert (behaviour.conversion(table) is None) == (reason is not None)


def test_carts_left_standing_are_of_those_that_there_were():
    table = pd.DataFrame({"stage": ["cart", "checkout"], "sessions": [8, 1], "abandoned": [6, 0]})
    assert behaviour.abandonment(table) == "75.0% of 8 carts are abandoned; 0% of 1 checkout is abandoned"
    assert behaviour.abandonment(table.assign(sessions=0)) is None


def test_conversion_over_time_counts_the_days_apart():
    days = rates("day", *[(f"2026-01-{day:02d}", 10, 100) for day in range(1, 10)])
    assert behaviour.conversion_over_time(days) == (
        "10.0% of 900 sessions end in a purchase; no day of 9 is clearly apart from that"
    )
    odd = rates("day", *[(f"2026-01-{day:02d}", 60 if day == 4 else 10, 100) for day in range(1, 10)])
    assert "1 week of 9 is apart from that" in behaviour.conversion_over_time(odd, "week")
    assert behaviour.conversion_over_time(days.head(1)) is None
    assert behaviour.conversion_over_time(rates("day", ("a", 0, 5), ("b", 0, 5))) is None


@pytest.mark.parametrize(
    ("rows", "currency", "said"),
    [
        ([("2026-01-01", "5.00")], "EUR", None),
        ([("2026-01-01", "-5.00"), ("2026-01-02", "0.00")], "EUR", None),
        ([("2026-01-01", "5.00"), ("2026-01-02", "7.255")], "EUR", "Best day: 2 January 2026 with 7.26 EUR net"),
        ([("2026-01-01", "5.00"), ("2026-01-02", "700.00")], "JPY", "Best day: 2 January 2026 with 700 JPY net"),
        ([("2026-01-01", "7.00"), ("2026-01-02", "7.00")], None, "2 days share the first place with 7.00 net each"),
    ],
)
def test_the_best_day_is_one_of_several_and_brought_something(rows, currency, said):
    assert sales.best(sold("day", *rows), currency) == said


@pytest.mark.parametrize(
    ("rows", "said"),
    [
        ([("DE", "7.00")], None),
        ([(None, "9.00"), ("DE", "7.00")], None),
        ([("DE", "-7.00"), ("AT", "-1.00")], "No country brings more than it gives back"),
        ([("DE", "7.50"), ("AT", "2.50")], "Top country: DE with 7.50 EUR, 75.0% of the net revenue of all"),
        (
            [(None, "90.00"), ("DE", "7.50"), ("AT", "2.50")],
            "Top country: DE with 7.50 EUR, 75.0% of the net revenue of the lines that name a country",
        ),
        ([("DE", "7.50"), ("AT", "-2.50")], "Top country: DE with 7.50 EUR"),
        ([("DE", "7.50"), ("AT", "7.50")], "2 countries share the first place with 7.50 EUR each"),
    ],
)
def test_the_top_is_told_of_named_rows_with_what_its_share_is_of(rows, said):
    assert sales.top(sold("country", *rows), "EUR") == said


def test_why_there_is_no_first_place():
    assert sales.nothing_to_rank(sold("country")) == "no line names a country"
    assert sales.nothing_to_rank(sold("country", (None, "1.00"))) == "no line names a country"
    assert (
        sales.nothing_to_rank(sold("country", (None, "1.00"), ("DE", "1"))) == "all lines that name a country name DE"
    )
    assert sales.nothing_to_rank(sold("country", ("AT", "1.00"), ("DE", "1.00"))) is None


def days(many: int, *, odd: int = 0, judged: int | None = None, idle: int = 0) -> pd.DataFrame:
    verdict = ["too little history"] * (many - (many - 28 if judged is None else judged))
    verdict += ["normal"] * (many - len(verdict))
    verdict[many - odd :] = ["high"] * odd
    value = [0.0] * idle + [50.0] * (many - idle - odd) + [500.0] * odd
    table = pd.DataFrame({"day": pd.date_range("2026-01-01", periods=many), "value": value, "expected": 50.0})
    return table.assign(verdict=verdict, anomaly=[each == "high" for each in verdict])


def test_a_day_is_out_of_the_ordinary_only_after_enough_days():
    assert "there are 40 days" in sales.reason_not_to_judge(days(40))
    assert "there is 1 day" in sales.reason_not_to_judge(days(1, judged=0))
    assert "only 25.0% of the days" in sales.reason_not_to_judge(days(80, idle=60))
    assert "scatter too much" in sales.reason_not_to_judge(days(80, odd=5))
    assert sales.reason_not_to_judge(days(80, odd=1)) is None
    assert sales.trend(days(80, odd=1), "Sessions") == (
        "Sessions: 1 of 52 days out of the ordinary, most of all 21 March 2026 with 500 where 50 is usual"
    )
    assert sales.trend(days(80), "Sessions") == "Sessions: none of 52 days is out of the ordinary"
    assert sales.trend(days(10, judged=0), "Sessions") == "Sessions: too little history for a verdict (10 days)"


def test_documents_add_up():
    assert sales.documents(5, 5, 0) is None
    assert sales.documents(7, 5, 2) == "7 invoices: 5 orders and 2 with refunds"
    assert sales.documents(6, 5, 2) == "6 invoices: 5 orders and 2 with refunds, of which 1 is both"


def cohorts(*rows: tuple[str, int, list[float | None]], partial: str | None = None) -> pd.DataFrame:
    ages = max(len(cells) for *_, cells in rows)
    table = pd.DataFrame(
        [[month, size, *cells, *[pd.NA] * (ages - len(cells))] for month, size, cells in rows],
        columns=["cohort", "size", *range(ages)],
    )
    table.attrs["partial"] = partial
    return table


def test_cohorts_weigh_by_their_customers_and_leave_the_running_month_out():
    table = cohorts(("2026-01", 90, [1, 0.5, 0.5]), ("2026-02", 10, [1, 1.0]), ("2026-03", 50, [1]))
    assert customers.cohort_rate(table) == (pytest.approx(0.55), 100, 2)
    running = cohorts(
        ("2026-01", 90, [1, 0.5, 0.5]), ("2026-02", 10, [1, 1.0]), ("2026-03", 50, [1]), partial="2026-03"
    )
    assert customers.cohorts(running) == (
        "50.0% of 90 customers order again in the month after their first order "
        "(1 monthly cohort whose next month is over)"
    )
    young = cohorts(("2026-01", 90, [1, 0.5]), ("2026-02", 10, [1]), partial="2026-02")
    assert customers.cohorts(young) is None
    assert customers.no_cohorts(young) == "no month after a customer's first order is over yet"
    assert customers.no_cohorts(running) is None
    assert customers.no_cohorts(running.head(0)) == "no purchase names a customer"


def test_segments_need_customers_a_span_and_some_who_came_back():
    assert customers.no_segments(400, 19, 9) == "segments need 20 customers with a purchase; there are 19"
    assert customers.no_segments(89.9, 20, 9) == "segments need sales over 90 days; these span 89 days"
    assert customers.no_segments(90, 20, 4) == "segments need 5 customers who came back; 4 did"
    assert customers.no_segments(90, 20, 5) is None


def test_a_segment_is_told_beside_others_alone():
    table = pd.DataFrame(
        {
            "segment": ["champions", "asleep"],
            "share": [0.2, 0.8],
            "revenue": [Decimal("75.00"), Decimal("25.00")],
            "revenue_share": [0.75, 0.25],
        }
    )
    assert customers.segments(table) == (
        "Champions: 20.0% of customers with a purchase bring 75.0% of what customers bring, net"
    )
    assert customers.segments(table.head(1)) is None
    assert customers.segments(table.assign(revenue=Decimal(0))) is None


def test_second_orders_are_told_as_far_as_customers_were_looked_at():
    curve = pd.DataFrame({"days": [0.4, 30.0, 90.0], "share": [0.1, 0.3, 0.6], "at_risk": [50, 20, 2]})
    assert customers.second_order(curve) == "30.0% of customers order again within 30 days"
    assert customers.second_order(curve.assign(at_risk=20)) == "Half of the customers order again within 90 days"
    assert customers.second_order(curve.head(1)) == "10.0% of customers order again within 1 day"
    assert customers.second_order(curve.head(0)) is None
    assert customers.no_second_orders(0, 0, 0) == "no purchase names a customer"
    assert customers.no_second_orders(1.2, 30, 5) == "a curve needs sales over 28 days; these span 1 day"
    assert customers.no_second_orders(28, 30, 1) == "of 30 customers 1 came back: too few for a curve"
    assert customers.no_second_orders(28, 30, 5) is None


def test_a_pair_is_told_by_its_bound():
    table = pd.DataFrame({"lift": [12.4, 3.0], "lift_low": [2.04, 1.5]})
    assert customers.pairs(table, ["Cup + Plate", "a + b"]) == (
        "Cup + Plate: 12 times as often in one order as by chance, 2.0 times at least (95% interval)"
    )
    chance = table.assign(lift_low=1.0)
    assert customers.pairs(chance, ["a", "b"]) == (
        "No pair of products is clearly bought together more often than by chance"
    )
    assert customers.pairs(table.head(0), []) is None


def test_numbers_in_words():
    assert words.number(-0.2) == words.number(-0.0) == words.number(Decimal("-0.00")) == "0"
    assert words.number(np.int64(1234)) == "1,234"
    assert (words.money(Decimal("9747747.934"), "GBP"), words.money(1200.4, "JPY")) == ("9,747,747.93 GBP", "1,200 JPY")
    assert words.money(Decimal("1.5"), "KWD") == "1.500 KWD"
    assert words.net_revenue(None) == "net revenue, currency unknown"
    assert [words.count(many, "day") for many in (0, 1, 2)] == ["0 days", "1 day", "2 days"]
    assert words.count(2, "country") == "2 countries"
    assert [words.share(part) for part in (0, 0.0004, 0.5, 0.9996, 1)] == [
        *("0%", "less than 0.1%", "50.0%", "more than 99.9%", "100%")
    ]
    assert [words.p_value(each) for each in (0.5, 0.00004)] == ["p = 0.5", "p < 0.0001"]
    assert [words.is_missing(each) for each in (None, float("nan"), pd.NA, pd.NaT, 0, "")] == [True] * 4 + [False] * 2
    assert words.enumerate_in_words(["a"]) == "a" and words.enumerate_in_words(["a", "b", "c"], "or") == "a, b or c"


def test_names_that_begin_alike_stay_apart():
    names = [f"A box of twelve long candles, number {number}, in red" for number in range(12)]
    assert len(set(words.short_names(names))) == 12
    assert all(len(name) <= words.LONGEST for name in words.short_names(names))
    assert words.short_names(["Cup", "Plate"]) == ["Cup", "Plate"]
    assert words.short_names([names[0], names[0]]) == [words.short(names[0])] * 2
