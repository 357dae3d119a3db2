"""Traces over AWS's API: what X-Ray's SDK sends, what Lambda and API Gateway add, and one trace across services."""

import base64
import gzip
import json
import time
import uuid
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import requests
from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials
from opentelemetry.exporter.otlp.proto.http import Compression
from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.trace import use_span
from requests.auth import AuthBase

from shoplib import provision
from shoplib.provision import Target
from tests.cloud.lambda_room import Room as Functions
from tests.cloud.lambda_room import eventually
from tests.cloud.roles import role
from tests.cloud.stacks import refusal
from tests.cloud.workshop import REGION

FRONT = """
import json, os, boto3
from aws_xray_sdk.core import patch_all, xray_recorder
from aws_lambda_powertools import Tracer
patch_all()
tracer = Tracer(service="front")
def client(service):
    return boto3.client(service)
@tracer.capture_method
def work(wish):
    tracer.put_annotation(key="wish", value=wish)
    client("dynamodb").put_item(TableName=os.environ["TABLE"], Item={"pk": {"S": wish}})
    client("sqs").send_message(QueueUrl=os.environ["QUEUE"], MessageBody=wish)
    client("sns").publish(TopicArn=os.environ["TOPIC"], Message=wish)
    entry = {"Source": "shop", "DetailType": "wish", "Detail": json.dumps({"wish": wish})}
    client("events").put_events(Entries=[entry])
@tracer.capture_lambda_handler
def handler(event, context):
    wish = json.loads(event["body"])["wish"]
    if wish == "fail":
        raise RuntimeError("refused")
    work(wish)
    return {"statusCode": 200, "body": os.environ["_X_AMZN_TRACE_ID"]}
"""
POWERTOOLS = (
    "arn:${AWS::Partition}:lambda:${AWS::Region}:017000801446:layer:AWSLambdaPowertoolsPythonV3-python312-x86_64:7"
)
ECHO = """
import os
def handler(event, context):
    return os.environ["_X_AMZN_TRACE_ID"]
"""


def function(code: str, **properties: Any) -> dict[str, Any]:
    base = {"InlineCode": code, "Handler": "index.handler", "Runtime": "python3.12", "Timeout": 20, "MemorySize": 512}
    return {"Type": "AWS::Serverless::Function", "Properties": base | {"Tracing": "Active"} | properties}


def event(kind: str, **properties: Any) -> dict[str, Any]:
    return {"Comes": {"Type": kind, "Properties": properties}}


def of(name: str) -> dict[str, Any]:
    return {"Fn::GetAtt": [name, "Arn"]}


def allow(action: str, resource: Any) -> dict[str, Any]:
    return {"Statement": [{"Effect": "Allow", "Action": action, "Resource": resource}]}


TEMPLATE: dict[str, Any] = {
    "Transform": "AWS::Serverless-2016-10-31",
    "Resources": {
        "Api": {"Type": "AWS::Serverless::Api", "Properties": {"StageName": "live", "TracingEnabled": True}},
        "Front": function(
            FRONT,
            Layers=[{"Fn::Sub": POWERTOOLS}],
            Environment={"Variables": {"TABLE": {"Ref": "Things"}, "QUEUE": {"Ref": "Jobs"}, "TOPIC": {"Ref": "News"}}},
            Policies=[
                allow("dynamodb:PutItem", of("Things")),
                allow("sqs:SendMessage", of("Jobs")),
                allow("sns:Publish", {"Ref": "News"}),
                allow("events:PutEvents", "*"),
            ],
            Events=event("Api", RestApiId={"Ref": "Api"}, Path="/wishes", Method="POST"),
        ),
        "Worker": function(ECHO, Events=event("SQS", Queue=of("Jobs"), BatchSize=1)),
        "Listener": function(ECHO, Events=event("SNS", Topic={"Ref": "News"})),
        "Watcher": function(ECHO, Events=event("EventBridgeRule", Pattern={"source": ["shop"]})),
        "Silent": function(ECHO, Tracing="PassThrough"),
        "Things": {
            "Type": "AWS::Serverless::SimpleTable",
            "Properties": {"PrimaryKey": {"Name": "pk", "Type": "String"}},
        },
        "Jobs": {"Type": "AWS::SQS::Queue", "Properties": {"VisibilityTimeout": 120}},
        "News": {"Type": "AWS::SNS::Topic"},
    },
    "Outputs": {"Url": {"Value": {"Fn::Sub": "https://${Api}.execute-api.${AWS::Region}.amazonaws.com/live/wishes"}}},
}


