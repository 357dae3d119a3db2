"""What tables promise: conditions, old reads, a way back, and models that follow from events."""

import json
import os
import subprocess
import sys
import tempfile
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import Any

from shoplib import provision
from shoplib.errors import LabError
from shoplib.experiments.bench import Bench, bench, until
from shoplib.experiments.observation import Observation
from shoplib.experiments.timeline import Level, Mark
from shoplib.lab import Lab

ORDER: list[dict[str, Any]] = [
    {"what": "placed", "total": 120},
    {"what": "paid"},
    {"what": "shipped"},
]


def race_for_the_last_item(lab: Lab, buyers: int = 10, stock: int = 3) -> Observation:
    """More buyers than pieces, at once: read-then-write sells too many, a conditional write exactly what is there."""
    with bench(lab, "last-item") as room:
        marks: list[Mark] = []
        facts: dict[str, Any] = {}
        for function, name in (("ReadThenWrite", "read_then_write"), ("WriteIfThere", "condition")):
            room.put("Stock", id=name, available=stock)
            calls = room.invoke_together(function, [{"product": name}] * buyers)
            answers = [call.payload for call in calls]
            marks += [Mark(call.at + call.seconds, name.replace("_", " "), _outcome(call.payload)) for call in calls]
            facts |= {f"sold_by_{name}": answers.count("sold"), f"refused_by_{name}": answers.count("refused")}
        left = {item["id"]: int(item["available"]) for item in room.items("Stock")}
        picture = room.picture()
    facts |= {f"left_by_{name}": pieces for name, pieces in left.items()}
    naive, exact = facts["sold_by_read_then_write"], facts["sold_by_condition"]
    finding = f"{buyers} buyers, {stock} pieces: read-then-write sells {naive}, a condition {exact}"
    return Observation(finding, facts, marks, [], picture)


def _outcome(answer: str) -> str:
    return "ok" if answer == "sold" else "refused"


def read_stale(age: str = "500ms") -> Observation:
    """On an AWS of its own whose eventually consistent reads are `age` old: a write, and how long the old value is
    read."""
    with another_aws(age) as target:
        table, client = f"prices-{uuid.uuid4().hex[:6]}", target.client("dynamodb")
        client.create_table(
            TableName=table,
            AttributeDefinitions=[{"AttributeName": "id", "AttributeType": "S"}],
            KeySchema=[{"AttributeName": "id", "KeyType": "HASH"}],
            BillingMode="PAY_PER_REQUEST",
        )
        client.put_item(TableName=table, Item={"id": {"S": "mug"}, "price": {"N": "8"}})
        until(lambda: _price(client, table, consistent=False), "the first price to be seen")
        client.put_item(TableName=table, Item={"id": {"S": "mug"}, "price": {"N": "9"}})
        begin, reads = datetime.now(UTC), list[tuple[float, str, int]]()

        def look() -> bool:
            for name, consistent in (("eventually consistent", False), ("strongly consistent", True)):
                at = (datetime.now(UTC) - begin).total_seconds()
                reads.append((at, name, _price(client, table, consistent)))
            return reads[-2][2] == 9

        until(look, "the new price to be seen")
    stale = [each for each in reads if each[2] == 8]
    facts = {
        "stale_reads": len(stale),
        "stale_strongly_consistent_reads": sum(name.startswith("strongly") for _, name, _ in stale),
        "milliseconds_until_new": round(1000 * reads[-2][0]),
    }
    marks = [Mark(at, name, "ok" if price == 9 else "stale") for at, name, price in reads]
    levels = [Level(at, name, price) for at, name, price in reads]
    finding = (
        f"After a write the old price was read for {facts['milliseconds_until_new']} ms, with ConsistentRead never"
    )
    return Observation(finding, facts, marks, levels)


def _price(client: Any, table: str, consistent: bool) -> int:
    item = client.get_item(TableName=table, Key={"id": {"S": "mug"}}, ConsistentRead=consistent).get("Item")
    return int(item["price"]["N"]) if item else 0


@contextmanager
def another_aws(eventual: str) -> Iterator[provision.Target]:
    """A second local AWS, whose eventually consistent reads are this old; gone at the end. LabError with its last words
    when it does not start."""
    command = [sys.executable, "-m", "shoplib", "serve", "--port", "0", "--json", "--eventual", eventual]
    keys = ("another", uuid.uuid4().hex)
    with tempfile.TemporaryDirectory() as folder:
        own = {"SHOPLIB_STATE_DIR": folder, "SHOPLIB_KEY_ID": keys[0], "SHOPLIB_SECRET": keys[1]}
        words = Path(folder) / "words.txt"
        with (
            words.open("w", encoding="utf-8") as out,
            subprocess.Popen(
                command, env={**os.environ, **own}, stdout=subprocess.PIPE, stderr=out, text=True
            ) as process,
        ):
            try:
                yield provision.endpoint(_address(process, words), keys=keys)
            finally:
                process.terminate()


def _address(process: "subprocess.Popen[str]", words: Path) -> str:
    line = process.stdout.readline() if process.stdout else ""
    if not line:
        raise LabError(f"the second AWS did not start: {words.read_text(encoding='utf-8')}", "run `shoplib doctor`")
    return str(json.loads(line)["url"])


