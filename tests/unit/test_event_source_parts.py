"""Parts of the event sources: filters of mappings, what a handler says of a batch, wake-ups."""

import threading
import time

import pytest

from shoplib.localaws.event_sources import filters
from shoplib.localaws.event_sources.batch_response import failed_items
from shoplib.localaws.event_sources.wakeups import Wakeup


def test_filters_read_json_text_only() -> None:
    (by_field,) = filters.parse({"Filters": [{"Pattern": '{"body": {"a": [1, {"exists": false}]}}'}]})
    (by_text,) = filters.parse({"Filters": [{"Pattern": '{"body": ["plain"]}'}]})
    assert filters.accepts({"body": '{"a": 1}'}, [by_field], "body")
    assert filters.accepts({"body": "{}"}, [by_field], "body")
    assert not filters.accepts({"body": "plain"}, [by_field], "body")
    assert filters.accepts({"body": "plain"}, [by_field, by_text], "body")


@pytest.mark.parametrize(
    ("answer", "expected"),
    [
        (b"null", []),
        (b"{}", []),
        (b"[]", []),
        (b'""', []),
        (b'["a"]', None),
        (b'{"batchItemFailures": []}', []),
        (b'{"batchItemFailures": null}', []),
        (b'{"batchItemFailures": [{"itemIdentifier": "a"}]}', ["a"]),
        (b'{"batchItemFailures": [{"itemIdentifier": "z"}]}', None),
        (b'{"batchItemFailures": [{"itemIdentifier": ""}]}', None),
        (b'{"batchItemFailures": [{"wrongKey": "a"}]}', None),
        (b'{"batchItemFailures": "a"}', None),
        (b"not json", None),
    ],
)
def test_failure_reports(answer: bytes, expected: list[str] | None) -> None:
    assert failed_items(answer, {"a", "b"}) == expected


def test_wakeups_are_not_lost_and_come_in_time() -> None:
    wakeup = Wakeup()
    seen = wakeup.count
    wakeup.notify()
    began = time.monotonic()
    wakeup.wait(seen, 60)
    wakeup.notify_at(time.monotonic() + 0.2)
    wakeup.wait(wakeup.count, 60)
    assert time.monotonic() - began >= 0.2
    seen = wakeup.count
    threading.Timer(0.1, wakeup.notify).start()
    wakeup.wait(seen, 60)
    assert time.monotonic() - began < 30, "what happened before a wait counts, and so does what happens within"
