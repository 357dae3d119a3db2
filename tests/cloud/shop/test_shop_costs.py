"""What a run of the shop costs: its calls, counted once more by hand, at AWS's prices."""

from decimal import Decimal
from math import ceil
from typing import Any

import pytest

from shoplib import costs
from shoplib.architecture.runs import observed
from tests.cloud.shop.conftest import Shop
from tests.commands import Command
from tests.unit.architecture_bar import broken_rules

D = Decimal


@pytest.fixture(scope="module")
def estimate(shop: Shop) -> costs.Estimate:
    product = shop.sell()
    shop.request("GET", f"/products/{product}")
    accepted = shop.buy(shop.cart_with(product, 2)).json()
    assert shop.settled(accepted)["status"] == "confirmed"
    shop.lab.wait_until_drained(60)
    return costs.of_stacks(shop.lab.target)


def rows(shop: Shop, service: str, operation: str, resource: str) -> list[dict[str, Any]]:
    seen, _ = observed.connections(shop.lab.target)
    return [
        row
        for row in seen
        if (row["service"], row["operation"]) == (service, operation) and resource in row["resource"]
    ]


def quantity(estimate: costs.Estimate, source: str, target: str, dimension: str) -> Decimal:
    lines = [line for line in estimate.bill.by_traffic if line.connection == (source, target)]
    return sum((line.usage.quantity for line in lines if line.usage.dimension == dimension), D(0))


def test_functions_are_billed_by_each_started_millisecond(shop: Shop, estimate: costs.Estimate) -> None:
    [row] = rows(shop, "lambda", "InvokeFunction", shop.lab.stack("fulfilment").physical_id("CheckoutFunction"))
    ms = sum(ceil(value) * int(times) for value, times in row["latencies"])
    assert quantity(estimate, "CheckoutApi", "CheckoutFunction", "requests") == row["calls"]
    assert quantity(estimate, "CheckoutApi", "CheckoutFunction", "gb_seconds") == D(ms) / 1000 / 2


def test_tables_are_billed_by_the_units_that_cloudwatch_has(shop: Shop, estimate: costs.Estimate) -> None:
    """CheckoutFunction alone uses its table, so all that the table consumed is its."""
    written = quantity(estimate, "CheckoutFunction", "CheckoutTable", "writes")
    calls = sum(row["calls"] for row in rows(shop, "dynamodb", "PutItem", "CheckoutTable"))
    assert written >= calls > 0


def test_each_connection_is_billed_for_what_it_carries(estimate: costs.Estimate) -> None:
    usd = estimate.bill.by_connection
    assert quantity(estimate, "CheckoutFunction", "OrdersQueue", "requests") >= 1
    assert quantity(estimate, "OrdersQueue", "OrdersFunction", "requests") >= 3  # an invocation, a receive, a delete
    assert usd[("AnalyticsFunction", "LakeBucket")] > 0
    assert usd[("EventStream", "AnalyticsFunction")] > 0
    assert usd[("OrdersFunction", "CloudWatch Logs")] > 0
    assert sum(usd.values(), D(0)) == estimate.bill.traffic_usd


def test_an_order_costs_a_share_of_everything(estimate: costs.Estimate) -> None:
    orders = estimate.bill.requests["OrdersQueue"]
    assert estimate.bill.per("OrdersQueue") == estimate.bill.traffic_usd / orders
    assert 0 < estimate.bill.traffic_usd / orders < D("0.01")


def test_every_month_has_the_stream_the_alarms_and_what_is_kept(estimate: costs.Estimate) -> None:
    monthly = {(line.usage.resource.id, line.usage.dimension) for line in estimate.bill.monthly}
    assert {("EventStream", "stream_hours"), ("LakeBucket", "gb_months"), ("OrdersTable", "gb_months")} <= monthly


def test_the_picture_of_the_costs_keeps_the_bar(estimate: costs.Estimate) -> None:
    assert broken_rules(estimate.picture.scene) == []


def test_the_command_takes_the_run_so_many_times_or_other_traffic(estimate: costs.Estimate, command: Command) -> None:
    said = command("cost", "shop-fulfilment", "--observed", "--times", "1000", "--json").json
    assert said["about"] == "what was done, 1,000 times"
    assert D(said["per"]["count"]) == 1000 * estimate.bill.requests["OrdersQueue"]
    assert D(said["per"]["usd"]) * D(said["per"]["count"]) == pytest.approx(D(said["traffic_usd"]))
    stated = command("cost", "shop-fulfilment", "--traffic", "Clients -> CheckoutApi.requests=1e6", "--json").json
    assert D(stated["traffic_usd"]) == D(1)
