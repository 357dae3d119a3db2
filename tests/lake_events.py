"""Events of a lake for tests, the objects that hold them, and curation once more, by a plain loop."""

import io
import random
from collections import Counter
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from shoplib.core import events, ids, lake
from shoplib.core.lake.objects import Objects

DAY = datetime(2026, 1, 31, tzinfo=UTC)
Row = dict[str, Any]


def row(number: int, seconds: float = 0, visitor: str = "ann", **fields: Any) -> Row:
    """An event some seconds after the beginning of 31 January 2026, that came one second later."""
    moment = DAY + timedelta(seconds=seconds)
    return {
        "event_id": ids.derived_id(number),
        "event_time": moment,
        "event_name": "view_item",
        "schema_version": 1,
        "anonymous_id": visitor,
        "session_id": f"session-of-{visitor}",
        "device": "desktop",
        "channel": "web",
        "ingest_time": moment + timedelta(seconds=1),
        "shard_id": "shard-0",
        "sequence_number": f"{number:056}",
        **fields,
    }


def crowd(seed: int, count: int, within: float = 86_400) -> list[Row]:
    """Events of a day: people, robots by name, one that is too fast, late ones and replayed history."""
    dice, hours = random.Random(seed), range(int(within // 3_600))
    rows = [
        row(
            number,
            dice.choice([dice.randrange(int(within)), dice.uniform(0, within - 0.1), 3_600 * dice.choice(hours)]),
            dice.choice("abcdefgh"),
            event_name=dice.choice(events.NAMES),
            user_agent=dice.choice([None, "Chrome", "Chrome", "Firefox"]),
            channel=dice.choice(["web", "web", "web", None, "import"]),
        )
        for number in range(count)
    ]
    for one in dice.sample(rows, count // 10):
        one["ingest_time"] = one["event_time"] + timedelta(days=3, microseconds=dice.randrange(-1, 2))
    for one in dice.sample(rows, count // 50):
        one["user_agent"] = "Googlebot/2.1"
    return rows


def rush(first: int, seconds: float, visitor: str, count: int = 121) -> list[Row]:
    """More events within a minute than a person makes."""
    return [row(first + number, seconds + number / 10, visitor) for number in range(count)]


def table(rows: Iterable[Row]) -> pa.Table:
    return pa.Table.from_pylist(list(rows), lake.SCHEMA)


def parquet(rows: Iterable[Row] | pa.Table) -> bytes:
    sink = io.BytesIO()
    pq.write_table(rows if isinstance(rows, pa.Table) else table(rows), sink, compression="zstd")
    return sink.getvalue()


def put(objects: Objects, name: str, rows: Iterable[Row], area: str = lake.RAW) -> list[str]:
    """Writes rows as the pipeline does, one object for each hour; answers the keys."""
    by_hour: dict[datetime, list[Row]] = {}
    for one in rows:
        by_hour.setdefault(one["event_time"].replace(minute=0, second=0, microsecond=0), []).append(one)
    keys = {lake.batch_key(area, hour, "stream", "shard-0", name, name): own for hour, own in by_hour.items()}
    for key, own in keys.items():
        objects.write(key, parquet(own))
    return list(keys)


def curated(rows: Iterable[Row]) -> list[tuple[str, datetime, bool, bool]]:
    """By a plain loop: event_id, event_time, is_bot and is_late of each event, in order."""
    first: dict[str, Row] = {}
    for one in sorted(rows, key=lambda one: (one["event_time"], one["ingest_time"], one["sequence_number"])):
        first.setdefault(one["event_id"], one)
    minutes = Counter((one["anonymous_id"], one["event_time"].strftime("%Y%m%d%H%M")) for one in _web(first.values()))
    robots = {(visitor, minute[:8]) for (visitor, minute), count in minutes.items() if count > 120}
    named = [one for one in _web(first.values()) if "bot" in (one.get("user_agent") or "").lower()]
    robots |= {(one["anonymous_id"], one["event_time"].strftime("%Y%m%d")) for one in named}
    told = [
        (
            one["event_id"],
            one["event_time"],
            one["channel"] != "import" and (one["anonymous_id"], one["event_time"].strftime("%Y%m%d")) in robots,
            one["channel"] != "import" and one["ingest_time"] - one["event_time"] > timedelta(days=3),
        )
        for one in first.values()
    ]
    return sorted(told, key=lambda one: (one[1], one[0]))


def _web(rows: Iterable[Row]) -> list[Row]:
    return [one for one in rows if one["channel"] != "import"]


def told(found: pa.Table) -> list[tuple[str, datetime, bool, bool]]:
    """The same of a curated table."""
    return [(one["event_id"], one["event_time"], one["is_bot"], one["is_late"]) for one in found.to_pylist()]
