"""What the shop really does is what its templates declare; and one order can be followed from the door to the lake."""

from pathlib import Path
from typing import Any

import pytest

from shoplib import architecture
from shoplib.errors import LabError
from tests.cloud.shop.conftest import Shop
from tests.commands import Command
from tests.nightly import sized
from tests.unit.architecture_bar import broken_rules


@pytest.fixture(scope="module")
def order(shop: Shop) -> dict[str, Any]:
    """An order that somebody placed after looking around; everything that it causes is done."""
    product = shop.sell()
    shop.request("GET", f"/products/{product}")
    accepted = shop.buy(shop.cart_with(product, 2)).json()
    assert shop.settled(accepted)["status"] == "confirmed"
    return dict(accepted)


@pytest.fixture(scope="module")
def run(shop: Shop, order: dict[str, Any]) -> architecture.Live:
    return architecture.from_run(shop.lab.target)


def test_observed_is_a_subset_of_declared(run: architecture.Live) -> None:
    strays = run.uses[run.uses.verdict == "used, not declared"]
    assert strays.empty, strays.to_string()
    used = run.uses[run.uses.verdict == "proven"]
    ways = set(zip(used.source, used.target, strict=True))
    assert ways >= {
        ("Clients", "CheckoutApi"),
        ("CheckoutApi", "CheckoutFunction"),
        ("CheckoutFunction", "ShopApi"),
        ("CheckoutFunction", "OrdersQueue"),
        ("OrdersQueue", "OrdersFunction"),
        ("OrdersFunction", "ReserveStockFunction"),
        ("ReserveStockFunction", "StockTable"),
        ("OrdersTable", "OrderChangesFunction"),
        ("OrderChangesFunction", "OrderChanges"),
        ("OrdersFunction", "OrdersTable"),
        ("OrdersTable", "OrdersEventsFunction"),
        ("OrdersEventsFunction", "EventStream"),
        ("EventStream", "AnalyticsFunction"),
        ("AnalyticsFunction", "LakeBucket"),
    }


def test_the_picture_of_the_run_keeps_the_bar(run: architecture.Live) -> None:
    """An overview and its pages, with the connections that the template has."""
    for each in (run, *run.pages.values()):
        assert broken_rules(each.scene) == []
        assert each.scene.height <= 3 * each.scene.width + 0.01
        assert len(each.svg().encode()) <= 8_000 * len(each.scene.items)
    assert run.pages
    assert {edge.key for edge in run.model.edges} == {edge.key for edge in architecture.from_patterns().model.edges}


# By day one with a queue, and one with a stream: the whole shop, above, holds all of them.
@pytest.mark.parametrize("pattern", sized(architecture.patterns(), ("fulfilment", "clickstream")))
def test_each_pattern_by_itself_is_as_declared(shop: Shop, order: dict[str, Any], pattern: str) -> None:
    run = architecture.from_run(shop.lab.target, f"shop-{pattern}")
    assert set(run.uses.verdict) <= {"proven", "never used", "cannot be seen"}
    assert run.uses.declared.all() and run.uses.deployed.all()
    assert broken_rules(run.scene) == []


def test_an_order_is_followed_to_the_lake(shop: Shop, order: dict[str, Any]) -> None:
    steps = architecture.follow(shop.lab.target, order["order_id"]).steps
    ways = list(zip(steps.source, steps.target, steps.operation, strict=True))
    on_the_way = [
        ("Clients", "CheckoutApi", "POST /checkout"),
        ("CheckoutApi", "CheckoutFunction", "InvokeFunction"),
        ("CheckoutFunction", "ShopApi", "GET /carts/{cart_id}"),
        ("ShopApi", "CartFunction", "InvokeFunction"),
        ("CheckoutFunction", "OrdersQueue", "SendMessage"),
        ("OrdersQueue", "OrdersFunction", "InvokeFunction"),
        ("OrdersTable", "OrdersEventsFunction", "InvokeFunction"),
        ("OrdersEventsFunction", "EventStream", "PutRecords"),
        ("EventStream", "AnalyticsFunction", "InvokeFunction"),
        ("AnalyticsFunction", "LakeBucket", "PutObject"),
    ]
    following = iter(ways)  # what the order told before may reach the lake first
    assert [way for way in on_the_way if way not in following] == []
    assert not (steps.edge == "used, not declared").any()
    assert steps.at_ms.is_monotonic_increasing
    assert order["order_key"] not in steps.to_json()  # opens the order to whoever has it


def test_what_nobody_mentioned_cannot_be_followed(shop: Shop, order: dict[str, Any]) -> None:
    with pytest.raises(LabError, match="mentions no-such-order"):
        architecture.follow(shop.lab.target, "no-such-order")


def test_the_commands_draw_the_run_and_the_journey(
    shop: Shop, order: dict[str, Any], command: Command, tmp_path: Path
) -> None:
    def shoplib(*arguments: str) -> dict[str, Any]:
        done = command(*arguments, "--endpoint-url", shop.lab.target.endpoint_url, "--json")
        assert done.code == 0, done.err
        return dict(done.json)

    drawn = shoplib("diagrams", "--live", "shop-fulfilment", "--out", str(tmp_path))
    assert {Path(file).name for file in drawn["files"]} >= {"live-shop-fulfilment.svg", "live-shop-fulfilment.png"}
    row = next(row for row in drawn["connections"] if row["source"] == "OrdersQueue" and row["kind"] == "event")
    assert row["verdict"] == "proven" and row["count"] >= 1 and row["p50_ms"] > 0
    told = shoplib("journey", order["order_id"], "--out", str(tmp_path / "way.html"))
    assert told["steps"][0]["target"] == "CheckoutApi"
    assert order["order_id"] in (tmp_path / "way.html").read_text(encoding="utf-8")
