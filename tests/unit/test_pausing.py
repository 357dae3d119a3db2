"""Who works by itself can be paused: nothing is begun, what is at work is waited for, and all goes on afterwards."""

import threading
from collections.abc import Iterator
from typing import Any

import pytest

from shoplib.localaws.functions.async_queue import AsyncQueue, QueuedEvent
from shoplib.localaws.functions.targets import FunctionName
from shoplib.localaws.request_context import CallContext
from shoplib.localaws.snapshots.gate import Gate
from shoplib.localaws.timetable import Timetable

NAME = FunctionName("123456789012", "us-east-1", "f", None)
LIMIT_S = 5.0


class Work:
    """Begins when it is called, and ends when `may_end` is set."""

    def __init__(self) -> None:
        self.begun, self.may_end = threading.Event(), threading.Event()
        self.events: list[QueuedEvent] = []

    def __call__(self, *arguments: Any) -> None:
        self.events += arguments
        self.begun.set()
        assert self.may_end.wait(LIMIT_S)


@pytest.fixture
def timetable() -> Iterator[Timetable]:
    made = Timetable()
    yield made
    made.close()


def test_the_timetable_begins_no_action_while_it_is_paused(timetable: Timetable) -> None:
    work, later = Work(), threading.Event()
    timetable.set("work", 0.0, work)
    assert work.begun.wait(LIMIT_S)
    assert not timetable.pause(0.0)
    timetable.resume()
    work.may_end.set()
    assert timetable.pause(LIMIT_S)
    timetable.set("later", 0.0, later.set)
    assert not later.wait(0.1)
    timetable.resume()
    assert later.wait(LIMIT_S)


def test_events_wait_while_the_queue_is_paused_and_can_be_taken_elsewhere() -> None:
    first, second = Work(), Work()
    queue, other = AsyncQueue(first), AsyncQueue(second)
    queue.put(NAME, b"1", CallContext())
    assert first.begun.wait(LIMIT_S)
    assert not queue.pause(0.0)
    first.may_end.set()
    assert queue.pause(LIMIT_S)
    queue.put(NAME, b"2", CallContext("arn:caller"))
    ((delay, event),) = queue.events()
    assert (delay, event.payload, event.acting.caller) == (0.0, b"2", "arn:caller")
    assert other.pause(LIMIT_S)
    other.put(NAME, b"gone", CallContext())
    other.replace(queue.events())
    other.resume()
    assert second.begun.wait(LIMIT_S)
    assert [each.payload for each in second.events] == [b"2"]
    second.may_end.set()
    queue.close()
    other.close()


def test_the_gate_holds_clients_and_lets_work_that_has_begun_through() -> None:
    gate, answers = Gate(lambda environ: "internal" in environ), []

    def answer(environ: dict[str, str], _start: object) -> list[bytes]:
        return answers.append(environ["PATH_INFO"]) or []

    application, api = gate.around(answer), gate.around(answer, is_deployed=True)
    assert gate.pause(LIMIT_S)
    requests = [(application, "/held"), (api, "/_aws/execute-api/abc/live/products")]
    held = [threading.Thread(target=each, args=({"PATH_INFO": path}, None)) for each, path in requests]
    for each in held:
        each.start()
    application({"PATH_INFO": "/work", "internal": ""}, None)
    api({"PATH_INFO": "/_aws/execute-api/abc/live/carts", "internal": ""}, None)
    application({"PATH_INFO": "/_aws/health"}, None)
    held[1].join(0.1)
    assert answers == ["/work", "/_aws/execute-api/abc/live/carts", "/_aws/health"]
    gate.resume()
    for each in held:
        each.join(LIMIT_S)
    assert sorted(answers[3:]) == sorted(path for _, path in requests)


def test_the_gate_waits_for_requests_but_not_for_long_polls() -> None:
    gate, work = Gate(lambda environ: False), Work()
    polling = {"PATH_INFO": "/", "HTTP_X_AMZ_TARGET": "AmazonSQS.ReceiveMessage"}
    for environ, is_idle in (({"PATH_INFO": "/"}, False), (polling, True)):
        work.begun.clear()
        work.may_end.clear()
        thread = threading.Thread(target=gate.around(lambda environ, start: work() or []), args=(environ, None))
        thread.start()
        assert work.begun.wait(LIMIT_S)
        assert gate.pause(0.0) is is_idle
        gate.resume()
        work.may_end.set()
        thread.join(LIMIT_S)
