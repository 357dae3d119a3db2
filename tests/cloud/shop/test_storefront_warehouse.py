"""The back office in the warehouse: an order is packed and handed over as its buyer looks on; shelves are counted."""

import json
import uuid

import pytest
from playwright.sync_api import Browser

from tests.cloud.shop.conftest import Shop
from tests.cloud.shop.storefront import Visitor, visiting
from tests.cloud.shop.test_storefront_everywhere import come_in, find_faults, look, sign_up, staff_member, with_axe
from tests.nightly import sized

pytestmark = pytest.mark.timeout(300)


def buy(shop: Shop, product: str) -> dict[str, str]:
    """An order that is paid: its id and key."""
    order: dict[str, str] = shop.buy_patiently(shop.cart_with(product, 2), str(uuid.uuid4())).json()
    assert shop.settled(order)["status"] == "confirmed"
    return order


def own(visitor: Visitor, order: dict[str, str]) -> None:
    """As if the order had been placed in this browser."""
    visitor.open()
    keys = json.dumps({order["order_id"]: order["order_key"]})
    visitor.page.evaluate("text => localStorage.setItem('shop.orders', text)", keys)


# By day as narrow and dark as it gets: the shelf below is counted in the light.
@pytest.mark.parametrize(("colours", "narrow"), sized([("light", False), ("dark", True)], [("dark", True)]))
def test_the_staff_pack_an_order_and_hand_it_over(browser: Browser, shop: Shop, colours: str, narrow: bool):
    order = buy(shop, shop.sell(1_250))
    page = f"#/staff/orders/{order['order_id']}"
    with visiting(browser, shop, narrow=narrow, color_scheme=colours) as staff, visiting(browser, shop) as buyer:
        with_axe(staff)
        own(buyer, order)
        buyer.open(f"#/order/{order['order_id']}")
        staff.open()
        come_in(staff, staff_member(shop))
        staff.open("#/staff/orders")
        while not (mine := staff.page.locator(f"main a[href='{page}']")).count():
            staff.press("Show more")
            staff.page.wait_for_load_state("networkidle")
        mine.click()
        staff.see("2 × Blue Mug")
        assert look(staff, page) == []
        staff.press("It is packed")
        buyer.page.locator(".progress [aria-current]", has_text="Packed").wait_for()
        staff.write("Number of the parcel", "BY-HAND-1")
        assert find_faults(staff) == []
        staff.press("It was handed over")
        buyer.page.locator(".progress [aria-current]", has_text="On its way").wait_for()
        staff.press("It was delivered")
        buyer.page.locator(".progress [aria-current]", has_text="Delivered").wait_for()


def test_the_staff_count_a_shelf_and_are_told_when_somebody_buys_meanwhile(browser: Browser, shop: Shop):
    product = shop.sell(1_250, stock=4)
    with visiting(browser, shop) as staff:
        with_axe(staff)
        staff.open()
        come_in(staff, staff_member(shop))
        staff.open(f"#/staff/stock?product={product}")
        buy(shop, product)
        staff.write("Pieces on the shelf", "40")
        staff.press("Save")
        staff.see("Somebody has bought or counted this meanwhile.")
        assert shop.available(product) == 2
        staff.write("Pieces on the shelf", "38")
        staff.press("Save")
        staff.see("The stock is saved.")
        assert shop.available(product) == 38
        assert find_faults(staff) == []
        staff.write("Words of its name", "Blue Mug")
        staff.page.locator("main form", has=staff.page.get_by_label("Words of its name")).get_by_role("button").click()
        staff.page.locator("main li", has_text="Blue Mug").first.wait_for()
        assert find_faults(staff) == []


def test_the_back_office_is_closed_to_members(browser: Browser, shop: Shop):
    with visiting(browser, shop) as member:
        member.open()
        come_in(member, sign_up(shop))
        for page in ("#/staff", "#/staff/orders", "#/staff/stock"):
            member.page.goto(member.url + page)
            member.page.locator("main[data-place='#/sign-in'] h1").wait_for()
