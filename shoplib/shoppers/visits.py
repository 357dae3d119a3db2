"""Simulated customers in the shop, over HTTP: they look, search, fill carts, sign in, pay, or leave."""

import time
import uuid
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor, as_completed
from dataclasses import dataclass, field
from typing import Any

import requests

from shoplib import provision
from shoplib.core import clock, events
from shoplib.errors import LabError
from shoplib.lab import Lab
from shoplib.shoppers import personas, seed
from shoplib.shoppers.personas import Journey

AT_ONCE = 8
REQUEST_SECONDS = 60
# A shopper who is asked to wait does so, up to this many times.
PATIENCE = 20
PRICE_CHANGED = 409

Done = Callable[[int], None]
Step = Callable[[str], None]


@dataclass(frozen=True)
class Endpoints:
    """The addresses of the shop's APIs. A shop without pricing has no quotes, codes and shipping methods."""

    shop: str
    checkout: str
    events: str
    pricing: str | None = None

    @classmethod
    def of(cls, lab: Lab) -> "Endpoints":
        return cls(
            shop=lab.url("rest", "ShopApiUrl"),
            checkout=lab.url("fulfilment", "CheckoutApiUrl"),
            events=lab.url("clickstream", "EventsApiUrl"),
            pricing=lab.url("pricing", "PricingApiUrl") if provision.exists("pricing", lab.target) else None,
        )


@dataclass(frozen=True)
class Placed:
    """An order that checkout accepted. `order_key` opens its status."""

    order_id: str
    order_key: str
    amount_minor: int


@dataclass(frozen=True)
class Cart:
    """A cart and the headers that open it: a guest's key, a member's session."""

    cart_id: str
    opened_by: dict[str, str]


@dataclass
class Outcome:
    """What visits came to: the ids of their sessions, HTTP requests, and `steps`: event name -> how often the shop
    answered that a shopper took this step. Purchases are not among them: the shop decides those later."""

    sessions: set[str] = field(default_factory=set)
    requests: int = 0
    steps: Counter[str] = field(default_factory=Counter)
    carts: int = 0
    declined: int = 0
    placed: list[Placed] = field(default_factory=list)

    def add(self, other: "Outcome") -> None:
        self.sessions |= other.sessions
        self.requests += other.requests
        self.steps += other.steps
        self.carts += other.carts
        self.declined += other.declined
        self.placed += other.placed


