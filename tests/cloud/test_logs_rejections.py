"""PutLogEvents says which of its events it did not take; what is not there is named: the stream, or its group."""

import time
from collections.abc import Callable
from typing import Any

import pytest
from botocore.exceptions import ClientError

HOUR_MS = 3_600_000


def test_events_out_of_the_window_are_rejected_by_their_places(aws: Callable[..., Any]) -> None:
    logs, where = aws("logs"), {"logGroupName": "rejections", "logStreamName": "one"}
    logs.create_log_group(logGroupName="rejections")
    logs.create_log_stream(**where)
    now = int(time.time() * 1000)

    def rejected(*hours: int) -> Any:
        events = [{"timestamp": now + each * HOUR_MS, "message": f"at {each}"} for each in hours]
        return logs.put_log_events(**where, logEvents=events).get("rejectedLogEventsInfo")

    assert rejected(0) is None
    assert rejected(-24 * 20, -24 * 15, 0, 3, 4) == {"tooOldLogEventEndIndex": 2, "tooNewLogEventStartIndex": 3}
    messages = [event["message"] for event in logs.get_log_events(**where, startFromHead=True)["events"]]
    assert messages == ["at 0", "at 0"]
    logs.delete_log_group(logGroupName="rejections")


def test_of_a_missing_stream_the_stream_is_named(aws: Callable[..., Any]) -> None:
    logs = aws("logs")
    logs.create_log_group(logGroupName="without-streams")
    for group, thing in (("without-streams", "stream"), ("no-such-group", "group")):
        for call in (logs.get_log_events, logs.delete_log_stream):
            with pytest.raises(ClientError, match=f"The specified log {thing} does not exist") as refused:
                call(logGroupName=group, logStreamName="none")
            assert refused.value.response["Error"]["Code"] == "ResourceNotFoundException"
    logs.delete_log_group(logGroupName="without-streams")
