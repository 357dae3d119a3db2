"""`python -m bench.checkout`: how many orders a second the whole shop accepts from 1, 8 and 32 clients, and how soon.

Each client fills a cart, asks for a quote and checks out, again and again, for `--seconds` (15). Latencies are those of
the one request. The CPU time of an order is that of the engine and all functions, also behind the queue and streams.
"""

import argparse
import time
import uuid
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from statistics import quantiles
from typing import Any

import requests
from rich.console import Console
from rich.table import Table

from bench.peers import Peer, ours
from shoplib import provision
from shoplib.lab import Lab
from shoplib.shoppers import seed

CLIENTS = (1, 8, 32)
TIMED = ("quote", "checkout")


@dataclass
class Round:
    """What a number of clients came to: seconds of each request by its name."""

    clients: int
    seconds: float
    took: dict[str, list[float]] = field(default_factory=dict)
    cpu_seconds: float = 0.0

    def per_second(self) -> float:
        return len(self.took["checkout"]) / self.seconds

    def milliseconds(self, name: str, percentile: int) -> float:
        return quantiles(self.took[name], n=100)[percentile - 1] * 1000


class Client:
    """One shopper's connection."""

    def __init__(self, lab: Lab, product: str) -> None:
        self.shop = lab.url("rest", "ShopApiUrl")
        self.pricing = lab.url("pricing", "PricingApiUrl")
        self.fulfilment = lab.url("fulfilment", "CheckoutApiUrl")
        self.product = product
        self.http = requests.Session()
        self.http.trust_env = False

    def buy(self) -> Iterator[tuple[str, float]]:
        """One order; each request's name and seconds."""
        cart = self._send("POST", f"{self.shop}/carts", 201).json()
        opened = {"x-cart-key": cart["cart_key"]}
        item = f"{self.shop}/carts/{cart['cart_id']}/items/{self.product}"
        yield "item", self._timed("PUT", item, 200, json={"quantity": 1}, headers=opened)[1]
        body = {"cart_id": cart["cart_id"], "country": "United Kingdom", "email": "bench@example.com"}
        quote, took = self._timed("POST", f"{self.pricing}/quotes", 200, json=body, headers=opened)
        yield "quote", took
        body["expected_total_minor"] = quote.json()["total_minor"]
        paying = {"payment": {"method": "card", "token": "tok_visa"}}
        headers = opened | {"Idempotency-Key": str(uuid.uuid4())}
        url = f"{self.fulfilment}/checkout"
        yield "checkout", self._timed("POST", url, 202, json=body | paying, headers=headers)[1]

    def _timed(self, *request: Any, **more: Any) -> tuple[requests.Response, float]:
        began = time.perf_counter()
        return self._send(*request, **more), time.perf_counter() - began

    def _send(self, method: str, url: str, expected: int, **more: Any) -> requests.Response:
        answer = self.http.request(method, url, timeout=60, **more)
        if answer.status_code != expected:
            raise SystemExit(f"{method} {url} answered {answer.status_code}: {answer.text[:300]}")
        return answer


def cpu_seconds(peer: Peer) -> float:
    """Of the engine, of the functions' processes, and of those of them that have ended."""
    family = [peer.process, *peer.process.children(recursive=True)]
    return sum(sum(member.cpu_times()[:4]) for member in family)


def measure(peer: Peer, lab: Lab, product: str, clients: int, seconds: float) -> Round:
    until = time.monotonic() + seconds
    took: dict[str, list[float]] = {}

    def shop(_number: int) -> None:
        client = Client(lab, product)
        with client.http:
            while time.monotonic() < until:
                for name, each in client.buy():
                    took.setdefault(name, []).append(each)

    began, used = time.monotonic(), cpu_seconds(peer)
    with ThreadPoolExecutor(clients) as pool:
        list(pool.map(shop, range(clients)))
    lasted = time.monotonic() - began
    lab.wait_until_drained()
    return Round(clients, lasted, took, cpu_seconds(peer) - used)


def shown(rounds: list[Round]) -> Table:
    table = Table(title="Orders accepted by the whole shop")
    for heading in (
        "clients",
        "orders/s",
        "quote p50",
        "quote p99",
        "checkout p50",
        "checkout p99 (ms)",
        "CPU ms per order",
    ):
        table.add_column(heading, justify="right")
    for each in rounds:
        latencies = [each.milliseconds(name, percentile) for name in TIMED for percentile in (50, 99)]
        cells = [each.per_second(), *latencies, each.cpu_seconds * 1000 / len(each.took["checkout"])]
        table.add_row(str(each.clients), *(f"{cell:,.1f}" for cell in cells))
    return table


def calls_per_order(lab: Lab, product: str, orders: int = 10) -> Counter[str]:
    """What one order asks of each service until it is confirmed and in the lake, on average."""
    lab.wait_until_drained()
    lab.target.ask("/_aws/observed", "DELETE")
    client = Client(lab, product)
    with client.http:
        for _ in range(orders):
            list(client.buy())
    lab.wait_until_drained()
    calls: Counter[str] = Counter()
    for row in lab.target.ask("/_aws/observed")["connections"]:
        calls[f"{row['service']} {row['operation']}" if row["service"] == "lambda" else row["service"]] += row["calls"]
    return Counter({name: round(count / orders, 1) for name, count in calls.items()})


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=float, default=15)
    seconds = parser.parse_args().seconds
    with ours() as peer:
        lab = Lab(provision.endpoint(peer.url))
        lab.deploy()
        seed.fill_the_shelves(lab)
        product = seed.catalog()[0]["product_id"]
        seed.set_stock(lab, {product: 1_000_000})
        measure(peer, lab, product, 1, 2)
        screen = Console(width=120)
        screen.print(
            "calls of one order: "
            + ", ".join(f"{n:g} {name}" for name, n in calls_per_order(lab, product).most_common())
        )
        screen.print(shown([measure(peer, lab, product, clients, seconds) for clients in CLIENTS]))


main()
