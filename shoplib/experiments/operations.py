"""What who runs a shop does: rights, alarms, releases, and the time and cost of a start."""

import re
from typing import Any

from shoplib import provision
from shoplib.errors import LabError
from shoplib.experiments.bench import Bench, bench, until
from shoplib.experiments.observation import Observation
from shoplib.experiments.timeline import Level, Mark
from shoplib.lab import Lab
from shoplib.provision import Function

INIT = re.compile(r"REPORT .*?\bDuration: ([\d.]+) ms.*?(?:Init Duration: ([\d.]+) ms|$)", re.DOTALL)
# AWS's own figures (Lambda's developer guide and price list, 2026, us-east-1, x86): a model, not a measurement.
MB_OF_ONE_CPU, PRICE_OF_A_GB_SECOND = 1769, 0.0000166667
CALLS = 100_000  # whose price is about as many dollars as a call takes seconds: both in one plot


def need_a_right(lab: Lab) -> Observation:
    """The cart writes into the orders' table: denied, with the action by name; one statement later it may."""
    with bench(lab, "least-privilege") as room:
        denied = room.invoke("Cart", {"cart": "c-1", "buy": True})
        picture = room.picture()
        room.redeploy(MayWriteOrders="yes")
        allowed = room.invoke("Cart", {"cart": "c-1", "buy": True})
        orders = len(room.items("Orders"))
    message = denied.payload["errorMessage"]
    code, action = re.search(r"\((\w+)\)", message), re.search(r"perform: (\S+)", message)
    facts = {
        "error": code[1] if code else message,
        "action": action[1] if action else message,
        "after_the_change": allowed.payload,
        "orders": orders,
        "message": message,
    }
    marks = [Mark(call.at, "buy", "refused" if call.error else "ok") for call in (denied, allowed)]
    finding = f"The role has no right to {facts['action']} on the table of orders, until the template says so"
    return Observation(finding, facts, marks, [], picture)


def raise_an_alarm(lab: Lab) -> Observation:
    """A function fails: OK, then ALARM; a mail goes out, and a function is called."""
    with bench(lab, "alarm") as room:
        name, watch = room.id("CheckoutErrors"), room.client("cloudwatch")
        states = [Mark(room.now(), "alarm OK")]
        until(lambda: _state(watch, name) == "OK", "the alarm to be OK")
        with lab.fault("aws:lambda:invocation-error", room.id("Checkout")):
            calls = [room.invoke("Checkout") for _ in range(3)]
            until(lambda: _state(watch, name) == "ALARM", "the alarm")
        states.append(Mark(room.now(), "alarm ALARM", "failed"))
        mail = until(lambda: room.depth("Mailbox"), "the mail")
        helped = until(lambda: room.log("Help"), "the function that helps")
        history = watch.describe_alarm_history(AlarmName=name, HistoryItemType="StateUpdate")["AlarmHistoryItems"]
        picture = room.picture()
    facts = {"mails": mail, "helped": len(helped), "state": helped[0]["state"], "changes": len(history)}
    marks = [
        *(Mark(call.at, "checkout", call.outcome) for call in calls),
        *states,
        Mark(helped[0]["at"], "help"),
    ]
    return Observation(
        "Three errors within a minute: the alarm sends a mail and calls a function", facts, marks, [], picture
    )


def _state(watch: Any, name: str) -> str:
    return str(watch.describe_alarms(AlarmNames=[name])["MetricAlarms"][0]["StateValue"])


