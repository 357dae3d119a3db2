"""The promises of an order in every state that shoppers, retries, declines, changes of stock and dying processes lead
to: checkout, orders, inventory and payments together, on tables and queues of their own.
"""

import json
from collections import Counter
from contextlib import suppress
from typing import Any, ClassVar

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule, run_state_machine_as_test
from moto import mock_aws

from shoplib.core import money
from shoplib.services.checkout import claiming
from shoplib.services.orders import states, store
from tests.inprocess import Answer, World, build, client
from tests.nightly import sized
from tests.order_life import SOLD, Crash, at_write, change, check_rest, check_stock, crash, nothing, orders, payments

EXAMPLES, STEPS = sized((200, 50), (6, 30))
PRODUCTS = {"mug": 1250, "tea": 333, "pot": 4200}
TOKENS = ("tok_visa", "tok_visa", "tok_paypal", "tok_declined", "tok_timeout", "tok_late")
NAMES = tuple(
    dict.fromkeys(each.name for each in states.TRANSITIONS if each.by in (states.BACK_OFFICE, states.CARRIER))
)
# At which write a process dies, and whether the write was still made.
CRASHES = st.none() | st.none() | st.tuples(st.integers(1, 12), st.booleans())
SHOPPERS = st.integers(0, 3)


