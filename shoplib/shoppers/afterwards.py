"""What comes after a purchase: some buyers cancel, the back office packs and delivers the rest, goods come back."""

import random
from collections.abc import Sequence
from typing import Any

import requests

from shoplib.lab import Lab
from shoplib.shoppers.visits import REQUEST_SECONDS, Endpoints, Outcome, Placed

CANCELS, RETURNS = 0.12, 0.15
STEPS = ("pack", "ship", "deliver")


def live_on(lab: Lab, outcome: Outcome, seed: int = 1) -> None:
    """Take the orders of `outcome`, which the shop has decided on, through the rest of their lives; what buyers do is
    added to its steps. LabError when the back office is refused something."""
    dice = random.Random(f"afterwards {seed}")
    with requests.Session() as http:
        http.trust_env = False  # a proxy of the user's would not find the local AWS
        buyers = [_Buyer(http, Endpoints.of(lab).checkout, placed) for placed in outcome.placed]
        confirmed = [buyer for buyer in buyers if buyer.look()["status"] == "confirmed"]
        leaving = [buyer for buyer in confirmed if dice.random() < CANCELS]
        staying = [buyer for buyer in confirmed if buyer not in leaving]
        for buyer in leaving:
            lines = buyer.cancel()["lines"]
            outcome.steps.update(cancellation=1, refund=len(lines))
        _change(lab, staying, *STEPS)
        returning = [buyer for buyer in staying if dice.random() < RETURNS]
        for buyer in returning:
            buyer.send_back()
            outcome.steps["refund"] += 1
        _change(lab, returning, "receive_return")


class _Buyer:
    """Whoever holds the key of an order."""

    def __init__(self, http: requests.Session, url: str, placed: Placed) -> None:
        self.http = http
        self.order_id = placed.order_id
        self.address = f"{url}/orders/{placed.order_id}"
        self.headers = {"x-order-key": placed.order_key}

    def look(self) -> dict[str, Any]:
        return self._ask("GET", self.address)

    def cancel(self) -> dict[str, Any]:
        return self._ask("POST", f"{self.address}/cancellation")

    def send_back(self) -> dict[str, Any]:
        """One piece of the first line."""
        return self._ask("POST", f"{self.address}/returns", {"lines": [{"line": 1, "pieces": 1}]})

    def _ask(self, method: str, url: str, body: Any = None) -> dict[str, Any]:
        answer = self.http.request(method, url, json=body, headers=self.headers, timeout=REQUEST_SECONDS)
        answer.raise_for_status()
        return dict(answer.json())


def _change(lab: Lab, buyers: Sequence[_Buyer], *operations: str) -> None:
    changes = [{"order_id": buyer.order_id, "operation": name} for buyer in buyers for name in operations]
    if changes:
        lab.invoke("fulfilment", "ChangeOrdersFunction", {"changes": changes})
