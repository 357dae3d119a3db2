"""The door that tells calls: by whom, on which trace, without secrets."""

import json
from typing import Any

import pytest

from shoplib.localaws.request_context import trace_root
from tests.cloud.call_log.conftest import System
from tests.cloud.lambda_room import eventually


def told(system: System, **wanted: Any) -> list[dict[str, Any]]:
    """The calls of which all these fields are so."""
    answer = system.target.ask("/_aws/observed?calls=1")
    return [row for row in answer["calls"] if all(row[name] == value for name, value in wanted.items())]


@pytest.fixture(scope="module")
def busy(system: System) -> str:
    """A name that one request carries to every corner of the system; all of it is done."""
    assert system.post(name="wanderer", jobs=2, records=2, asks=1).status_code == 200
    system.drain()
    return "wanderer"


def trace_of(system: System, name: str) -> str:
    request = next(row for row in told(system, service="execute-api") if name in row["payload"])
    return trace_root(request["trace"])


def test_a_trace_leads_from_the_door_to_what_it_caused(system: System, busy: str) -> None:
    root = trace_of(system, busy)
    on_it = [row for row in told(system) if trace_root(row["trace"]) == root]
    done = {(row["service"], row["operation"]) for row in on_it}
    assert done == {
        ("execute-api", "POST /things"),
        ("lambda", "InvokeFunction"),
        ("dynamodb", "PutItem"),
        ("sqs", "SendMessage"),
        ("kinesis", "PutRecords"),
    }
    assert [row["at"] for row in on_it] == sorted(row["at"] for row in on_it)


def test_what_a_queue_or_stream_delivers_is_linked_to_its_sender(system: System, busy: str) -> None:
    root = trace_of(system, busy)
    linked = [row for row in told(system, operation="InvokeFunction") if root in row["links"]]
    names = {row["resource"] for row in linked}
    assert names == {system.stack.physical_id("Worker"), system.stack.physical_id("Reader")}
    assert all(trace_root(row["trace"]) != root for row in linked)  # a batch has a trace of its own, as on AWS
    reader = next(row for row in linked if "Reader" in row["resource"])
    stored = [
        row for row in told(system, operation="PutObject") if trace_root(row["trace"]) == trace_root(reader["trace"])
    ]
    assert stored and "raw/" in stored[0]["payload"]


def test_a_message_tells_its_trace_as_on_aws(system: System, busy: str) -> None:
    events = [json.loads(row["payload"]) for row in told(system, resource=system.stack.physical_id("Worker"))]
    headers = [record["attributes"]["AWSTraceHeader"] for event in events for record in event["Records"]]
    assert trace_of(system, busy) in {trace_root(header) for header in headers}


def test_callers_are_functions_apis_sources_and_clients(system: System, busy: str) -> None:
    root = trace_of(system, busy)

    def callers(**what: str) -> set[str]:
        return {row["caller"] for row in told(system, **what) if trace_root(row["trace"]) == root}

    front, api = system.stack.physical_id("Front"), system.stack.physical_id("Api")
    assert callers(service="execute-api", resource=api) == {"Clients"}
    (gateway,) = callers(resource=front)
    assert api in gateway
    queue = system.stack.physical_id("Jobs").rpartition("/")[2]
    for what in ({"operation": "SendMessage", "resource": queue}, {"resource": system.stack.physical_id("Helper")}):
        assert {caller.rpartition(":")[2] for caller in callers(**what)} == {front}


def test_people_with_keys_of_their_own_are_told_apart(system: System) -> None:
    client = system.target.client("lambda")
    client.invoke(FunctionName=system.stack.physical_id("Helper"), Payload=b'{"name": "by hand"}')
    found = [row for row in told(system, resource=system.stack.physical_id("Helper")) if "by hand" in row["payload"]]
    assert [row["caller"] for row in found] == ["Account"]


def test_an_asynchronous_call_keeps_its_caller_and_trace(system: System) -> None:
    client = system.target.client("lambda")
    name = system.stack.physical_id("Helper")
    client.invoke(FunctionName=name, InvocationType="Event", Payload=b'{"name": "later"}')
    found = eventually(lambda: [row for row in told(system, resource=name) if "later" in row["payload"]])
    assert found[0]["caller"] == "Account"


def test_a_function_that_calls_over_https_with_its_trace_is_known(system: System) -> None:
    """As the X-Ray SDK does it: the header of the invocation goes along."""
    name = system.stack.physical_id("Helper")
    system.target.client("lambda").invoke(FunctionName=name, Payload=b'{"name": "relay"}')
    header = next(row for row in told(system, resource=name) if "relay" in row["payload"])["trace"]
    system.http.post(system.url, json={"name": "relayed"}, headers={"X-Amzn-Trace-Id": header}, timeout=30)
    found = next(row for row in told(system, service="execute-api") if "relayed" in row["payload"])
    assert found["caller"].endswith(f":function:{name}")
    assert trace_root(found["trace"]) == trace_root(header)


def test_secrets_are_not_shown(system: System, busy: str) -> None:
    system.http.post(
        system.url, json={"name": "n", "password": "hunter2"}, headers={"Authorization": "Bearer t0p"}, timeout=30
    )
    everything = json.dumps(told(system))
    assert "hunter2" not in everything and "t0p" not in everything and "secret of" not in everything
    assert "***" in everything


def test_a_record_that_a_full_shard_refuses_is_a_failure(system: System) -> None:
    stream = system.stack.physical_id("Clicks")
    data = b"x" * 200_000
    rows = [{"Data": data, "PartitionKey": "k"} for _ in range(10)]
    answer = system.target.client("kinesis").put_records(StreamName=stream, Records=rows)
    assert answer["FailedRecordCount"] > 0
    row = told(system, operation="PutRecords", caller="Account", resource=stream)[-1]
    assert (row["error"], row["times"]) == ("PartialFailure", 10)
    system.drain()
