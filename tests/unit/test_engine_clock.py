"""The laptop's clock is set while the engine runs: nothing that waits waits longer or shorter."""

import threading
import time
from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any

import pytest
from moto.core import DEFAULT_ACCOUNT_ID, utils
from moto.kinesis.models import kinesis_backends
from moto.sqs.models import sqs_backends

from shoplib.localaws import moto_fixes
from shoplib.localaws.event_sources.kinesis_source import KinesisSource
from shoplib.localaws.timetable import Timetable

REGION = "eu-west-3"
HOUR = 3_600
LIMIT_S = 10
SetClock = Callable[[float], None]


@pytest.fixture
def set_clock(monkeypatch: pytest.MonkeyPatch) -> SetClock:
    """Moves the clock that Python and moto show by some seconds."""
    moto_fixes.install_all()
    seconds, utcnow = time.time, utils.utcnow

    def move(by: float) -> None:
        monkeypatch.setattr(time, "time", lambda: seconds() + by)
        monkeypatch.setattr(utils, "utcnow", lambda: utcnow() + timedelta(seconds=by))

    return move


@pytest.fixture
def sqs() -> Iterator[Any]:
    backend = sqs_backends[DEFAULT_ACCOUNT_ID][REGION]
    yield backend
    backend.reset()


def receive(sqs: Any, wait: int = LIMIT_S, visibility: int = HOUR) -> list[str]:
    return [message.body for message in sqs.receive_message("queue", 10, wait, visibility, [])]


@pytest.mark.parametrize("by", [-HOUR, HOUR])
def test_delays_visibility_retention_and_deduplication_keep_their_lengths(
    sqs: Any, set_clock: SetClock, by: int
) -> None:
    sqs.create_queue("queue", MessageRetentionPeriod=600)
    sqs.send_message("queue", "delayed", delay_seconds=1)
    sqs.send_message("queue", "seen before")
    assert receive(sqs, visibility=1) == ["seen before"]
    set_clock(by)
    assert receive(sqs, wait=0) == []
    began, came = time.monotonic(), set[str]()
    while len(came) < 2 and time.monotonic() - began < LIMIT_S:
        came |= set(receive(sqs))
    assert came == {"delayed", "seen before"}


def test_an_empty_receive_waits_as_long_as_asked(sqs: Any, set_clock: SetClock) -> None:
    sqs.create_queue("queue")
    threading.Timer(0.2, set_clock, [-HOUR]).start()
    began = time.monotonic()
    assert receive(sqs, wait=1) == []
    assert 0.9 < time.monotonic() - began < LIMIT_S


def test_a_fifo_queue_forgets_no_id_early(sqs: Any, set_clock: SetClock) -> None:
    sqs.create_queue("queue.fifo", FifoQueue="true")
    for by in (0, HOUR, -HOUR):
        set_clock(by)
        sqs.send_message("queue.fifo", "once", group_id="g", deduplication_id="d")
    assert sqs.get_queue("queue.fifo").approximate_number_of_messages == 1


def test_records_of_a_stream_stay_in_the_order_of_their_times(set_clock: SetClock) -> None:
    backend = kinesis_backends[DEFAULT_ACCOUNT_ID][REGION]
    stream = backend.create_stream("clock", 1)
    for by in (0, -HOUR, HOUR):
        set_clock(by)
        stream.put_record("key", "", "YQ==")
    source, (shard_id,) = KinesisSource(stream.arn, "role"), stream.shards
    records = source.read(shard_id, source.start_after(shard_id, "TRIM_HORIZON", None), 10)
    arrivals = [record.arrival for record in records]
    assert arrivals == sorted(arrivals)
    assert arrivals[-1] - arrivals[0] < LIMIT_S
    assert source.start_after(shard_id, "AT_TIMESTAMP", arrivals[1]) < records[1].sequence
    del backend.streams["clock"]


@pytest.mark.parametrize("by", [-HOUR, HOUR])
def test_the_timetable_runs_what_is_due_when_it_is_due(set_clock: SetClock, by: int) -> None:
    timetable, done = Timetable(), dict[str, threading.Event](soon=threading.Event(), later=threading.Event())
    timetable.set("soon", timetable.clock.now() + 0.3, done["soon"].set)
    timetable.set("later", timetable.clock.now() + HOUR / 2, done["later"].set)
    set_clock(by)
    assert done["soon"].wait(LIMIT_S)
    assert not done["later"].is_set()
    timetable.close()
