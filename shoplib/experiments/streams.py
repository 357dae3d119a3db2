"""What streams do with too much, with the bad, and with the late."""

import json
from collections import Counter
from functools import partial
from random import Random
from typing import Any

from shoplib.experiments.bench import Bench, bench, until
from shoplib.experiments.observation import Observation
from shoplib.experiments.timeline import Level, Mark
from shoplib.lab import Lab

AT_ONCE = 500  # records of one PutRecords call


def heat_a_shard(lab: Lab, calls: int = 5) -> Observation:
    """2,500 clicks at once under one key, then under many: what is refused, which shards work, how old it gets."""
    hot, cool = (_click_and_read(lab, key, calls) for key in ("the only key", ""))
    facts = {f"{name}_one_key": value for name, value in hot.facts.items()}
    facts |= {f"{name}_many_keys": value for name, value in cool.facts.items()}
    levels = [Level(level.at, f"{level.series}, one key", level.value) for level in hot.levels]
    levels += [Level(level.at, f"{level.series}, many keys", level.value) for level in cool.levels]
    finding = f"One key: one shard works, {facts['refused_one_key']} records are refused; many keys: none"
    return Observation(finding, facts, [], levels, hot.picture)


def _click_and_read(lab: Lab, key: str, calls: int) -> Observation:
    with bench(lab, "hot-shard") as room:
        sent, refused = _click(room, key, calls)
        until(lambda: sum(row["records"] for row in room.log("Count")) >= sent, "all records to be read")
        rows, picture = room.log("Count"), room.picture()
    facts = {
        "refused": refused,
        "shards": len({row["shard"] for row in rows}),
        "oldest": round(max(row["age"] for row in rows), 1),
    }
    levels = [Level(round(row["at"] - rows[0]["at"], 2), "oldest record (s)", row["age"]) for row in rows]
    return Observation("", facts, [], levels, picture)


def _click(room: Bench, key: str, calls: int) -> tuple[int, int]:
    """How many records were taken, and how many refused."""
    refused = int(room.invoke("Collect", {"key": key, "calls": calls, "records": AT_ONCE}).payload)
    return calls * AT_ONCE - refused, refused


def poison_a_stream(lab: Lab, records: int = 100, bad: int = 41) -> Observation:
    """One record of a hundred is none: the default mapping stands still, bisection sets the one aside."""
    with bench(lab, "stream-poison") as room:
        batch = [{"Data": b"{}" if number != bad else b"no event", "PartitionKey": "k"} for number in range(records)]
        room.client("kinesis").put_records(StreamName=room.id("Clicks"), Records=batch)
        until(lambda: room.depth("SetAside"), "the bad record to be set aside")
        until(lambda: _passed(room, "Bisecting") == records - 1, "the others to pass")
        until(lambda: len(room.log("Stubborn")) > 1, "the default mapping to try again")
        logs, picture = {name: room.log(name) for name in ("Stubborn", "Bisecting")}, room.picture()
        aside = room.depth("SetAside")
    facts = {
        "passed_by_default": sum(row["records"] for row in logs["Stubborn"] if row["outcome"] == "ok"),
        "passed_with_bisection": sum(row["records"] for row in logs["Bisecting"] if row["outcome"] == "ok"),
        "set_aside": aside,
        "failed_batches_of_the_bisection": sum(row["outcome"] == "failed" for row in logs["Bisecting"]),
        "smallest_failed_batch": min(row["records"] for row in logs["Bisecting"] if row["outcome"] == "failed"),
    }
    marks = [Mark(row["at"], name, row["outcome"]) for name, rows in logs.items() for row in rows]
    levels = [Level(row["at"], "records of the bisected batch", row["records"]) for row in logs["Bisecting"]]
    passed = facts["passed_with_bisection"]
    finding = f"By default nothing passes; by bisection {passed} of {records} do, and {aside} is set aside"
    return Observation(finding, facts, marks, levels, picture)


def _passed(room: Bench, function: str) -> int:
    return sum(row["records"] for row in room.log(function) if row["outcome"] == "ok")


def count_late_events(lab: Lab, purchases: int = 400, late_share: float = 0.05, seed: int = 15) -> Observation:
    """A day's revenue, of which 5 % arrive two days later: by arrival it stays wrong, by event time it converges."""
    draw = Random(seed)
    bought: list[dict[str, Any]] = [
        {"pence": draw.randint(500, 5_000), "happened": f"day {draw.randint(1, 3)}"} for _ in range(purchases)
    ]
    for purchase in bought:
        purchase["arrived"] = _days_later(purchase["happened"]) if draw.random() < late_share else purchase["happened"]
    truth = Counter[str]()
    for purchase in bought:
        truth[purchase["happened"]] += purchase["pence"]
    with bench(lab, "late-events") as room:
        levels, reports = [], {}
        for day in range(1, 6):
            today = [each for each in bought if each["arrived"] == f"day {day}"]
            _put(room, today)
            done = sum(each["pence"] for each in bought if each["arrived"] <= f"day {day}")
            until(partial(_have_arrived, room, done), f"day {day} to be counted")
            reports[day] = _sums(room, "happened").get("day 1", 0)
            levels.append(Level(day, "revenue of day 1, by event time", reports[day] / 100))
            levels.append(Level(day, "the truth", truth["day 1"] / 100))
            levels.append(Level(day, "revenue of day 1, by arrival", _sums(room, "arrived").get("day 1", 0) / 100))
        by_arrival, by_event, picture = _sums(room, "arrived"), _sums(room, "happened"), room.picture()
    facts = {
        "late": sum(each["arrived"] != each["happened"] for each in bought),
        "day_1_reported_that_evening": reports[1],
        "day_1_two_days_later": reports[3],
        "day_1_by_arrival": by_arrival["day 1"],
        "day_1_truth": truth["day 1"],
        "arrival_days": len(by_arrival),
        "event_time_is_exact": dict(by_event) == dict(truth),
    }
    finding = "The evening's figure of a day is too low; by event time it converges, by arrival it never does"
    return Observation(finding, facts, [], levels, picture, axis="day")


def _days_later(day: str) -> str:
    return f"day {int(day.split()[1]) + 2}"


def _have_arrived(room: Bench, pence: int) -> bool:
    return all(sum(_sums(room, kind).values()) == pence for kind in ("arrived", "happened"))


def _put(room: Bench, purchases: list[dict[str, Any]]) -> None:
    records = [{"Data": json.dumps(each).encode(), "PartitionKey": "shop"} for each in purchases]
    if records:
        room.client("kinesis").put_records(StreamName=room.id("Purchases"), Records=records)


def _sums(room: Bench, kind: str) -> dict[str, int]:
    items = [item for item in room.items("Revenue") if item["id"].startswith(kind)]
    return {item["id"].removeprefix(f"{kind} "): int(item["pence"]) for item in items}