class Room:
    """The deployed stack, and X-Ray's answers about it."""

    def __init__(self, stack: provision.Stack, target: Target) -> None:
        self.stack, self.url = stack, target.reachable(stack.outputs["Url"])
        self.xray, self.functions = target.client("xray"), target.client("lambda")

    def wish(self, text: str, **headers: str) -> requests.Response:
        return requests.post(self.url, json={"wish": text}, headers=headers, timeout=30)

    def invoke(self, name: str) -> str:
        return str(json.load(self.functions.invoke(FunctionName=self.stack.physical_id(name))["Payload"]))

    def segments(self, trace_id: str) -> list[dict[str, Any]]:
        traces = self.xray.batch_get_traces(TraceIds=[trace_id])["Traces"]
        return [json.loads(segment["Document"]) for trace in traces for segment in trace["Segments"]]

    def summaries(self, **options: Any) -> list[dict[str, Any]]:
        times = {"StartTime": datetime.now(UTC) - timedelta(minutes=5), "EndTime": datetime.now(UTC)}
        pages = self.xray.get_paginator("get_trace_summaries").paginate(**times, **options)
        return [row for page in pages for row in page["TraceSummaries"]]


@pytest.fixture(scope="module")
def room(target: Target, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Room]:
    path = tmp_path_factory.mktemp("traced") / "template.json"
    path.write_text(json.dumps(TEMPLATE), encoding="utf-8")
    stack = provision.apply(provision.plan_one(str(path), target, {}, "traced"))
    yield Room(stack, target)
    provision.destroy("traced", target)


@pytest.fixture(scope="module", autouse=True)
def traced(room: Room) -> str:
    """The id of a trace on which everything has happened, each cold start too, whichever test comes first."""
    header = room.wish("tea").headers["X-Amzn-Trace-Id"]
    trace_id = header.split(";")[0].removeprefix("Root=")
    eventually(lambda: {"Listener", "Watcher"} <= {_logical(room, each) for each in room.segments(trace_id)})
    return trace_id


def _logical(room: Room, segment: dict[str, Any]) -> str:
    names = {room.stack.physical_id(name): name for name in ("Front", "Worker", "Listener", "Watcher")}
    return names.get(segment["name"], segment["name"])


def of_origin(segments: list[dict[str, Any]], origin: str, name: str = "") -> dict[str, Any]:
    return next(each for each in segments if each.get("origin") == origin and name in each["name"])


def test_a_request_is_one_trace_from_the_stage_to_the_handlers_calls(room: Room, traced: str) -> None:
    segments = room.segments(traced)
    stage, service = of_origin(segments, "AWS::ApiGateway::Stage"), of_origin(segments, "AWS::Lambda", "Front")
    assert stage["http"]["request"]["method"] == "POST" and stage["http"]["response"]["status"] == 200
    assert service["parent_id"] == stage["subsegments"][0]["id"]
    ran = of_origin(segments, "AWS::Lambda::Function", "Front")
    assert ran["parent_id"] == service["id"]
    assert [each["name"] for each in ran["subsegments"]] == ["Initialization", "Invocation", "Overhead"]
    handler = ran["subsegments"][1]["subsegments"][0]
    assert handler["name"] == "## handler" and handler["annotations"]["ColdStart"] is True
    work = next(each for each in handler["subsegments"] if each["name"].endswith("work"))
    assert work["annotations"] == {"wish": "tea"}
    calls = {each["name"]: each["aws"]["operation"] for each in work["subsegments"]}
    assert calls == {"dynamodb": "PutItem", "sqs": "SendMessage", "sns": "Publish", "events": "PutEvents"}


def test_what_a_handler_called_is_there_as_a_service(room: Room, traced: str) -> None:
    table = of_origin(room.segments(traced), "AWS::DynamoDB::Table")
    assert table["name"] == room.stack.physical_id("Things") and table["inferred"]