class Visit:
    """One visitor's browser: keeps its connection, its ids, and a count of what it did."""

    def __init__(self, endpoints: Endpoints, journey: Journey, run: str, step: Step = lambda _name: None) -> None:
        self.endpoints = endpoints
        self.report_step = step
        self.journey = journey
        self.name = f"{run}-{journey.number}"
        self.session = f"session-{self.name}"
        self.outcome = Outcome(sessions={self.session})
        self.http = requests.Session()
        self.http.trust_env = False  # a proxy of the user's would not find the local AWS
        self.http.headers.update(
            {
                "User-Agent": personas.AGENTS[journey.device],
                "x-session-id": self.session,
                "x-anonymous-id": f"visitor-{self.name}",
                "x-source": journey.source,
                "x-medium": journey.medium,
                "x-country": journey.country,
                **({"x-campaign": journey.campaign} if journey.campaign else {}),
            }
        )

    def walk(self) -> Outcome:
        """The whole journey. LabError when the shop answers what no shopper expects."""
        with self.http:
            self._arrive()
            self._browse()
            if self.journey.items:
                self._buy(self._fill_cart())
        return self.outcome

    def _ask(self, method: str, url: str, *expected: int, **options: Any) -> requests.Response:
        for _ in range(PATIENCE):
            answer = self.http.request(method, url, timeout=REQUEST_SECONDS, **options)
            self.outcome.requests += 1
            if not (pause := _pause(answer)):
                break
            time.sleep(pause)
        if answer.status_code not in expected:
            raise LabError(
                f"{method} {url} answered {answer.status_code}: {answer.text[:300]}", "read the function's log"
            )
        return answer

    def _step(self, name: str, method: str, url: str, *expected: int, **options: Any) -> requests.Response:
        """A request that is a step of the visit, so that the shop must publish an event of this name."""
        answer = self._ask(method, url, *expected, **options)
        self._report(name)
        return answer

    def _report(self, name: str) -> None:
        self.outcome.steps[name] += 1
        self.report_step(name)

    def _arrive(self) -> None:
        visit = events.Visit(
            anonymous_id=f"visitor-{self.name}",
            session_id=self.session,
            device=self.journey.device,
            source=self.journey.source,
            medium=self.journey.medium,
            campaign=self.journey.campaign,
            country=self.journey.country,
            user_agent=personas.AGENTS[self.journey.device],
        )
        start = events.new("session_start", visit, event_id=str(uuid.uuid4()), at=clock.now())
        address = f"{self.endpoints.events}/events"
        answer = self._step("session_start", "POST", address, 200, 202, json={"events": [start]}).json()
        if answer["accepted"] != 1:
            raise LabError(f"the collector refused a session_start: {answer}", "read the function's log")

    def _browse(self) -> None:
        if self.journey.search:
            self._step("search", "GET", f"{self.endpoints.shop}/products", 200, params={"q": self.journey.search})
        for product in self.journey.views:
            self._step("view_item", "GET", f"{self.endpoints.shop}/products/{product}", 200)

    def _fill_cart(self) -> Cart:
        cart_created = self._ask("POST", f"{self.endpoints.shop}/carts", 201).json()
        cart = Cart(cart_created["cart_id"], {"x-cart-key": cart_created["cart_key"]})
        self.outcome.carts += 1
        for item in self.journey.items:
            address = f"{self.endpoints.shop}/carts/{cart.cart_id}/items/{item.product_id}"
            more = {"headers": cart.opened_by}
            self._step("add_to_cart", "PUT", address, 200, json={"quantity": item.quantity}, **more)
            if item.taken_out:
                self._step("remove_from_cart", "DELETE", address, 200, **more)
        return self._sign_in(cart) if self.journey.signs_in else cart

    def _sign_in(self, guest: Cart) -> Cart:
        """Register or log in, and take the guest's cart along; answers the cart to go on with."""
        session, body = {"Authorization": f"Bearer {self._token()}"}, {"cart_id": guest.cart_id}
        address = f"{self.endpoints.shop}/carts/merge"
        merged = self._ask("POST", address, 200, json=body, headers=session | guest.opened_by).json()
        return Cart(merged["cart_id"], session)

    def _token(self) -> str:
        """A session token. The shop starts without accounts, so one to log in to is made right before."""
        secret = {"email": f"{self.name}@example.com", "password": f"a long password {self.name}"}
        address = f"{self.endpoints.shop}/accounts"
        answer = self._step("sign_up", "POST", address, 201, json={**secret, "name": "Shopper"})
        if self.journey.has_account:
            answer = self._step("login", "POST", f"{self.endpoints.shop}/sessions", 200, json=secret)
        return answer.json()["token"]

    def _buy(self, cart: Cart) -> None:
        if not self.journey.checks_out:
            return
        body = {"cart_id": cart.cart_id, "email": f"{self.name}@example.com", "country": self.journey.country}
        if self.endpoints.pricing:
            body |= self._wishes()
            if self.journey.asks_the_price:
                quoted = self._ask("POST", f"{self.endpoints.pricing}/quotes", 200, json=body, headers=cart.opened_by)
                body["expected_total_minor"] = quoted.json()["total_minor"]
        answer = self._check_out(body, cart)
        self._report("begin_checkout")
        self.outcome.steps["add_payment_info"] += 1
        if answer.status_code == 402:
            self.outcome.declined += 1
            return
        accepted = answer.json()
        self.outcome.placed.append(Placed(accepted["order_id"], accepted["order_key"], accepted["amount_minor"]))

    def _wishes(self) -> dict[str, str]:
        """A code and a way of shipping; what makes standard shipping free leaves no hurry."""
        wishes = {"promotion_code": self.journey.code} if self.journey.code else {}
        hurry = self.journey.in_a_hurry and self.journey.code != "FREESHIP"
        return wishes | ({"shipping_method": "express"} if hurry else {})

    def _check_out(self, body: dict[str, Any], cart: Cart) -> requests.Response:
        """Whoever sees another total than expected confirms that one."""
        paying = {"payment": {"method": "card", "token": self.journey.card}}
        headers = cart.opened_by | {"Idempotency-Key": f"checkout-{self.name}"}
        address = f"{self.endpoints.checkout}/checkout"
        answer = self._ask("POST", address, 202, 402, 409, json=body | paying, headers=headers)
        if answer.status_code != PRICE_CHANGED:
            return answer
        confirmed = {"expected_total_minor": answer.json()["quote"]["total_minor"]}
        return self._ask("POST", address, 202, 402, json=body | paying | confirmed, headers=headers)


def _pause(answer: requests.Response) -> int:
    """Seconds until the same request is worth another try; 0 for never.

    The shop says so with 429, and with 503 where a provider was slow. API Gateway's own 503, of a function that took
    too long, says nothing; then only what may come twice comes again.
    """
    if "Retry-After" in answer.headers:
        return int(answer.headers["Retry-After"])
    return int(answer.status_code == 503 and "Idempotency-Key" in answer.request.headers)


def journeys(sessions: int, seed_number: int) -> Iterator[Journey]:
    """The journeys of a seed. The scarce products come first: what is scarce is wanted."""
    products = sorted(seed.catalog(), key=lambda product: product["stock"])
    names = [product["product_id"] for product in products]
    return (personas.journey(seed_number, number, names) for number in range(sessions))


def simulate(
    lab: Lab,
    sessions: int,
    seed: int = 1,
    done: Done = lambda _count: None,
    step: Step = lambda _name: None,
) -> Outcome:
    """Let `sessions` visitors of a seed into the deployed shop, a few at once; `done` gets each that has left, `step`
    the name of each step that one takes, from any thread."""
    endpoints, run, total = Endpoints.of(lab), uuid.uuid4().hex[:8], Outcome()
    with ThreadPoolExecutor(AT_ONCE) as pool:
        walks = [pool.submit(Visit(endpoints, journey, run, step).walk) for journey in journeys(sessions, seed)]
        try:
            for walk in as_completed(walks):
                total.add(walk.result())
                done(1)
        finally:
            pool.shutdown(cancel_futures=True)
    return total
