"""Whatever a client sends, the answer is the client's fault or a success, never a 500."""

import base64
import json
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.inprocess import World

TEXT = st.text(max_size=20) | st.sampled_from(["x" * 5_000, "\ud800", "\x00", "a@b.c", "tok_visa", "card", "GBP"])
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | TEXT,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(TEXT, inner, max_size=3),
    max_leaves=5,
)
NAMES = st.sampled_from(
    ["email", "password", "name", "address", "quantity", "cart_id", "country", "payment", "method", "token", "events"]
)
BODIES = st.dictionaries(NAMES, VALUES, max_size=6).map(json.dumps) | st.text(max_size=50)
REST = [
    ("AccountsFunction", "POST", "/accounts"),
    ("AccountsFunction", "POST", "/sessions"),
    ("AccountsFunction", "PUT", "/profile"),
    ("CartFunction", "POST", "/carts/merge"),
    ("CartFunction", "PUT", "/carts/any/items/any"),
]
GENTLE = settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])


@pytest.mark.parametrize(("function", "method", "path"), REST)
def test_any_body_on_the_rest_api(shop: World, function: str, method: str, path: str):
    @GENTLE
    @given(BODIES)
    def send(body: str) -> None:
        assert shop.rest(function, method, path, body, user="ada").status < 500

    send()


@pytest.mark.parametrize(("function", "path"), [("CheckoutFunction", "/checkout"), ("CollectorFunction", "/events")])
def test_any_body_on_the_http_apis(shop: World, function: str, path: str):
    @GENTLE
    @given(BODIES)
    def send(body: str) -> None:
        assert shop.http(function, "POST", path, body, Idempotency_Key="key").status < 500

    send()


@pytest.mark.parametrize("part", ["x" * 3_000, "%00", "%F0%9F%9B%92", "a b", "..", "%2F"])
def test_any_part_of_a_path(shop: World, part: str):
    asked = [
        shop.rest("CatalogFunction", "GET", f"/products/{part}"),
        shop.rest("CartFunction", "GET", f"/carts/{part}"),
        shop.rest("CartFunction", "DELETE", f"/carts/{part}/items/{part}"),
        shop.http("OrderStatusFunction", "GET", f"/orders/{part}", x_order_key="key"),
    ]
    assert {answer.status for answer in asked} <= {400, 404}


@pytest.mark.parametrize("query", ["q=" + "x" * 3_000, "category=" + "x" * 3_000, "cursor=" + "x" * 3_000, "limit=1e9"])
def test_any_query(shop: World, query: str):
    assert shop.rest("CatalogFunction", "GET", f"/products?{query}").status == 400


def test_a_long_cursor_is_forged(shop: World):
    cursor = base64.urlsafe_b64encode(json.dumps(["x" * 3_000, "y"]).encode()).decode()
    assert shop.rest("CatalogFunction", "GET", f"/products?cursor={cursor}").status == 400


def page_event(**changes: Any) -> dict[str, Any]:
    return {
        "event_id": "6f1c2a9e-1111-4222-8333-444455556666",
        "event_time": "2026-03-01T11:59:59Z",
        "event_name": "view_item",
        "schema_version": 1,
        "anonymous_id": "visitor-1",
        **changes,
    }


def test_odd_but_good_events_reach_the_stream(shop: World):
    odd = [
        page_event(anonymous_id=""),
        page_event(anonymous_id="x" * 1_000),
        page_event(props={"half a pair": "\ud800", "fine": 0.123456}, price_minor="42.5", measured=1e-9),
    ]
    answer = shop.http(
        "CollectorFunction", "POST", "/events", {"events": [*odd, page_event(props={"x": "x" * 40_000})]}
    )
    assert (answer.status, answer.body["accepted"]) == (202, 3)
    assert answer.body["rejected"] == [{"index": 3, "error": "an event must not be larger than 32 KiB"}]
    assert len(shop.events()) == 3
