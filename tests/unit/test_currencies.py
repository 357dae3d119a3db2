"""Money in every currency is exact: what is quoted is charged, and what is charged comes back to the smallest unit."""

from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import ROUND_HALF_EVEN, Decimal
from fractions import Fraction
from typing import Any

import pytest
from babel.numbers import get_currency_precision
from hypothesis import given
from hypothesis import strategies as st

from shoplib.core import currencies, events, money, orders
from shoplib.core.currencies import Exchange
from shoplib.core.errors import Conflict, InvalidRequest
from shoplib.services.checkout import domain as checkout
from shoplib.services.checkout import requests
from shoplib.services.orders import domain as returns
from shoplib.services.orders import states
from shoplib.services.pricing import domain, exchange, promotions
from shoplib.services.pricing.promotions import Promotion
from tests.unit.test_pricing import LINES, PLACES, goods

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)
CURRENCIES = st.sampled_from(exchange.offered())
PROMOTIONS = st.one_of(
    st.none(),
    st.integers(1, 100_000).map(
        lambda mills: Promotion("P", promotions.PERCENTAGE, percent=money.parse(Decimal(mills) / 1000))
    ),
    st.builds(
        lambda amount, currency: Promotion("A", promotions.AMOUNT, amount_minor=amount, currency=currency),
        st.integers(1, 10**6),
        CURRENCIES,
    ),
    st.just(Promotion("F", promotions.FREE_SHIPPING)),
)


def quote_of(lines: Any, place: dict[str, str], promotion: Promotion | None, currency: str) -> dict[str, Any]:
    asked = domain.request({**place, "currency": currency})
    return domain.to_response(domain.quote(asked, goods(*lines), promotion, NOON))


def order_of(quote: dict[str, Any], place: dict[str, str], currency: str) -> orders.Order:
    """What checkout makes of a quote, as it comes out of the queue."""
    paying = {"payment": {"method": "card", "token": "t"}}
    body = {"cart_id": "c", "email": "ada@example.com", "currency": currency, **place, **paying}
    cart = {"user_id": None, "version": 1}
    purchase = checkout.Checkout(requests.parse("key", body), "guest:1")
    draft = checkout.draft(purchase, cart, quote, events.Visit("v"), NOON)
    return orders.parse(checkout.deserialize(checkout.serialize(draft)).order.to_message())


@given(LINES, PLACES, PROMOTIONS, CURRENCIES)
def test_what_is_quoted_is_charged_in_every_currency(
    lines: Any, place: dict[str, str], promotion: Promotion | None, currency: str
):
    quote = quote_of(lines, place, promotion, currency)
    order = order_of(quote, place, currency)
    assert (order.total_minor, order.currency) == (quote["total_minor"], currency)
    parts = quote["amount_minor"] - quote["discount_minor"] + quote["shipping_minor"] + quote["tax_minor"]
    assert parts == quote["total_minor"]
    if currency != "GBP":
        assert order.exchange == Exchange("GBP", quote["exchange"]["rate"], "2025-10-21")
        assert type(quote["total_minor"]) is int
        prices = [currencies.convert(price, order.exchange, currency) for price, _ in lines]
        assert [line.price_minor for line in order.lines] == prices


@given(LINES, PLACES, PROMOTIONS, CURRENCIES, st.data())
def test_what_was_paid_for_goods_comes_back_to_the_smallest_unit(
    lines: Any, place: dict[str, str], promotion: Promotion | None, currency: str, data: st.DataObject
):
    order = order_of(quote_of(lines, place, promotion, currency), place, currency)
    progress = returns.Progress(order, states.DELIVERED)
    back: list[money.Amount] = []
    while open_lines := [n for n, line in enumerate(order.lines, 1) if progress.back.get(n, 0) < line.quantity]:
        chosen = data.draw(st.lists(st.sampled_from(open_lines), min_size=1, unique=True))
        counts = {n: order.lines[n - 1].quantity - progress.back.get(n, 0) for n in chosen}
        pieces = {n: data.draw(st.integers(1, most) | st.just(most)) for n, most in counts.items()}
        body = {"lines": [{"line": n, "pieces": count} for n, count in pieces.items()]}
        latest = returns.requested_return(progress, body)
        back.append(latest.refund_minor)
        progress = replace(progress, status=states.REFUNDED, returned=progress.back, latest_return=latest)
    assert all(amount >= 0 for amount in back)
    assert money.total(back) + order.shipping_minor + order.shipping_tax_minor == order.total_minor


