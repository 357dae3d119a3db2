from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal
from fractions import Fraction
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shoplib.core import money
from shoplib.core.errors import Conflict, InvalidRequest
from shoplib.core.orders import OrderLine
from shoplib.services.pricing import domain, promotions, shipping, taxes
from shoplib.services.pricing.domain import Goods, Quote
from shoplib.services.pricing.promotions import Promotion

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)  # a Monday
TEN_PERCENT = Promotion("SPRING10", promotions.PERCENTAGE, percent=10)
PRICES = st.integers(0, 10**6) | st.decimals(min_value=0, max_value=10**6, places=3).map(money.parse)
LINES = st.lists(st.tuples(PRICES, st.integers(1, 99)), min_size=1, max_size=12)
PLACES = st.sampled_from(
    [
        {"country": "United Kingdom"},
        {"country": "Norway"},
        {"country": "ES", "postcode": "35001"},
        {"country": "USA", "region": "ny"},
        {"country": "USA", "region": "OR"},
        {"country": "Canada", "region": "QC"},
        {"country": "Japan"},
    ]
)
PROMOTIONS = st.one_of(
    st.none(),
    st.integers(1, 100_000).map(lambda mills: replace(TEN_PERCENT, percent=money.parse(Decimal(mills) / 1000))),
    st.integers(1, 10**7).map(lambda amount: Promotion("OFF", promotions.AMOUNT, amount_minor=amount, currency="GBP")),
    st.just(Promotion("FREE", promotions.FREE_SHIPPING)),
)


def goods(*lines: tuple[Any, int]) -> Goods:
    return Goods(
        tuple(OrderLine(f"p{n}", "Mug", None, pieces, price) for n, (price, pieces) in enumerate(lines)), "GBP"
    )


def quoted(*lines: tuple[Any, int], promotion: Promotion | None = None, now: datetime = NOON, **wishes: str) -> Quote:
    return domain.quote(domain.request({"country": "United Kingdom"} | wishes), goods(*lines), promotion, now)


@given(LINES, PLACES, PROMOTIONS)
def test_the_parts_of_a_quote_add_up_to_its_total_exactly(
    lines: list[tuple[money.Amount, int]], place: dict[str, str], promotion: Promotion | None
):
    quote = quoted(*lines, promotion=promotion, **place)
    shown = domain.to_response(quote)
    parts = shown["amount_minor"] - shown["discount_minor"] + shown["shipping_minor"] + shown["tax_minor"]
    assert parts == shown["total_minor"]
    of_lines = sum(line["total_minor"] for line in shown["lines"])
    assert of_lines + shown["shipping_minor"] + shown["shipping_tax_minor"] == shown["total_minor"]
    assert shown["tax_minor"] == shown["shipping_tax_minor"] + sum(line["tax_minor"] for line in shown["lines"])
    assert all(0 <= line["discount_minor"] <= line["value_minor"] for line in shown["lines"])
    assert all(line["price_minor"] == price for line, (price, _) in zip(shown["lines"], lines, strict=True))


@given(LINES, PLACES, PROMOTIONS)
def test_the_tax_of_each_line_is_its_rate_of_what_is_paid_for_it_to_half_a_unit(
    lines: list[tuple[money.Amount, int]], place: dict[str, str], promotion: Promotion | None
):
    quote = quoted(*lines, promotion=promotion, **place)
    percent = Fraction(quote.rate.percent)
    for line in quote.goods.lines:
        paid = Fraction(line.value_minor) - Fraction(line.discount_minor)
        inside, on_top = paid * percent / (100 + percent), paid * percent / 100
        exact, tax, none = (
            (inside, line.included_tax_minor, line.tax_minor)
            if quote.rate.included
            else (on_top, line.tax_minor, line.included_tax_minor)
        )
        assert abs(Fraction(tax) - exact) <= Fraction(1, 2) and none == 0


@pytest.mark.parametrize(
    ("price", "place", "added", "contained"),
    [
        (1200, {"country": "United Kingdom"}, 0, 200),
        (1250, {"country": "norway"}, 0, 250),
        (105, {"country": "GB"}, 0, 18),  # 17.5: a half goes up
        (1000, {"country": "us", "region": "NY"}, 40, 0),
        (1000, {"country": "United States", "region": "tx"}, 63, 0),  # 62.5
        (1000, {"country": "US", "region": "OR"}, 0, 0),
        (1000, {"country": "Canada", "region": "QC"}, 150, 0),  # 149.75
        (1070, {"country": "Spain", "postcode": "38 001"}, 0, 70),
        (1210, {"country": "Spain", "postcode": "28001"}, 0, 210),
        (1000, {"country": "Germany", "postcode": "27498"}, 0, 0),
        (1050, {"country": "UK", "postcode": "je2 3ab"}, 0, 50),
        (1085, {"country": "France", "postcode": "97410"}, 0, 85),
    ],
)
def test_the_tax_of_a_destination(price: int, place: dict[str, str], added: int, contained: int):
    (line,) = quoted((price, 1), **place).goods.lines
    assert (line.tax_minor, line.included_tax_minor) == (added, contained)


