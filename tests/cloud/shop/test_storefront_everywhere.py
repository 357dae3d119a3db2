"""What holds on every page of the shop: nothing is wrong for axe, in light and dark, wide and narrow; the keyboard gets
everywhere; and no stored text ever runs."""

import json
import uuid
from collections.abc import Iterator
from itertools import product as product_of
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Response, expect

from shoplib import provision
from tests.cloud.shop.conftest import Shop
from tests.cloud.shop.storefront import Visitor, visiting
from tests.nightly import sized

pytestmark = pytest.mark.timeout(300)
AXE = Path(__file__).parents[2] / "data" / "axe" / "axe.min.js"
LARGEST_FIRST_VIEW = 150_000
SCRIPT = "<img src=x onerror=\"document.title='stolen'\"><script>document.title='stolen'</script>"
QUERY = "#/search?q=%22%3E%3Cscript%3Edocument.title%3D%27stolen%27%3C%2Fscript%3E"
# Of the focused element, what is read out where that differs from what is seen.
FOCUSED = "() => (document.activeElement.querySelector('.hidden') ?? document.activeElement).innerText"
PASSWORD = "a long password"


@pytest.fixture(scope="module")
def product(shop: Shop) -> str:
    return shop.sell(1_990)


def sign_up(shop: Shop, name: str = "Ada") -> dict[str, Any]:
    body = {"email": f"{uuid.uuid4()}@example.com", "password": PASSWORD, "name": name}
    answer = shop.request("POST", "/accounts", body)
    assert answer.status_code == 201, answer.text
    return {**answer.json(), "email": body["email"]}


def come_in(visitor: Visitor, session: dict[str, Any]) -> None:
    """As if this browser had signed in."""
    visitor.page.evaluate("text => localStorage.setItem('shop.session', text)", json.dumps(session))
    visitor.page.reload()
    visitor.page.locator("main[data-place] h1").wait_for()


def staff_member(shop: Shop) -> dict[str, Any]:
    session = sign_up(shop, "Grace")
    shop.lab.invoke("rest", "SetRoleFunction", {"user_id": session["user_id"], "role": "staff"})
    return session


def with_axe(visitor: Visitor) -> None:
    """Every page that is loaded from now on has axe."""
    visitor.page.add_init_script(path=AXE)


def find_faults(visitor: Visitor) -> list[str]:
    """What axe finds: the rule, and the elements that break it."""
    found = visitor.page.evaluate("() => axe.run(document, {resultTypes: ['violations']})")
    return [f"{each['id']}: {[node['html'][:90] for node in each['nodes']]}" for each in found["violations"]]


def pages_of_guests(product: str) -> Iterator[str]:
    yield from ("#/", "#/category/Kitchen", "#/search?q=mug", f"#/product/{product}", "#/cart", "#/checkout", "#/track")
    yield from (
        "#/mailbox",
        "#/sign-in",
        "#/register",
        "#/recover",
        "#/verify",
        "#/privacy",
        "#/help",
        "#/contact",
        "#/chat",
    )
    yield "#/nowhere"


MEMBERS = ("#/account", "#/account/orders")
STAFF = ("#/staff", "#/staff/desk", "#/staff/banners", "#/staff/reviews", "#/staff/orders", "#/staff/stock")


@pytest.mark.parametrize(
    ("colours", "narrow"), sized([*product_of(("light", "dark"), (False, True))], [("light", False), ("dark", True)])
)
def test_axe_finds_nothing_on_any_page(browser: Browser, shop: Shop, product: str, colours: Any, narrow: bool):
    with visiting(browser, shop, narrow=narrow, color_scheme=colours) as visitor:
        with_axe(visitor)
        visitor.page.goto(provision.mailbox_page(shop.lab.target))
        visitor.open(f"#/product/{product}")
        visitor.press("Add to cart")
        visitor.see("is in your cart")
        found = {page: look(visitor, page) for page in pages_of_guests(product)}
        come_in(visitor, staff_member(shop))
        found |= {page: look(visitor, page) for page in (*MEMBERS, *STAFF)}
        assert {page: what for page, what in found.items() if what} == {}


def look(visitor: Visitor, page: str) -> list[str]:
    visitor.open(page)
    visitor.page.wait_for_load_state("networkidle")
    wide = visitor.page.evaluate("() => document.documentElement.scrollWidth - document.documentElement.clientWidth")
    return [*find_faults(visitor), *([f"{wide} px wider than the screen"] if wide else [])]


