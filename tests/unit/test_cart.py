from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shoplib.core.errors import Conflict
from shoplib.services.cart import domain
from shoplib.services.cart.domain import Cart, Line, Product

PRODUCT = Product("mug", "Mug", "Kitchen", 1250, "GBP")


def line(product_id: str, quantity: int, price: int, priced_at: str, currency: str = "GBP") -> Line:
    return Line(product_id, product_id, "Kitchen", quantity, price, currency, priced_at)


LINES = st.builds(
    line,
    st.sampled_from("abcdef"),
    st.integers(1, domain.MAX_QUANTITY),
    st.integers(0, 10_000),
    st.sampled_from(["2026-03-01", "2026-03-02", "2026-03-03"]),
)


def carts(cart_id: str) -> st.SearchStrategy[Cart]:
    return st.lists(LINES).map(lambda lines: Cart(cart_id, {line.product_id: line for line in lines}))


@given(carts("own"), carts("guest"))
def test_a_merge_keeps_all_products_and_adds_quantities_up_to_the_bound(own: Cart, guest: Cart):
    merged = domain.merge(own, guest)
    assert set(merged.lines) == set(own.lines) | set(guest.lines)
    for product_id, line in merged.lines.items():
        pieces = sum(cart.lines[product_id].quantity for cart in (own, guest) if product_id in cart.lines)
        assert line.quantity == min(pieces, domain.MAX_QUANTITY)


@given(carts("own"), carts("guest"))
def test_merging_the_same_cart_again_changes_nothing(own: Cart, guest: Cart):
    merged = domain.merge(own, guest)
    assert domain.merge(merged, guest) == merged
    assert domain.merge(merged, merged) == merged


@given(carts("own"), carts("guest"))
def test_the_price_seen_last_counts(own: Cart, guest: Cart):
    merged = domain.merge(own, guest)
    for product_id, line in merged.lines.items():
        seen = [cart.lines[product_id] for cart in (own, guest) if product_id in cart.lines]
        assert line.priced_at == max(one.priced_at for one in seen)
        assert line.price_minor in {one.price_minor for one in seen if one.priced_at == line.priced_at}


@given(carts("own"))
def test_the_total_is_the_sum_of_the_lines(cart: Cart):
    shown = domain.to_response(cart, {})
    assert shown["total_minor"] == sum(line["price_minor"] * line["quantity"] for line in shown["lines"])


@given(carts("own"), st.integers(0, 10_000))
def test_a_cart_shows_present_prices_and_what_they_were(cart: Cart, price: int):
    products = {product_id: replace(PRODUCT, product_id=product_id, price_minor=price) for product_id in cart.lines}
    shown = domain.to_response(cart, products)
    assert {line["price_minor"] for line in shown["lines"]} <= {price}
    assert shown["was_total_minor"] == cart.total_minor
    changed = {change["product_id"]: change for change in shown["price_changes"]}
    assert set(changed) == {line.product_id for line in cart.lines.values() if line.price_minor != price}
    assert all(change["was_minor"] == cart.lines[name].price_minor for name, change in changed.items())
    difference = sum(
        (change["now_minor"] - change["was_minor"]) * cart.lines[name].quantity for name, change in changed.items()
    )
    assert shown["total_minor"] == cart.total_minor + difference and shown["no_longer_sold"] == []


def test_a_cart_says_what_is_no_longer_sold_or_not_in_its_currency():
    cart = Cart("own", {name: line(name, 1, 100, "2026-03-01") for name in "abc"})
    products = {"a": replace(PRODUCT, product_id="a"), "b": replace(PRODUCT, product_id="b", currency="NOK")}
    shown = domain.to_response(cart, products)
    assert shown["no_longer_sold"] == ["b", "c"]
    assert [line["price_minor"] for line in shown["lines"]] == [1250, 100, 100]


def test_a_merge_remembers_only_the_latest_carts():
    own = Cart("own")
    for number in range(30):
        own = domain.merge(own, Cart(f"guest-{number}"))
    assert own.merged == tuple(f"guest-{number}" for number in range(10, 30))


def test_carts_of_two_currencies_do_not_go_together():
    own = Cart("own", {"a": line("a", 1, 1, "2026-03-01")})
    with pytest.raises(Conflict, match="mixed_currencies"):
        domain.merge(own, Cart("guest", {"a": line("a", 1, 9, "2026-03-02", "NOK")}))


def test_a_cart_has_one_currency():
    cart = domain.with_line(Cart("1"), PRODUCT, 1, "now")
    with pytest.raises(Conflict, match="mixed_currencies"):
        domain.with_line(cart, replace(PRODUCT, product_id="cup", currency="NOK"), 1, "now")
    assert domain.with_line(cart, replace(PRODUCT, currency="NOK"), 1, "now").currency == "NOK"


def test_a_cart_holds_a_bounded_number_of_products():
    cart = Cart("1")
    for number in range(domain.MAX_LINES):
        cart = domain.with_line(cart, replace(PRODUCT, product_id=str(number)), 1, "now")
    with pytest.raises(Conflict, match="cart_full"):
        domain.with_line(cart, replace(PRODUCT, product_id="one more"), 1, "now")
    assert domain.with_line(cart, replace(PRODUCT, product_id="5"), 9, "now").lines["5"].quantity == 9
    with pytest.raises(Conflict, match="cart_full"):
        domain.merge(cart, Cart("guest", {"x": line("x", 1, 1, "now")}))


def test_a_change_is_told_in_pieces():
    before = domain.with_line(Cart("1"), PRODUCT, 5, "now")
    assert domain.pieces_added(Cart("1"), before, "mug") == 5
    assert domain.pieces_added(before, domain.with_line(before, PRODUCT, 2, "now"), "mug") == -3
    assert domain.pieces_added(before, domain.without_line(before, "mug"), "mug") == -5
    assert domain.without_line(before, "unknown") == before