def release_a_canary(lab: Lab, calls: int = 200, weight: float = 0.1) -> Observation:
    """A tenth of the calls goes to the new version, which fails; the alias goes back, and nobody fails any more."""
    with bench(lab, "canary") as room:
        client, name = room.client("lambda"), room.id("Checkout")
        old = client.publish_version(FunctionName=name)["Version"]
        client.create_alias(FunctionName=name, Name="live", FunctionVersion=old)
        try:
            room.redeploy(Release="two")
            new = client.publish_version(FunctionName=name)["Version"]
            share = {"AdditionalVersionWeights": {new: weight}}
            client.update_alias(FunctionName=name, Name="live", RoutingConfig=share)
            during = [_call_live(room, name) for _ in range(calls)]
            client.update_alias(FunctionName=name, Name="live", RoutingConfig={"AdditionalVersionWeights": {}})
            after = [_call_live(room, name) for _ in range(calls // 4)]
            picture = room.picture()
        finally:
            client.delete_alias(FunctionName=name, Name="live")
    failed = sum(mark.outcome == "failed" for mark in during)
    facts = {
        "calls": calls,
        "failed_with_the_canary": failed,
        "failed_after_the_rollback": sum(mark.outcome == "failed" for mark in after),
        "versions": f"{old} and {new}",
    }
    levels = _failure_share([*during, *after])
    finding = f"{failed} of {calls} calls met the bad release; after the way back none of {len(after)}"
    return Observation(finding, facts, [*during, *after], levels, picture)


def _call_live(room: Bench, name: str) -> Mark:
    at = room.now()
    answer = room.client("lambda").invoke(FunctionName=name, Qualifier="live")
    answer["Payload"].read()
    return Mark(at, f"version {answer['ExecutedVersion']}", "failed" if "FunctionError" in answer else "ok")


def _failure_share(marks: list[Mark], window: int = 40) -> list[Level]:
    """Percent of the last calls."""
    levels = []
    for end in range(window, len(marks) + 1, 5):
        share = sum(mark.outcome == "failed" for mark in marks[end - window : end]) / window
        levels.append(Level(marks[end - 1].at, f"% of the last {window} calls that failed", 100 * share))
    return levels


def start_cold(lab: Lab) -> Observation:
    """The first and the second call of a light and of a heavy function, as the REPORT lines have them."""
    with bench(lab, "cold-start") as room:
        marks, inits = [], {}
        # The very first function of an engine also waits for what all later ones share: that must not be the light one.
        for name in ("Heavy", "Light"):
            for number in ("first", "second"):
                call, report = _report(room, name)
                inits[name, number] = report[1]
                marks.append(_start(call, name, report))
        picture = room.picture()
    facts = {
        "init_light": inits["Light", "first"],
        "init_heavy": inits["Heavy", "first"],
        "cold_starts": sum(bool(milliseconds) for milliseconds in inits.values()),
        "inits_of_second_calls": sum(bool(inits[name, "second"]) for name in ("Light", "Heavy")),
    }
    light, heavy = facts["init_light"], facts["init_heavy"]
    finding = f"The first call pays {heavy:.0f} ms for heavy imports and {light:.0f} ms for light ones; the second none"
    return Observation(finding, facts, marks, [], picture)


def _start(at: float, function: str, report: tuple[float, float]) -> Mark:
    """A call with all that its caller waited for: the initialisation, if there was one, and the work."""
    return Mark(at, function.lower(), "cold start" if report[1] else "ok", sum(report) / 1000)


def _report(room: Bench, function: str) -> tuple[float, tuple[float, float]]:
    """When the call was, its duration and its initialisation, in ms."""
    at = room.now()
    answer = provision.invoke(Function(room.id(function), function), b"{}", room.lab.target)
    line = next((line for line in answer.log if line.startswith("REPORT")), "")
    match = INIT.search(line)
    if match is None:
        raise LabError(f"{function} logged no REPORT line", f"it logged {answer.log}")
    return at, (float(match[1]), float(match[2] or 0))


def model_memory(
    milliseconds_at_one_cpu: float, memories: tuple[int, ...] = (128, 256, 512, 1024, 1769, 3008)
) -> Observation:
    """AWS's figures as a model: computing power grows with memory up to one CPU at 1,769 MB; what calls of
    single-threaded work cost and how long each takes. Nothing of it is measured here."""
    seconds = {memory: milliseconds_at_one_cpu / 1000 * max(1.0, MB_OF_ONE_CPU / memory) for memory in memories}
    dollars = {memory: CALLS * took * memory / 1024 * PRICE_OF_A_GB_SECOND for memory, took in seconds.items()}
    levels = [Level(memory, "seconds of a call", took) for memory, took in seconds.items()]
    levels += [Level(memory, f"dollars of {CALLS:,} calls", price) for memory, price in dollars.items()]
    facts = {f"seconds_{memory}": round(took, 3) for memory, took in seconds.items()}
    facts |= {f"dollars_of_{CALLS:,}_calls_{memory}": round(price, 2) for memory, price in dollars.items()}
    finding = "A model of AWS's figures: up to one CPU more memory is faster and costs the same"
    return Observation(finding, facts, [], levels, axis="MB of memory")
