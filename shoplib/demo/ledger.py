"""What the shop itself says has happened: its orders and its stock, read from DynamoDB."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from shoplib.lab import Lab

# A settled status -> the way in which its money and pieces count.
SETTLED = {"confirmed": 1, "returned": -1, "rejected": 0}


@dataclass(frozen=True)
class Ledger:
    """Order items by order_id, and available pieces by product_id."""

    orders: dict[str, dict[str, Any]]
    stock: dict[str, int]

    def amount_minor(self, ids: set[str], channel: str) -> Decimal:
        """What the confirmed orders of a channel come to, less what its returns gave back."""
        return sum(
            (SETTLED[order["status"]] * order["amount_minor"] for order in self._of(ids, channel)),
            Decimal(0),
        )

    def pieces_moved(self, ids: set[str]) -> Counter[str]:
        """The pieces of each product that these orders took off the shelves (returns count back)."""
        moved: Counter[str] = Counter()
        for order in (self.orders[order_id] for order_id in ids):
            sign = SETTLED[order["status"]]
            for line in order["lines"]:
                moved[line["product_id"]] += sign * max(int(line["quantity"]), 0)
        return moved

    def _of(self, ids: set[str], channel: str) -> Iterator[dict[str, Any]]:
        return (order for key, order in self.orders.items() if key in ids and order["channel"] == channel)


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
