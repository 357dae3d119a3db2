"""How many records the function that writes the lake turns into Parquet in a second, on one core, without S3."""

import base64
import json
import time

import pyarrow as pa

from shoplib.core.lake import parquet
from shoplib.services.analytics import domain
from shoplib.shoppers.simulation import World, destinations, generate, running

RECORDS, ROUNDS = 10_000, 5


def records_a_second() -> float:
    pa.set_cpu_count(1)
    event = _invocation()
    seconds = min(_seconds(event) for _ in range(ROUNDS))
    return RECORDS / seconds


def _invocation() -> dict[str, object]:
    made = running.total(generate(World(seed=1, sessions=4_000), False))
    # A busy stream's batch is of one hour.
    told = destinations.to_events(made.slice(0, RECORDS))
    events = [
        event | {"event_time": f"2026-01-01T00:{at // 180:02}:{at // 3 % 60:02}Z"} for at, event in enumerate(told)
    ]
    records = [
        {
            "eventID": f"shardId-000000000000:{number:056}",
            "eventSourceARN": "arn:aws:kinesis:us-east-1:123456789012:stream/clickstream",
            "kinesis": {
                "data": base64.b64encode(json.dumps(event, default=str).encode()).decode(),
                "sequenceNumber": f"{number:056}",
                "approximateArrivalTimestamp": 1_767_225_600.0 + number / 3,
            },
        }
        for number, event in enumerate(events)
    ]
    return {"Records": records}


def _seconds(event: dict[str, object]) -> float:
    began = time.perf_counter()
    batch = domain.batch_of(event)
    table, malformed = domain.read(batch)
    sizes = [len(parquet.content(group.table)) for group in domain.groups(batch, table)]
    took = time.perf_counter() - began
    assert table.num_rows == RECORDS and not malformed and all(sizes)
    return took
