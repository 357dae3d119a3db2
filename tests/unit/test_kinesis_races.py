"""Kinesis under threads that change at every instruction: each record that was acknowledged is read, in order."""

import sys
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from moto.core import DEFAULT_ACCOUNT_ID
from moto.kinesis.models import kinesis_backends

from shoplib.localaws.event_sources.kinesis_source import KinesisSource
from shoplib.localaws.moto_fixes import kinesis_limits, kinesis_records, kinesis_shards

REGION = "eu-west-3"
SHARDS, PUTS, WRITERS = 500, 300, 3


@pytest.fixture(autouse=True)
def corrected() -> None:
    for fix in (kinesis_records, kinesis_shards, kinesis_limits):
        fix.install()


@pytest.fixture(autouse=True)
def switching_often() -> Iterator[None]:
    before = sys.getswitchinterval()
    sys.setswitchinterval(1e-6)
    yield
    sys.setswitchinterval(before)


@pytest.fixture
def make() -> Iterator[Callable[[int], Any]]:
    """A stream of that many shards without limits of throughput; removed at the end."""
    backend, names = kinesis_backends[DEFAULT_ACCOUNT_ID][REGION], list[str]()

    def stream(shards: int) -> Any:
        names.append(f"races-{len(names)}")
        made = backend.create_stream(names[-1], shards)
        made.stream_mode = {"StreamMode": "ON_DEMAND"}
        return made

    yield stream
    for name in names:
        del backend.streams[name]


def test_a_mapping_from_the_horizon_begins_before_the_first_record_whenever_it_is_put(make) -> None:
    stream = make(SHARDS)
    source, begins = KinesisSource(stream.arn, "role"), dict[str, int]()

    def look() -> None:
        for shard_id in stream.shards:
            begins[shard_id] = source.start_after(shard_id, "TRIM_HORIZON", None)

    def put() -> None:
        for shard in stream.shards.values():
            shard.put_record("key", "YQ==", "")

    together(look, put)
    assert [shard for shard in stream.shards if len(source.read(shard, begins[shard], 10)) != 1] == []


def test_whoever_looks_while_records_are_put_sees_a_number_that_grows(make) -> None:
    stream = make(1)
    (shard,), source = stream.shards.values(), KinesisSource(stream.arn, "role")
    over = threading.Event()

    def put() -> None:
        for _ in range(20 * PUTS):
            shard.put_record("key", "YQ==", "")
        over.set()

    def look() -> None:
        newest = 0
        while not over.is_set():
            before, newest = newest, source.start_after(shard.shard_id, "LATEST", None)
            assert before <= newest
            assert source.start_after(shard.shard_id, "TRIM_HORIZON", None) <= newest
            assert source.start_after(shard.shard_id, "AT_TIMESTAMP", 1.0) <= newest
            shard.to_json()

    together(put, look, look)


def test_records_put_while_shards_split_and_merge_are_all_read_once_and_in_order(make) -> None:
    stream = make(1)
    source, reader = KinesisSource(stream.arn, "role"), Reader(KinesisSource(stream.arn, "role"))

    def put(writer: int) -> Callable[[], None]:
        return lambda: [stream.put_record(f"key-{writer}", "", f"{writer} {n}") for n in range(PUTS)] and None

    def reshard() -> None:
        for _ in range(30):
            (only,) = [shard for shard in stream.shards.values() if shard.is_open]
            stream.split_shard(only.shard_id, str(2**127))
            left, right = (shard.shard_id for shard in stream.shards.values() if shard.is_open)
            stream.merge_shards(left, right)

    with ThreadPoolExecutor(WRITERS + 1) as pool:
        writing = [pool.submit(action) for action in (reshard, *map(put, range(WRITERS)))]
        while not all(done.done() for done in writing):
            reader.look()
    reader.look()
    assert [done.result() for done in writing] == [None] * len(writing)
    assert len(source.shard_ids()) == 1 + 30 * 3
    for writer in range(WRITERS):
        assert [n for name, n in reader.seen if name == f"{writer}"] == list(range(PUTS))


class Reader:
    """Reads as lanes do: a shard after its parents, and no more once it is closed and has nothing left."""

    def __init__(self, source: KinesisSource) -> None:
        self._source = source
        self._positions, self._ended = dict[str, int](), set[str]()
        self.seen: list[tuple[str, int]] = []

    def look(self) -> None:
        for shard_id in self._source.shard_ids():
            while shard_id not in self._ended and self._source.parents(shard_id) <= self._ended:
                if not self._read(shard_id):
                    break

    def _read(self, shard_id: str) -> bool:
        at = self._positions.setdefault(shard_id, self._source.start_after(shard_id, "TRIM_HORIZON", None))
        closed, records = self._source.is_closed(shard_id), self._source.read(shard_id, at, 100)
        for record in records:
            writer, number = record.event["kinesis"]["data"].split()
            self.seen.append((writer, int(number)))
            self._positions[shard_id] = record.sequence
        if closed and not records:
            self._ended.add(shard_id)
        return bool(records)


def together(*actions: Callable[[], None]) -> None:
    with ThreadPoolExecutor(len(actions)) as pool:
        for done in [pool.submit(action) for action in actions]:
            done.result()