@given(st.integers(0, 10**9), CURRENCIES, CURRENCIES)
def test_conversion_is_exact_and_half_even(amount: int, one: str, other: str):
    by = exchange.between(one, other, date(2026, 3, 1))
    if by is None:
        assert one == other
        return
    exact = Decimal(amount) * Decimal(by.rate) * Decimal(10) ** (currencies.decimals(other) - currencies.decimals(one))
    assert currencies.convert(amount, by, other) == exact.quantize(Decimal(1), ROUND_HALF_EVEN)


def test_a_half_goes_to_the_even_unit():
    by = Exchange("GBP", "0.5", "2026-01-01")
    assert [currencies.convert(amount, by, "USD") for amount in (1, 3, 5, 7)] == [0, 2, 2, 4]
    assert currencies.convert(1250, Exchange("GBP", "200", "2026-01-01"), "JPY") == 2500
    assert currencies.convert(1250, Exchange("GBP", "0.5", "2026-01-01"), "BHD") == 6250
    assert currencies.convert(Decimal("42.5"), by, "USD") == 21


@pytest.mark.parametrize("currency", exchange.offered())
def test_smallest_units_are_those_of_cldr(currency: str):
    assert currencies.decimals(currency) == get_currency_precision(currency)


def test_a_day_has_the_rates_of_the_last_day_that_has_some():
    def rate(day: str) -> Exchange | None:
        return exchange.between("EUR", "USD", date.fromisoformat(day))

    assert rate("2025-10-20") == Exchange("EUR", "1.0939", "2024-03-13")
    assert rate("2025-10-21") == rate("2026-12-31") == Exchange("EUR", "1.1607", "2025-10-21")
    with pytest.raises(Conflict, match="no rate of exchange from EUR to USD for 2024-03-12"):
        rate("2024-03-12")
    assert exchange.between("EUR", "EUR", date(1999, 1, 1)) is None


def test_a_rate_between_two_currencies_has_six_digits():
    by = exchange.between("GBP", "JPY", date(2026, 3, 1))
    assert by and by.rate == "203.33"  # 176.45 / 0.86780 = 203.3302...
    dinar = exchange.between("USD", "BHD", date(2026, 3, 1))
    assert dinar and dinar.rate == "0.376"
    for one in exchange.offered():
        for other in exchange.offered():
            if by := exchange.between(one, other, date(2026, 3, 1)):
                back = exchange.between(other, one, date(2026, 3, 1))
                assert back and abs(Fraction(by.rate) * Fraction(back.rate) - 1) < Fraction(1, 10**5)


def test_a_currency_without_a_rate_is_refused_by_name():
    with pytest.raises(InvalidRequest, match="does not sell in XTS. It sells in AUD, BHD") as refused:
        domain.request({"country": "GB", "currency": "XTS"})
    assert refused.value.code == "unknown_currency"


def test_amounts_of_codes_and_tariffs_are_converted_like_prices():
    minimum = Promotion("A", promotions.AMOUNT, amount_minor=500, minimum_minor=2_500, currency="GBP")
    quote = quote_of([(1250, 2)], {"country": "GB"}, minimum, "JPY")
    # 12.50 pounds at 203.33 yen are 2541.625, 5.00 are 1016.65, shipping of 3.95 is 803.15
    assert (quote["amount_minor"], quote["discount_minor"], quote["shipping_minor"]) == (5084, 1017, 803)
    with pytest.raises(Conflict, match="is for goods of 5,083 JPY or more, and these cost 5,080 JPY"):
        quote_of([(1249, 2)], {"country": "GB"}, minimum, "JPY")
    free = quote_of([(5_000, 1)], {"country": "GB"}, None, "EUR")
    assert free["shipping_minor"] == 0
