"""What queues promise, and what they do not: poison, repetition, visibility, groups, batches, polling."""

import time
from collections.abc import Iterator
from functools import partial
from typing import Any

from shoplib.experiments.bench import Bench, bench, until
from shoplib.experiments.observation import Observation
from shoplib.experiments.timeline import Level, Mark
from shoplib.lab import Lab


def poison_a_queue(lab: Lab) -> Observation:
    """An order that the handler cannot read: three receives, the dead-letter queue, an alarm; mended and redriven it
    is done."""
    with bench(lab, "poison-message") as room:
        alarm = room.client("cloudwatch").describe_alarms
        name = room.id("DeadLettersAlarm")
        room.send("Orders", {"id": "old-app", "qty": 2})
        room.send("Orders", {"id": "new-app", "quantity": 1})
        depths = list(_depths(room, "DeadLetters", "dead letters", 1))
        state = until(lambda: _alarm(alarm, name) == "ALARM" and "ALARM", "the alarm")
        receives, picture = [row for row in room.log("Fulfil") if row["order"] == "old-app"], room.picture()
        room.redeploy(ReadsOldOrders="yes")
        arn = room.client("sqs").get_queue_attributes(QueueUrl=room.id("DeadLetters"), AttributeNames=["QueueArn"])
        room.client("sqs").start_message_move_task(SourceArn=arn["Attributes"]["QueueArn"])
        done = until(lambda: [item for item in room.items("Done") if item["id"] == "old-app"], "the redriven order")
        depths += [Level(room.now(), "dead letters", room.depth("DeadLetters"))]
        rows = room.log("Fulfil")
    facts = {
        "receives": len(receives),
        "dead_letters": max(int(level.value) for level in depths),
        "alarm": state,
        "done_after_redrive": len(done),
    }
    marks = [Mark(row["at"], f"order {row['order']}", "failed" if row in receives else "ok") for row in rows]
    finding = f"A poison message is tried {facts['receives']} times, then set aside; mended and redriven, it is done"
    return Observation(finding, facts, marks, depths, picture)


def deliver_twice(lab: Lab) -> Observation:
    """The same message twice at three naive handlers and at the three that are idempotent."""
    with bench(lab, "twice") as room:
        for kind in ("naive", "idempotent"):
            room.put("Shop", id=f"mug-{kind}", available=10)
        queues = [each.logical_id for each in room.stack.resources if each.logical_id.endswith("Queue")]
        for _ in range(2):
            for name, kind in (("Naive", "naive"), ("", "idempotent")):
                room.send(f"CreateOrder{name}Queue", {"cart": kind, "idempotency_key": "tap-on-buy"})
                room.send(f"TakeStock{name}Queue", {"order_id": "o-1", "product": f"mug-{kind}", "quantity": 2})
            until(lambda: not sum(map(room.depth, queues)), "all messages to be worked off")
        for name, kind in (("Naive", "naive"), ("", "idempotent")):
            room.send(f"Confirm{name}Queue", {"order_id": kind})
        mails = _mails(room, lambda texts: texts.count("confirmed naive") == 2 and "confirmed idempotent" in texts)
        until(lambda: not sum(map(room.depth, queues)), "all messages to be worked off")
        items, picture = room.items("Shop"), room.picture()
    carts = [item.get("cart") for item in items]
    stock = {item["id"]: int(item["available"]) for item in items if "available" in item}
    facts = {
        "orders_naive": carts.count("naive"),
        "orders_idempotent": carts.count("idempotent"),
        "stock_naive": stock["mug-naive"],
        "stock_idempotent": stock["mug-idempotent"],
        "mails_naive": sum(text == "confirmed naive" for _, text in mails),
        "mails_idempotent": sum(text == "confirmed idempotent" for _, text in mails),
    }
    marks = [
        Mark(at, text.replace("confirmed", "mail,"), "again" if _is_repeated(mails, at, text) else "ok")
        for at, text in mails
    ]
    finding = "Delivered twice: two orders, stock for two and two mails; with idempotent handlers one of each"
    return Observation(finding, facts, marks, [], picture)


def shorten_visibility(lab: Lab, work_seconds: float = 2.0) -> Observation:
    """The visibility timeout is shorter than the work: the message is taken again; cured with six times the timeout."""
    with bench(lab, "visibility") as room:
        queue = room.id("Orders")
        # A mapping is refused on a queue whose timeout is too short; turned down later, nobody looks.
        room.client("sqs").set_queue_attributes(QueueUrl=queue, Attributes={"VisibilityTimeout": "1"})
        room.send("Orders", {"id": "short", "seconds": work_seconds})
        until(lambda: len(_steps(room, "short", "packed")) >= 2, "the message to be worked on twice")
        until(lambda: not room.depth("Orders"), "the queue to be empty")
        room.client("sqs").set_queue_attributes(QueueUrl=queue, Attributes={"VisibilityTimeout": "18"})
        room.send("Orders", {"id": "long", "seconds": work_seconds})
        until(lambda: _steps(room, "long", "packed") and not room.depth("Orders"), "the second parcel")
        rows, picture = room.log("Pack"), room.picture()
    facts = {
        "packed_with_1_second": sum(row["order"] == "short" and row["step"] == "packed" for row in rows),
        "packed_with_18_seconds": sum(row["order"] == "long" and row["step"] == "packed" for row in rows),
        "receives": max(row["receive"] for row in rows if row["order"] == "short"),
    }
    names = {"short": "visible after 1 s", "long": "visible after 18 s"}
    begun = [row for row in rows if row["step"] == "begin"]
    marks = [Mark(row["at"], names[row["order"]], _try(row), work_seconds) for row in begun]
    return Observation("Work that outlasts the visibility timeout is done again", facts, marks, [], picture)


