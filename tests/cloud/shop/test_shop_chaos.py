"""Orders under fire: processes die, messages repeat, the provider fails, sources pause. Afterwards the books balance.

`make chaos` runs it with 2,000 orders from 16 clients and shows the figures.
"""

import json
import random
import time
import uuid
from collections import Counter
from collections.abc import Collection, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from dataclasses import dataclass, field, fields
from decimal import Decimal
from itertools import islice
from typing import Any

import pytest

from shoplib import localaws
from shoplib.core import ids, orders
from tests.cloud.shop.conftest import Shop
from tests.cloud.shop.fire import Pauses, insist, kill_one, order_message, settle, spared_functions
from tests.nightly import sized

ORDERS, CLIENTS = sized((2_000, 16), (12, 4))
FAILURE_PERCENT = 20
TOKENS = ("tok_visa",) * 6 + ("tok_paypal", "tok_late", "tok_declined", "gift")


@dataclass
class Placed:
    """An order that a client has in its hands: the shop's answer, and whether the client wanted it cancelled."""

    order_id: str
    order_key: str
    cancelled: bool


@dataclass
class Fire:
    """The shop, what it sells, and what was done to it. Accidents go with orders, so that any machine has as many."""

    shop: Shop
    engine: localaws.Engine
    levels: dict[str, int]
    card: str
    pauses: Pauses
    spared: Collection[str]
    answers: Counter[int] = field(default_factory=Counter)
    repeats: int = 0
    kills: int = 0

    def place(self, number: int) -> Placed | None:
        """One client's order, from the cart to the answer; None when its payment was declined."""
        dice, shop = random.Random(number), self.shop
        made = insist(lambda: shop.request("POST", "/carts")).json()
        opened = {"x_cart_key": made["cart_key"]}
        for product in dice.sample(sorted(self.levels), 2):
            path = f"/carts/{made['cart_id']}/items/{product}"
            insist(lambda path=path: shop.request("PUT", path, {"quantity": dice.randint(1, 3)}, **opened))
        token = dice.choice(TOKENS)
        paying = {"method": "gift_card", "token": self.card} if token == "gift" else {"method": "card", "token": token}
        body: dict[str, Any] = {
            "cart_id": made["cart_id"],
            "email": "ada@example.com",
            "country": "Norway",
            "payment": paying,
        }
        headers = opened | {"Idempotency_Key": str(uuid.UUID(int=dice.getrandbits(128)))}
        self._have_an_accident(dice)
        answer = insist(lambda: self._count(shop.checkout("POST", "/checkout", body, **headers)))
        if answer.status_code == 409:  # the total, with shipping, that the client has to confirm
            body["expected_total_minor"] = answer.json()["quote"]["total_minor"]
            answer = insist(lambda: self._count(shop.checkout("POST", "/checkout", body, **headers)))
        if answer.status_code == 402:
            return None
        assert answer.status_code == 202, answer.text
        order = answer.json()
        if dice.random() < 0.2:  # the answer was lost: the client asks again, and gets the same order
            assert insist(lambda: shop.checkout("POST", "/checkout", body, **headers)).json() == order
        if dice.random() < 0.2:
            self._repeat(order["order_id"])
        return Placed(order["order_id"], order["order_key"], dice.random() < 0.15 and self._cancel(order))

    def _have_an_accident(self, dice: random.Random) -> None:
        kind = dice.randrange(10)
        if kind < 4:
            self.kills += kill_one(self.engine, dice, self.spared)
        elif kind == 4:
            self.pauses.move_on(dice)

    def _count(self, answer: Any) -> Any:
        self.answers[answer.status_code] += 1
        return answer

    def _repeat(self, order_id: str) -> None:
        message = json.loads(order_message(self.shop, order_id))["order"]
        queue = self.shop.lab.outputs("fulfilment")["OrdersQueueUrl"]
        self.shop.lab.client("sqs").send_message(QueueUrl=queue, MessageBody=json.dumps(message))
        self.repeats += 1

    def _cancel(self, order: dict[str, Any]) -> bool:
        """Whether the order was cancelled; it cannot be while it still waits in the queue."""
        path = f"/orders/{order['order_id']}/cancellation"
        answer = insist(lambda: self.shop.checkout("POST", path, {}, x_order_key=order["order_key"]))
        assert answer.status_code in (200, 404, 409), answer.text
        return answer.status_code == 200


