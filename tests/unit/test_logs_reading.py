"""Pages of GetLogEvents are those that moto makes, whatever the order in which events come."""

from types import SimpleNamespace
from typing import Any

import pytest
from moto.core.exceptions import JsonRESTError

from shoplib.localaws.moto_fixes.logs_reading import get_log_events


def event(time: int, number: int) -> Any:
    return SimpleNamespace(timestamp=time, to_response_dict=lambda: {"n": number, "t": time})


def stream(*times: int) -> Any:
    return SimpleNamespace(events=[event(time, number) for number, time in enumerate(times)])


def numbers(found: tuple[list[dict[str, Any]], str, str]) -> list[int]:
    return [each["n"] for each in found[0]]


def test_pages_go_forth_and_back_and_end() -> None:
    logs = stream(10, 30, 20, 30, 40)
    first = get_log_events(logs, None, None, 2, None, True)
    assert numbers(first) == [0, 2]
    second = get_log_events(logs, None, None, 2, first[2], True)
    assert numbers(second) == [1, 3]
    assert numbers(get_log_events(logs, None, None, 2, second[1], True)) == [0, 2]
    third = get_log_events(logs, None, None, 2, second[2], True)
    assert numbers(third) == [4]
    assert get_log_events(logs, None, None, 2, third[2], True)[0] == []
    assert numbers(get_log_events(logs, None, None, 2, None, False)) == [3, 4]


def test_late_events_and_bounds_and_a_stream_that_forgets() -> None:
    logs = stream(10, 20)
    assert numbers(get_log_events(logs, None, None, None, None, True)) == [0, 1]
    logs.events += [event(15, 2), event(30, 3)]
    assert numbers(get_log_events(logs, None, None, None, None, True)) == [0, 2, 1, 3]
    assert numbers(get_log_events(logs, 15, 20, None, None, True)) == [2, 1]
    logs.events = [each for each in logs.events if each.timestamp > 15]
    assert numbers(get_log_events(logs, None, None, None, None, True)) == [1, 3]
    assert get_log_events(stream(), None, None, None, None, False)[0] == []


def test_a_token_of_nobody_is_refused() -> None:
    with pytest.raises(JsonRESTError):
        get_log_events(stream(1), None, None, None, "x/1", True)
