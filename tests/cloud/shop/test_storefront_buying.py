"""What shoppers do on the page, from the first look to the money that comes back."""

import uuid

import pytest
from playwright.sync_api import Browser, expect

from tests.cloud.shop.conftest import Shop
from tests.cloud.shop.storefront import Visitor, visiting

pytestmark = pytest.mark.timeout(300)


def fill_the_checkout(visitor: Visitor, email: str) -> None:
    visitor.write("Email", email)
    visitor.write("Recipient", "Ada Lovelace")
    visitor.write("Street and house number", "12 St James's Square")
    visitor.write("Town", "London")
    visitor.write("Postcode", "SW1Y 4JH")
    visitor.pick("Country", "GB")


def follow(shop: Shop, visitor: Visitor, order_id: str) -> None:
    """The warehouse packs, the carrier brings, and the open page hears of it by itself."""
    change = {"order_id": order_id, "operation": "pack"}
    shop.lab.invoke("fulfilment", "ChangeOrdersFunction", {"changes": [change]})
    visitor.page.locator(".progress [aria-current]", has_text="Packed").wait_for()
    for _ in range(4):
        shop.drain()
        shop.lab.invoke("delivery", "CarryFunction", {})
    visitor.page.locator(".progress [aria-current]", has_text="Delivered").wait_for()
    visitor.see("Out for delivery")


def test_a_guest_buys_with_a_code_is_told_follows_the_parcel_and_gets_the_money_back(browser: Browser, shop: Shop):
    product, email = shop.sell(2_000), f"{uuid.uuid4()}@example.com"
    code = f"TEN{uuid.uuid4().hex[:8].upper()}"
    promotion = {"code": code, "kind": "percentage", "percent": 10}
    shop.lab.invoke("pricing", "SetPromotionsFunction", {"promotions": [promotion]})
    with visiting(browser, shop) as visitor:
        visitor.open(f"#/product/{product}")
        visitor.see("In stock")
        visitor.press("Add to cart")
        visitor.see("Blue Mug is in your cart.")
        visitor.page.get_by_role("link", name="Cart, 1 piece", exact=True).click()
        visitor.press("To the checkout")
        fill_the_checkout(visitor, email)
        visitor.write("Promotion code", code)
        visitor.press("Use it")
        visitor.see(f"Discount {code}")
        visitor.press("Pay £21.95")
        visitor.see("Thank you for your order")
        visitor.see("Confirmed and paid")
        [order_id] = visitor.stored("orders")
        assert shop.order_item(order_id)["total_minor"]["N"] == "2195"
        follow(shop, visitor, order_id)
        visitor.page.locator("summary", has_text="Send something back").click()
        visitor.write("Blue Mug", "1")
        visitor.press("Announce the return")
        visitor.see("We await your return")
        back = {"order_id": order_id, "operation": "receive_return"}
        shop.lab.invoke("fulfilment", "ChangeOrdersFunction", {"changes": [back]})
        visitor.see("Your money is on its way back")
        assert visitor.stored("cart") is None
    shop.drain()
    subjects = [str(mail["subject"]).partition(" (")[0] for mail in shop.lab.mailbox(email)]
    assert subjects[0] == "Your order is confirmed"
    assert {"Your order was delivered", "Your money is on its way"} <= set(subjects)
    payment = shop.lab.client("dynamodb").get_item(
        TableName=shop.lab.outputs("payments")["PaymentsTableName"],
        Key={"id": {"S": order_id}, "entry": {"S": "payment"}},
    )["Item"]
    assert (payment["captured_minor"]["N"], payment["refunded_minor"]["N"]) == ("2195", "1800")


def test_a_declined_payment_says_so_and_another_way_to_pay_goes_through(browser: Browser, shop: Shop):
    product = shop.sell(1_000)
    with visiting(browser, shop) as visitor:
        visitor.open(f"#/product/{product}")
        visitor.press("Add to cart")
        visitor.see("is in your cart")
        visitor.open("#/checkout")
        fill_the_checkout(visitor, "grace@example.com")
        visitor.page.get_by_label("Test card that is declined").check()
        visitor.press("Pay £13.95")
        expect(visitor.page.get_by_role("alert")).to_be_focused()
        visitor.see("The payment was declined")
        visitor.page.get_by_label("Test card, Mastercard").check()
        visitor.press("Pay £13.95")
        visitor.see("Thank you for your order")


def test_a_member_registers_takes_the_cart_along_and_finds_the_order_again(browser: Browser, shop: Shop):
    product, email = shop.sell(1_500), f"{uuid.uuid4()}@example.com"
    with visiting(browser, shop) as visitor:
        visitor.open(f"#/product/{product}")
        visitor.press("Add to cart")
        visitor.see("is in your cart")
        visitor.open("#/register")
        visitor.write("Name", "Mary Somerville")
        visitor.write("Email", email)
        visitor.write("Password", "a long password")
        visitor.press("Open an account")
        visitor.see("Please confirm your email address")
        visitor.press("Add an address")
        visitor.write("Recipient", "Mary Somerville")
        visitor.write("Street and house number", "1 Burntisland")
        visitor.write("Town", "Fife")
        visitor.page.locator("form", has=visitor.page.get_by_label("Recipient")).get_by_role(
            "button", name="Save"
        ).click()
        visitor.see("the usual one")
        visitor.open("#/checkout")
        assert visitor.page.get_by_label("Recipient").input_value() == "Mary Somerville"
        visitor.press("Pay £18.95")
        visitor.see("Confirmed and paid")
        visitor.open("#/account/orders")
        visitor.see("£18.95")
        visitor.open("#/account")
        visitor.press("Sign out")
        visitor.page.get_by_role("link", name="Sign in", exact=True).wait_for()
        assert visitor.stored("session") is None
