"""From rows as they arrived to rows to count: each event once, in order, with integer keys; bots and late ones marked.

Pure: tables in, tables out. Compaction, readers and the notebooks' `clean` share it, so that all of them call the same
things duplicates and bots.
"""

import hashlib
import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from shoplib.core import lake
from shoplib.core.events import NAMES

# CUBOT makes telephones.
BOTS = r"(?<!cu)bot\b|facebookexternalhit|crawler|spider|headless|curl/|wget|python-requests|scrapy"
# More events of one visitor in one minute than a person makes.
MOST_A_MINUTE = 120
_BOTS = re.compile(BOTS, re.IGNORECASE)

# Of two records of one event the first to happen counts, then the first to arrive; the rest settles what is left.
FIRST = ["event_time", "ingest_time", "shard_id", "sequence_number", "event_id"]
_ORDER = [("event_time", "ascending"), ("event_id", "ascending")]
_KEYS = {"session_key": "session_id", "user_key": "user_id", "anonymous_key": "anonymous_id"}


@dataclass(frozen=True)
class Counts:
    """Rows read, rows left (each event once), and how many of those are marked as bots' and as late."""

    read: int = 0
    rows: int = 0
    bots: int = 0
    late: int = 0

    @property
    def duplicates(self) -> int:
        return self.read - self.rows

    def __add__(self, other: "Counts") -> "Counts":
        return Counts(self.read + other.read, self.rows + other.rows, self.bots + other.bots, self.late + other.late)


def curate(table: pa.Table) -> tuple[pa.Table, Counts]:
    """Rows of `lake.SCHEMA`, of any days and in any order, as rows of `lake.CURATED_SCHEMA`, and what was counted.

    One row per `event_id`, the first by (event_time, ingest_time), sorted by (event_time, event_id). A visitor
    (`anonymous_id`) that is a robot by its user agent, or makes more than 120 events in one minute, is one for the
    whole UTC day: all its events of that day have `is_bot`. Channel "import" is never a robot's, and never late.
    """
    marked = mark(deduplicate(table))
    return marked, count(marked, len(table))


def count(curated: pa.Table, read: int) -> Counts:
    """Counts of curated rows that were left of `read` rows."""
    bots, late = (pc.sum(curated[name]).as_py() or 0 for name in ("is_bot", "is_late"))
    return Counts(read, len(curated), bots, late)


def deduplicate(table: pa.Table) -> pa.Table:
    """The first row of each `event_id`, sorted by (event_time, event_id)."""
    table = table.combine_chunks()
    order = pc.sort_indices(table, _ORDER)
    if len(losers := _losers(table)):
        order = order.filter(pc.invert(pc.is_in(order, losers)))
    return table.take(order).combine_chunks()


def _losers(table: pa.Table) -> pa.Array:
    """Positions of rows whose `event_id` has a row before them."""
    counts = pc.value_counts(table["event_id"])
    several = counts.field("values").filter(pc.greater(counts.field("counts"), 1))
    if not len(several):
        return pa.array([], pa.uint64())
    rivals = pc.indices_nonzero(pc.is_in(table["event_id"], several))
    keys = table.select(FIRST).take(rivals)
    order = pc.sort_indices(keys, [(name, "ascending") for name in ("event_id", *FIRST[:-1])])
    ids = keys["event_id"].take(order).combine_chunks()
    return rivals.take(order[1:].filter(pc.equal(ids[1:], ids[:-1])))


def mark(table: pa.Table, robots: pa.Table | None = None) -> pa.Table:
    """Rows, each event once, with the columns that curation adds.

    `robots` are those of the whole day when `table` is a part of it; without, they are found in `table`.
    """
    robot_days = robots_of(table) if robots is None else robots
    columns = [_key(table[source]) for source in _KEYS.values()]
    columns.append(pc.index_in(table["event_name"], pa.array(NAMES)).cast(pa.int8()))
    columns.append(_is_robots(table, robot_days))
    columns.append(late(table))
    return pa.Table.from_arrays([*table.select(lake.SCHEMA.names).columns, *columns], schema=lake.CURATED_SCHEMA)