def test_a_rate_holds_from_its_day_on():
    def percent(country: str, day: date) -> Decimal:
        return taxes.rate(taxes.destination({"country": country}), day).percent

    assert percent("Estonia", date(2025, 6, 30)) == 22
    assert percent("Estonia", date(2025, 7, 1)) == 24
    assert percent("Finland", date(2026, 3, 1)) == Decimal("25.5")


def test_shipping_is_taxed_where_the_destination_taxes_it():
    assert quoted((1000, 1), country="US", region="NY").shipping_tax_minor == 80  # 4 % of 19.95, rounded
    assert quoted((1000, 1), country="US", region="CA").shipping_tax_minor == 0
    assert quoted((1000, 1), country="US", region="CA").tax_minor == 73  # 72.5
    assert quoted((1200, 1)).included_tax_minor == 200 + 66  # of 12.00 and of 3.95


@pytest.mark.parametrize(
    ("place", "code", "message"),
    [
        ({"country": "Atlantis"}, "unknown_destination", "does not deliver to Atlantis. It delivers to Australia, "),
        ({"country": "United States"}, "unknown_region", "none is named: send one of AK, AL"),
        ({"country": "US", "region": "Texas"}, "unknown_region", "TEXAS is none that is known"),
        ({"country": "Canada", "region": "NY"}, "unknown_region", "NY is none that is known: send one of AB, BC"),
        ({"country": "x" * 101}, "invalid_request", "country must have"),
    ],
)
def test_an_unknown_destination_is_refused_by_name(place: dict[str, str], code: str, message: str):
    with pytest.raises(InvalidRequest, match=message) as refused:
        quoted((100, 1), **place)
    assert refused.value.code == code


def test_every_country_has_a_rate_and_a_source_today():
    for code, name in taxes.countries().items():
        if code not in ("US", "CA"):
            rate = taxes.rate(taxes.destination({"country": name}), NOON.date())
            assert rate.source.startswith("https://") and rate.included and rate.place == code


@pytest.mark.parametrize(
    ("moment", "days", "by"),
    [
        ("2026-03-02T13:59:59+00:00", 1, "2026-03-03"),
        ("2026-03-02T14:00:00+00:00", 1, "2026-03-04"),  # after the cut-off
        ("2026-03-02T15:30:00+02:00", 1, "2026-03-03"),  # 13:30 UTC
        ("2026-03-06T15:00:00+00:00", 1, "2026-03-10"),  # Friday afternoon leaves on Monday
        ("2026-03-07T09:00:00+00:00", 3, "2026-03-12"),  # Saturday
        ("2026-04-02T09:00:00+00:00", 1, "2026-04-07"),  # Good Friday and Easter Monday
        ("2026-12-24T13:00:00+00:00", 3, "2026-12-31"),
        ("2026-12-31T23:59:59+00:00", 1, "2027-01-05"),
    ],
)
def test_the_day_of_delivery_counts_business_days_from_the_cut_off(moment: str, days: int, by: str):
    assert shipping.delivery_by(datetime.fromisoformat(moment), days).isoformat() == by


def test_a_quote_offers_each_method_and_takes_the_one_that_is_chosen():
    shown = domain.to_response(quoted((1000, 1), shipping_method="express"))
    offered = {offer["method"]: (offer["cost_minor"], offer["delivery_by"]) for offer in shown["shipping_methods"]}
    assert offered == {"standard": (395, "2026-03-05"), "express": (795, "2026-03-03")}
    assert (shown["shipping_method"], shown["shipping_minor"], shown["delivery_by"]) == ("express", 795, "2026-03-03")
    with pytest.raises(InvalidRequest, match="must be one of standard, express"):
        quoted((1000, 1), shipping_method="drone")
    with pytest.raises(Conflict, match="no rate of exchange from GBP to ISK"):
        domain.quote(domain.request({"country": "Norway"}), replace(goods((1, 1)), currency="ISK"), None, NOON)


@pytest.mark.parametrize(("value", "country", "cost"), [(4_999, "GB", 395), (5_000, "GB", 0), (15_000, "NO", 0)])
def test_standard_shipping_is_free_from_a_value_on(value: int, country: str, cost: int):
    assert quoted((value, 1), country=country).shipping.cost_minor == cost
    assert quoted((100_000, 1), country="Japan").shipping.cost_minor == 1_995


def test_what_is_taken_off_counts_before_shipping_is_free():
    assert quoted((5_500, 1), promotion=TEN_PERCENT).shipping.cost_minor == 395


