"""What is bought together comes back into the shop: purchases -> lake -> refresh -> GET /products/{id}/related."""

from typing import Any

from shoplib.core import clock, events, ids
from tests.cloud.shop.conftest import Shop


def buy(shop: Shop, *baskets: tuple[str, ...]) -> None:
    """Orders as the shop's own services tell them."""
    sold = [
        events.new(
            "purchase",
            events.Visit(ids.new_id()),
            event_id=ids.new_id(),
            at=clock.now(),
            product_id=product,
            order_id=order,
            order_line=line,
            value_minor=1250,
            currency="GBP",
        )
        for order, basket in ((ids.new_id(), basket) for basket in baskets)
        for line, product in enumerate(basket, start=1)
    ]
    stream = shop.lab.outputs("clickstream")["EventStreamName"]
    events.publish(shop.lab.client("kinesis").put_records, stream, sold)
    shop.drain()


def related(shop: Shop, product: str) -> list[dict[str, Any]]:
    answer = shop.request("GET", f"/products/{product}/related")
    assert answer.status_code == 200, answer.text
    assert answer.json()["product_id"] == product
    return list(answer.json()["related"])


def test_what_is_bought_together_is_shown_together(shop: Shop):
    mug, tray, lamp = shop.sell(), shop.sell(price_minor=900), shop.sell()
    assert related(shop, mug) == []
    buy(shop, *[(mug, tray)] * 11, *[(mug, lamp)] * 9, *[(lamp,)] * 20)
    first = shop.lab.invoke("rest", "RefreshRelatedFunction", {})
    assert first["orders"] >= 40
    [only] = related(shop, mug)
    told = {name: only[name] for name in ("product_id", "name", "price_minor", "currency", "orders", "confidence")}
    assert told == {
        "product_id": tray,
        "name": "Blue Mug",
        "price_minor": 900,
        "currency": "GBP",
        "orders": 11,
        "confidence": 0.55,
    }
    assert only["lift"] > 1
    assert [one["product_id"] for one in related(shop, tray)] == [mug]
    assert related(shop, lamp) == []
    again = shop.lab.invoke("rest", "RefreshRelatedFunction", {})
    assert (again["products"], again["removed"]) == (first["products"], 0)
    assert related(shop, mug) == [only]


def test_a_product_without_relatives_any_more_leaves_the_table(shop: Shop):
    table = shop.lab.outputs("rest")["RelatedProductsTableName"]
    gone = shop.sell()
    shop.lab.invoke("rest", "RefreshRelatedFunction", {})
    dynamodb = shop.lab.client("dynamodb")
    dynamodb.put_item(TableName=table, Item={"product_id": {"S": gone}, "related": {"L": []}})
    assert shop.lab.invoke("rest", "RefreshRelatedFunction", {})["removed"] == 1
    assert "Item" not in dynamodb.get_item(TableName=table, Key={"product_id": {"S": gone}})


def test_a_product_that_is_not_sold_has_no_page(shop: Shop):
    answer = shop.request("GET", "/products/nothing-of-ours/related")
    assert answer.status_code == 404
    assert answer.json()["error"] == "no_such_product"
