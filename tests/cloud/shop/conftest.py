"""All patterns on an engine of their own, and a shopper's hands."""

import time
import uuid
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import requests

from shoplib import lab, localaws, provision

DRAINED_WITHIN = 60.0


@dataclass(frozen=True)
class Cart:
    """A cart and the headers that open it."""

    cart_id: str
    opened_by: dict[str, str]


@dataclass
class Shop:
    """The deployed shop. Its tables are shared by all tests, so each test sells products of its own."""

    lab: lab.Lab
    api: str
    checkout_api: str
    events_api: str
    stacks: Mapping[str, provision.Stack] = field(default_factory=dict)
    http: requests.Session = field(default_factory=requests.Session)
    contents: dict[tuple[str, str], bytes] = field(default_factory=dict)
    rows: dict[bytes, list[dict[str, Any]]] = field(default_factory=dict)

    def request(self, method: str, path: str, body: Any = None, **headers: str) -> requests.Response:
        """A request to the shop API."""
        return self._send(method, self.api + path, body, headers)

    def checkout(self, method: str, path: str, body: Any = None, **headers: str) -> requests.Response:
        """A request to the checkout API."""
        return self._send(method, self.checkout_api + path, body, headers)

    def post_events(self, body: Any) -> requests.Response:
        """A request to the events API."""
        return self._send("POST", f"{self.events_api}/events", body, {})

    def sell(self, price_minor: Any = 1250, stock: int = 10) -> str:
        """A new product, and how many pieces of it there are."""
        product_id = f"p-{uuid.uuid4()}"
        product = {"product_id": product_id, "name": "Blue Mug", "category": "Kitchen", "currency": "GBP"}
        imported = self.lab.invoke(
            "rest", "ImportProductsFunction", {"products": [{**product, "price_minor": price_minor}]}
        )
        assert imported == {"imported": 1, "rejected": []}
        self.set_stock({product_id: stock})
        return product_id

    def set_stock(self, levels: dict[str, int]) -> None:
        entries = [{"product_id": product_id, "available": available} for product_id, available in levels.items()]
        answer = self.lab.invoke("fulfilment", "SetStockFunction", {"stock": entries})
        assert answer == {"set": len(levels), "rejected": []}

    def new_cart(self, **headers: str) -> Cart:
        """A guest's new, empty cart."""
        made = self.request("POST", "/carts", **headers).json()
        return Cart(made["cart_id"], {"x_cart_key": made["cart_key"]})

    def cart_with(self, product_id: str, quantity: int = 1) -> Cart:
        """A guest's new cart with a product in it."""
        cart = self.new_cart()
        path = f"/carts/{cart.cart_id}/items/{product_id}"
        answer = self.request("PUT", path, {"quantity": quantity}, **cart.opened_by)
        assert answer.status_code == 200, answer.text
        return cart

    def buy(
        self,
        cart: Cart,
        token: str = "tok_visa",
        key: str | None = None,
        method: str = "card",
        email: str = "ada@example.com",
        **headers: str,
    ) -> requests.Response:
        """A checkout of a cart."""
        body = {"cart_id": cart.cart_id, "email": email, "country": "Norway"}
        paying = {"payment": {"method": method, "token": token}}
        headers |= cart.opened_by | {"Idempotency_Key": key or str(uuid.uuid4())}
        answer = self.checkout("POST", "/checkout", {**body, **paying}, **headers)
        if answer.status_code == 409 and answer.json()["error"] == "price_changed":
            confirmed = {"expected_total_minor": answer.json()["quote"]["total_minor"]}
            return self.checkout("POST", "/checkout", {**body, **paying, **confirmed}, **headers)
        return answer

    def buy_patiently(self, cart: Cart, key: str) -> requests.Response:
        """A checkout as of a client who comes again when it is told to, for a while."""
        until = time.monotonic() + DRAINED_WITHIN
        while (answer := self.buy(cart, key=key)).status_code == 503 and time.monotonic() < until:
            time.sleep(int(answer.headers.get("Retry-After", 1)))
        return answer

    def settled(self, order: dict[str, Any]) -> dict[str, Any]:
        """An accepted order when the queue has been worked off."""
        self.drain()
        answer = self.checkout("GET", f"/orders/{order['order_id']}", x_order_key=order["order_key"])
        assert answer.status_code == 200, answer.text
        return dict(answer.json())

    def available(self, product_id: str) -> int:
        table = self.lab.outputs("fulfilment")["StockTableName"]
        key = {"product_id": {"S": product_id}}
        return int(self.lab.client("dynamodb").get_item(TableName=table, Key=key)["Item"]["available"]["N"])

    def order_item(self, order_id: str) -> dict[str, Any]:
        table = self.lab.outputs("fulfilment")["OrdersTableName"]
        return dict(self.lab.client("dynamodb").get_item(TableName=table, Key={"order_id": {"S": order_id}})["Item"])

    def drain(self) -> None:
        self.lab.wait_until_drained(limit=DRAINED_WITHIN)

    def objects(self, prefix: str) -> dict[str, bytes]:
        """Objects of the lake by key; what was read before is not read again."""
        s3, bucket = self.lab.client("s3"), self.lab.outputs("clickstream")["LakeBucketName"]
        pages = s3.get_paginator("list_objects_v2").paginate(Bucket=bucket, Prefix=prefix)
        versions = [(entry["Key"], entry["ETag"]) for page in pages for entry in page.get("Contents", [])]
        for version in set(versions) - set(self.contents):
            self.contents[version] = s3.get_object(Bucket=bucket, Key=version[0])["Body"].read()
        return {version[0]: self.contents[version] for version in versions}

    def events(self, prefix: str = "raw/events/", **wanted: Any) -> list[dict[str, Any]]:
        """Events of the lake whose fields have the wanted values, in order of time."""
        self.drain()
        rows = [row for content in self.objects(prefix).values() for row in self._rows(content)]
        matching = [row for row in rows if all(row[name] == value for name, value in wanted.items())]
        return sorted(matching, key=lambda row: (row["event_time"], row["event_id"]))

    def _rows(self, content: bytes) -> list[dict[str, Any]]:
        if content not in self.rows:
            self.rows[content] = pq.read_table(pa.BufferReader(content)).to_pylist()
        return self.rows[content]

    def _send(self, method: str, url: str, body: Any, headers: dict[str, str]) -> requests.Response:
        data = body if isinstance(body, str) or body is None else None
        sent = {name.replace("_", "-"): value for name, value in headers.items()}
        return self.http.request(
            method, url, data=data, json=body if data is None and body is not None else None, headers=sent, timeout=60
        )


