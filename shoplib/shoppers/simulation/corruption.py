"""What goes wrong on the way, planted on purpose, written down, and taken back by `restore`.

Layers: a record sent twice (`duplicate`), an order line sent twice under two ids (`retold line`), an event that comes
days later (`late`) or minutes later, after its successors (`out of order`). Malformed records are additional junk.
"""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from shoplib.core import lake
from shoplib.shoppers.simulation import dice, texts
from shoplib.shoppers.simulation.people import Numbers
from shoplib.shoppers.simulation.world import World

DUPLICATES, RETOLD, LATE, DELAYED, MALFORMED = 0.02, 0.01, 0.01, 0.05, 0.002
DAY_US, SECOND_US = 86_400 * 10**6, 10**6
# What is known of each planted fault: the record's sequence number, and when the event would have come.
LOG = pa.schema(
    [
        pa.field("kind", pa.string()),
        pa.field("event_id", pa.string()),
        pa.field("sequence_number", pa.string()),
        pa.field("ingest_time", lake.MOMENT),
    ]
)
ADDED = ("duplicate", "retold line")


@dataclass(frozen=True)
class Corrupted:
    """`events` in order of arrival, the `log` of what was done to them, and `junk`: records that are no events."""

    events: pa.Table
    log: pa.Table
    junk: list[bytes]


def corrupt(town: World, events: pa.Table, keys: dice.Keys) -> Corrupted:
    """The same faults for the same events, whatever they come together with."""
    chance = {
        name: dice.uniform(keys, np.full(len(keys), dice.key(town.seed, name)))
        for name in ("duplicate", "retold", "late", "delayed", "wait", "junk")
    }
    arrivals = events["ingest_time"].cast(pa.int64()).to_numpy()
    late = np.flatnonzero(chance["late"] < LATE)
    delayed = np.flatnonzero((chance["delayed"] < DELAYED) & (chance["late"] >= LATE))
    moved = arrivals.copy()
    moved[late] += 3 * DAY_US + 3_600 * SECOND_US + (chance["wait"][late] * 5 * DAY_US).astype(np.int64)
    moved[delayed] += 10 * SECOND_US + (chance["wait"][delayed] * 600 * SECOND_US).astype(np.int64)
    arrived = _set_arrival(events, moved)
    again = np.flatnonzero(chance["duplicate"] < DUPLICATES)
    retold = np.flatnonzero((chance["retold"] < RETOLD) & pc.equal(events["event_name"], "purchase").to_numpy())
    twice = _copies(arrived, again, moved[again] + SECOND_US + (chance["wait"][again] * 6e8).astype(np.int64), 1)
    lines = _with_new_ids(_copies(arrived, retold, moved[retold] + SECOND_US, 2), keys[retold])
    log = [
        _log_entries("late", arrived, late, arrivals),
        _log_entries("out of order", arrived, delayed, arrivals),
        _log_entries("duplicate", twice, np.arange(len(twice)), arrivals[again]),
        _log_entries("retold line", lines, np.arange(len(lines)), arrivals[retold]),
    ]
    every = pa.concat_tables([arrived, twice, lines]).combine_chunks()
    junk = list(_junk(keys[chance["junk"] < MALFORMED]))
    return Corrupted(every.sort_by("ingest_time"), pa.concat_tables(log), junk)


def restore(events: pa.Table, log: pa.Table) -> pa.Table:
    """The events as they were before the faults in `log`: additional records gone, the others on time."""
    added = pc.is_in(log["kind"], pa.array(ADDED))
    additions = log.filter(added)["sequence_number"].combine_chunks()
    originals = events.filter(pc.invert(pc.is_in(events["sequence_number"], additions))).combine_chunks()
    moved = log.filter(pc.invert(added)).combine_chunks()
    place = pc.index_in(originals["sequence_number"], moved["sequence_number"].combine_chunks())
    on_time = pc.coalesce(moved["ingest_time"].take(place), originals["ingest_time"])
    return originals.set_column(
        originals.schema.get_field_index("ingest_time"), lake.SCHEMA.field("ingest_time"), on_time
    )


def _set_arrival(events: pa.Table, moments: Numbers) -> pa.Table:
    place = events.schema.get_field_index("ingest_time")
    return events.set_column(place, lake.SCHEMA.field("ingest_time"), pa.array(moments).cast(lake.MOMENT))


def _copies(events: pa.Table, rows: Numbers, moments: Numbers, copy: int) -> pa.Table:
    """Further records of some events; the last digit of the sequence number says which copy it is."""
    copies = events.take(pa.array(rows))
    numbers = pc.utf8_replace_slice(copies["sequence_number"], 55, 56, str(copy))
    place = copies.schema.get_field_index("sequence_number")
    return _set_arrival(copies.set_column(place, lake.SCHEMA.field("sequence_number"), numbers), moments)


def _with_new_ids(events: pa.Table, keys: dice.Keys) -> pa.Table:
    fresh = texts.uuids(dice.bits(keys, np.full(len(keys), 7)), dice.bits(keys, np.full(len(keys), 8)))
    return events.set_column(0, lake.SCHEMA.field("event_id"), fresh)


def _log_entries(kind: str, events: pa.Table, rows: Numbers, arrivals: Numbers) -> pa.Table:
    rows_of_log = events.select(["event_id", "sequence_number"]).take(pa.array(rows))
    columns = [pa.repeat(pa.scalar(kind), len(rows)), *rows_of_log.columns, pa.array(arrivals[rows]).cast(lake.MOMENT)]
    return pa.Table.from_arrays(columns, schema=LOG)


def _junk(keys: dice.Keys) -> Iterator[bytes]:
    """Broken JSON, JSON that is no object, an event without its id, one with a price that is no amount."""
    lame: dict[str, Any] = {"event_name": "view_item", "schema_version": 1, "device": "mobile"}
    for key in keys.tolist():
        kind = key % 4
        if kind == 0:
            yield f'{{"event_id": "{key:x}", "event_name": '.encode()
        elif kind == 1:
            yield json.dumps([key]).encode()
        else:
            yield json.dumps(
                lame | ({"note": key} if kind == 2 else {"event_id": f"{key:x}", "price_minor": 1.5})
            ).encode()