@pytest.fixture
def fire(shop: Shop, engine: localaws.Engine) -> Fire:
    """Three products of which there are enough, and one that runs out."""
    levels = {shop.sell(price, 10 * ORDERS): 10 * ORDERS for price in (1250, "333.5", 4200)}
    levels[shop.sell(999, ORDERS // 4)] = ORDERS // 4
    issued = {"amount_minor": 1_000_000_000, "currency": "GBP"}
    card = shop.lab.invoke("payments", "IssueGiftCardFunction", issued)["code"]
    return Fire(shop, engine, levels, card, Pauses(shop, "fulfilment"), spared_functions(shop))


@pytest.mark.timeout(1200)
def test_after_chaos_the_books_balance(fire: Fire) -> None:
    shop, started = fire.shop, time.monotonic()
    with ExitStack() as stack:
        trouble(shop, failure_percent=FAILURE_PERCENT, seed=20)
        stack.callback(trouble, shop)
        stack.callback(fire.pauses.end)
        placed = [order for order in place_all(fire) if order]
        seconds = time.monotonic() - started
    dead = settle(shop, [order.order_id for order in placed])
    items = {order.order_id: order_item(shop, order.order_id) for order in placed}
    statuses = Counter(str(item["status"]) for item in items.values())
    balance = check_money(shop, items)
    check_stock(fire, items)
    events = check_events(shop, items)
    assert all(items[order.order_id]["status"] in ("cancelled", "rejected") for order in placed if order.cancelled)
    print(
        f"\n{ORDERS:,} checkouts from {CLIENTS} clients in {seconds:.0f} s ({ORDERS / seconds:.1f} a second): "
        f"answers {dict(fire.answers)}; {fire.kills} processes killed, {fire.pauses.count} pauses of event sources, "
        f"{fire.repeats} messages repeated, {dead} redriven, {FAILURE_PERCENT} % of the provider's answers failed.\n"
        f"{len(items):,} orders accepted: {dict(statuses)}; captured {balance:,} minor units, which is what confirmed "
        f"orders cost, in the ledgers and at the provider; stock adds up; {events:,} events, each once."
    )


def place_all(fire: Fire) -> Iterator[Placed | None]:
    """The clients come one after another: what all of them would start cold at once, a busy machine never finishes
    within the functions' timeouts."""
    numbers, clients = iter(range(ORDERS)), 1
    while part := list(islice(numbers, clients if clients < CLIENTS else ORDERS)):
        with ThreadPoolExecutor(clients) as pool:
            yield from pool.map(fire.place, part)
        clients = min(2 * clients, CLIENTS)


def trouble(shop: Shop, **settings: int) -> None:
    assert "error" not in shop.lab.invoke("payments", "SetProviderTroubleFunction", settings)


def order_item(shop: Shop, order_id: str) -> dict[str, Any]:
    from boto3.dynamodb.types import TypeDeserializer

    plain = TypeDeserializer().deserialize
    return {name: plain(value) for name, value in shop.order_item(order_id).items()}


def check_money(shop: Shop, items: dict[str, dict[str, Any]]) -> Decimal:
    """Of each order the ledger is what the provider has, and that is its price, or nothing. Answers the sum."""
    total = Decimal(0)
    for part in chunks(sorted(items), 100):
        answer = shop.lab.invoke("payments", "ReconcilePaymentsFunction", {"payment_ids": part})
        for payment in answer["payments"]:
            item = items[payment["payment_id"]]
            expected = Decimal(total_of(item)) if item["status"] == "confirmed" else Decimal(0)
            assert payment["balanced"], payment
            books = {name: Decimal(value) for name, value in payment["provider"].items()}
            assert books == {"held_minor": 0, "captured_minor": expected}, (payment, item["status"])
            total += expected
    return total


def total_of(item: dict[str, Any]) -> Any:
    """What an order costs, goods, discount, shipping and tax together."""
    message = {each.name: item[each.name] for each in fields(orders.Order) if each.name in item}
    message["lines"] = [{**line, "quantity": int(line["quantity"])} for line in item["lines"]]
    return orders.parse(message).total_minor


def check_stock(fire: Fire, items: dict[str, dict[str, Any]]) -> None:
    taken: Counter[str] = Counter()
    for item in items.values():
        if item["status"] == "confirmed":
            taken.update({line["product_id"]: int(line["quantity"]) for line in item["lines"]})
    left = {product: fire.shop.available(product) for product in fire.levels}
    assert left == {product: level - taken[product] for product, level in fire.levels.items()}
    assert min(left.values()) >= 0


def check_events(shop: Shop, items: dict[str, dict[str, Any]]) -> int:
    """Each order's steps are in the lake, each once."""
    told = {row["event_id"]: row for row in shop.events()}
    steps = [ids.derived_id(order_id, name) for order_id in items for name in ("begin_checkout", "add_payment_info")]
    assert [step for step in steps if step not in told] == []
    rows = {event_id: row for event_id, row in told.items() if row["order_id"] in items}
    by_order: dict[str, Counter[str]] = {order_id: Counter() for order_id in items}
    for row in rows.values():
        by_order[row["order_id"]][row["event_name"]] += 1
    for order_id, item in items.items():
        lines, names = len(item["lines"]), by_order[order_id]
        assert names["purchase"] in ((lines,) if item["status"] == "confirmed" else (0, lines)), (item, names)
        assert names["cancellation"] == (item["status"] == "cancelled"), (item["status"], names)
        sold = names["purchase"] if item["status"] == "cancelled" else 0
        assert names["refund"] == sold, (item["status"], names)
    return len(rows) + len(steps)


def chunks(items: list[str], size: int) -> Iterator[list[str]]:
    rest = iter(items)
    return iter(lambda: list(islice(rest, size)), [])