def test_a_discount_is_spread_over_the_lines():
    off = Promotion("OFF", promotions.AMOUNT, amount_minor=1_000, currency="GBP")
    quote = quoted((100, 1), (100, 1), (100, 1), (0, 5), promotion=replace(off, amount_minor=100))
    assert [line.discount_minor for line in quote.goods.lines] == [34, 33, 33, 0]
    assert quoted((300, 2), promotion=off).discount_minor == 600  # never more than the goods
    assert quoted((15, 1), promotion=TEN_PERCENT).discount_minor == 2  # 1.5: a half goes up


def test_free_shipping_is_of_the_standard_method():
    free = Promotion("FREE", promotions.FREE_SHIPPING)
    quote = quoted((1000, 1), promotion=free)
    assert (quote.shipping.cost_minor, quote.discount_minor, quote.total_minor) == (0, 0, 1000)
    with pytest.raises(Conflict, match="FREE makes standard shipping free; choose that"):
        quoted((1000, 1), promotion=free, shipping_method="express")


@pytest.mark.parametrize(
    ("change", "code", "message"),
    [
        ({"valid_from": "2026-03-02T12:00:00.000001Z"}, "not_yet_valid", "SPRING10 is valid from 02 March 2026, 12:00"),
        (
            {"valid_until": "2026-03-02T12:00:00.000000Z"},
            "expired",
            "SPRING10 was valid until 02 March 2026, 12:00 UTC",
        ),
        ({"currency": "NOK"}, "currency", "SPRING10 is for goods in NOK, and these are in GBP"),
        (
            {"minimum_minor": 123_456, "currency": "GBP"},
            "minimum",
            "SPRING10 is for goods of 1,234.56 GBP or more, and these cost 10.00 GBP",
        ),
        ({"max_uses": 3, "used": 3}, "used_up", "SPRING10 was for a limited number of orders"),
        ({"max_uses": 0}, "used_up", "SPRING10 was for a limited number"),
    ],
)
def test_a_code_that_does_not_hold_says_why(change: dict[str, Any], code: str, message: str):
    with pytest.raises(Conflict, match=message) as refused:
        quoted((1000, 1), promotion=replace(TEN_PERCENT, **change))
    assert refused.value.code == f"promotion_{code}"


def test_a_code_holds_from_its_first_moment_and_with_its_minimum():
    exact = {"valid_from": "2026-03-02T12:00:00.000000Z", "minimum_minor": 1000, "currency": "GBP", "max_uses": 1}
    assert quoted((1000, 1), promotion=replace(TEN_PERCENT, **exact)).discount_minor == 100


GOOD = {"code": " spring10 ", "kind": "percentage", "percent": "12.5"}


def test_the_back_office_writes_a_promotion():
    more = {"currency": "GBP", "minimum_minor": 1000, "once_per_customer": True, "max_uses": 3}
    dated = {"valid_from": "2026-03-01T00:00:00Z", "valid_until": "2026-04-01T00:00:00Z"}
    assert promotions.parse(GOOD | more | dated) == Promotion(
        *("SPRING10", "percentage", Decimal("12.5"), None, "GBP", 1000),
        *("2026-03-01T00:00:00.000000Z", "2026-04-01T00:00:00.000000Z", True, 3),
    )


@pytest.mark.parametrize(
    ("entry", "message"),
    [
        ("SPRING10", "must be an object"),
        (GOOD | {"code": "a b"}, "code must have 3 to 32 characters"),
        (GOOD | {"code": "ÄÖÜ"}, "code must have 3 to 32 characters"),
        (GOOD | {"kind": "gift"}, "kind must be one of percentage, amount, free_shipping"),
        (GOOD | {"percent": 0}, "percent must be more than 0"),
        (GOOD | {"percent": "100.001"}, "percent must be more than 0 and at most 100"),
        (GOOD | {"percent": 12.5}, "percent is not an amount"),
        (GOOD | {"amount_minor": 5}, "amount_minor belongs to a promotion of kind amount"),
        (
            {"code": "OFF", "kind": "amount", "amount_minor": "0.5", "currency": "GBP"},
            "amount_minor must be a whole number",
        ),
        ({"code": "OFF", "kind": "amount", "amount_minor": -5, "currency": "GBP"}, "more than 0"),
        ({"code": "OFF", "kind": "amount", "amount_minor": 5}, "currency must say what amount_minor"),
        (GOOD | {"minimum_minor": 5}, "currency must say what amount_minor and minimum_minor are in"),
        (GOOD | {"valid_from": "tomorrow"}, "valid_from must be RFC 3339"),
        (
            GOOD | {"valid_from": "2026-03-02T00:00:00Z", "valid_until": "2026-03-02T00:00:00Z"},
            "valid_until must be later",
        ),
        (GOOD | {"once_per_customer": "yes"}, "once_per_customer must be true or false"),
        (GOOD | {"max_uses": -1}, "max_uses must be a whole number"),
        (GOOD | {"used": 0}, "used is not known of a promotion"),
    ],
)
def test_what_is_no_promotion_is_refused(entry: Any, message: str):
    with pytest.raises(InvalidRequest, match=message):
        promotions.parse(entry)
