"""A shop under fire: workers are killed, event sources paused, messages repeated; and clients who do not give up."""

import random
import threading
import time
from collections.abc import Callable, Collection, Iterator
from contextlib import contextmanager
from typing import Any

import psutil
import requests

from shoplib import localaws
from tests.cloud.load_room import is_worker, kill
from tests.cloud.shop.conftest import Shop
from tests.nightly import NIGHTLY, sized

LONGEST_PROCESS_NAME = 15
# With 16 clients, and accidents, a busy machine starts many environments at a time: each client waits for all of them.
PATIENCE_SECONDS = sized(1200.0, 120.0)
SETTLED = ("confirmed", "rejected", "cancelled")
SETTLED_WITHIN = 600.0  # an order whose consumer failed once comes back after six minutes


def insist(send: Callable[[], requests.Response]) -> requests.Response:
    """A client that tries again until the shop answers for good, and as late as it says."""
    until = time.monotonic() + PATIENCE_SECONDS
    while time.monotonic() < until:
        answer = send()
        if answer.status_code < 500 and answer.json().get("error") != "checkout_in_progress":
            return answer
        time.sleep(min(float(answer.headers.get("Retry-After", 0.1)), 1.0))
    raise AssertionError(f"no answer in {PATIENCE_SECONDS} s: {answer.status_code} {answer.text}")


@contextmanager
def killing(engine: localaws.Engine, spared: Collection[str]) -> Iterator[list[int]]:
    """Workers are killed at random, those of the spared functions excepted."""
    dice, over, killed = random.Random(11), threading.Event(), list[int]()

    def kill_some() -> None:
        while not over.wait(dice.uniform(0.3, 0.9)):
            victim = dice.choice(mortal(engine, spared) or [None])
            if victim and kill(victim):
                killed.append(victim.pid)

    thread = threading.Thread(target=kill_some)
    thread.start()
    try:
        yield killed
    finally:
        over.set()
        thread.join()


def spared_functions(shop: Shop) -> Collection[str]:
    """Those that read queues: a message whose consumer died comes back minutes later, which is for `make chaos`."""
    if NIGHTLY:
        return ()
    pages = shop.lab.client("lambda").get_paginator("list_event_source_mappings").paginate()
    sources = [source for page in pages for source in page["EventSourceMappings"]]
    return {each["FunctionArn"].split(":")[6] for each in sources if ":sqs:" in each["EventSourceArn"]}


def mortal(engine: localaws.Engine, spared: Collection[str]) -> list[psutil.Process]:
    """Workers, those of the spared functions excepted, and any that does not yet tell whose it is."""
    workers = [each for each in psutil.Process(engine.pid).children(recursive=True) if is_worker(each)]
    names = {"", *(name[-LONGEST_PROCESS_NAME:] for name in spared)}
    return [each for each in workers if function_name(each) not in names]


def function_name(worker: psutil.Process) -> str:
    """As much of it as a process's name can hold; empty before a forked worker has it."""
    try:
        name = worker.environ().get("AWS_LAMBDA_FUNCTION_NAME") or worker.name()
        return "" if name.startswith("python") else name[-LONGEST_PROCESS_NAME:]
    except psutil.Error:
        return ""


class Pauses:
    """Event sources of a pattern's functions that are disabled, one at a time."""

    def __init__(self, shop: Shop, pattern: str) -> None:
        self._client = shop.lab.client("lambda")
        resources = shop.lab.stack(pattern).resources
        self._sources = [each.physical_id for each in resources if each.type.endswith("EventSourceMapping")]
        self._lock, self._paused = threading.Lock(), ""
        self.count = 0

    def move_on(self, dice: random.Random) -> None:
        """Another source pauses; the last one goes on."""
        with self._lock:
            self._enable(False, dice.choice([each for each in self._sources if each != self._paused]))
            self.count += 1

    def end(self) -> None:
        """All sources go on."""
        with self._lock:
            self._enable(True, self._paused)

    def _enable(self, enabled: bool, source: str) -> None:
        if self._paused:
            self._client.update_event_source_mapping(UUID=self._paused, Enabled=True)
        self._paused = "" if enabled else source
        if not enabled:
            self._client.update_event_source_mapping(UUID=source, Enabled=False)


def kill_one(engine: localaws.Engine, dice: random.Random, spared: Collection[str]) -> int:
    """Kills a function's process, whatever it is doing; answers how many were killed."""
    victims = mortal(engine, spared)
    if not victims:
        return 0
    return int(kill(dice.choice(victims)))


def redrive(shop: Shop, order_ids: Collection[str]) -> int:
    """Of these orders those whose consumer died three times come back from the dead letters; how many they were. What
    other tests have left there would only die again."""
    sqs, outputs = shop.lab.client("sqs"), shop.lab.outputs("fulfilment")
    count = 0
    while messages := sqs.receive_message(
        QueueUrl=outputs["OrdersDeadLetterQueueUrl"], MaxNumberOfMessages=10, WaitTimeSeconds=0
    ).get("Messages", []):
        for message in (each for each in messages if any(order_id in each["Body"] for order_id in order_ids)):
            sqs.send_message(QueueUrl=outputs["OrdersQueueUrl"], MessageBody=message["Body"])
            handle = {"QueueUrl": outputs["OrdersDeadLetterQueueUrl"], "ReceiptHandle": message["ReceiptHandle"]}
            sqs.delete_message(**handle)
            count += 1
    return count


def order_message(shop: Shop, order_id: str) -> Any:
    """The message that checkout put into the queue, as the draft has it."""
    key = {"id": {"S": f"ORDER#{order_id}"}}
    item = shop.lab.client("dynamodb").get_item(TableName=shop.lab.outputs("fulfilment")["CheckoutTableName"], Key=key)
    return item["Item"]["draft"]["S"]


def settle(shop: Shop, order_ids: list[str]) -> int:
    """Waits until nothing is under way any more; answers how many messages came back from the dead letters."""
    until, redriven = time.monotonic() + SETTLED_WITHIN, 0
    while True:
        shop.lab.wait_until_drained(limit=SETTLED_WITHIN)
        shop.lab.invoke("fulfilment", "ResumeOrdersFunction", {})
        count = redrive(shop, order_ids)
        redriven += count
        waiting = [each for each in order_ids if not is_settled(shop, each)]
        if not count and not waiting:
            shop.lab.wait_until_drained(limit=SETTLED_WITHIN)
            return redriven
        assert time.monotonic() < until, f"{len(waiting)} orders are not settled: {waiting[:3]}"


def is_settled(shop: Shop, order_id: str) -> bool:
    table = shop.lab.outputs("fulfilment")["OrdersTableName"]
    answer = shop.lab.client("dynamodb").get_item(TableName=table, Key={"order_id": {"S": order_id}})
    item = answer.get("Item", {})
    return item.get("status", {}).get("S") in SETTLED and "pending" not in item