def test_topics_and_events_go_on_with_the_trace(room: Room, traced: str) -> None:
    segments = room.segments(traced)
    for name in ("Listener", "Watcher"):
        service = of_origin(segments, "AWS::Lambda", name)
        assert [each["name"] for each in service["subsegments"]] == ["Dwell Time", "Attempt #1"]
        assert of_origin(segments, "AWS::Lambda::Function", name)["parent_id"] == service["subsegments"][1]["id"]


def test_a_batch_of_a_queue_links_to_the_trace_of_its_message(room: Room, traced: str) -> None:
    worker = room.stack.physical_id("Worker")

    def linked() -> list[dict[str, Any]]:
        rows = room.summaries(FilterExpression=f'service("{worker}")')
        found = [each for row in rows for each in room.segments(row["Id"]) if each.get("origin") == "AWS::Lambda"]
        return [link for each in found for link in each.get("links", []) if link["trace_id"] == traced]

    assert len(eventually(linked)[0]["id"]) == 16


def test_summaries_are_found_by_expressions(room: Room, traced: str) -> None:
    for expression in ('annotation[wish] = "tea"', "http.status = 200 AND ok", 'http.url CONTAINS "/wishes"'):
        rows = room.summaries(FilterExpression=expression)
        assert traced in [row["Id"] for row in rows], expression
    assert not room.summaries(FilterExpression='annotation.wish = "coffee"')
    row = next(row for row in room.summaries() if row["Id"] == traced)
    assert not row["HasFault"] and row["ResponseTime"] > 0 and row["Http"]["HttpStatus"] == 200


def test_a_handler_that_fails_is_a_fault_with_its_exception(room: Room) -> None:
    header = room.wish("fail").headers["X-Amzn-Trace-Id"]
    trace_id = header.split(";")[0].removeprefix("Root=")
    ran = of_origin(room.segments(trace_id), "AWS::Lambda::Function")
    assert ran["fault"] and ran["cause"]["exceptions"][0]["type"] == "RuntimeError"
    assert trace_id in [row["Id"] for row in room.summaries(FilterExpression="fault")]


def test_the_graph_says_who_calls_whom(room: Room, traced: str) -> None:
    now = datetime.now(UTC)
    for answer in (
        room.xray.get_trace_graph(TraceIds=[traced]),
        room.xray.get_service_graph(StartTime=now - timedelta(minutes=5), EndTime=now + timedelta(seconds=1)),
    ):
        kinds = {(row["Name"], row.get("Type")): row for row in answer["Services"]}
        ran = kinds[room.stack.physical_id("Front"), "AWS::Lambda::Function"]
        table = kinds[room.stack.physical_id("Things"), "AWS::DynamoDB::Table"]
        assert table["ReferenceId"] in [edge["ReferenceId"] for edge in ran["Edges"]]
        assert any(row.get("Type") == "client" for row in answer["Services"])


def test_the_caller_decides_whether_a_trace_is_sampled(room: Room) -> None:
    def header(sampled: int) -> tuple[str, str]:
        root = f"1-{int(time.time()):08x}-{time.time_ns():024x}"
        return root, f"Root={root};Parent={'a' * 16};Sampled={sampled}"

    unwanted, wanted = header(0), header(1)
    answer = room.wish("quiet", **{"X-Amzn-Trace-Id": unwanted[1]})
    assert unwanted[0] in answer.text and "Sampled=0" in answer.text
    room.wish("loud", **{"X-Amzn-Trace-Id": wanted[1]})
    assert not room.segments(unwanted[0])
    assert of_origin(room.segments(wanted[0]), "AWS::ApiGateway::Stage")["parent_id"] == "a" * 16