def late(table: pa.Table) -> pa.ChunkedArray:
    """Whether each event came later than three days after it happened; replayed history is old, not late."""
    limit = pc.add(table["event_time"], pa.scalar(lake.LATE_AFTER, pa.duration("us")))
    return pc.and_(pc.greater(table["ingest_time"], limit), browsing(table))


def browsing(table: pa.Table) -> pa.ChunkedArray:
    """Whether each event is of somebody who is there, and not of replayed history."""
    return pc.fill_null(pc.not_equal(table["channel"], "import"), True)


def robots_of(table: pa.Table) -> pa.Table:
    """The robots among the visitors of events: `anonymous_id` and `day` (days since 1970), each pair once."""
    visits = table.select(["anonymous_id", "event_time", "user_agent"]).filter(browsing(table))
    declared = visits.filter(_is_declared_robot(visits["user_agent"]))
    minutes = pa.table(
        {"anonymous_id": visits["anonymous_id"], "event_time": pc.floor_temporal(visits["event_time"], unit="minute")}
    )
    per_minute = minutes.group_by(["anonymous_id", "event_time"]).aggregate([([], "count_all")])
    fast = per_minute.filter(pc.greater(per_minute["count_all"], MOST_A_MINUTE))
    return union_of([_by_day(declared), _by_day(fast)])


def union_of(robots: Iterable[pa.Table]) -> pa.Table:
    """Robots that were found in parts of the events."""
    return pa.concat_tables(robots).group_by(["anonymous_id", "day"]).aggregate([])


def _by_day(visits: pa.Table) -> pa.Table:
    days = visits["event_time"].cast(pa.date32()).cast(pa.int32())
    return pa.table({"anonymous_id": visits["anonymous_id"], "day": days})


def _is_robots(table: pa.Table, robots: pa.Table) -> pa.ChunkedArray:
    """Whether each event is of a robot's day."""
    suspects = pc.and_(pc.is_in(table["anonymous_id"], robots["anonymous_id"].combine_chunks()), browsing(table))
    if not pc.any(suspects).as_py():
        return suspects
    days = table["event_time"].cast(pa.date32()).cast(pa.int32())
    matches = pc.and_(suspects, False)
    for day in pc.unique(robots["day"]):
        of_day = robots["anonymous_id"].filter(pc.equal(robots["day"], day)).combine_chunks()
        matches = pc.or_(matches, pc.and_(pc.equal(days, day), pc.is_in(table["anonymous_id"], of_day)))
    return pc.and_(suspects, matches)


def _is_declared_robot(agents: pa.ChunkedArray) -> pa.ChunkedArray:
    # Python's patterns look behind, Arrow's do not; a shop sees few different agents.
    return _by_value(agents, is_robot, pa.bool_(), missing=False)


def is_robot(agent: str) -> bool:
    """Whether a user agent says of itself that it is a robot."""
    return bool(_BOTS.search(agent))


def _key(texts: pa.ChunkedArray) -> pa.ChunkedArray:
    return _by_value(texts, hash_of, pa.int64())


def hash_of(text: str) -> int:
    """64 bits of BLAKE2b as a signed integer: the same everywhere and for ever.

    The odds that any two of n keys collide are about n² / 2⁶⁵: for a million keys 1 in 37 million, for a hundred
    million 1 in 3,700.
    """
    return int.from_bytes(hashlib.blake2b(text.encode(), digest_size=8).digest(), "little", signed=True)


def _by_value(
    texts: pa.ChunkedArray, function: Callable[[str], Any], kind: pa.DataType, missing: Any = None
) -> pa.ChunkedArray:
    """`function` of each text, called once per different text; `missing` where there is none."""
    coded = texts.combine_chunks().dictionary_encode()
    values = pa.array([function(text) for text in coded.dictionary.to_pylist()], kind)
    results = values.take(coded.indices)
    return pa.chunked_array([results if missing is None else pc.fill_null(results, missing)])
