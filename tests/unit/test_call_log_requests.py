"""What a signed request does, in IAM's words; and what is kept of it."""

import json
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shoplib.architecture.identity import node_of
from shoplib.architecture.model import Edge
from shoplib.architecture.runs.observed import Use, covers
from shoplib.localaws import task_tokens
from shoplib.localaws.call_log import calls as kept
from shoplib.localaws.call_log.calls import Calls
from shoplib.localaws.call_log.requests import ResourceUse, Sent, resource_name, uses
from shoplib.localaws.call_record import CallRecord
from shoplib.localaws.functions.trace import MOST_SPANS, Spans, trace_header
from shoplib.localaws.metrics.histogram import Histogram
from shoplib.localaws.request_context import trace_root
from shoplib.localaws.request_scope import path_of, signature


def json_call(target: str, **parameters: Any) -> Sent:
    return Sent("any", "POST", "/", "", target, json.dumps(parameters).encode())


def s3(method: str, path: str, query: str = "") -> Sent:
    return Sent("s3", method, path, query, "", b"")


CALLS = {
    "one item": (
        json_call("DynamoDB_20120810.PutItem", TableName="carts", Item={"TableName": {"S": "no"}}),
        [("PutItem", "carts", 1)],
    ),
    "a transaction names each action and table once": (
        json_call(
            "DynamoDB_20120810.TransactWriteItems",
            TransactItems=[
                {"Put": {"TableName": "orders"}},
                {"Update": {"TableName": "stock"}},
                {"Update": {"TableName": "stock"}},
                {"ConditionCheck": {"TableName": "carts"}},
            ],
        ),
        [("PutItem", "orders", 1), ("UpdateItem", "stock", 1), ("ConditionCheckItem", "carts", 1)],
    ),
    "a batch over two tables": (
        json_call("DynamoDB_20120810.BatchWriteItem", RequestItems={"a": [], "b": []}),
        [("BatchWriteItem", "a", 1), ("BatchWriteItem", "b", 1)],
    ),
    "records are counted": (
        json_call("Kinesis_20131202.PutRecords", Records=[{"Data": "", "PartitionKey": "a"}] * 3, StreamName="clicks"),
        [("PutRecords", "clicks", 3)],
    ),
    "messages are counted, and no text of theirs is mistaken for a key": (
        json_call(
            "AmazonSQS.SendMessageBatch",
            Entries=[{"Id": "1", "MessageBody": '{"QueueUrl": "http://x/other", "MessageBody": "no"}'}] * 2,
            QueueUrl="http://127.0.0.1/123/orders",
        ),
        [("SendMessage", "http://127.0.0.1/123/orders", 2)],
    ),
    "buses are told apart": (
        json_call("AWSEvents.PutEvents", Entries=[{"EventBusName": "shop"}, {}, {"EventBusName": "shop"}]),
        [("PutEvents", "shop", 2), ("PutEvents", "default", 1)],
    ),
    "the older protocol": (
        Sent("sns", "POST", "/", "", "", b"Action=Publish&TopicArn=arn%3Aaws%3Asns%3Aus-east-1%3A1%3Anews&Message=hi"),
        [("Publish", "arn:aws:sns:us-east-1:1:news", 1)],
    ),
    "a queue as the path": (
        Sent("sqs", "POST", "/123/orders", "", "", b"Action=SendMessage&MessageBody=hi"),
        [("SendMessage", "123/orders", 1)],
    ),
    "a batch of the older protocol": (
        Sent("sqs", "POST", "/123/orders", "", "", b"Action=SendMessageBatch&A.1.Id=a&A.1.MessageBody=x&A.2.Id=b"),
        [("SendMessage", "123/orders", 2)],
    ),
    "a query": (
        Sent("sqs", "GET", "/123/orders", "Action=ReceiveMessage", "", b""),
        [("ReceiveMessage", "123/orders", 1)],
    ),
    "a statement": (
        json_call("DynamoDB_20120810.ExecuteStatement", Statement='SELECT * FROM "carts"."by-day" WHERE pk = ?'),
        [("PartiQLSelect", "carts", 1)],
    ),
    "statements": (
        json_call(
            "DynamoDB_20120810.ExecuteTransaction",
            TransactStatements=[
                {"Statement": "insert into \"orders-1\" value {'pk': 'from x'}"},
                {"Statement": "UPDATE carts SET a = 1"},
                {"Statement": "DELETE FROM carts WHERE pk = '1'"},
            ],
        ),
        [("PartiQLInsert", "orders-1", 1), ("PartiQLUpdate", "carts", 1), ("PartiQLDelete", "carts", 1)],
    ),
    "an invocation": (
        Sent("lambda", "POST", "/2015-03-31/functions/prices%3Alive/invocations", "", "", b""),
        [("InvokeFunction", "prices:live", 1)],
    ),
    "another call of Lambda": (Sent("lambda", "GET", "/2015-03-31/functions/prices", "", "", b""), []),
    "an object is copied": (
        Sent("s3", "PUT", "/lake/b", "", "", b"", copied="/raw/a%20b"),
        [("PutObject", "lake", 1), ("GetObject", "raw", 1)],
    ),
    "tags are not the object": (s3("GET", "/lake/a", "tagging"), [("GetObjectTagging", "lake", 1)]),
    "deep as a well": (
        Sent("dynamodb", "POST", "/", "", "DynamoDB_20120810.TransactWriteItems", b"[" * 100_000),
        [],
    ),
    "an object is put": (s3("PUT", "/lake/raw/a%20b.parquet"), [("PutObject", "lake", 1)]),
    "objects are listed": (s3("GET", "/lake", "list-type=2&prefix=raw"), [("ListBucket", "lake", 1)]),
    "several objects are deleted": (s3("POST", "/lake", "delete"), [("DeleteObject", "lake", 1)]),
    "a bucket's settings are no listing": (s3("GET", "/lake", "versioning"), []),
    "all buckets are nobody's": (s3("GET", "/"), []),
    "nothing is named": (json_call("DynamoDB_20120810.ListTables"), []),
    "what is no JSON": (Sent("dynamodb", "POST", "/", "", "DynamoDB_20120810.BatchGetItem", b"{"), []),
    "what is not of this shape": (json_call("DynamoDB_20120810.TransactWriteItems", TransactItems=[3]), []),
    "what is no text": (Sent("sns", "POST", "/", "", "", b"\xff\xfe"), []),
}  # fmt: skip