def test_a_traced_state_machine_has_a_segment_above_what_it_calls(aws: Callable[..., Any]) -> None:
    states, xray, name = aws("stepfunctions"), aws("xray"), f"traced-{uuid.uuid4().hex[:8]}"
    echo = Functions(aws).function("def handler(event, context):\n    return 1", TracingConfig={"Mode": "Active"})
    call = {"Type": "Task", "Resource": aws("lambda").get_function_configuration(FunctionName=echo)["FunctionArn"]}
    arns = {}
    for kind, last in (("good", {"Type": "Succeed"}), ("bad", {"Type": "Fail", "Error": "No", "Cause": "not today"})):
        definition = {"StartAt": "One", "States": {"One": {**call, "Next": "Two"}, "Two": last}}
        arns[kind] = states.create_state_machine(
            name=f"{name}-{kind}",
            type="EXPRESS",
            roleArn=role(aws, "traced-machines"),
            definition=json.dumps(definition),
            tracingConfiguration={"enabled": True},
        )["stateMachineArn"]
    for kind, arn in arns.items():
        root = f"1-{int(time.time()):08x}-{uuid.uuid4().hex[:24]}"
        states.start_sync_execution(stateMachineArn=arn, traceHeader=f"Root={root}")
        wish = (xray, root, f"{name}-{kind}", echo)
        machine, called = eventually(lambda wish=wish: parts_of(*wish))  # type: ignore[misc]
        assert machine["origin"] == "AWS::StepFunctions::StateMachine"
        assert called["parent_id"] == machine["id"]
        assert machine.get("fault", False) is (kind == "bad")


def parts_of(xray: Any, root: str, machine: str, function: str) -> tuple[dict[str, Any], dict[str, Any]] | None:
    """The segments of a machine and of Lambda on a trace, as soon as both are there."""
    found = [
        json.loads(each["Document"])
        for trace in xray.batch_get_traces(TraceIds=[root])["Traces"]
        for each in trace["Segments"]
    ]
    machines = [each for each in found if each["name"] == machine]
    calls = [each for each in found if each["name"] == function and each["origin"] == "AWS::Lambda"]
    return (machines[0], calls[0]) if machines and calls else None


def test_a_function_without_tracing_samples_nothing(room: Room) -> None:
    assert room.invoke("Silent").endswith("Sampled=0")
    assert "Sampled=1" in room.invoke("Worker")


def test_a_report_names_the_segment_of_a_traced_invocation(room: Room) -> None:
    answer = room.functions.invoke(FunctionName=room.stack.physical_id("Worker"), LogType="Tail")
    report = base64.b64decode(answer["LogResult"]).decode().splitlines()[-1]
    trace = dict(part.split("=") for part in answer["ResponseMetadata"]["HTTPHeaders"]["x-amzn-trace-id"].split(";"))
    assert report == f"XRAY TraceId: {trace['Root']}\tSegmentId: {trace['Parent']}\tSampled: true\t"


def put(aws: Callable[..., Any], *documents: Any) -> list[dict[str, Any]]:
    texts = [each if isinstance(each, str) else json.dumps(each) for each in documents]
    answer = aws("xray").put_trace_segments(TraceSegmentDocuments=texts)
    return list(answer["UnprocessedTraceSegments"])


def test_segments_that_are_sent_are_answered_and_bad_ones_named(aws: Callable[..., Any]) -> None:
    trace_id = f"1-{int(time.time()):08x}-{'e' * 24}"
    good = {"id": "1" * 16, "trace_id": trace_id, "name": "shop", "start_time": time.time(), "in_progress": True}
    assert put(aws, good, good | {"id": "2" * 16, "trace_id": "1-0-0"}, "{") == [
        {"Id": "2" * 16, "ErrorCode": "InvalidTraceId", "Message": "Invalid segment. ErrorCode: InvalidTraceId"},
        {"ErrorCode": "ParseError", "Message": "Invalid segment. ErrorCode: ParseError"},
    ]
    unknown = trace_id.replace("e", "f")
    answer = aws("xray").batch_get_traces(TraceIds=[trace_id, unknown])
    assert [each["Id"] for each in answer["Traces"]] == [trace_id] and answer["UnprocessedTraceIds"] == [unknown]


def test_the_default_sampling_rule_and_its_targets(aws: Callable[..., Any]) -> None:
    (record,) = aws("xray").get_sampling_rules()["SamplingRuleRecords"]
    assert (record["SamplingRule"]["RuleName"], record["SamplingRule"]["FixedRate"]) == ("Default", 0.05)
    asked = {"ClientID": "c" * 24, "Timestamp": datetime.now(UTC), "RequestCount": 1, "SampledCount": 1}
    documents = [{"RuleName": name, **asked} for name in ("Default", "Mine")]
    answer = aws("xray").get_sampling_targets(SamplingStatisticsDocuments=documents)
    assert [each["RuleName"] for each in answer["SamplingTargetDocuments"]] == ["Default"]
    assert [each["RuleName"] for each in answer["UnprocessedStatistics"]] == ["Mine"]


