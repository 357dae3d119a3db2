"""Somebody with all that the shop keeps of a person, marked, and somebody else who would like to see it."""

import base64
import json
import time
import uuid
from dataclasses import dataclass, field
from typing import Any

from shoplib.core import ids
from tests.cloud.shop.conftest import Shop
from tests.cloud.shop.fire import insist

PASSWORD = "correct horse"
Headers = dict[str, str]


@dataclass
class Person:
    """An account, what opens what it has, and its secrets, of which nobody else may ever see one."""

    email: str
    signed_in: dict[str, Any]
    opened_by: Headers = field(default_factory=dict)
    values: dict[str, str] = field(default_factory=dict)
    secrets: set[str] = field(default_factory=set)

    @property
    def bearer(self) -> Headers:
        return {"Authorization": f"Bearer {self.signed_in['token']}"}

    @property
    def headers(self) -> Headers:
        """All that this person can show."""
        return self.bearer | self.opened_by


def register(shop: Shop, name: str) -> Person:
    email = f"{name.lower()}.{uuid.uuid4().hex[:8]}@example.com"
    answer = shop.request("POST", "/accounts", {"email": email, "password": PASSWORD, "name": name})
    assert answer.status_code == 201, answer.text
    return Person(email, answer.json())


def somebody_else(shop: Shop) -> Person:
    """Mallory, with a cart and an order of their own."""
    person = register(shop, "Mallory")
    order = _order(shop, shop.sell(), person)
    cart = shop.cart_with(shop.sell())
    person.opened_by = {"x-cart-key": cart.opened_by["x_cart_key"], "x-order-key": order["order_key"]}
    return person


def victim(shop: Shop) -> Person:
    """Ada, of whom every secret is a marker: whoever finds one in an answer has seen what is not theirs."""
    mark = f"ada{uuid.uuid4().hex}"
    ada = register(shop, mark)
    ada.secrets |= {mark, ada.signed_in["token"], ada.signed_in["refresh_token"]}
    profile = shop.request("GET", "/profile", **ada.bearer).json()
    _keep_address_and_payment(shop, ada, mark)
    _buy(shop, ada, mark)
    _fill_carts(shop, ada)
    ada.values["user_id"] = str(profile["user_id"])
    return ada


def _keep_address_and_payment(shop: Shop, ada: Person, mark: str) -> None:
    address = {"recipient": "Ada", "street": f"{mark} Street", "city": "London", "country": "United Kingdom"}
    way = {"method": "card", "token": f"tok_{mark}", "label": f"Visa {mark}"}
    for path, body, called, name in (
        ("addresses", address, "address_id", "address_id"),
        ("payment-methods", way, "payment_method_id", "way_id"),
    ):
        answer = shop.request("POST", f"/profile/{path}", body, **ada.bearer)
        assert answer.status_code == 201, answer.text
        ada.values[name] = str(answer.json()[called])


def _order(shop: Shop, product: str, buyer: Person) -> dict[str, Any]:
    cart, key = shop.cart_with(product), uuid.uuid4().hex
    answer = insist(lambda: shop.buy(cart, key=key, email=buyer.email, **buyer.bearer))
    assert answer.status_code == 202, answer.text
    return dict(answer.json())


def _buy(shop: Shop, ada: Person, mark: str) -> None:
    """An order of hers that is on its way, and whose parcel can be followed."""
    product = shop.sell()
    order = _order(shop, product, ada)
    ada.opened_by["x-order-key"] = order["order_key"]
    ada.secrets.add(order["order_key"])
    ada.values |= {"order_id": order["order_id"], "payment_id": order["order_id"], "product_id": product}
    assert shop.settled(order)["status"] == "confirmed"
    pack = {"changes": [{"order_id": order["order_id"], "operation": "pack"}]}
    assert shop.lab.invoke("fulfilment", "ChangeOrdersFunction", pack)["rejected"] == []
    shop.drain()
    # A tracking number opens its parcel to whoever has it: somebody else can only guess.
    ada.values["tracking_number"] = "0" * 12


def _fill_carts(shop: Shop, ada: Person) -> None:
    cart = shop.cart_with(ada.values["product_id"], 3)
    ada.opened_by["x-cart-key"] = cart.opened_by["x_cart_key"]
    ada.secrets.add(cart.opened_by["x_cart_key"])
    ada.values["cart_id"] = cart.cart_id


def state_of(shop: Shop, ada: Person) -> dict[str, Any]:
    """What she sees of what is hers."""
    profile = shop.request("GET", "/profile", **ada.bearer)
    cart = shop.request("GET", f"/carts/{ada.values['cart_id']}", x_cart_key=ada.opened_by["x-cart-key"])
    path = f"/orders/{ada.values['order_id']}"
    order = shop.checkout("GET", path, x_order_key=ada.opened_by["x-order-key"])
    assert [each.status_code for each in (profile, cart, order)] == [200, 200, 200]
    return {"profile": profile.json(), "cart": cart.json(), "order": order.json()}


def forgeries(shop: Shop, ada: Person) -> dict[str, Headers]:
    """Sessions that open nothing, by what is wrong with them."""
    body = {"email": ada.email, "password": PASSWORD}
    ended = shop.request("POST", "/sessions", body).json()["token"]
    assert shop.request("DELETE", "/sessions", Authorization=f"Bearer {ended}").status_code == 204
    expired = shop.request("POST", "/sessions", body).json()["token"]
    _let_expire(shop, expired)
    tokens = {
        "made up": uuid.uuid4().hex + uuid.uuid4().hex,
        "signed out": ended,
        "expired": expired,
        "alg=none": _unsigned({"sub": ada.values["user_id"], "exp": int(time.time()) + 3600}),
        "refresh token": ada.signed_in["refresh_token"],
        "user id": ada.values["user_id"],
        "fingerprint": ids.fingerprint(ada.signed_in["token"]),
        "cut": ada.signed_in["token"][:-1],
    }
    forged = {name: {"Authorization": f"Bearer {token}"} for name, token in tokens.items()}
    return forged | {"none": {}, "basic": {"Authorization": f"Basic {ada.signed_in['token']}"}}


def _let_expire(shop: Shop, token: str) -> None:
    """As if an hour had passed."""
    table = shop.lab.outputs("rest")["AccountsTableName"]
    shop.lab.client("dynamodb").update_item(
        TableName=table,
        Key={"pk": {"S": f"SESSION#{ids.fingerprint(token)}"}},
        UpdateExpression="SET expires_at = :past",
        ConditionExpression="attribute_exists(expires_at)",
        ExpressionAttributeValues={":past": {"N": str(int(time.time()) - 1)}},
    )


def _unsigned(claims: dict[str, Any]) -> str:
    parts = [json.dumps(each).encode() for each in ({"alg": "none", "typ": "JWT"}, claims)]
    return ".".join([*(base64.urlsafe_b64encode(part).rstrip(b"=").decode() for part in parts), ""])