def block_a_group(lab: Lab) -> Observation:
    """In a FIFO queue what fails holds up its own group alone, and a repeated id is dropped."""
    with bench(lab, "group-blocking") as room:
        steps: list[dict[str, Any]] = [{"name": "A1", "failures": 2}, {"name": "A2"}, {"name": "B1"}, {"name": "B1"}]
        for step in steps:
            id = {"MessageGroupId": step["name"][0], "MessageDeduplicationId": str(step["name"])}
            room.send("Orders", step, **id)
        until(lambda: {row["step"] for row in _oks(room.log("Work"))} >= {"A1", "A2", "B1"}, "all steps")
        until(lambda: not room.depth("Orders"), "the queue to be empty")
        rows, picture = room.log("Work"), room.picture()
    order = [row["step"] for row in _oks(rows)]
    facts = {"order": " ".join(order), "tries_of_A1": _count(rows, "A1"), "times_B1": _count(rows, "B1")}
    marks = [Mark(row["at"], row["step"], row["outcome"]) for row in sorted(rows, key=lambda row: row["step"])]
    finding = "A1 fails and A2 waits for it; B1 of another group does not, and its repetition was dropped"
    return Observation(finding, facts, marks, [], picture)


def report_partial_batches(lab: Lab) -> Observation:
    """One bad message of ten: all come back, or with ReportBatchItemFailures that one alone."""
    with bench(lab, "partial-batch") as room:
        for queue in ("All", "One"):
            bodies = [f'{{"id": "order-{number}", "bad": {str(number == 7).lower()}}}' for number in range(10)]
            entries = [{"Id": str(number), "MessageBody": body} for number, body in enumerate(bodies)]
            room.client("sqs").send_message_batch(QueueUrl=room.id(queue), Entries=entries)
        until(lambda: not room.depth("All") + room.depth("One"), "both queues to be empty")
        logs = {name: room.log(name) for name in ("WithoutReport", "WithReport")}
        dead, picture = room.depth("DeadLetters"), room.picture()
    again = {name: sum(row["receive"] > 1 for row in rows) for name, rows in logs.items()}
    facts = {
        "again_without_report": again["WithoutReport"],
        "again_with_report": again["WithReport"],
        "dead_letters": dead,
    }
    marks = [
        Mark(row["at"], f"{name}, receive {row['receive']}", row["outcome"])
        for name, rows in logs.items()
        for row in rows
    ]
    finding = (
        f"One bad order of ten: {facts['again_without_report']} come back, with a report {facts['again_with_report']}"
    )
    return Observation(finding, facts, marks, [], picture)


def poll_an_empty_queue(lab: Lab, seconds: float = 2.0, short_polls: int = 20) -> Observation:
    """How many receives it takes to learn that nothing is there: by short polling, and by long polling."""
    with bench(lab, "long-polling") as room:
        queue, client = room.id("Orders"), room.client("sqs")
        marks = []
        for _ in range(short_polls):
            marks.append(Mark(room.now(), "short polling", "waiting"))
            client.receive_message(QueueUrl=queue, WaitTimeSeconds=0)
            time.sleep(seconds / short_polls)
        begin = time.monotonic()
        while time.monotonic() - begin < seconds - 0.1:
            marks.append(Mark(room.now(), "long polling", "waiting"))
            client.receive_message(QueueUrl=queue, WaitTimeSeconds=int(seconds))
        picture = room.picture()
    facts = {kind: sum(mark.lane == f"{kind} polling" for mark in marks) for kind in ("short", "long")}
    finding = (
        f"{seconds:g} seconds of an empty queue: {facts['short']} receives by short polling, {facts['long']} by long"
    )
    return Observation(finding, facts, marks, [], picture)


def _depths(room: Bench, queue: str, series: str, enough: int) -> Iterator[Level]:
    """How deep a queue is, each time that it changes, until it is deep enough."""
    depth = 0
    yield Level(room.now(), series, depth)
    while depth < enough:
        seen = depth
        depth = until(partial(_more_than, room, queue, seen), f"{queue} to fill")
        yield Level(room.now(), series, depth)


def _more_than(room: Bench, queue: str, depth: int) -> int:
    """How deep the queue is, if it is deeper."""
    now = room.depth(queue)
    return now if now > depth else 0


def _alarm(describe: Any, name: str) -> str:
    return str(describe(AlarmNames=[name])["MetricAlarms"][0]["StateValue"])


def _mails(room: Bench, enough: Any) -> list[tuple[float, str]]:
    """What arrived in the mailbox, and when."""
    mails: list[tuple[float, str]] = []

    def look() -> bool:
        answer = room.client("sqs").receive_message(
            QueueUrl=room.id("Mailbox"), MaxNumberOfMessages=10, WaitTimeSeconds=1, VisibilityTimeout=600
        )
        mails.extend((room.now(), message["Body"]) for message in answer.get("Messages", []))
        return bool(enough([text for _, text in mails]))

    until(look, "the mails")
    return mails


def _is_repeated(mails: list[tuple[float, str]], at: float, text: str) -> bool:
    return any(earlier < at and text == other for earlier, other in mails)


def _steps(room: Bench, order: str, step: str) -> list[dict[str, Any]]:
    return [row for row in room.log("Pack") if (row["order"], row["step"]) == (order, step)]


def _try(row: dict[str, Any]) -> str:
    return "ok" if row["receive"] == 1 else "again"


def _oks(rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    return [row for row in rows if row["outcome"] == "ok"]


def _count(rows: list[dict[str, Any]], step: str) -> int:
    return sum(row["step"] == step for row in rows)