def restore_a_table(lab: Lab, orders: int = 20) -> Observation:
    """A wrong delete, and the table as it was the second before."""
    with bench(lab, "restore") as room:
        client, table = room.client("dynamodb"), room.id("Orders")
        levels = [Level(room.now(), "orders", 0)]
        for number in range(orders):
            room.put("Orders", id=f"order-{number}")
        levels.append(Level(room.now(), "orders", orders))
        before = datetime.now(UTC)
        until(lambda: (datetime.now(UTC) - before).total_seconds() > 1.1, "a second to pass")
        for item in room.items("Orders")[: orders // 2]:
            client.delete_item(TableName=table, Key={"id": {"S": item["id"]}})
        levels.append(Level(room.now(), "orders", len(room.items("Orders"))))
        again, at = f"{table}-again", before.replace(microsecond=0).timestamp() + 1
        client.restore_table_to_point_in_time(
            SourceTableName=table, TargetTableName=again, RestoreDateTime=datetime.fromtimestamp(at, UTC)
        )
        try:
            client.get_waiter("table_exists").wait(TableName=again, WaiterConfig={"Delay": 1})
            count = client.scan(TableName=again)["Count"]
            levels += [Level(room.now(), "restored table", count), Level(room.now() + 0.3, "restored table", count)]
        finally:
            client.delete_table(TableName=again)
        facts = {"orders": orders, "left_after_the_mistake": int(levels[2].value), "restored": count}
        picture = room.picture()
    left = facts["left_after_the_mistake"]
    finding = f"Of {orders} orders {left} were left; restored to the second before, {count} are there"
    return Observation(finding, facts, [], levels, picture)


def replicate_a_table(lab: Lab, other: str = "eu-central-1") -> Observation:
    """A table in two regions: what is written here is there a moment later; of two writers at once the last one wins,
    in both."""
    with bench(lab, "replica", OtherRegion=other) as room:
        table, here = room.id("Prices"), room.client("dynamodb")
        there = lab.client("dynamodb", region_name=other)
        here.put_item(TableName=table, Item={"id": {"S": "mug"}, "price": {"N": "8"}})
        begin = room.now()
        at_once = _price(there, table, consistent=True)
        until(lambda: _price(there, table, consistent=True) == 8, "the other region to have the price")
        arrival = room.now()
        here.put_item(TableName=table, Item={"id": {"S": "mug"}, "price": {"N": "9"}})
        there.put_item(TableName=table, Item={"id": {"S": "mug"}, "price": {"N": "10"}})
        pair = (_price(here, table, consistent=True), _price(there, table, consistent=True))
        until(lambda: _price(here, table, consistent=True) == _price(there, table, consistent=True), "both to agree")
        agreed, last = room.now(), _price(here, table, consistent=True)
        picture = room.picture()
    facts = {
        "there_at_once": bool(at_once),
        "milliseconds_until_there": round(1000 * (arrival - begin)),
        "prices_after_two_writers": pair,
        "agreed_on": last,
    }
    levels = [Level(begin, lab.target.region, 8), Level(begin, other, 0), Level(arrival, other, 8)]
    levels += [Level(arrival, lab.target.region, pair[0]), Level(arrival + 0.01, other, pair[1])]
    levels += [Level(at, region, last) for at in (agreed, agreed + 0.2) for region in (lab.target.region, other)]
    finding = (
        f"A write is in the other region after {facts['milliseconds_until_there']} ms; of two writers the last wins"
    )
    return Observation(finding, facts, [], levels, picture)


def replay_events(lab: Lab, orders: int = 5) -> Observation:
    """An order's events make the read model, the archive and the messages of all who subscribe; the read model is
    thrown away and made anew from the events."""
    with bench(lab, "order-events") as room:
        marks = []
        for number in range(orders):
            for version, event in enumerate(_events(number), 1):
                room.invoke("Append", {"order_id": f"order-{number}", "version": version, **event})
                marks.append(Mark(room.now(), f"event {event['what']}"))
        late = room.invoke("Append", {"order_id": "order-0", "version": 3, "what": "cancelled"})
        marks.append(Mark(room.now(), "event cancelled", "refused"))
        until(lambda: _is_up_to_date(room, orders), "the read model to follow")
        counts = {
            queue: until(partial(_settled, room, queue, orders), queue)
            for queue in ("Warehouse", "Mails", "LargeOrders")
        }
        objects = room.client("s3").list_objects_v2(Bucket=room.id("Archive"))["KeyCount"]
        model, picture = _model(room), room.picture()
        for order in model:
            room.client("dynamodb").delete_item(TableName=room.id("Orders"), Key={"order_id": {"S": order}})
        empty = len(_model(room))
        events = room.invoke("Rebuild").payload
        anew = _model(room)
        marks.append(Mark(room.now(), "read model rebuilt", "again"))
    facts = {
        "events": events,
        "orders": len(model),
        "second_version_3_appended": late.payload["appended"],
        "rows_after_the_loss": empty,
        "rebuilt_the_same": anew == model,
        "archived": objects,
        **{f"messages_{queue.lower()}": count for queue, count in counts.items()},
    }
    finding = f"{events} events make {len(model)} orders, and make the same ones again after all were lost"
    return Observation(finding, facts, marks, [], picture)


def _events(number: int) -> list[dict[str, Any]]:
    """Every second order is a small one."""
    return [ORDER[0] | {"total": 20 if number % 2 else 120}, *ORDER[1:]]


def _model(room: Bench) -> dict[str, Any]:
    return {item["order_id"]: (item["status"], int(item["version"])) for item in room.items("Orders")}


def _is_up_to_date(room: Bench, orders: int) -> bool:
    model = _model(room)
    archived = room.client("s3").list_objects_v2(Bucket=room.id("Archive"))["KeyCount"]
    return len(model) == orders and all(version == 3 for _, version in model.values()) and archived == 3 * orders


def _settled(room: Bench, queue: str, orders: int) -> int:
    """The messages of a queue, once all that its filter lets through can be there."""
    expected = {"Warehouse": orders, "Mails": 2 * orders, "LargeOrders": (orders + 1) // 2}
    depth = room.depth(queue)
    return depth if depth >= expected[queue] else 0
