"""`python -m bench.analytics.compaction`: a day of 1,800 small objects, read, compacted, and read again.

On the local AWS and in a folder. `--events` sets how many events the day has (default 90,000), `--json` prints JSON.
"""

import argparse
import json
import tempfile
import time
import uuid
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path
from random import Random

import pyarrow as pa

from bench.peers import ours
from shoplib import analytics
from shoplib.analytics.folders import Folder
from shoplib.analytics.places import Lake, of_bucket, open_lake
from shoplib.core import events, lake
from shoplib.core.lake import compaction, curation, parquet

DAY, OBJECTS = date(2026, 1, 31), 1_800
COLUMNS = ["event_name", "device", "session_id", "event_time"]


@dataclass(frozen=True)
class Figures:
    """Seconds of each step, events a second of compaction, bytes before and after."""

    place: str
    events: int
    arrived: float
    arrived_columns: float
    scan_before: float
    compaction: float
    scan: float
    scan_columns: float
    bytes_before: int
    bytes_after: int

    @property
    def ratio(self) -> float:
        """How many times faster the same events are read after compaction."""
        return self.arrived / self.scan


def day_of_events(count: int, seed: int = 1) -> pa.Table:
    """A day of visits in order of time, a tenth of a per cent of them told twice."""
    dice = Random(seed)
    midnight = int(datetime.combine(DAY, datetime.min.time(), UTC).timestamp() * 1e6)
    times = sorted(dice.randrange(86_400_000_000) + midnight for _ in range(count))
    visitors = [str(uuid.UUID(int=dice.getrandbits(128))) for _ in range(count // 12 + 1)]
    who = [dice.randrange(len(visitors)) for _ in range(count)]
    texts = {
        "event_id": [str(uuid.UUID(int=dice.getrandbits(128))) for _ in range(count)],
        "event_name": dice.choices(events.NAMES, [10, 50, 10, 10, 2, 5, 3, 4, 1, 2, 3], k=count),
        "anonymous_id": [visitors[one] for one in who],
        "session_id": [f"{visitors[one]}-1" for one in who],
        "device": [events.DEVICES[one % 3] for one in who],
        "source": [("google", "newsletter", None)[one % 3] for one in who],
        "channel": ["web"] * count,
        "product_id": [f"p-{dice.randrange(3_000)}" for _ in range(count)],
        "user_agent": [f"Mozilla/5.0 (X11) Chrome/{one % 40}" for one in who],
        "shard_id": ["shardId-000000000000"] * count,
        "sequence_number": [f"{number:056}" for number in range(count)],
    }
    made = {name: pa.array(values, pa.string()) for name, values in texts.items()}
    made |= {name: pa.array(times, pa.int64()).cast(lake.MOMENT) for name in ("event_time", "ingest_time")}
    made["schema_version"] = pa.array([1] * count, pa.int32())
    columns = [made.get(field.name, pa.nulls(count, field.type)) for field in lake.SCHEMA]
    whole = pa.Table.from_arrays(columns, schema=lake.SCHEMA)
    return pa.concat_tables([whole, whole.slice(0, count // 1000)]).sort_by("event_time")


def write(place: Lake, table: pa.Table) -> None:
    """The events as the pipeline leaves them: small objects by hour."""
    each = 86_400_000_000 // OBJECTS
    midnight = pa.scalar(datetime.combine(DAY, datetime.min.time(), UTC), lake.MOMENT).value
    slots = [(value - midnight) // each for value in table["event_time"].cast(pa.int64()).to_pylist()]
    starts = [0, *(at for at in range(1, len(slots)) if slots[at] != slots[at - 1]), len(slots)]
    pieces = [(slots[a], table.slice(a, b - a)) for a, b in zip(starts, starts[1:], strict=False)]
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda piece: _put(place, *piece), pieces))


def _put(place: Lake, slot: int, table: pa.Table) -> None:
    hour = datetime.combine(DAY, datetime.min.time(), UTC).replace(hour=slot * 24 // OBJECTS)
    key = lake.batch_key(lake.RAW, hour, "stream", "shard", f"{slot:04}", f"{slot:04}")
    place.objects.write(key, parquet.content(table))


def seconds(work: Callable[[], object], rounds: int = 1) -> float:
    durations = []
    for _ in range(rounds):
        began = time.perf_counter()
        work()
        durations.append(time.perf_counter() - began)
    return min(durations)


def measure(name: str, place: Lake, table: pa.Table) -> Figures:
    write(place, table)
    expected = curation.curate(table)[0]
    arrived = seconds(lambda: analytics.events(place))
    arrived_columns = seconds(lambda: analytics.events(place, columns=COLUMNS))
    before = seconds(lambda: analytics.scan(place).to_pandas(bots=True))
    compacting = seconds(lambda: compaction.compact(place.objects, DAY, datetime.now(UTC)))
    assert analytics.scan(place).arrow().equals(expected), "compaction changed what is read"
    return Figures(
        place=name,
        events=len(expected),
        arrived=arrived,
        arrived_columns=arrived_columns,
        scan_before=before,
        compaction=compacting,
        scan=seconds(lambda: analytics.scan(place).to_pandas(bots=True), rounds=3),
        scan_columns=seconds(lambda: analytics.scan(place).to_pandas(COLUMNS, bots=True), rounds=3),
        bytes_before=sum(entry.size for entry in place.objects.entries(lake.RAW)),
        bytes_after=sum(entry.size for entry in place.objects.entries(lake.CURATED)),
    )


@contextmanager
def places() -> Iterator[dict[str, Lake]]:
    with tempfile.TemporaryDirectory() as folder, ours() as peer:
        peer.client("s3").create_bucket(Bucket="bench-lake")
        Folder(Path(folder)).write(".made", b"")
        yield {"local AWS": of_bucket(peer.client("s3"), "bench-lake"), "folder": open_lake(folder)}


def show(figures: Figures) -> None:
    sizes = f"{figures.bytes_before:,} -> {figures.bytes_after:,} bytes"
    print(f"{figures.place}: {figures.events:,} events of a day in {OBJECTS:,} objects; seconds, and of four columns")
    print(f"  as they arrived      {figures.arrived:6.2f}  {figures.arrived_columns:6.2f}")
    print(f"  scan, not compacted  {figures.scan_before:6.2f}")
    print(f"  compaction           {figures.compaction:6.2f}  {sizes}")
    print(f"  scan, compacted      {figures.scan:6.2f}  {figures.scan_columns:6.2f}   {figures.ratio:.0f} times faster")


def main() -> None:
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument("--events", type=int, default=90_000)
    asked.add_argument("--json", action="store_true")
    options = asked.parse_args()
    table = day_of_events(options.events)
    with places() as found:
        for name, place in found.items():
            figures = measure(name, place, table)
            print(json.dumps(vars(figures) | {"ratio": figures.ratio})) if options.json else show(figures)


if __name__ == "__main__":
    main()