@pytest.mark.parametrize("case", CALLS)
def test_a_request_is_named_as_iam_names_it(case: str) -> None:
    sent, expected = CALLS[case]
    assert uses(sent) == [ResourceUse(*entry) for entry in expected]


@given(
    st.binary(max_size=200), st.sampled_from(["A.PutItem", "A.TransactWriteItems", "A.BatchGetItem", "A.PutEvents", ""])
)
def test_no_request_breaks_the_watching(body: bytes, target: str) -> None:
    assert isinstance(uses(Sent("x", "POST", "/", "", target, body)), list)


@pytest.mark.parametrize(
    ("resource", "name"),
    [
        ("carts", "carts"),
        ("http://127.0.0.1:4566/123456789012/orders", "orders"),
        ("arn:aws:sns:us-east-1:1:news", "news"),
        ("arn:aws:kinesis:us-east-1:1:stream/clicks", "clicks"),
        ("arn:aws:lambda:us-east-1:1:function:prices:live", "prices"),
        ("prices:live", "prices"),
        ("arn:aws:secretsmanager:us-east-1:1:secret:prod/key-AbC123", "key"),
        ("arn:aws:states:us-east-1:1:stateMachine:ship", "ship"),
        ("arn:aws:dynamodb:us-east-1:1:table/carts/index/by-day", "carts"),
    ],
)
def test_a_resource_has_its_own_name(resource: str, name: str) -> None:
    assert resource_name(resource) == name


@given(st.lists(st.floats(0.01, 1e5), min_size=1, max_size=150), st.sampled_from([50, 95, 99]))
def test_percentiles_are_cloudwatchs(values: list[float], percent: int) -> None:
    cell, use = Histogram(), Use()
    for value in values:
        cell.add(value)
    use.add(
        {
            "operation": "PutItem",
            "calls": len(values),
            "count": len(values),
            "errors": {},
            "latencies": list(cell.values.items()),
        }
    )
    assert use.percentile(percent) == cell.percentile(percent)


def test_a_use_without_a_run_has_no_percentile() -> None:
    assert Use().percentile(50) is None


def test_a_condition_that_was_not_met_is_no_failure() -> None:
    use = Use()
    use.add(
        {
            "operation": "PutItem",
            "calls": 9,
            "count": 9,
            "errors": {"ConditionalCheckFailedException": 2, "404": 1, "429": 3, "500": 1},
            "latencies": [],
        }
    )
    assert (use.failure_count, use.refusals.total()) == (4, 3)


@pytest.mark.parametrize(
    ("verbs", "operation", "means"),
    [
        (("PutItem",), "PutItem", True),
        (("Invoke",), "GET /carts", True),
        (("Publish",), "GET /carts", False),
        (("PutItem",), "GetItem", False),
        (("Get*",), "GetItem", True),
        (("any action",), "Scan", True),
    ],
)
def test_what_a_policy_means(verbs: tuple[str, ...], operation: str, means: bool) -> None:
    assert covers(Edge("a", "b", "call", verbs, ()), operation) is means


