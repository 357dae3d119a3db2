"""Where simulated records go: straight into a lake, onto the stream, or to the API that the shop's pages use."""

import base64
import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Protocol

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
import requests

from shoplib import whole_files
from shoplib.core import events, lake
from shoplib.core.clock import timestamp
from shoplib.errors import LabError
from shoplib.lab import Lab
from shoplib.shoppers.simulation.corruption import Corrupted

STREAM = "simulation"
HOUR_US = 3_600 * 10**6
EVENTS_A_REQUEST = 500
REQUEST_SECONDS = 60
FEW_ROWS = 1_000


class Destination(Protocol):
    def send(self, part: tuple[int, int, int], records: Corrupted) -> None:
        """Deliver the records of one part, in order of arrival. LabError when they are not taken."""


@dataclass(frozen=True)
class Lake:
    """Objects in the layout of the lake, as the analytics function would write them: in a local folder."""

    folder: Path

    def send(self, part: tuple[int, int, int], records: Corrupted) -> None:
        for key, body in _objects(part, records):
            self._write(key, body)

    def _write(self, key: str, body: pa.Table | bytes) -> None:
        path = self.folder / key
        path.parent.mkdir(parents=True, exist_ok=True)
        with whole_files.replacing(path, sync=False) as draft:
            draft.write_bytes(body if isinstance(body, bytes) else _parquet(body))


@dataclass(frozen=True)
class Bucket:
    """The same in the bucket of the lab's deployed clickstream."""

    lab: Lab

    def send(self, part: tuple[int, int, int], records: Corrupted) -> None:
        s3, bucket = self.lab.client("s3"), self.lab.outputs("clickstream")["LakeBucketName"]
        for key, body in _objects(part, records):
            s3.put_object(Bucket=bucket, Key=key, Body=body if isinstance(body, bytes) else _parquet(body))


@dataclass(frozen=True)
class Stream:
    """The deployed clickstream's data stream; what arrives when is then up to the stream."""

    lab: Lab

    def send(self, part: tuple[int, int, int], records: Corrupted) -> None:
        put = self.lab.client("kinesis").put_records
        name = self.lab.outputs("clickstream")["EventStreamName"]
        events.publish(put, name, list(to_events(records.events)))
        for junk in records.junk:
            put(StreamName=name, Records=[{"Data": junk, "PartitionKey": "junk"}])


@dataclass(frozen=True)
class Pages:
    """The API that pages post events to. Sales are for the shop to report, and go onto the stream."""

    lab: Lab

    def send(self, part: tuple[int, int, int], records: Corrupted) -> None:
        every = list(to_events(records.events))
        sales = [event for event in every if event["event_name"] in events.SALES]
        of_pages = [event for event in every if event["event_name"] not in events.SALES]
        url = f"{self.lab.url('clickstream', 'EventsApiUrl')}/events"
        with requests.Session() as http:
            http.trust_env = False  # a proxy of the user's would not find the local AWS
            for first in range(0, len(of_pages), EVENTS_A_REQUEST):
                _post(http, url, of_pages[first : first + EVENTS_A_REQUEST])
        put = self.lab.client("kinesis").put_records
        events.publish(put, self.lab.outputs("clickstream")["EventStreamName"], sales)


def _post(http: requests.Session, url: str, batch: list[events.Event]) -> None:
    body = b'{"events":[' + b",".join(map(events.encode, batch)) + b"]}"
    headers = {"Content-Type": "application/json"}
    answer = http.post(url, data=body, headers=headers, timeout=REQUEST_SECONDS)
    if answer.status_code not in (200, 202) or answer.json()["accepted"] != len(batch):
        raise LabError(f"{url} answered {answer.status_code}: {answer.text[:300]}", "read the collector's log")


def to_events(table: pa.Table) -> Iterator[events.Event]:
    """Rows as the events that producers send: no empty fields, and nothing of what the lake adds."""
    for row in table.drop_columns(lake.STAMPS.names).to_pylist():
        event: dict[str, Any] = {name: value for name, value in row.items() if value is not None}
        yield event | {"event_time": timestamp(event["event_time"])} | _plain(event)


def _plain(event: dict[str, Any]) -> dict[str, Any]:
    """Whole numbers as integers, as the shop's own services send them; the lake holds quantities as doubles."""
    names = ("price_minor", "value_minor", "quantity")
    return {name: int(event[name]) for name in names if name in event and event[name] == int(event[name])}


def _objects(part: tuple[int, int, int], records: Corrupted) -> Iterator[tuple[str, pa.Table | bytes]]:
    """Key and content of each object: the records of one hour of event time, late ones apart; and the junk."""
    day, first, end = part
    table = records.events
    moment = table["event_time"].cast(pa.int64()).to_numpy()
    arrivals = table["ingest_time"].cast(pa.int64()).to_numpy()
    late = arrivals - moment > lake.LATE_AFTER.total_seconds() * 1e6
    hour = moment // HOUR_US
    order = np.lexsort((hour, late))
    edges = np.flatnonzero(np.diff(hour[order], prepend=-1) | np.diff(late[order].astype(int), prepend=-1))
    rows = table.take(pa.array(order))
    for start, stop in zip(edges, [*edges[1:], len(order)], strict=True):
        begins = datetime.fromtimestamp(int(hour[order[start]]) * 3_600, UTC)
        area = lake.LATE if late[order[start]] else lake.RAW
        yield (
            lake.batch_key(area, begins, STREAM, f"day{day:04d}", str(first), str(end)),
            rows.slice(start, stop - start),
        )
    yield from _quarantine_objects(part, records)


def _quarantine_objects(part: tuple[int, int, int], records: Corrupted) -> Iterator[tuple[str, bytes]]:
    arrival = pc.max(records.events["ingest_time"]).as_py()
    for number, junk in enumerate(records.junk):
        sequence = f"{part[0] + 1:04d}{part[1]:010d}{number:06d}"
        content = {
            "error": "planted by the simulation",
            "raw": base64.b64encode(junk).decode(),
            "shard": "shardId-000000000000",
            "sequence": sequence,
            "arrival": arrival.isoformat(),
        }
        key = lake.quarantine_key(arrival, STREAM, "shardId-000000000000", sequence)
        yield key, json.dumps(content).encode()


def _parquet(table: pa.Table) -> bytes:
    sink = pa.BufferOutputStream()
    # An hour of a small shop is a few dozen rows: dictionaries would cost more time and room than they save.
    pq.write_table(table, sink, compression="zstd", use_dictionary=len(table) > FEW_ROWS)
    return bytes(sink.getvalue())