class OrderLife(RuleBasedStateMachine):
    """Each shopper has one cart and one Idempotency-Key, and may check out again and again."""

    seen: ClassVar[Counter[str]] = Counter()

    def __init__(self) -> None:
        super().__init__()
        self.aws, self.patch = mock_aws(), pytest.MonkeyPatch()
        self.aws.start()
        self.shop: World = build(self.patch)
        # A holder that died is given up at once; a failed message is there again at once.
        self.patch.setattr(claiming, "PATIENCE_SECONDS", 0.0)
        self.patch.setattr(store, "retry_in", lambda *_: None)
        self.carts: dict[int, dict[str, str]] = {}
        self.accepted: dict[int, dict[str, Any]] = {}

    @initialize(levels=st.lists(st.integers(1, 6), min_size=3, max_size=3))
    def open_the_shop(self, levels: list[int]) -> None:
        common = {"name": "Thing", "category": "Kitchen", "currency": "GBP"}
        catalog = [{**common, "product_id": name, "price_minor": price} for name, price in PRODUCTS.items()]
        self.shop.invoke("ImportProductsFunction", {"products": catalog})
        for name, available in zip(PRODUCTS, levels, strict=True):
            self.set_level(name, available, None, None)

    def die_at(self, when: tuple[int, bool] | None) -> Any:
        number, written = when or (0, False)
        return at_write(number, *((nothing, crash) if written else (crash, nothing)))

    @rule(shopper=SHOPPERS, pieces=st.dictionaries(st.sampled_from(sorted(PRODUCTS)), st.integers(1, 3), min_size=1))
    def fill_a_cart(self, shopper: int, pieces: dict[str, int]) -> None:
        if shopper not in self.carts:
            cart = self.shop.rest("CartFunction", "POST", "/carts").body
            self.carts[shopper] = {"cart_id": cart["cart_id"], "cart_key": cart["cart_key"]}
        cart = self.carts[shopper]
        for name, quantity in pieces.items():
            path = f"/carts/{cart['cart_id']}/items/{name}"
            self.shop.rest("CartFunction", "PUT", path, {"quantity": quantity}, x_cart_key=cart["cart_key"])

    @rule(shopper=SHOPPERS, token=st.sampled_from(TOKENS), when=CRASHES)
    def check_out(self, shopper: int, token: str, when: tuple[int, bool] | None) -> None:
        if shopper in self.carts:
            cart = self.carts[shopper]
            with self.die_at(when), suppress(Crash):
                answer = self.ask_to_buy(shopper, cart, token)
                assert answer.status in (202, 402, 404, 409, 422, 503), answer
                if answer.status == 202:
                    first = self.accepted.setdefault(shopper, answer.body)
                    assert first == answer.body

    def ask_to_buy(self, shopper: int, cart: dict[str, str], token: str) -> Answer:
        body = {"cart_id": cart["cart_id"], "email": "ada@example.com", "country": "Norway"}
        headers = {"Idempotency_Key": f"key-{shopper}", "x_cart_key": cart["cart_key"]}
        paying = {"payment": {"method": "card", "token": token}}
        return self.shop.http("CheckoutFunction", "POST", "/checkout", body | paying, **headers)

    @rule(shopper=SHOPPERS, name=st.sampled_from(sorted(PRODUCTS)), steps=st.integers(0, 3))
    def buy_one(self, shopper: int, name: str, steps: int) -> None:
        """What usually happens: bought, taken from the queue, and packed, shipped, delivered."""
        if shopper not in self.carts:
            self.fill_a_cart(shopper, {name: 1})
        self.check_out(shopper, "tok_visa", None)
        self.take_messages()
        for operation in ("pack", "ship", "deliver")[:steps]:
            self.change(shopper, operation, None)

    @rule(copies=st.integers(1, 3), keep=st.booleans(), when=CRASHES)
    def deliver(self, copies: int, keep: bool, when: tuple[int, bool] | None) -> None:
        """Messages come once or more often; what is kept, or was being worked on in a crash, comes again."""
        with self.die_at(when), suppress(Crash):
            self.take_messages(copies, keep)

    def take_messages(self, copies: int = 1, keep: bool = False) -> int:
        sqs, url = client("sqs"), self.shop.names["OrdersQueue"]
        wanted = {"MessageAttributeNames": ["All"], "AttributeNames": ["All"], "VisibilityTimeout": 0}
        messages = sqs.receive_message(QueueUrl=url, MaxNumberOfMessages=10, **wanted).get("Messages", [])
        records = [
            {
                "messageId": message["MessageId"],
                "receiptHandle": message["ReceiptHandle"],
                "body": message["Body"],
                "attributes": {"ApproximateReceiveCount": "1"},
                "messageAttributes": {},
                "eventSource": "aws:sqs",
            }
            for message in messages
        ]
        answer = self.shop.invoke("OrdersFunction", {"Records": records * copies}) if records else {}
        failed = {failure["itemIdentifier"] for failure in answer.get("batchItemFailures", [])}
        for message in messages:
            if message["MessageId"] not in failed and not keep:
                sqs.delete_message(QueueUrl=url, ReceiptHandle=message["ReceiptHandle"])
        return len(messages)

    @rule(
        name=st.sampled_from(sorted(PRODUCTS)),
        available=st.integers(0, 6),
        ahead=st.sampled_from([None, "2026-03-03"]),
        more=st.sampled_from([None, "2026-04-01"]),
    )
    def set_level(self, name: str, available: int, ahead: str | None, more: str | None) -> None:
        entry = {"product_id": name, "available": available, "available_from": ahead, "backorder_by": more}
        self.shop.invoke("SetStockFunction", {"stock": [entry]})

    @rule(shopper=SHOPPERS, name=st.sampled_from(NAMES), when=CRASHES)
    def change(self, shopper: int, name: str, when: tuple[int, bool] | None) -> None:
        if shopper in self.accepted:
            with self.die_at(when), suppress(Crash):
                change(self.shop, self.accepted[shopper]["order_id"], name)

    @rule(shopper=SHOPPERS, when=CRASHES)
    def cancel(self, shopper: int, when: tuple[int, bool] | None) -> None:
        self.ask(shopper, "cancellation", None, when)

    @rule(shopper=SHOPPERS, line=st.integers(1, 2), pieces=st.integers(1, 2), when=CRASHES)
    def send_back(self, shopper: int, line: int, pieces: int, when: tuple[int, bool] | None) -> None:
        self.ask(shopper, "returns", {"lines": [{"line": line, "pieces": pieces}]}, when)

    def ask(self, shopper: int, what: str, body: Any, when: tuple[int, bool] | None) -> None:
        if shopper in self.accepted:
            order = self.accepted[shopper]
            path = f"/orders/{order['order_id']}/{what}"
            with self.die_at(when), suppress(Crash):
                answer = self.shop.http("OrderStatusFunction", "POST", path, body, x_order_key=order["order_key"])
                assert answer.status in (200, 400, 404, 409), answer

    @rule(when=CRASHES)
    def resume(self, when: tuple[int, bool] | None) -> None:
        with self.die_at(when), suppress(Crash):
            self.shop.invoke("ResumeOrdersFunction", {})

    @rule(percent=st.sampled_from([0, 0, 0, 50, 100]), seed=st.integers(0, 9))
    def trouble_the_provider(self, percent: int, seed: int) -> None:
        self.shop.invoke("SetProviderTroubleFunction", {"failure_percent": percent, "seed": seed})

    @rule()
    def publish(self) -> None:
        self.shop.relay()

    @rule()
    def next_day(self) -> None:
        self.shop.pass_time(days=1)

    @invariant()
    def stock_is_never_negative_and_what_is_reserved_is_held_by_open_reservations(self) -> None:
        check_stock(self.shop)

    @invariant()
    def each_key_has_one_order_at_most(self) -> None:
        self.seen["states"] += 1
        found = orders(self.shop)
        assert len(found) <= len(self.carts)
        assert len({order["order_id"] for order in self.accepted.values()}) == len(self.accepted)

    @invariant()
    def nobody_gets_back_more_than_was_taken(self) -> None:
        found = orders(self.shop)
        for order_id, payment in payments(self.shop).items():
            assert 0 <= payment["refunded_minor"] <= payment["captured_minor"]
            if order_id in found and found[order_id]["status"] in SOLD:
                assert payment["captured_minor"] == found[order_id]["total_minor"]

    def teardown(self) -> None:
        try:
            if self.carts:
                self.come_to_rest()
                self.check_rest()
        finally:
            self.patch.undo()
            self.aws.stop()

    def come_to_rest(self) -> None:
        self.trouble_the_provider(0, 0)
        for shopper in self.accepted:  # whatever died there, the next attempt finishes it
            self.ask_to_buy(shopper, self.carts[shopper], "tok_visa")
        while self.take_messages():
            pass
        for _ in range(3):
            self.shop.invoke("ResumeOrdersFunction", {})

    def check_rest(self) -> None:
        found, events = orders(self.shop), {event["event_id"]: event for event in self.shop.events()}
        self.seen.update(item["status"] for item in found.values())
        assert {order["order_id"] for order in self.accepted.values()} <= set(found)
        check_stock(self.shop)
        check_rest(self.shop, {order_id: item["total_minor"] for order_id, item in found.items()})
        for order_id, item in found.items():
            names = Counter(event["event_name"] for event in events.values() if event.get("order_id") == order_id)
            assert names["purchase"] == (len(item["lines"]) if item.get("sold") else 0)
            assert names["cancellation"] == (item["status"] == "cancelled")
            assert self.net_minor(events, order_id) == self.kept_minor(item)
        self.check_changes(found)

    def net_minor(self, events: dict[str, dict[str, Any]], order_id: str) -> money.Amount:
        signs = {"purchase": 1, "refund": -1}
        of_order = [event for event in events.values() if event.get("order_id") == order_id]
        return money.total(
            signs[event["event_name"]] * money.parse(event["value_minor"])
            for event in of_order
            if event["event_name"] in signs
        )

    def kept_minor(self, item: dict[str, Any]) -> money.Amount:
        """What goods were bought and not sent back or cancelled."""
        if item["status"] not in SOLD:
            return 0
        back = Counter({number: int(count) for number, count in item.get("returned", {}).items()})
        if item["status"] == "refunded":
            back += Counter({number: int(count) for number, count in item["latest_return"]["pieces"].items()})
        lines = enumerate(item["lines"], 1)
        return money.total(
            money.times(money.parse(line["price_minor"]), int(line["quantity"]) - back[str(number)])
            for number, line in lines
        )

    def check_changes(self, found: dict[str, dict[str, Any]]) -> None:
        """Each change is announced, and leads from one state to the next as the table has it."""
        announced: dict[str, list[str]] = {order_id: [] for order_id in found}
        for message in {each["change_id"]: each for each in self.shop.messages("OrderChanges")}.values():
            announced[message["order_id"]].append(message["status"])
        allowed = {(each.before, each.after) for each in states.TRANSITIONS}
        for order_id, item in found.items():
            path = announced[order_id]
            assert len(path) == item["version"] and path[-1] == item["status"]
            begun = path if path[0] == states.PLACED else [states.PLACED, *path]
            assert {*zip(begun, begun[1:], strict=False)} <= allowed


