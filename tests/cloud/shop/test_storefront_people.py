"""People meet on the page: a shopper and the desk, an editor and readers, friends at a wishlist; a visit is counted."""

import uuid

import pytest
from playwright.sync_api import Browser, Route

from shoplib import analytics, architecture
from tests.cloud.shop.conftest import Shop
from tests.cloud.shop.storefront import visiting
from tests.cloud.shop.test_storefront_buying import fill_the_checkout
from tests.cloud.shop.test_storefront_everywhere import come_in, sign_up, staff_member

pytestmark = pytest.mark.timeout(300)


def test_a_form_whose_answer_is_lost_is_sent_again_as_the_same_ticket(browser: Browser, shop: Shop):
    lost: list[str] = []

    def lose_the_first_answer(route: Route) -> None:
        if route.request.method != "POST" or lost:
            route.continue_()
            return
        lost.append(route.fetch().json()["ticket_id"])
        route.abort()

    with visiting(browser, shop) as visitor:
        visitor.page.route("**/tickets", lose_the_first_answer)
        visitor.open("#/contact")
        visitor.write("Name", "Ada Lovelace")
        visitor.write("Email", f"{uuid.uuid4()}@example.com")
        visitor.write("Your message", "Is the mug blue?")
        visitor.press("Send")
        visitor.page.get_by_role("alert").wait_for()
        visitor.press("Send")
        visitor.see("Your message to us")
        visitor.see("Is the mug blue?")
        assert [*visitor.stored("tickets")] == lost


def test_a_shopper_and_the_desk_chat(browser: Browser, shop: Shop):
    name, text = f"Ada {uuid.uuid4().hex[:6]}", "Is the mug <b>blue</b>?"
    with visiting(browser, shop) as desk, visiting(browser, shop) as shopper:
        desk.open()
        come_in(desk, staff_member(shop))
        desk.open("#/staff/desk")
        desk.see("You are at the desk.")
        shopper.open("#/chat")
        shopper.write("How may we call you?", name)
        shopper.press("Begin the chat")
        shopper.write("Your message", text)
        shopper.press("Send")
        shopper.see(text)
        desk.press(f"Take {name}")
        desk.see(text)
        desk.write("Your message", "As the sky.")
        desk.press("Send")
        shopper.see("As the sky.")
        shopper.press("End the chat")
        desk.see("This chat has ended.")


def test_an_editor_publishes_a_banner_that_shoppers_see_until_it_ends(browser: Browser, shop: Shop):
    title = f"Sale {uuid.uuid4().hex[:6]}"
    with visiting(browser, shop) as editor, visiting(browser, shop) as shopper:
        editor.open()
        come_in(editor, staff_member(shop))
        editor.open("#/staff/banners")
        editor.write("Short name", title.lower().replace(" ", "-"))
        editor.write("Title", title)
        editor.write("Text", "Mugs for less")
        editor.pick("Where?", "cart")
        editor.press("Publish")
        editor.see("The banner is published.")
        shopper.open("#/cart")
        shopper.see(title)
        editor.press(f"End it {title}")
        editor.see("The banner is gone.")
        shopper.open("#/")
        shopper.open("#/cart")
        shopper.page.wait_for_load_state("networkidle")
        assert shopper.page.get_by_text(title).count() == 0


def test_a_wishlist_is_shown_to_others_until_its_link_ends(browser: Browser, shop: Shop):
    product = shop.sell(1_230)
    with visiting(browser, shop) as member, visiting(browser, shop) as other:
        member.open(f"#/product/{product}")
        come_in(member, sign_up(shop))
        member.page.get_by_role("button", name="Wishlist").click()
        member.see("It is on your wishlist.")
        member.open("#/wishlist")
        member.press("Make a link")
        address = member.page.get_by_label("Your link").input_value()
        other.open(address.removeprefix(other.url))
        other.see("Blue Mug")
        member.press("End the link")
        member.see("The link is ended.")
        other.page.reload()
        other.page.locator("main[data-place] h1", has_text="That did not work").wait_for()


def test_with_consent_a_persons_clicks_are_in_the_lake_and_without_it_are_nobodys(browser: Browser, shop: Shop):
    product, refused = shop.sell(1_000), shop.sell(1_000)
    with visiting(browser, shop) as visitor:
        visitor.open()
        visitor.press("No, thank you")
        visitor.open(f"#/product/{refused}")
        assert visitor.stored("visit") is None
        visitor.open("#/privacy")
        with visitor.page.expect_response(lambda answer: answer.url.endswith("/events")) as told:
            visitor.press("Yes, you may")
        assert told.value.json() == {"accepted": 1, "rejected": []}
        visitor.open(f"#/product/{product}")
        visitor.press("Add to cart")
        visitor.see("is in your cart")
        session = visitor.stored("visit")["session_id"]
        steps = [event["event_name"] for event in shop.events(session_id=session)]
        assert steps == ["session_start", "view_item", "add_to_cart"]
        assert {event["product_id"] for event in shop.events(session_id=session)} == {None, product}
        [looked] = shop.events(product_id=refused)
        assert looked["session_id"] is None
        visitor.open("#/checkout")
        fill_the_checkout(visitor, "ada@example.com")
        visitor.press("Pay £13.95")
        visitor.see("Confirmed and paid")
        [order_id] = visitor.stored("orders")
    shop.drain()
    mine = analytics.people(analytics.read_events(shop.lab))
    mine = mine[mine.session_id == session]
    assert refused not in set(mine.product_id) and order_id in set(mine.order_id)
    funnel = analytics.funnel(mine, ["view_item", "add_to_cart", "begin_checkout", "purchase"])
    assert list(funnel.sessions) == [1, 1, 1, 1]
    steps_of_order = architecture.follow(shop.lab.target, order_id).steps
    assert {"CheckoutFunction", "OrdersQueue", "OrdersFunction"} <= {*steps_of_order.source, *steps_of_order.target}
