"""Several steps that belong together: led by a state machine, or by nobody."""

import json
from typing import Any

from shoplib.experiments.bench import Bench, bench, until
from shoplib.experiments.observation import Observation
from shoplib.experiments.timeline import Mark
from shoplib.lab import Lab

STOCK = 5


def compensate(lab: Lab) -> Observation:
    """A payment is declined after the reservation: what was reserved is released. And a step that crashes is tried
    again without what went well before."""
    with bench(lab, "orchestration") as room:
        room.put("Stock", id="mug", available=STOCK)
        declined = _run(room, "declined-order", card="declined")
        after_decline = _available(room)
        with lab.fault("aws:lambda:invocation-error", room.id("Charge"), duration=0.8):
            crashed = _run(room, "crashed-order", card="good")
        orders = {item["id"]: item["status"] for item in room.items("Orders")}
        left, picture = _available(room), room.picture()
    facts = {
        "declined": orders["declined-order"],
        "stock_after_the_decline": after_decline,
        "steps_of_the_decline": " ".join(_entered(declined)),
        "crashed": orders["crashed-order"],
        "tries_of_the_payment": sum(step == "Charge" for step, _ in _tries(crashed)),
        "reservations_of_the_crashed": sum(step == "Reserve" for step, _ in _tries(crashed)),
        "stock_at_last": left,
    }
    histories = (("declined", declined), ("crashed", crashed))
    marks = [mark for name, history in histories for mark in _marks(room, name, history)]
    return Observation(
        "A declined payment gives back what was reserved; a crash goes on where it was", facts, marks, [], picture
    )


def choreograph(lab: Lab) -> Observation:
    """The same saga without a leader: each service hears of what happened and says what it did."""
    with bench(lab, "choreography") as room:
        room.put("Stock", id="mug", available=STOCK)
        for order, card in (("good-order", "good"), ("declined-order", "declined")):
            detail = {"order_id": order, "product": "mug", "quantity": 2, "card": card}
            entry = {"Source": "shop", "DetailType": "OrderPlaced", "Detail": json.dumps(detail)}
            room.client("events").put_events(Entries=[{**entry, "EventBusName": room.id("Bus")}])
        until(lambda: len(room.items("Orders")) == 2 and _available(room) == STOCK - 2, "both orders to be settled")
        rows = [row for function in ("Reserve", "Charge") for row in room.log(function)]
        orders = {item["id"]: item["status"] for item in room.items("Orders")}
        left, picture = _available(room), room.picture()
    facts = {
        "good": orders["good-order"],
        "declined": orders["declined-order"],
        "stock_at_last": left,
        "events": len(rows) + 2,
    }
    ends = {"PaymentDeclined": "failed"}
    marks = [
        Mark(row["at"], f"{row['order']}: {row['what']}", ends.get(row["what"], "ok")) for row in sorted(rows, key=_at)
    ]
    return Observation("Nobody leads, and the declined order still gives back its mugs", facts, marks, [], picture)


def _run(room: Bench, order: str, card: str) -> list[dict[str, Any]]:
    """The history of one execution, from its start to its end."""
    states = room.client("stepfunctions")
    wish = {"order_id": order, "product": "mug", "quantity": 2, "card": card}
    execution = states.start_execution(stateMachineArn=room.id("Checkout"), input=json.dumps(wish))["executionArn"]
    until(lambda: states.describe_execution(executionArn=execution)["status"] != "RUNNING", "the state machine")
    events: list[dict[str, Any]] = states.get_execution_history(executionArn=execution)["events"]
    return events


def _entered(history: list[dict[str, Any]]) -> list[str]:
    return [event["stateEnteredEventDetails"]["name"] for event in history if "stateEnteredEventDetails" in event]


def _tries(history: list[dict[str, Any]]) -> list[tuple[str, dict[str, Any]]]:
    """Each time that a function was asked, with the state in which that was."""
    tries, state = [], ""
    for event in history:
        state = event.get("stateEnteredEventDetails", {}).get("name", state)
        if event["type"] in ("LambdaFunctionScheduled", "TaskScheduled"):
            tries.append((state, event))
    return tries


def _marks(room: Bench, name: str, history: list[dict[str, Any]]) -> list[Mark]:
    marks, state = [], ""
    for event in history:
        state = event.get("stateEnteredEventDetails", {}).get("name", state)
        if event["type"] in ("LambdaFunctionSucceeded", "TaskSucceeded", "LambdaFunctionFailed", "TaskFailed"):
            at = event["timestamp"].timestamp() - room.started
            marks.append(Mark(at, f"{name}: {state}", "ok" if event["type"].endswith("Succeeded") else "failed"))
    return marks


def _available(room: Bench) -> int:
    return int(room.items("Stock")[0]["available"])


def _at(row: dict[str, Any]) -> float:
    return float(row["at"])
