"""The page in other languages: a member in Germany pays in euros, and a page that is read from right to left."""

from datetime import UTC, datetime, timedelta

import pytest
from playwright.sync_api import Browser

from tests.cloud.shop.conftest import Shop
from tests.cloud.shop.people import wait_for
from tests.cloud.shop.storefront import Visitor, visiting
from tests.cloud.shop.test_storefront_everywhere import come_in, look, pages_of_guests, sign_up, with_axe

pytestmark = pytest.mark.timeout(300)


def sell_ahead(shop: Shop) -> str:
    """A product that is there in a fortnight."""
    product = shop.sell(1_990)
    day = (datetime.now(UTC) + timedelta(days=14)).date().isoformat()
    entry = {"product_id": product, "available": 5, "available_from": day}
    assert shop.lab.invoke("fulfilment", "SetStockFunction", {"stock": [entry]})["set"] == 1
    return product


def speak(visitor: Visitor, language: str, label: str = "Language") -> None:
    visitor.pick(label, language)
    visitor.page.locator(f"html[lang={language}]").wait_for()


def test_a_member_orders_ahead_in_german_with_euros_and_shares_a_wishlist(browser: Browser, shop: Shop):
    product, session = sell_ahead(shop), sign_up(shop)
    with visiting(browser, shop, narrow=True) as member, visiting(browser, shop) as friend:
        with_axe(member)
        member.open(f"#/product/{product}")
        come_in(member, session)
        speak(member, "de")
        member.pick("Währung", "EUR")
        member.see("Vorbestellbar: lieferbar ab")
        member.page.locator(".breadcrumb").get_by_role("link", name="Küche", exact=True).wait_for()
        shown = member.page.locator(".price.large", has_text="€")
        shown.wait_for()
        price = shown.inner_text()
        member.page.wait_for_load_state("networkidle")  # the page is drawn once more when the rates are there
        member.page.get_by_role("button", name="Wunschliste").click()
        member.see("Das Produkt ist auf Ihrer Wunschliste.")
        member.press("In den Warenkorb")
        member.see("ist in Ihrem Warenkorb")
        member.open("#/cart")
        assert member.page.locator(".line .value").inner_text() == price
        member.press("Zur Kasse")
        member.write("Empfänger", "Ada Lovelace")
        member.write("Straße und Hausnummer", "Unter den Linden 6")
        member.write("Ort", "Berlin")
        member.write("Postleitzahl", "10117")
        member.pick("Land", "DE")
        member.see("Wechselkurs vom")
        member.page.wait_for_load_state("networkidle")
        assert look(member, "#/checkout") == []
        pay(member)
        member.see("Vielen Dank für Ihre Bestellung")
        member.see("Wartet auf Ware")
        [order_id] = member.stored("orders")
        order = shop.order_item(order_id)
        assert (order["currency"]["S"], order["language"]["S"]) == ("EUR", "de")
        member.open("#/wishlist")
        assert member.page.locator(".line .value").inner_text() == price
        member.press("Link erstellen")
        friend.open(member.page.get_by_label("Ihr Link").input_value().removeprefix(friend.url))
        friend.see("Blue Mug")
    shop.drain()
    wait_for(lambda: shop.lab.mailbox(session["email"])[1:], "no mail of the order")
    assert "€" in shop.lab.mailbox(session["email"])[-1]["text"]


def pay(member: Visitor) -> None:
    """The address was typed anew when the page was looked at."""
    member.write("Empfänger", "Ada Lovelace")
    member.write("Straße und Hausnummer", "Unter den Linden 6")
    member.write("Ort", "Berlin")
    member.write("Postleitzahl", "10117")
    member.pick("Land", "DE")
    member.see("Wechselkurs vom")
    button = member.page.locator("aside button.main", has_text="€")
    button.wait_for()
    assert "bezahlen" in button.inner_text()
    button.click()


def test_the_page_in_arabic_goes_from_right_to_left_and_has_no_faults(browser: Browser, shop: Shop):
    product = shop.sell(1_990)
    with visiting(browser, shop, narrow=True) as visitor:
        with_axe(visitor)
        visitor.open(f"#/product/{product}")
        speak(visitor, "ar")
        assert visitor.page.locator("html").get_attribute("dir") == "rtl"
        boxes = [visitor.page.locator(each).bounding_box() for each in (".brand", "header .own")]
        [brand, _] = [box for box in boxes if box]
        assert brand["x"] > visitor.page.evaluate("innerWidth") / 2
        visitor.page.locator("button.main").first.click()
        visitor.page.locator("#toast", has_text="Blue Mug").wait_for()
        found = {page: look(visitor, page) for page in pages_of_guests(product)}
        assert {page: what for page, what in found.items() if what} == {}


def test_an_american_chooses_a_state_before_there_is_a_price(browser: Browser, shop: Shop):
    product = shop.sell(1_990)
    with visiting(browser, shop, narrow=True) as guest:
        refusals: list[str] = []
        guest.page.on("response", lambda each: refusals.append(each.url) if each.status >= 400 else None)
        guest.open(f"#/product/{product}")
        guest.press("Add to cart")
        guest.see("is in your cart")
        guest.open("#/checkout")
        guest.pick("Country", "US")
        guest.see("Choose a state or province: the tax depends on it.")
        guest.pick("State or province", "NY")
        guest.page.locator(".totals").get_by_text("Tax", exact=True).wait_for()
        assert refusals == []