def test_what_is_not_here_is_refused_by_name(aws: Callable[..., Any]) -> None:
    xray, now = aws("xray"), datetime.now(UTC)
    assert "InvalidRequestException" in refusal(xray.get_trace_summaries, StartTime=now, EndTime=now - timedelta(1))
    expression = refusal(xray.get_trace_summaries, StartTime=now, EndTime=now, FilterExpression='group.name = "x"')
    assert "group.name is not supported" in expression
    assert "CreateGroup" in refusal(xray.create_group, GroupName="slow")


def export(
    engine: Any,
    body: Any,
    kind: str = "application/json",
    key: str = "",
    region: str = "us-east-1",
    **headers: str,
) -> requests.Response:
    """As an OTLP exporter posts it, signed for X-Ray."""
    content = body if isinstance(body, bytes) else json.dumps(body).encode()
    request = AWSRequest("POST", f"{engine.url}/v1/traces", headers={"Content-Type": kind, **headers}, data=content)
    SigV4Auth(Credentials(key or engine.key_id, engine.secret), "xray", region).add_auth(request)
    return requests.post(request.url, data=content, headers=dict(request.headers), timeout=10)


def span(trace_id: str, identity: str, parent: str = "", kind: int = 1, **attributes: Any) -> dict[str, Any]:
    now = time.time_ns()
    pairs = [{"key": name.replace("__", "."), "value": each} for name, each in attributes.items()]
    times = {"startTimeUnixNano": str(now - 10**9), "endTimeUnixNano": str(now)}
    about = {"traceId": trace_id, "spanId": identity, "parentSpanId": parent, "name": f"span {identity[0]}"}
    return {**about, **times, "kind": kind, "attributes": pairs}


def exported(spans: list[dict[str, Any]], **resource: str) -> dict[str, Any]:
    attributes = [{"key": name.replace("__", "."), "value": {"stringValue": each}} for name, each in resource.items()]
    return {"resourceSpans": [{"resource": {"attributes": attributes}, "scopeSpans": [{"spans": spans}]}]}


def test_spans_of_opentelemetry_are_segments(aws: Callable[..., Any], engine: Any) -> None:
    w3c = f"{time.time_ns():032x}"  # its first digits are no time
    server = span(
        *(w3c, "a" * 16, "", 2),
        http__request__method={"stringValue": "GET"},
        http__response__status_code={"intValue": "503"},
        url__full={"stringValue": "https://shop/cart"},
        plan={"stringValue": "gold"},
        aws__xray__annotations={"arrayValue": {"values": [{"stringValue": "plan"}]}},
    )
    call = span(
        *(w3c, "b" * 16, "a" * 16, 3),
        rpc__system={"stringValue": "aws-api"},
        rpc__service={"stringValue": "DynamoDB"},
        rpc__method={"stringValue": "GetItem"},
        aws__dynamodb__table_names={"arrayValue": {"values": [{"stringValue": "carts"}]}},
    )
    call |= {"status": {"code": 2}, "events": [{"name": "exception", "attributes": []}]}
    answer = export(engine, exported([server, call], service__name="shop"))
    assert (answer.status_code, answer.json()) == (200, {})
    trace_id = f"1-{w3c[:8]}-{w3c[8:]}"
    (trace,) = aws("xray").batch_get_traces(TraceIds=[trace_id])["Traces"]
    documents = {each["name"]: each for each in (json.loads(segment["Document"]) for segment in trace["Segments"])}
    assert set(documents) == {"shop", "carts"} and documents["carts"]["inferred"]
    shop = documents["shop"]
    assert shop["http"] == {"request": {"method": "GET", "url": "https://shop/cart"}, "response": {"status": 503}}
    assert shop["annotations"] == {"plan": "gold"} and shop["fault"]
    (inner,) = shop["subsegments"]
    assert inner["aws"] == {"operation": "GetItem", "table_name": "carts"} and inner["fault"]
    now = datetime.now(UTC)
    times = {"StartTime": now - timedelta(minutes=5), "EndTime": now + timedelta(seconds=1)}
    found = aws("xray").get_trace_summaries(**times, FilterExpression='annotation.plan = "gold" AND fault')
    assert trace_id in [row["Id"] for row in found["TraceSummaries"]]