@pytest.mark.parametrize(
    ("service", "arn"),
    [
        ("execute-api", "arn:aws:execute-api:us-east-1:1:thing/live/GET/x"),
        ("dynamodb", "arn:aws:dynamodb:us-east-1:1:table/thing/stream/2026-01-01T00:00:00.000"),
        ("lambda", "arn:aws:lambda:us-east-1:1:function:thing"),
        ("sqs", "arn:aws:sqs:us-east-1:1:thing"),
        ("kinesis", "arn:aws:kinesis:us-east-1:1:stream/thing"),
        ("s3", "arn:aws:s3:::thing"),
        ("rule", "arn:aws:events:us-east-1:1:rule/thing"),
        ("rule", "arn:aws:events:us-east-1:1:rule/bus/thing"),
        ("scheduler", "arn:aws:scheduler:us-east-1:1:schedule/default/thing"),
        ("logs", "arn:aws:logs:us-east-1:1:log-group:thing:*"),
        ("execute-api", "thing"),
    ],
)
def test_a_caller_is_a_node(service: str, arn: str) -> None:
    ids = {f"{service}:thing": "Thing", "of another kind:thing": "Other"}
    assert node_of(arn, ids) == "Thing"
    assert node_of(arn.replace("thing", "other"), ids) is None


@pytest.mark.parametrize(
    ("environ", "signed"),
    [
        (
            {"HTTP_AUTHORIZATION": "AWS4-HMAC-SHA256 Credential=k/20260101/eu-west-3/sqs/aws4_request"},
            ("k", "eu-west-3", "sqs"),
        ),
        (
            {"QUERY_STRING": "X-Amz-Credential=k%2F20260101%2Feu-west-3%2Fs3%2Faws4_request&X-Amz-Date=1"},
            ("k", "eu-west-3", "s3"),
        ),
        ({"QUERY_STRING": "AWSAccessKeyId=k&Signature=s"}, ("k", "", "s3")),
        ({"HTTP_AUTHORIZATION": "AWS k:s"}, ("k", "", "s3")),
        ({"HTTP_AUTHORIZATION": "Bearer AWS k:s"}, None),
        ({"QUERY_STRING": "a=b"}, None),
    ],
)
def test_who_signed(environ: dict[str, Any], signed: tuple[str, str, str] | None) -> None:
    assert signature(environ) == signed


def test_a_bucket_may_stand_in_the_host() -> None:
    environ = {"PATH_INFO": "/raw/a", "HTTP_HOST": "lake.s3.eu-west-3.amazonaws.com"}
    assert path_of(environ, "s3") == "/lake/raw/a"
    assert path_of({**environ, "HTTP_HOST": "my.lake.localhost:4566"}, "s3") == "/my.lake/raw/a"
    assert path_of({**environ, "HTTP_HOST": "127.0.0.1:4566"}, "s3") == "/raw/a"


def seen(number: int, size: int = 10) -> CallRecord:
    return CallRecord(float(number), "me", "sqs", "SendMessage", f"q{number}", 1.0, payload=b"x" * size)


def test_what_no_longer_fits_is_forgotten_and_counted(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(kept, "MOST_BYTES", 100)
    monkeypatch.setattr(kept, "MOST_CONNECTIONS", 4)
    calls = Calls()
    for number in range(20):
        calls.add(seen(number))
    assert [row.at for row in calls.last()] == [float(number) for number in range(10, 20)]
    assert [row["resource"] for row in calls.connections()] == ["q16", "q17", "q18", "q19"]
    assert (calls.forgotten_calls, calls.forgotten_connections) == (10, 16)
    calls.clear()
    assert not calls.last() and not calls.connections() and not calls.forgotten_calls


def test_calls_are_told_in_the_order_in_which_they_began() -> None:
    calls = Calls()
    for number in (2, 1, 3):
        calls.add(seen(number))
    assert [row.at for row in calls.last()] == [1.0, 2.0, 3.0]


def test_each_invocation_is_a_span_of_its_callers_trace() -> None:
    mine = trace_header("Root=1-a-b;Parent=cafe;Sampled=1")
    assert trace_root(mine) == "1-a-b" and "Parent=cafe" not in mine and mine.endswith("Sampled=1")
    assert trace_header("Root=1-a-b").endswith("Sampled=0")
    assert trace_root(trace_header(None)).startswith("1-")


def test_the_oldest_spans_are_forgotten() -> None:
    spans = Spans()
    first = trace_header(None)
    spans.note(first, "arn:first")
    assert spans.function_of(first) == "arn:first" and not spans.function_of(None) and not spans.function_of("Root=1")
    for _ in range(MOST_SPANS):
        spans.note(trace_header(None), "arn:other")
    assert not spans.function_of(first)


def test_a_call_with_a_tasks_token_is_about_its_state_machine():
    arn = "arn:aws:states:us-east-1:123456789012:stateMachine:ship"
    body = json.dumps({"taskToken": task_tokens.new_token(arn), "output": "1"}).encode()
    sent = Sent("states", "POST", "/", "", "AWSStepFunctions.SendTaskSuccess", body, "us-east-1", "")
    assert uses(sent) == [ResourceUse("SendTaskSuccess", arn)]
    assert uses(replace(sent, body=b'{"taskToken": "nothing", "output": "1"}')) == []
