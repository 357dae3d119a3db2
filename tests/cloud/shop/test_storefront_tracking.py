"""An order's page whose WebSocket is refused: it asks instead, ever more slowly, until it is told again."""

import json
import time
from collections.abc import Callable

import pytest
from playwright.sync_api import Browser, WebSocketRoute

from tests.cloud.shop.conftest import Shop
from tests.cloud.shop.storefront import Visitor, visiting
from tests.cloud.shop.test_storefront_warehouse import buy, own
from tests.nightly import sized

pytestmark = pytest.mark.timeout(180)


# Takes as long as a request: what the page had to do before is done.
ASK_SOMETHING = "() => fetch('config.json').then(answer => answer.text()).then(text => text.length)"


def hang_up(socket: WebSocketRoute) -> None:
    socket.close()


def refuse_what_is_asked(socket: WebSocketRoute) -> None:
    """The connection opens, and what the page wants of it is refused."""

    def answer(frame: str | bytes) -> None:
        request = json.loads(frame)["request"]
        socket.send(json.dumps({"type": "error", "request": request, "error": "not_now", "message": "Not now."}))

    socket.on_message(answer)


def say_nothing(socket: WebSocketRoute) -> None:
    """As a proxy that takes the connection and passes nothing on."""
    socket.on_message(lambda _: None)


def moments(visitor: Visitor, order_id: str) -> list[float]:
    """When the page asks for its order; grows."""
    seen: list[float] = []
    path = f"/orders/{order_id}"
    visitor.page.on("request", lambda it: seen.append(time.monotonic()) if it.url.endswith(path) else None)
    return seen


REFUSALS = (hang_up, refuse_what_is_asked, say_nothing)


@pytest.mark.parametrize("refusal", sized(REFUSALS, REFUSALS[:2]))
def test_without_a_socket_the_page_asks_ever_more_slowly(
    browser: Browser, shop: Shop, refusal: Callable[[WebSocketRoute], None]
):
    order = buy(shop, shop.sell(1_250))
    with visiting(browser, shop) as visitor:
        sockets: list[WebSocketRoute] = []
        own(visitor, order)
        visitor.page.route_web_socket("**", lambda socket: (sockets.append(socket), refusal(socket)))
        seen = moments(visitor, order["order_id"])
        visitor.open(f"#/order/{order['order_id']}")
        while len(seen) < 4:
            visitor.page.wait_for_event("request")
        pauses = [later - sooner for sooner, later in zip(seen[1:], seen[2:], strict=False)]
        assert pauses == sorted(pauses) and pauses[0] > 1
        assert len(sockets) < 8
        shop.lab.invoke("fulfilment", "ChangeOrdersFunction", {"changes": [{**id_of(order), "operation": "pack"}]})
        visitor.page.locator(".progress [aria-current]", has_text="Packed").wait_for()


def test_with_a_socket_again_the_page_is_told_and_asks_no_more(browser: Browser, shop: Shop):
    order = buy(shop, shop.sell(1_250))
    with visiting(browser, shop) as visitor:
        own(visitor, order)
        sockets: list[str] = []

        def refuse_the_first(socket: WebSocketRoute) -> None:
            sockets.append(socket.url)
            if len(sockets) > 1:
                server = socket.connect_to_server()
                server.on_message(lambda frame: (answers.append(frame), socket.send(frame)))
            else:
                socket.close()

        answers: list[str | bytes] = []
        visitor.page.clock.install()
        visitor.page.route_web_socket("**", refuse_the_first)
        seen = moments(visitor, order["order_id"])
        here = f"/orders/{order['order_id']}"
        # What was missed is asked for, once.
        with visitor.page.expect_event("requestfinished", lambda it: bool(answers) and it.url.endswith(here)):
            visitor.open(f"#/order/{order['order_id']}")
        visitor.page.evaluate(ASK_SOMETHING)
        before = len(seen)
        visitor.page.clock.run_for(120_000)
        visitor.page.evaluate(ASK_SOMETHING)
        assert (len(sockets), len(seen)) == (2, before)
        shop.lab.invoke("fulfilment", "ChangeOrdersFunction", {"changes": [{**id_of(order), "operation": "pack"}]})
        visitor.page.locator(".progress [aria-current]", has_text="Packed").wait_for()


def id_of(order: dict[str, str]) -> dict[str, str]:
    return {"order_id": order["order_id"]}