def test_the_promises_hold_in_every_state(capsys: pytest.CaptureFixture[str]) -> None:
    run_state_machine_as_test(
        OrderLife,
        settings=settings(
            max_examples=EXAMPLES,
            stateful_step_count=STEPS,
            derandomize=True,
            deadline=None,
            database=None,
            suppress_health_check=list(HealthCheck),
            phases=[Phase.generate],  # making a failure smaller takes minutes: its steps are printed as they were
        ),
    )
    states, ends = OrderLife.seen.pop("states"), dict(OrderLife.seen)
    assert states >= EXAMPLES * STEPS / 2
    with capsys.disabled():  # the figures, without what handlers log
        print(f"\n{EXAMPLES} lives of the shop, {states:,} states, in each of which all promises hold; at rest: {ends}")


def test_the_messages_of_the_queue_are_orders() -> None:
    """What the machine delivers is what checkout sends, not something of its own."""
    machine = OrderLife()
    machine.open_the_shop([5, 5, 5])
    machine.fill_a_cart(0, {"mug": 1})
    machine.check_out(0, "tok_visa", None)
    message = client("sqs").receive_message(QueueUrl=machine.shop.names["OrdersQueue"], VisibilityTimeout=0)[
        "Messages"
    ][0]
    assert json.loads(message["Body"])["order_id"] == machine.accepted[0]["order_id"]
    machine.teardown()
