"""How a shop survives what it depends on: breaker, bulkheads, throttling, retries."""

import time
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from random import Random

import requests

from shoplib.architecture import Live
from shoplib.experiments.bench import Bench, Call, bench, until
from shoplib.experiments.observation import Observation
from shoplib.experiments.timeline import Level, Mark
from shoplib.lab import Lab

STATES = ("closed", "half-open", "open")
# How long to wait before try number `n` (from 1), with a draw of one's own.
POLICIES: dict[str, Callable[[int, Random], float]] = {
    "fixed": lambda n, draw: 0.5,
    "exponential": lambda n, draw: min(1, 0.25 * 2**n),
    "full jitter": lambda n, draw: draw.uniform(0, min(1, 0.25 * 2**n)),
}
BIN_SECONDS = 0.1


def break_the_circuit(lab: Lab) -> Observation:
    """The partner fails five times: closed, open, half-open, closed; while it is open nobody waits."""
    with bench(lab, "circuit-breaker", SecondsOpen=1) as room:
        calls: list[Call] = []

        def check_out() -> Call:
            calls.append(room.invoke("Checkout", {"order_id": f"order-{len(calls)}"}))
            return calls[-1]

        until(lambda: check_out().payload["status"] == 200, "the partner to answer in time")
        with lab.fault("aws:lambda:invocation-error", room.id("Partner"), prevent_execution=False):
            until(lambda: check_out().payload["status"] == 503, "the breaker to open")
            for _ in range(5):
                check_out()
            until(lambda: check_out().payload["status"] == 502, "the try of the half-open breaker")
        until(lambda: check_out().payload["status"] == 200, "the breaker to close")
        picture = room.picture()
    partner_calls = dict(_uses(picture))["Checkout -> Partner"]
    statuses = [call.payload["status"] for call in calls]
    opened = statuses.index(503)
    fast = [call.seconds for call in calls if call.payload["status"] == 503]
    slow = [call.seconds for call in calls if call.payload["status"] != 503]
    facts = {
        "failures_to_open": opened - 1 - max(place for place in range(opened) if statuses[place] == 200),
        "calls_while_open": statuses.count(503),
        "partner_calls_while_open": partner_calls - (len(calls) - statuses.count(503)),
        "half_open_tries": sum(call.payload.get("breaker") == "half-open" for call in calls),
        "milliseconds_of_a_call": round(1000 * sorted(slow)[len(slow) // 2]),
        "milliseconds_while_open": round(1000 * sorted(fast)[len(fast) // 2]),
        "ends": calls[-1].payload["status"],
    }
    names = {200: ("paid", "ok"), 502: ("partner failed", "failed"), 503: ("breaker open", "refused")}
    marks = [Mark(call.at, *names[call.payload["status"]]) for call in calls]
    levels = [Level(call.at, "seconds of waiting", round(call.seconds, 3)) for call in calls]
    return Observation(
        "While the breaker is open nobody waits, and nobody calls the partner", facts, marks, levels, picture
    )


def fill_bulkheads(lab: Lab) -> Observation:
    """Slow reports take all places of the function that they share with checkout; with a reserve of its own, checkout
    does not notice. And what is over the rate of a route never reaches a function."""
    with bench(lab, "bulkhead") as room:
        ask = _Asker(room)
        shares = {place: _check_out_beside_reports(ask, place) for place in ("together", "apart")}
        burst = ask.together([("/page", 0.0)] * 30)
        picture = room.picture()
    counts = {place: Counter(statuses) for place, statuses in shares.items()}
    facts = {
        "checkouts_refused_together": 5 - counts["together"][200],
        "checkouts_refused_apart": 5 - counts["apart"][200],
        "over_the_rate": sum(status == 429 for status in burst),
        "of_requests": len(burst),
    }
    finding = (
        f"Beside reports {facts['checkouts_refused_together']} of 5 checkouts are refused, "
        f"in a function of their own {facts['checkouts_refused_apart']}"
    )
    return Observation(finding, facts, sorted(ask.marks, key=lambda mark: mark.at), [], picture)


class _Asker:
    """Asks the API, and keeps when and what it answered."""

    def __init__(self, room: Bench) -> None:
        self._room, self.marks = room, list[Mark]()
        self._url = room.lab.target.reachable(room.stack.outputs["ShopUrl"])

    def ask(self, path: str, seconds: float = 0.0) -> int:
        at = self._room.now()
        status = requests.get(f"{self._url}{path}", params={"seconds": seconds}, timeout=60).status_code
        self.marks.append(Mark(at, path, "ok" if status == 200 else "refused", self._room.now() - at))
        return status

    def together(self, requests_: list[tuple[str, float]]) -> list[int]:
        with ThreadPoolExecutor(len(requests_)) as pool:
            return list(pool.map(lambda each: self.ask(*each), requests_))


def _check_out_beside_reports(ask: _Asker, place: str, report_seconds: float = 3.0) -> list[int]:
    """Eight reports at once; when the places are taken (one report is refused), five checkouts after each other."""
    with ThreadPoolExecutor(8) as pool:
        reports = [pool.submit(ask.ask, f"/{place}/reports", report_seconds) for _ in range(8)]
        until(lambda: any(each.done() and each.result() != 200 for each in reports), "the places to be taken")
        return [ask.ask(f"/{place}/checkout") for _ in range(5)]


def multiply_retries(lab: Lab, tries: int = 3) -> Observation:
    """Three layers that each try three times: one request is 27 at the last of them."""
    with bench(lab, "retries") as room:
        with lab.fault("aws:lambda:invocation-error", room.id("Back")):
            calls = [room.invoke("Front", {"tries": tries}) for _ in range(tries)]
        picture = room.picture()
    counts = dict(_uses(picture))
    facts = {
        "requests": 1,
        "calls_of_the_last_layer": counts["Middle -> Back"],
        "calls_of_the_second": counts["Front -> Middle"],
    }
    marks = [Mark(call.at, "client", call.outcome) for call in calls]
    finding = f"Three layers with {tries} tries each make {facts['calls_of_the_last_layer']} calls of one request"
    return Observation(finding, facts, marks, [], picture)


def _uses(picture: Live) -> Iterator[tuple[str, int]]:
    """How often each connection was used."""
    for verdict in picture.verdicts:
        if verdict.use:
            yield f"{verdict.edge.source} -> {verdict.edge.target}", verdict.use.count


def retry_after_an_outage(lab: Lab, clients: int = 12, outage: float = 1.0, seed: int = 7) -> Observation:
    """A crowd meets an outage, and comes back: all at once, or spread, by the way in which each waits."""
    marks: list[Mark] = []
    facts: dict[str, float] = {}
    levels: list[Level] = []
    with bench(lab, "retries") as room:
        room.invoke("Service")
        for name, policy in POLICIES.items():
            begin = room.now()
            with ThreadPoolExecutor(clients) as pool:
                draws = [Random(f"{seed} {name} {number}") for number in range(clients)]
                with lab.fault("aws:lambda:invocation-error", room.id("Service"), duration=outage):
                    tries = list(pool.map(lambda draw, policy=policy: _try_until_served(room, policy, draw), draws))
            flat = sorted((call.at - begin, call.outcome) for each in tries for call in each)
            marks += [Mark(at, name, outcome) for at, outcome in flat]
            # All come together once, when the outage begins; what counts is how they come back.
            loads = Counter(int(at / BIN_SECONDS) for at, _ in flat[clients:])
            levels += [Level(bin * BIN_SECONDS, name, loads[bin]) for bin in range(max(loads) + 2)]
            key = name.replace(" ", "_")
            facts[f"calls_{key}"] = len(flat)
            facts[f"peak_{key}"] = max(loads.values())
            facts[f"seconds_{key}"] = round(flat[-1][0], 1)
        picture = room.picture()
    fixed, jitter = facts["peak_fixed"], facts["peak_full_jitter"]
    finding = f"After an outage {fixed:.0f} calls come at once by fixed waits, {jitter:.0f} by full jitter"
    return Observation(finding, facts, marks, levels, picture)


def _try_until_served(room: Bench, policy: Callable[[int, Random], float], draw: Random, most: int = 12) -> list[Call]:
    calls: list[Call] = []
    while len(calls) < most:
        calls.append(room.invoke("Service"))
        if not calls[-1].error:
            break
        time.sleep(policy(len(calls), draw))
    return calls
