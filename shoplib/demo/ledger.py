"""What the shop itself says has happened: its orders and its stock, read from DynamoDB."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from shoplib.lab import Lab

# A status at rest -> what became of the order. The others still wait for something.
SETTLED = {
    **dict.fromkeys(("confirmed", "packed", "shipped", "delivered", "return_requested"), "confirmed"),
    **{status: status for status in ("returned", "rejected", "cancelled", "refunded")},
}
OUTCOMES = tuple(dict.fromkeys(SETTLED.values()))
# How the pieces of an order count that became of it what: those that were sold, or came back.
SIGNS = {"confirmed": 1, "refunded": 1, "returned": -1}


@dataclass(frozen=True)
class Ledger:
    """Order items by order_id, and available pieces by product_id."""

    orders: dict[str, dict[str, Any]]
    stock: dict[str, int]

    def amount_minor(self, ids: set[str], channel: str) -> Decimal:
        """What the goods of a channel come to that were sold, less those that came back."""
        lines = (line for order in self._of(ids, channel) for line in _pieces_sold(order))
        return sum((line["price_minor"] * pieces for line, pieces in lines), Decimal(0))

    def pieces_moved(self, ids: set[str]) -> Counter[str]:
        """The pieces of each product that these orders took off the shelves (returns count back)."""
        moved: Counter[str] = Counter()
        for line, pieces in (sold for order_id in ids for sold in _pieces_sold(self.orders[order_id])):
            moved[line["product_id"]] += pieces if line["quantity"] > 0 else 0
        return moved

    def _of(self, ids: set[str], channel: str) -> Iterator[dict[str, Any]]:
        return (order for key, order in self.orders.items() if key in ids and order["channel"] == channel)


def _pieces_sold(order: dict[str, Any]) -> Iterator[tuple[dict[str, Any], int]]:
    """The lines of an order, with the pieces that were sold and did not come back; less than none for a return."""
    sign = SIGNS.get(SETTLED.get(order["status"], ""), 0)
    back = Counter(order.get("returned", {}))
    if order["status"] == "refunded":
        back.update(order["latest_return"]["pieces"])
    for number, line in enumerate(order["lines"], 1):
        yield line, sign * (int(line["quantity"]) - int(back[str(number)]))


def read(lab: Lab) -> Ledger:
    """The tables as they are now."""
    tables = lab.outputs("fulfilment")
    orders = {item["order_id"]: item for item in _items(lab, tables["OrdersTableName"])}
    stock = {item["product_id"]: int(item["available"]) for item in _items(lab, tables["StockTableName"])}
    return Ledger(orders, stock)


def _items(lab: Lab, table: str) -> Iterator[dict[str, Any]]:
    from boto3.dynamodb.types import TypeDeserializer

    plain = TypeDeserializer().deserialize
    for page in lab.client("dynamodb").get_paginator("scan").paginate(TableName=table, ConsistentRead=True):
        yield from ({name: plain(value) for name, value in item.items()} for item in page["Items"])
