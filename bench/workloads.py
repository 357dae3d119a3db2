"""The work, written once for every peer. Each workload returns figures: name -> value; `FIGURES` says their unit."""

import json
import statistics
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import requests

from bench.functions import ARCHIVE, ITEM, LOGGING, SILENT, create_function
from bench.peers import Peer

# figure -> (unit, True where more is better)
FIGURES = {
    "start-up": ("ms", False),
    "first AWS call": ("ms", False),
    "memory, idle": ("MB", False),
    "memory, after the first call": ("MB", False),
    "memory, after load": ("MB", False),
    "Lambda cold invoke, p50": ("ms", False),
    "Lambda warm invoke, logging handler, p50": ("ms", False),
    "Lambda warm invoke, logging handler, p99": ("ms", False),
    "Lambda warm invoke, silent handler, p50": ("ms", False),
    "Lambda warm invoke, silent handler, p99": ("ms", False),
    "REST -> Lambda -> DynamoDB, 1 client, p50": ("ms", False),
    "REST -> Lambda -> DynamoDB, 1 client": ("req/s", True),
    "REST -> Lambda -> DynamoDB, 8 clients": ("req/s", True),
    "REST -> Lambda -> DynamoDB, 8 clients, p99": ("ms", False),
    "SQS send + receive + delete, p50": ("ms", False),
    "SQS throughput, 2,000 messages in batches of 10": ("msg/s", True),
    "SQS throughput, 10,000 messages in batches of 10": ("msg/s", True),
    "Kinesis -> Lambda -> S3": ("rec/s", True),
}

COLD_FUNCTIONS, WARM_CALLS, REST_CALLS, KINESIS_RECORDS = 5, 300, 400, 10_000
SQS_MESSAGES = (2_000, 10_000)  # the second shows what a backlog costs
DRAIN_LIMIT_SECONDS = 120


def milliseconds(work: Callable[[], object]) -> float:
    began = time.perf_counter()
    work()
    return (time.perf_counter() - began) * 1000


def p99(values: list[float]) -> float:
    return statistics.quantiles(values, n=100)[98]


def first_call(peer: Peer) -> dict[str, float]:
    """Emulators import a service when it is first asked for."""
    queues = peer.client("sqs")
    taken = milliseconds(queues.list_queues)
    return {"first AWS call": taken, "memory, after the first call": peer.memory_mb()}


def lambda_invokes(peer: Peer) -> dict[str, float]:
    names = [f"bench-cold-{number}" for number in range(COLD_FUNCTIONS)]
    for name in names:
        create_function(peer, name, LOGGING)
    functions = peer.client("lambda")
    cold = [milliseconds(lambda name=name: invoke(functions, name)) for name in names]
    create_function(peer, "bench-silent", SILENT)
    invoke(functions, "bench-silent")
    figures = {"Lambda cold invoke, p50": statistics.median(cold)}
    for kind, name in (("logging", names[0]), ("silent", "bench-silent")):
        warm = [milliseconds(lambda name=name: invoke(functions, name)) for _ in range(WARM_CALLS)]
        figures[f"Lambda warm invoke, {kind} handler, p50"] = statistics.median(warm)
        figures[f"Lambda warm invoke, {kind} handler, p99"] = p99(warm)
    return figures


def invoke(functions, name: str) -> None:
    answer = functions.invoke(FunctionName=name, Payload=b"{}")
    assert answer["StatusCode"] == 200 and "FunctionError" not in answer, answer


def rest_api(peer: Peer, function_arn: str) -> str:
    """A REST API with `ANY /items/{id}` on the function; returns the address of /items."""
    gateway = peer.client("apigateway")
    api = gateway.create_rest_api(name="bench")["id"]
    root = gateway.get_resources(restApiId=api)["items"][0]["id"]
    items = gateway.create_resource(restApiId=api, parentId=root, pathPart="items")["id"]
    item = gateway.create_resource(restApiId=api, parentId=items, pathPart="{id}")["id"]
    method = {"restApiId": api, "resourceId": item, "httpMethod": "ANY"}
    gateway.put_method(**method, authorizationType="NONE")
    uri = f"arn:aws:apigateway:us-east-1:lambda:path/2015-03-31/functions/{function_arn}/invocations"
    gateway.put_integration(**method, type="AWS_PROXY", integrationHttpMethod="POST", uri=uri)
    gateway.create_deployment(restApiId=api, stageName="v1")
    peer.client("lambda").add_permission(
        FunctionName=function_arn,
        StatementId="api",
        Action="lambda:InvokeFunction",
        Principal="apigateway.amazonaws.com",
    )
    return peer.api_url(api, "v1", "items")


