"""Nothing is lost and order is kept while workers are killed at random."""

import json
import random
import threading
import uuid
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from functools import partial
from typing import Any

import psutil
import pytest

from shoplib import localaws
from tests.cloud.lambda_room import Aws, Room, eventually
from tests.cloud.load_room import is_worker, kill

KEYS = [f"key-{number}" for number in range(10)]
QUEUE_HANDLER = """
import json
def handler(event, context):
    print("SEEN", json.dumps([record["body"] for record in event["Records"]]))
    failed = [record["messageId"] for record in event["Records"] if record["body"].startswith("poison")]
    return {"batchItemFailures": [{"itemIdentifier": identifier} for identifier in failed]}
"""
STREAM_HANDLER = """
import base64, json
def handler(event, context):
    print("SEEN", json.dumps([base64.b64decode(r["kinesis"]["data"]).decode() for r in event["Records"]]))
"""


@pytest.fixture
def room(aws: Aws) -> Room:
    return Room(aws)


@contextmanager
def killing_workers(engine_pid: int) -> Iterator[list[int]]:
    """SIGKILL one worker process after the other; gives the list of those that were killed."""
    killed: list[int] = []
    over = threading.Event()

    def kill_some() -> None:
        while not over.wait(random.uniform(0.05, 0.3)):
            workers = [child for child in psutil.Process(engine_pid).children(recursive=True) if is_worker(child)]
            if workers:
                victim = random.choice(workers)
                if kill(victim):
                    killed.append(victim.pid)

    thread = threading.Thread(target=kill_some)
    thread.start()
    try:
        yield killed
    finally:
        over.set()
        thread.join()


@pytest.mark.parametrize("count", [600])
def test_queue(room: Room, engine: localaws.Engine, count: int) -> None:
    dead_url, dead_arn = room.queue()
    redrive = json.dumps({"deadLetterTargetArn": dead_arn, "maxReceiveCount": 20})
    url, arn = room.queue(VisibilityTimeout=2, RedrivePolicy=redrive)
    name = room.function(QUEUE_HANDLER, Timeout=2)
    room.aws("lambda").create_event_source_mapping(
        FunctionName=name, EventSourceArn=arn, FunctionResponseTypes=["ReportBatchItemFailures"]
    )
    bodies = [f"message-{number}" for number in range(count)]
    with killing_workers(engine.pid) as killed:
        with ThreadPoolExecutor(8) as pool:
            for first in (0, count // 2):
                list(pool.map(lambda at: _send(room, url, bodies[at : at + 10]), range(first, first + count // 2, 10)))
                eventually(lambda: bool(killed))  # a quick machine is done before anything can happen
        eventually(lambda: room.waiting(url) == 0, 120)
    seen = {body for batch in room.seen(name) for body in batch}
    assert seen == set(bodies)
    assert room.waiting(dead_url) == 0


def _send(room: Room, url: str, bodies: list[str]) -> None:
    entries = [{"Id": str(index), "MessageBody": body} for index, body in enumerate(bodies)]
    assert not room.aws("sqs").send_message_batch(QueueUrl=url, Entries=entries).get("Failed")


def test_dead_letters_are_exactly_the_poison(room: Room) -> None:
    dead_url, dead_arn = room.queue()
    redrive = json.dumps({"deadLetterTargetArn": dead_arn, "maxReceiveCount": 2})
    url, arn = room.queue(VisibilityTimeout=1, RedrivePolicy=redrive)
    name = room.function(QUEUE_HANDLER, Timeout=1)
    room.aws("lambda").create_event_source_mapping(
        FunctionName=name, EventSourceArn=arn, FunctionResponseTypes=["ReportBatchItemFailures"]
    )
    bodies = [f"{'poison' if number % 20 == 0 else 'good'}-{number}" for number in range(200)]
    for at in range(0, 200, 10):
        _send(room, url, bodies[at : at + 10])
    eventually(lambda: room.waiting(dead_url) == 10, 60)
    dead: list[Any] = []
    eventually(lambda: dead.extend(room.received(dead_url, 0)) or len(dead) == 10)
    assert sorted(dead) == sorted(body for body in bodies if body.startswith("poison"))
    assert room.waiting(url) == 0


@pytest.mark.parametrize("count", [2000])
def test_stream(room: Room, engine: localaws.Engine, count: int) -> None:
    kinesis, stream = room.aws("kinesis"), f"s-{uuid.uuid4().hex[:10]}"
    kinesis.create_stream(StreamName=stream, StreamModeDetails={"StreamMode": "ON_DEMAND"})
    arn = kinesis.describe_stream(StreamName=stream)["StreamDescription"]["StreamARN"]
    name = room.function(STREAM_HANDLER)
    room.aws("lambda").create_event_source_mapping(
        FunctionName=name, EventSourceArn=arn, StartingPosition="TRIM_HORIZON", ParallelizationFactor=2
    )

    def produce(key: str, first: int) -> None:
        for at in range(first, first + count // len(KEYS) // 2, 20):
            records = [{"Data": f"{key}:{at + n}".encode(), "PartitionKey": key} for n in range(20)]
            assert kinesis.put_records(StreamName=stream, Records=records)["FailedRecordCount"] == 0

    with killing_workers(engine.pid) as killed:
        with ThreadPoolExecutor(len(KEYS)) as pool:
            for first in (0, count // len(KEYS) // 2):
                list(pool.map(partial(produce, first=first), KEYS))
                eventually(lambda: bool(killed))
        eventually(lambda: len({text for batch in room.seen(name) for text in batch}) >= count, 120)
    seen = [text for batch in room.seen(name) for text in batch]
    for key in KEYS:
        first_seen = list(dict.fromkeys(text for text in seen if text.startswith(f"{key}:")))
        assert first_seen == [f"{key}:{number}" for number in range(count // len(KEYS))]
