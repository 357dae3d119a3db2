"""Logs Insights over the AWS API."""

import json
import re
import time
import uuid
from collections.abc import Callable
from typing import Any

import pytest
from botocore.exceptions import ClientError

from tests.cloud.lambda_room import Room, eventually

Aws = Callable[..., Any]


class Logs:
    """Two log groups of the test's own."""

    def __init__(self, aws: Aws) -> None:
        self.client = aws("logs")
        self.groups = [f"/test/{uuid.uuid4()}" for _ in range(2)]
        for name in self.groups:
            self.client.create_log_group(logGroupName=name)
            self.client.create_log_stream(logGroupName=name, logStreamName="s")

    def put(self, group: int, *messages: Any) -> None:
        at = int(time.time() * 1000)
        events = [{"timestamp": at, "message": json.dumps(each)} for each in messages]
        self.client.put_log_events(logGroupName=self.groups[group], logStreamName="s", logEvents=events)

    def start(self, query: str, **options: Any) -> str:
        groups = {} if any(name.startswith("logGroup") for name in options) else {"logGroupNames": self.groups}
        span = {"startTime": int(time.time()) - 600, "endTime": int(time.time()) + 60}
        return self.client.start_query(**{"queryString": query, **span, **groups, **options})["queryId"]  # type: ignore[no-any-return]

    def results(self, query: str, **options: Any) -> dict[str, Any]:
        id = self.start(query, **options)
        return eventually(
            lambda: (found := self.client.get_query_results(queryId=id))["status"] == "Complete" and found
        )


def values(results: dict[str, Any]) -> list[dict[str, str]]:
    return [{cell["field"]: cell["value"] for cell in row} for row in results["results"]]


@pytest.fixture
def logs(aws: Aws) -> Logs:
    return Logs(aws)


def test_a_query_over_several_groups(logs: Logs) -> None:
    logs.put(0, {"level": "ERROR", "ms": 5}, {"level": "INFO", "ms": 7})
    logs.put(1, {"level": "ERROR", "ms": 6})
    results = logs.results("filter level = 'ERROR' | stats count(*) as n, sum(ms) as total")
    assert values(results) == [{"n": "2", "total": "11"}]
    statistics = results["statistics"]
    assert (statistics["recordsMatched"], statistics["recordsScanned"], statistics["logGroupsScanned"]) == (2, 3, 2)
    assert statistics["bytesScanned"] > 50
    arn = logs.client.describe_log_groups(logGroupNamePrefix=logs.groups[1])["logGroups"][0]["logGroupArn"]
    (row,) = values(logs.results("fields @message, @log, @logStream", logGroupIdentifiers=[arn]))
    assert json.loads(row["@message"]) == {"level": "ERROR", "ms": 6} and row["@log"].endswith(logs.groups[1])
    record = logs.client.get_log_record(logRecordPointer=row["@ptr"])["logRecord"]
    assert (record["ms"], record["@logStream"]) == ("6", "s")
    (one,) = logs.results("fields ms | sort ms desc", limit=1)["results"]
    assert one[0] == {"field": "ms", "value": "7"}
    old = {"startTime": int(time.time()) - 900, "endTime": int(time.time()) - 600}
    assert not logs.results("fields @message", **old)["results"]


def test_reports_of_a_function(aws: Aws, logs: Logs) -> None:
    room = Room(aws)
    name = room.function("def handler(event, context):\n    print('hello')")
    for _ in range(2):
        room.invoke(name, {})
    group, query = f"/aws/lambda/{name}", "filter @type = 'REPORT' | stats count(*) as n, max(@billedDuration) as most"
    (row,) = values(logs.results(query, logGroupName=group))
    assert row["n"] == "2" and float(row["most"]) >= 1
    by_request = values(logs.results("stats count(*) as n by @requestId | sort n desc", logGroupName=group))
    assert [each["n"] for each in by_request[:2]] == ["3", "3"]


def test_queries_are_listed_and_refused(logs: Logs) -> None:
    first = logs.start("fields @message")
    eventually(lambda: logs.client.get_query_results(queryId=first)["status"] == "Complete")
    (described,) = logs.client.describe_queries(logGroupName=logs.groups[0])["queries"]
    assert (described["queryId"], described["status"]) == (first, "Complete")
    sources = ", ".join(f'"{name}"' for name in logs.groups)
    assert re.fullmatch(rf"SOURCE {sources} START=\d+000 END=\d+999 \| fields @message", described["queryString"])
    with pytest.raises(ClientError, match="terminal state"):
        logs.client.stop_query(queryId=first)
    with pytest.raises(ClientError) as caught:
        logs.start("fields @message | filter level ~ 1")
    assert caught.value.response["Error"]["Code"] == "MalformedQueryException"
    assert caught.value.response["queryCompileError"]["location"] == {"startCharOffset": 31, "endCharOffset": 32}
    for options, error in (
        ({"logGroupName": "nobody"}, "ResourceNotFoundException"),
        ({"queryLanguage": "SQL"}, "SQL is not supported"),
        ({"queryLanguage": "PPL"}, "PPL is not supported"),
        ({"startTime": 2, "endTime": 1}, "InvalidParameterException"),
    ):
        with pytest.raises(ClientError, match=error):
            logs.start("fields @message", **options)
    with pytest.raises(ClientError, match="ResourceNotFoundException"):
        logs.client.get_query_results(queryId=str(uuid.uuid4()))