def rest(peer: Peer) -> dict[str, float]:
    peer.client("dynamodb").create_table(
        TableName="bench-items",
        KeySchema=[{"AttributeName": "id", "KeyType": "HASH"}],
        AttributeDefinitions=[{"AttributeName": "id", "AttributeType": "S"}],
        BillingMode="PAY_PER_REQUEST",
    )
    url = rest_api(peer, create_function(peer, "bench-item", ITEM))

    def call(session: requests.Session, number: int) -> None:
        response = session.get(f"{url}/{number % 50}", timeout=30)
        assert response.json() == {"id": str(number % 50)}, response.text

    def one_client(numbers: range) -> list[float]:
        with requests.Session() as session:
            return [milliseconds(lambda number=number: call(session, number)) for number in numbers]

    one_client(range(8))
    alone = one_client(range(REST_CALLS))
    began = time.perf_counter()
    with ThreadPoolExecutor(8) as pool:
        crowd = [figure for figures in pool.map(one_client, [range(REST_CALLS // 4)] * 8) for figure in figures]
    crowd_seconds = time.perf_counter() - began
    return {
        "REST -> Lambda -> DynamoDB, 1 client, p50": statistics.median(alone),
        "REST -> Lambda -> DynamoDB, 1 client": 1000 * len(alone) / sum(alone),
        "REST -> Lambda -> DynamoDB, 8 clients": len(crowd) / crowd_seconds,
        "REST -> Lambda -> DynamoDB, 8 clients, p99": p99(crowd),
    }


def sqs(peer: Peer) -> dict[str, float]:
    queues = peer.client("sqs")
    url = queues.create_queue(QueueName="bench")["QueueUrl"]

    def once() -> None:
        queues.send_message(QueueUrl=url, MessageBody="x")
        message = queues.receive_message(QueueUrl=url)["Messages"][0]
        queues.delete_message(QueueUrl=url, ReceiptHandle=message["ReceiptHandle"])

    single = [milliseconds(once) for _ in range(100)]
    return {"SQS send + receive + delete, p50": statistics.median(single)} | {
        f"SQS throughput, {count:,} messages in batches of 10": throughput(queues, url, count) for count in SQS_MESSAGES
    }


def throughput(queues, url: str, count: int) -> float:
    """Messages a second: all are sent, then all are received and deleted."""
    began = time.perf_counter()
    send_all(queues, url, count)
    received = receive_all(queues, url)
    seconds = time.perf_counter() - began
    assert received == count, f"{received} of {count} messages came back"
    return count / seconds


def send_all(queues, url: str, count: int) -> None:
    for first in range(0, count, 10):
        entries = [{"Id": str(n), "MessageBody": json.dumps({"n": first + n})} for n in range(10)]
        queues.send_message_batch(QueueUrl=url, Entries=entries)


def receive_all(queues, url: str) -> int:
    received = 0
    while messages := queues.receive_message(QueueUrl=url, MaxNumberOfMessages=10).get("Messages"):
        received += len(messages)
        entries = [{"Id": str(n), "ReceiptHandle": m["ReceiptHandle"]} for n, m in enumerate(messages)]
        queues.delete_message_batch(QueueUrl=url, Entries=entries)
    return received


def kinesis(peer: Peer) -> dict[str, float]:
    stream, archive = peer.client("kinesis"), peer.client("s3")
    archive.create_bucket(Bucket="bench-archive")
    stream.create_stream(StreamName="bench", StreamModeDetails={"StreamMode": "ON_DEMAND"})
    stream.get_waiter("stream_exists").wait(StreamName="bench")
    create_function(peer, "bench-archive", ARCHIVE)
    peer.client("lambda").create_event_source_mapping(
        FunctionName="bench-archive",
        EventSourceArn=stream.describe_stream_summary(StreamName="bench")["StreamDescriptionSummary"]["StreamARN"],
        StartingPosition="TRIM_HORIZON",
        BatchSize=500,
    )
    began = time.perf_counter()
    for first in range(0, KINESIS_RECORDS, 500):
        records = [{"Data": b"x" * 500, "PartitionKey": str(first + n)} for n in range(500)]
        answer = stream.put_records(StreamName="bench", Records=records)
        assert answer["FailedRecordCount"] == 0, "the stream refused records"
    wait_for_archive(archive)
    return {"Kinesis -> Lambda -> S3": KINESIS_RECORDS / (time.perf_counter() - began)}


def archived(archive) -> int:
    pages = archive.get_paginator("list_objects_v2").paginate(Bucket="bench-archive")
    return sum(int(entry["Key"].rsplit("/")[-1]) for page in pages for entry in page.get("Contents", []))


def wait_for_archive(archive) -> None:
    limit = time.monotonic() + DRAIN_LIMIT_SECONDS
    while (count := archived(archive)) < KINESIS_RECORDS:
        if time.monotonic() > limit:
            raise SystemExit(f"only {count} of {KINESIS_RECORDS} records reached S3 within {DRAIN_LIMIT_SECONDS} s")
        time.sleep(0.05)


WORKLOADS = (first_call, lambda_invokes, rest, sqs, kinesis)
