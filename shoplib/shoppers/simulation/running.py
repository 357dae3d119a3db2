"""The simulation's work: part by part, so that memory does not grow with the number of shoppers."""

import json
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ProcessPoolExecutor, as_completed
from dataclasses import dataclass, replace
from itertools import islice
from multiprocessing import get_context
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from shoplib import whole_files
from shoplib.shoppers.simulation import corruption, destinations, event_table, people, walks
from shoplib.shoppers.simulation.corruption import Corrupted
from shoplib.shoppers.simulation.destinations import Destination
from shoplib.shoppers.simulation.edges import edges
from shoplib.shoppers.simulation.truth import Truth, as_json, count
from shoplib.shoppers.simulation.world import World

# Visits made at once: about 100,000 events, 100 MB.
AT_ONCE = 20_000
Done = Callable[[int], None]
Part = tuple[int, int, int]  # day, first place, end
EDGES: Part = (-1, 0, 0)


@dataclass(frozen=True)
class Result:
    """What was sent: events without and with what corruption added, malformed records, and the truth as JSON."""

    events: int
    records: int
    malformed: int
    truth: dict[str, Any]


@dataclass(frozen=True)
class Output:
    """One part's records as they arrive, and the truth about it."""

    part: Part
    events: int
    records: Corrupted
    truth: Truth


def parts(town: World, at_once: int = AT_ONCE) -> Iterator[Part]:
    """The edge cases, then the places of each day."""
    yield EDGES
    for day, places in enumerate(town.per_day.tolist()):
        for first in range(0, places, at_once):
            yield day, first, min(first + at_once, places)


def make(town: World, part: Part, spoilt: bool) -> Output:
    """One part: visits, their steps, the truth about them, and the records of them."""
    day, first, end = part
    if part == EDGES:
        these, steps, before = edges(town)
    else:
        these = people.visits(town, day, np.arange(first, end))
        steps, before = _both(walks.walks(town, these), walks.robots(town, these)), people.earlier(town, these)
    truth = count(town, these, steps, before)
    table = event_table.table(town, these, steps)
    records = Corrupted(table.sort_by("ingest_time"), corruption.LOG.empty_table(), [])
    if spoilt:
        records = corruption.corrupt(town, table, event_table.event_keys(town, these, steps))
    return Output(part, len(table), records, Truth(truth.counts, [orders.without_parts() for orders in truth.orders]))


def _both(some: walks.Steps, others: walks.Steps) -> walks.Steps:
    joined = {name: np.concatenate([getattr(some, name), getattr(others, name)]) for name in vars(some)}
    return replace(some, **joined)


def generate(town: World, spoilt: bool = False, at_once: int = AT_ONCE) -> Iterator[Output]:
    """All parts in order, for hands that want the tables themselves."""
    return (make(town, part, spoilt) for part in parts(town, at_once))


def run(
    town: World,
    to: Destination,
    out: Path,
    *,
    spoilt: bool = True,
    workers: int = 1,
    done: Done = lambda _sessions: None,
) -> Result:
    """Simulate, send the records to a destination, and write truth.json and corruption.parquet into the folder `out`.

    `done` gets the sessions of each part that has been sent. Several workers send side by side, where order does
    not matter.
    """
    out.mkdir(parents=True, exist_ok=True)
    truth, sent = Truth(), {"events": 0, "records": 0, "malformed": 0}
    kinds: dict[str, int] = {}
    with (
        whole_files.replacing(out / "corruption.parquet") as draft,
        pq.ParquetWriter(draft, corruption.LOG, compression="zstd") as log,
    ):
        for output in _send_all(town, to, spoilt, workers):
            truth += output.truth
            sent["events"] += output.events
            sent["records"] += output.records.events.num_rows
            sent["malformed"] += len(output.records.junk)
            for kind in output.records.log["kind"].value_counts().to_pylist():
                kinds[kind["values"]] = kinds.get(kind["values"], 0) + kind["counts"]
            log.write_table(output.records.log)
            done(output.part[2] - output.part[1])
    summary = as_json(town, truth, {**kinds, "malformed": sent["malformed"]})
    whole_files.write(out / "truth.json", json.dumps(summary, indent=1) + "\n")
    return Result(**sent, truth=summary)


def _send_all(town: World, to: Destination, spoilt: bool, workers: int) -> Iterator[Output]:
    if workers == 1 or not isinstance(to, destinations.Lake):
        for part in parts(town):
            yield _send(town, to, part, spoilt)
        return
    # Fresh processes: threads of this one (an engine's, a notebook's) must not be forked.
    with ProcessPoolExecutor(workers, get_context("spawn")) as pool:
        waiting = parts(town)
        running = {pool.submit(_send_lean, town, to, part, spoilt) for part in islice(waiting, 2 * workers)}
        while running:
            finished = next(as_completed(running))
            running.remove(finished)
            running |= {pool.submit(_send_lean, town, to, part, spoilt) for part in islice(waiting, 1)}
            yield finished.result()


def _send(town: World, to: Destination, part: Part, spoilt: bool) -> Output:
    output = make(town, part, spoilt)
    to.send(output.part, output.records)
    return output


def _send_lean(town: World, to: Destination, part: Part, spoilt: bool) -> Output:
    """As `_send`; of the events only their number goes back to the parent process."""
    output = _send(town, to, part, spoilt)
    count_only = pa.table({"": pa.nulls(output.records.events.num_rows)})
    return replace(output, records=replace(output.records, events=count_only))


def total(outputs: Iterable[Output]) -> pa.Table:
    """The records of several parts as one table."""
    return pa.concat_tables([each.records.events for each in outputs])