def test_the_keyboard_alone_reaches_and_fills_the_cart(browser: Browser, shop: Shop, product: str):
    with visiting(browser, shop) as visitor:
        visitor.open(f"#/product/{product}")
        keyboard = visitor.page.keyboard
        keyboard.press("Tab")
        expect(visitor.page.get_by_role("link", name="Skip to the content")).to_be_focused()
        keyboard.press("Enter")
        expect(visitor.page.locator("main")).to_be_focused()
        until_focused(visitor, "Add to cart")
        keyboard.press("Enter")
        visitor.see("is in your cart")
        visitor.page.evaluate("() => document.querySelector('.skip').focus()")
        until_focused(visitor, "Cart, 1 piece")
        keyboard.press("Enter")
        visitor.page.get_by_role("heading", name="Your cart").wait_for()
        expect(visitor.page.get_by_role("heading", name="Your cart")).to_be_focused()
        until_focused(visitor, "To the checkout")
        keyboard.press("Enter")
        visitor.page.get_by_label("Recipient").wait_for()


def until_focused(visitor: Visitor, name: str) -> None:
    """Tab, as often as a person would, until the element of this name has the focus."""
    for _ in range(60):
        visitor.page.keyboard.press("Tab")
        here = visitor.page.evaluate(FOCUSED)
        if (here or "").strip() == name:
            return
    raise AssertionError(f"no Tab leads to {name}")


def test_the_first_view_is_small_and_asks_its_own_host_and_the_apis_alone(browser: Browser, shop: Shop):
    with visiting(browser, shop) as visitor:
        answers: list[Response] = []
        visitor.page.on("response", lambda answer: answers.append(answer))
        visitor.open()
        visitor.page.wait_for_load_state("networkidle")
        own = visitor.url.rpartition("/")[0]
        endpoint = shop.lab.target.endpoint_url
        known = (own, f"{endpoint}/_aws/execute-api/")
        assert [answer.url for answer in answers if not answer.url.startswith(known)] == []
        assert sum(len(answer.body()) for answer in answers if answer.url.startswith(own)) < LARGEST_FIRST_VIEW


def test_no_script_that_somebody_stored_runs(browser: Browser, shop: Shop):
    product = f"p-{uuid.uuid4()}"
    names = {"name": f"{SCRIPT} mug", "category": f"Odd {SCRIPT}"[:100], "description": SCRIPT}
    entry = {"product_id": product, "price_minor": 900, "currency": "GBP", **names}
    assert shop.lab.invoke("rest", "ImportProductsFunction", {"products": [entry]})["imported"] == 1
    shop.set_stock({product: 5})
    session = sign_up(shop, SCRIPT)
    headers = {"Authorization": f"Bearer {session['token']}"}
    place = {"recipient": SCRIPT, "street": SCRIPT, "city": SCRIPT, "country": "Norway"}
    assert shop.request("POST", "/profile/addresses", place, **headers).status_code == 201
    with visiting(browser, shop) as visitor:
        visitor.open(f"#/product/{product}")
        come_in(visitor, session)
        visitor.press("Add to cart")
        visitor.see("is in your cart")
        for page in ("#/", QUERY, "#/cart", "#/checkout", "#/account"):
            visitor.page.goto(visitor.url + page)
            visitor.page.locator("main[data-place] h1").wait_for()
            visitor.page.wait_for_load_state("networkidle")
            assert visitor.page.title() != "stolen"
        assert visitor.page.locator("main script, main img[onerror]").count() == 0


def test_a_script_in_the_page_reaches_no_control_plane(browser: Browser, shop: Shop):
    """If one did run, the policy would still keep it to the APIs, and the engine would refuse a page."""
    fetching = "url => fetch(url, {method: 'POST', body: '{}'}).then(answer => answer.status, () => 'refused')"
    with visiting(browser, shop) as visitor:
        visitor.open()
        endpoint = shop.lab.target.endpoint_url
        assert visitor.page.evaluate(fetching, f"{endpoint}/") == "refused"
        assert visitor.page.evaluate(fetching, f"{endpoint}/_aws/mailbox") == "refused"
        assert visitor.page.evaluate(fetching, f"{visitor.url.rpartition('/')[0]}/") in (403, 405)
        visitor.complaints[:] = [each for each in visitor.complaints if "violates" not in each]
