"""A member of the deployed shop hears of an order, whose parcel goes to a street; a deleted account leaves no trace."""

import uuid
from typing import Any

from tests.cloud.shop.conftest import Shop
from tests.cloud.shop.people import wait_for

PASSWORD = "correct horse"
ADDRESS = {
    "recipient": "Ada Lovelace",
    "street": "12 St James's Square\nFlat 3",
    "city": "London",
    "country": "United Kingdom",
    "postcode": "SW1Y 4JH",
}
LABEL = ["Ada Lovelace", "12 St James's Square", "Flat 3", "SW1Y 4JH London", "United Kingdom"]
TOLD_OF_PERSONS = (
    ("delivery", "LabelFunction"),
    ("fulfilment", "OrderAddressFunction"),
    ("notifications", "MailFunction"),
    ("notifications", "SmsFunction"),
)


def items(shop: Shop, table: str) -> list[dict[str, Any]]:
    pages = shop.lab.client("dynamodb").get_paginator("scan").paginate(TableName=table, ConsistentRead=True)
    return [item for page in pages for item in page["Items"]]


def tables(shop: Shop) -> list[str]:
    """Of all who were told who it is."""
    return [
        resource.physical_id
        for pattern in ("rest", "fulfilment", "delivery", "notifications")
        for resource in shop.lab.stack(pattern).resources
        if resource.type == "AWS::DynamoDB::Table"
    ]


def sent(shop: Shop, order_id: str) -> set[str]:
    """By which channels somebody was told of an order."""
    table = shop.lab.outputs("notifications")["MessagesTableName"]
    return {item["channel"]["S"] for item in items(shop, table) if item["order_id"]["S"] == order_id}


def messages(shop: Shop, email: str, phone: str) -> tuple[int, int]:
    """How many mails, of which one confirms the address, and SMS somebody got."""
    return len(shop.lab.mailbox(email)), len(shop.lab.mailbox(phone))


def buy(shop: Shop, bearer: dict[str, str], **who: Any) -> str:
    """A member's order of one piece; its id."""
    product, cart = shop.sell(), shop.request("GET", "/cart", **bearer).json()
    shop.request("PUT", f"/carts/{cart['cart_id']}/items/{product}", {"quantity": 1}, **bearer)
    paying = {"payment": {"method": "card", "token": "tok_visa"}, "address": ADDRESS, "shipping_method": "standard"}
    body = {"cart_id": cart["cart_id"], **who, **paying}
    key = {"Idempotency_Key": str(uuid.uuid4())}
    answer = shop.checkout("POST", "/checkout", body, **bearer, **key)
    if answer.status_code == 409:
        body["expected_total_minor"] = answer.json()["quote"]["total_minor"]
        answer = shop.checkout("POST", "/checkout", body, **bearer, **key)
    assert answer.status_code == 202, answer.text
    return str(answer.json()["order_id"])


def parcel_of(shop: Shop, order_id: str) -> dict[str, str]:
    """The number of an order's parcel, when the order is packed."""
    change = {"order_id": order_id, "operation": "pack"}
    assert shop.lab.invoke("fulfilment", "ChangeOrdersFunction", {"changes": [change]})["rejected"] == []
    table, key = shop.lab.outputs("delivery")["ParcelsTableName"], {"id": {"S": f"ORDER#{order_id}"}}
    get = shop.lab.client("dynamodb").get_item
    mark = wait_for(lambda: get(TableName=table, Key=key, ConsistentRead=True).get("Item"), "no parcel")
    return {"tracking_number": mark["tracking_number"]["S"]}


def test_a_member_is_told_and_a_deleted_one_is_forgotten_by_all(shop: Shop) -> None:
    email, phone = f"{uuid.uuid4()}@example.com", f"+4477{uuid.uuid4().int % 10**8:08}"
    registration = {"email": email, "password": PASSWORD, "name": "Ada"}
    bearer = {"Authorization": f"Bearer {shop.request('POST', '/accounts', registration).json()['token']}"}
    order_id = buy(shop, bearer, email=email, phone=phone)
    wait_for(lambda: sent(shop, order_id) == {"email", "sms"}, "not told of the order")
    assert "Your order is confirmed" in shop.lab.mailbox(email)[-1]["subject"]
    assert shop.lab.mailbox(phone)[-1]["text"].startswith("Your order is confirmed")

    parcel = parcel_of(shop, order_id)
    assert shop.lab.invoke("delivery", "LabelFunction", parcel)["lines"] == LABEL
    wait_for(lambda: messages(shop, email, phone) == (3, 2), "not told that it is packed")

    assert shop.request("DELETE", "/profile", {"password": PASSWORD}, **bearer).status_code == 204
    wait_for(lambda: "address" not in shop.order_item(order_id), "the order keeps the address")
    assert shop.lab.invoke("delivery", "LabelFunction", parcel)["error"]["code"] == "no_address"
    scan = shop.lab.invoke("delivery", "ScanFunction", {"scans": [{**parcel, "status": "shipped"}]})
    assert scan == {"recorded": 1, "rejected": []}
    wait_for(lambda: shop.order_item(order_id)["status"]["S"] == "shipped", "the order does not live on")
    shop.drain()
    assert messages(shop, email, phone) == (3, 2)

    found = {name: str(items(shop, name)) for name in tables(shop)}
    assert [name for name, text in found.items() if email in text or phone in text] == []
    for pattern, function in TOLD_OF_PERSONS:
        lines = "\n".join(shop.lab.logs(pattern, function))
        assert lines and not [text for text in (email, phone, "St James") if text in lines]