def test_a_function_with_opentelemetry_is_on_lambdas_trace(room: Room, engine: Any) -> None:
    answer = room.functions.invoke(FunctionName=room.stack.physical_id("Worker"))
    header = dict(part.split("=") for part in answer["ResponseMetadata"]["HTTPHeaders"]["x-amzn-trace-id"].split(";"))
    trace_id = header["Root"].replace("-", "")[1:]
    handler = span(trace_id, "c" * 16, header["Parent"], 2)
    body = exported([handler], service__name="worker", cloud__platform="aws_lambda")
    assert export(engine, body, region=REGION).json() == {}
    ran = of_origin(room.segments(header["Root"]), "AWS::Lambda::Function")
    invocation = next(each for each in ran["subsegments"] if each["name"] == "Invocation")
    assert [each["name"] for each in invocation["subsegments"]] == ["span c"]


class Signing(AuthBase):
    """Signs for X-Ray, as a function can with its role's keys."""

    def __init__(self, engine: Any) -> None:
        self.signer = SigV4Auth(Credentials(engine.key_id, engine.secret), "xray", "us-east-1")

    def __call__(self, request: Any) -> Any:
        signed = AWSRequest(request.method, request.url, headers=dict(request.headers), data=request.body)
        self.signer.add_auth(signed)
        request.headers.update(dict(signed.headers))
        return request


@pytest.mark.parametrize("compression", [Compression.NoCompression, Compression.Gzip])
def test_opentelemetrys_own_exporter_sends_its_spans(
    aws: Callable[..., Any], engine: Any, compression: Compression
) -> None:
    session = requests.Session()
    session.auth = Signing(engine)
    exporter = OTLPSpanExporter(f"{engine.url}/v1/traces", session=session, compression=compression)
    provider = TracerProvider(resource=Resource.create({"service.name": "checkout"}))
    provider.add_span_processor(SimpleSpanProcessor(exporter))
    tracer = provider.get_tracer("shop")
    outer = tracer.start_span("POST /checkout", attributes={"http.response.status_code": 202})
    with use_span(outer, end_on_exit=True):
        tracer.start_span("price the cart").end()
    provider.shutdown()
    identity = f"{outer.get_span_context().trace_id:032x}"
    (trace,) = aws("xray").batch_get_traces(TraceIds=[f"1-{identity[:8]}-{identity[8:]}"])["Traces"]
    (document,) = [json.loads(segment["Document"]) for segment in trace["Segments"]]
    assert (document["name"], document["http"]["response"]) == ("checkout", {"status": 202})
    assert [each["name"] for each in document["subsegments"]] == ["price the cart"]


def test_what_otlp_cannot_send_is_refused(engine: Any) -> None:
    other = export(engine, b"<spans/>", "text/xml")
    assert other.status_code == 415 and "application/x-protobuf" in other.json()["message"]
    broken = export(engine, b"\n\xff", "application/x-protobuf")
    assert broken.status_code == 400 and b"ExportTraceServiceRequest" in broken.content
    assert export(engine, b"{").status_code == 400
    assert export(engine, {"resourceSpans": [{"scopeSpans": [{"spans": [{}]}]}]}).status_code == 400
    partial = export(engine, exported([span("xyz", "d" * 16), span(f"{time.time_ns():032x}", "e" * 16)]))
    assert partial.json()["partialSuccess"]["rejectedSpans"] == "1"
    assert "InvalidTraceId" in partial.json()["partialSuccess"]["errorMessage"]
    body = json.dumps(exported([span(f"{time.time_ns():032x}", "f" * 16)])).encode()
    packed = export(engine, gzip.compress(body), **{"Content-Encoding": "gzip"})
    assert (packed.status_code, packed.json()) == (200, {})
    assert requests.post(f"{engine.url}/v1/traces", json={}, timeout=10).status_code == 403
    assert export(engine, {}, key="AKIAUNKNOWN").status_code == 403
