"""The engine itself is killed in the middle of traffic: nothing of it stays, and the next one works."""

import os
import signal
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from functools import partial

import psutil
from botocore.exceptions import BotoCoreError

from shoplib import localaws
from tests.cloud.conftest import clients
from tests.cloud.lambda_room import Room, eventually
from tests.cloud.load_room import is_worker
from tests.processes import wait_until_dead

HANDLER = """
import time
def handler(event, context):
    time.sleep(0.05)
    return len(event.get("Records", []))
"""
WORKERS = 3
END_LIMIT_S = 15


def test_killed_mid_traffic(load_engine: localaws.Engine, load_room: Room) -> None:
    url, arn = load_room.queue()
    name = load_room.function(HANDLER)
    load_room.aws("lambda").create_event_source_mapping(FunctionName=name, EventSourceArn=arn, BatchSize=1)
    sqs, lambdas = load_room.aws("sqs"), load_room.aws("lambda")
    send = partial(sqs.send_message, QueueUrl=url, MessageBody="x")
    with traffic(send, send, lambda: lambdas.invoke(FunctionName=name)["Payload"].read()) as callers:
        workers = eventually(lambda: enough_workers(load_engine.pid))
        os.kill(load_engine.pid, signal.SIGKILL)
        wait_until_dead(workers, END_LIMIT_S)
    assert all(isinstance(each.exception(), BotoCoreError) for each in callers)
    assert localaws.status() is None
    second = localaws.start()
    assert second.pid != load_engine.pid
    room = Room(clients(second))
    assert room.invoke(room.function(HANDLER), {"Records": [1, 2]}).payload == 2


def enough_workers(engine_pid: int) -> list[psutil.Process]:
    """The engine's workers, once there are some."""
    workers = [child for child in psutil.Process(engine_pid).children(recursive=True) if is_worker(child)]
    return workers if len(workers) >= WORKERS else []


@contextmanager
def traffic(*calls: Callable[[], object]) -> Iterator[list[Future[None]]]:
    """Each call is repeated by a thread of its own until it fails: the futures hold how."""

    def repeat(call: Callable[[], object]) -> None:
        while True:
            call()

    with ThreadPoolExecutor(len(calls)) as pool:
        yield [pool.submit(repeat, call) for call in calls]