@contextmanager
def at(state: Path) -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("SHOPLIB_STATE_DIR", str(state))
        yield


@pytest.fixture(scope="session")
def shop_state(own_settings: None, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("shop-engine")


@pytest.fixture(scope="module", autouse=True)
def at_the_shop(shop_state: Path) -> Iterator[None]:
    """Commands and labs of these tests meet the shop's engine: what other tests leave is not drained, drawn or charged
    with the shop."""
    with at(shop_state):
        yield


@pytest.fixture(scope="session")
def engine(shop_state: Path) -> Iterator[localaws.Engine]:
    with at(shop_state):
        started = localaws.start()
    yield started
    with at(shop_state):
        localaws.down()


@pytest.fixture(scope="session")
def shop(engine: localaws.Engine, shop_state: Path) -> Iterator[Shop]:
    with at(shop_state):
        started = lab.start()
    stacks: Any = started.deploy()
    shop = Shop(
        started,
        api=started.url("rest", "ShopApiUrl"),
        checkout_api=started.url("fulfilment", "CheckoutApiUrl"),
        events_api=started.url("clickstream", "EventsApiUrl"),
        stacks=stacks,
    )
    with shop.http:
        # Functions that start on a busy machine take longer than a checkout waits for them: the first order is patient.
        assert shop.buy_patiently(shop.cart_with(shop.sell()), str(uuid.uuid4())).status_code == 202
        yield shop
