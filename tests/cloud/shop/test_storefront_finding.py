"""A shopper narrows a search by its facets, and says what they think of what they bought."""

import uuid

import pytest
from playwright.sync_api import Browser, expect

from tests.cloud.shop.conftest import Shop
from tests.cloud.shop.people import announce, wait_for
from tests.cloud.shop.storefront import Visitor, visiting
from tests.cloud.shop.test_storefront_everywhere import come_in, find_faults, sign_up, staff_member, with_axe

pytestmark = pytest.mark.timeout(300)


def bring_in(shop: Shop, word: str) -> None:
    """Three products that one word finds."""
    rows = [("Jersey", "Clothes/Knitwear", 4_000), ("Mug", "Kitchen", 700), ("Cup", "Kitchen", 2_500)]
    entries = [
        {"product_id": f"{name}-{word}", "name": f"{name} {word}", "category": category, "price_minor": price}
        for name, category, price in rows
    ]
    products = [{**entry, "currency": "GBP", "brand": f"{word} & sons"} for entry in entries]
    assert shop.lab.invoke("rest", "ImportProductsFunction", {"products": products})["imported"] == 3
    search = shop.lab.url("search", "SearchApiUrl")
    wait_for(lambda: shop.http.get(f"{search}/search?q={word}").json()["total"] == 3, "not in the index")


def found(visitor: Visitor, *names: str) -> None:
    expect(visitor.page.locator("main .tile h3, main .tile h2")).to_have_text(list(names))


@pytest.mark.parametrize("narrow", [False, True], ids=["wide", "narrow"])
def test_facets_narrow_a_search_and_widen_it_again(browser: Browser, shop: Shop, narrow: bool):
    word = f"word{uuid.uuid4().hex[:12]}"
    bring_in(shop, word)
    with visiting(browser, shop, narrow=narrow, color_scheme="dark" if narrow else "light") as visitor:
        with_axe(visitor)
        visitor.open(f"#/search?q={word}")
        visitor.pick("Sort by", "name")
        found(visitor, f"Cup {word}", f"Jersey {word}", f"Mug {word}")
        open_filters(visitor, narrow)
        visitor.page.locator(".facets").get_by_role("link", name="Kitchen", exact=True).click()
        found(visitor, f"Cup {word}", f"Mug {word}")
        open_filters(visitor, narrow)
        [span] = visitor.page.locator(".facets a", has_text="£").filter(has_text="–").all_inner_texts()[:1]
        visitor.page.locator(".facets").get_by_role("link", name=span, exact=True).click()
        found(visitor, f"Mug {word}")
        assert find_faults(visitor) == []
        open_filters(visitor, narrow)
        visitor.press("Remove all filters")
        found(visitor, f"Cup {word}", f"Jersey {word}", f"Mug {word}")


def open_filters(visitor: Visitor, narrow: bool) -> None:
    """On a phone they are folded."""
    visitor.page.locator("main[data-place^='#/search'] .facets").wait_for()
    if narrow and not visitor.page.locator(".facets[open]").count():
        visitor.page.get_by_text("Filter", exact=True).click()


def test_who_bought_it_reviews_it_and_the_staff_show_it(browser: Browser, shop: Shop):
    product, session = shop.sell(1_500), sign_up(shop)
    announce(shop, session["user_id"], product)
    shop.drain()
    title = f"Holds tea {uuid.uuid4().hex[:6]}"
    with visiting(browser, shop) as shopper, visiting(browser, shop) as staff:
        with_axe(shopper)
        with_axe(staff)
        shopper.open(f"#/product/{product}")
        shopper.see("Sign in to review what you have bought.")
        come_in(shopper, session)
        shopper.page.get_by_text("Write a review").click()
        shopper.pick("Rating", "4")
        shopper.write("Name to be shown", "Tea lover")
        shopper.write("In one line", title)
        shopper.write("Your review", "Twice <b>daily</b>\nsince May.")
        assert find_faults(shopper) == []
        shopper.page.locator("form", has=shopper.page.get_by_label("Rating", exact=True)).get_by_role("button").click()
        shopper.see("Thank you. Your review is shown when somebody has looked at it.")
        staff.open()
        come_in(staff, staff_member(shop))
        staff.open("#/staff/reviews")
        entry = staff.page.locator("main li", has_text=title)
        entry.wait_for()
        assert find_faults(staff) == []
        entry.get_by_role("button", name="Show it", exact=True).click()
        staff.see("The review is shown.")
        shopper.page.reload()
        shopper.see(title)
        shopper.see("Twice <b>daily</b>")
        assert find_faults(shopper) == []
