"""Firehose: records are gathered, transformed and delivered to S3 and to endpoints of this machine."""

import base64
import gzip
import json
import threading
import uuid
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest
from botocore.exceptions import ClientError

from tests.cloud.lambda_room import Room, eventually
from tests.cloud.stacks import Stacks, refusal

Aws = Callable[..., Any]
TRANSFORM = """
import base64, json
def handler(event, context):
    assert event["deliveryStreamArn"].endswith(event["region"] and event["deliveryStreamArn"].split("/")[-1])
    answers = []
    for record in event["records"]:
        text = base64.b64decode(record["data"]).decode()
        if text == "drop":
            answers.append({"recordId": record["recordId"], "result": "Dropped"})
        elif text == "fail":
            answers.append({"recordId": record["recordId"], "result": "ProcessingFailed", "data": record["data"]})
        elif text != "forget":
            data = base64.b64encode(text.upper().encode()).decode()
            keys = {"partitionKeys": {"first": text[0]}}
            answers.append({"recordId": record["recordId"], "result": "Ok", "data": data, "metadata": keys})
    return {"records": answers}
"""
AT_ONCE = {"SizeInMBs": 1, "IntervalInSeconds": 0}


@pytest.fixture(scope="module")
def room(aws: Aws) -> Room:
    return Room(aws)


@pytest.fixture(scope="module")
def function_arn(room: Room) -> str:
    name = room.function(TRANSFORM)
    return str(room.aws("lambda").get_function(FunctionName=name)["Configuration"]["FunctionArn"])


@pytest.fixture
def bucket(aws: Aws) -> str:
    name = f"deliveries-{uuid.uuid4().hex[:8]}"
    aws("s3").create_bucket(Bucket=name)
    return name


@pytest.fixture
def made(aws: Aws, room: Room, bucket: str) -> Iterator[Callable[..., str]]:
    """Makes a stream that delivers to the bucket, with what else its destination has."""
    names = []

    def make(options: dict[str, Any] | None = None, **destination: Any) -> str:
        name = f"stream-{uuid.uuid4().hex[:8]}"
        s3 = {"BucketARN": f"arn:aws:s3:::{bucket}", "RoleARN": room.role(), **destination}
        aws("firehose").create_delivery_stream(
            DeliveryStreamName=name, **(options or {"ExtendedS3DestinationConfiguration": s3})
        )
        names.append(name)
        return name

    yield make
    for name in names:
        aws("firehose").delete_delivery_stream(DeliveryStreamName=name)


def put(aws: Aws, stream: str, *texts: str) -> Any:
    records = [{"Data": text.encode()} for text in texts]
    return aws("firehose").put_record_batch(DeliveryStreamName=stream, Records=records)


def objects(aws: Aws, bucket: str) -> dict[str, bytes]:
    """By their folders: the part of the key before the stream's own name."""
    s3 = aws("s3")
    keys = [each["Key"] for each in s3.list_objects_v2(Bucket=bucket).get("Contents", [])]
    return {key.split("stream-")[0]: s3.get_object(Bucket=bucket, Key=key)["Body"].read() for key in keys}


def processors(function_arn: str, **others: str) -> dict[str, Any]:
    parameters = {"LambdaArn": function_arn, **others}
    values = [{"ParameterName": name, "ParameterValue": value} for name, value in parameters.items()]
    return {"Enabled": True, "Processors": [{"Type": "Lambda", "Parameters": values}]}


def test_records_wait_until_the_buffer_is_full(aws: Aws, made: Any, bucket: str) -> None:
    stream = made(
        BufferingHints={"SizeInMBs": 1, "IntervalInSeconds": 900},
        Prefix="full/!{timestamp:yyyy}/",
        ErrorOutputPrefix="e/",
    )
    assert put(aws, stream, "small")["FailedPutCount"] == 0
    assert objects(aws, bucket) == {}
    put(aws, stream, "x" * 700_000)
    put(aws, stream, "y" * 700_000)
    ((folder, data),) = eventually(lambda: objects(aws, bucket)).items()
    assert folder.startswith("full/20") and data == b"small" + b"x" * 700_000 + b"y" * 700_000


def test_records_wait_until_the_interval_is_over(aws: Aws, made: Any, bucket: str) -> None:
    stream = made(BufferingHints={"SizeInMBs": 1, "IntervalInSeconds": 1}, CompressionFormat="GZIP")
    put(aws, stream, "one\n", "two\n")
    put(aws, stream, "three\n")
    (data,) = eventually(lambda: objects(aws, bucket)).values()
    assert gzip.decompress(data) == b"one\ntwo\nthree\n"
    (key,) = [each["Key"] for each in aws("s3").list_objects_v2(Bucket=bucket)["Contents"]]
    assert key.endswith(".gz")


def test_what_waits_when_a_stream_is_deleted_is_delivered(aws: Aws, room: Room, bucket: str) -> None:
    s3 = {"BucketARN": f"arn:aws:s3:::{bucket}", "RoleARN": room.role()}
    aws("firehose").create_delivery_stream(DeliveryStreamName="stream-gone", ExtendedS3DestinationConfiguration=s3)
    put(aws, "stream-gone", "last")
    aws("firehose").delete_delivery_stream(DeliveryStreamName="stream-gone")
    assert eventually(lambda: list(objects(aws, bucket).values())) == [b"last"]


def test_a_function_transforms_drops_and_fails(aws: Aws, made: Any, bucket: str, function_arn: str) -> None:
    delimiter = {
        "Type": "AppendDelimiterToRecord",
        "Parameters": [{"ParameterName": "Delimiter", "ParameterValue": "\\n"}],
    }
    configuration = processors(function_arn)
    configuration["Processors"].append(delimiter)
    stream = made(
        BufferingHints=AT_ONCE,
        Prefix="done/!{timestamp:yyyy}/",
        ErrorOutputPrefix="bad/!{firehose:error-output-type}/!{timestamp:yyyy}/",
        ProcessingConfiguration=configuration,
    )
    put(aws, stream, "a", "drop", "fail", "forget", "b")
    eventually(lambda: len(objects(aws, bucket)) == 2)
    by_folder = {folder.split("/20")[0]: data for folder, data in objects(aws, bucket).items()}
    assert by_folder["done"] == b"A\nB\n"
    failures = [json.loads(line) for line in by_folder["bad/processing-failed"].splitlines()]
    assert [base64.b64decode(each["rawData"]) for each in failures] == [b"fail", b"forget"]
    assert [each["errorCode"] for each in failures] == ["Lambda.ProcessingFailedStatus", "Lambda.MissingRecordId"]
    assert {each["lambdaArn"] for each in failures} == {function_arn}


def test_partitions_by_keys_that_a_function_gives(aws: Aws, made: Any, bucket: str, function_arn: str) -> None:
    stream = made(
        BufferingHints={"SizeInMBs": 64, "IntervalInSeconds": 0},
        Prefix="by=!{partitionKeyFromLambda:first}/!{timestamp:yyyy}/",
        ErrorOutputPrefix="bad/",
        ProcessingConfiguration=processors(function_arn),
        DynamicPartitioningConfiguration={"Enabled": True},
    )
    put(aws, stream, "ab", "ba", "ac")
    eventually(lambda: len(objects(aws, bucket)) == 2)
    assert {key[:4]: data for key, data in objects(aws, bucket).items()} == {"by=a": b"ABAC", "by=b": b"BA"}


def test_a_kinesis_stream_is_the_source(aws: Aws, room: Room, made: Any, bucket: str) -> None:
    kinesis = aws("kinesis")
    kinesis.create_stream(StreamName="delivery-source", ShardCount=1)
    arn = kinesis.describe_stream(StreamName="delivery-source")["StreamDescription"]["StreamARN"]
    kinesis.put_record(StreamName="delivery-source", Data=b"before", PartitionKey="1")
    s3 = {"BucketARN": f"arn:aws:s3:::{bucket}", "RoleARN": room.role(), "BufferingHints": AT_ONCE}
    made(
        {
            "DeliveryStreamType": "KinesisStreamAsSource",
            "KinesisStreamSourceConfiguration": {"KinesisStreamARN": arn, "RoleARN": room.role()},
            "ExtendedS3DestinationConfiguration": s3,
        }
    )
    kinesis.put_record(StreamName="delivery-source", Data=b"after", PartitionKey="1")
    assert eventually(lambda: list(objects(aws, bucket).values())) == [b"after"]
    kinesis.delete_stream(StreamName="delivery-source")


@pytest.fixture
def endpoint() -> Iterator[tuple[str, list[Any]]]:
    """An address that fails once, and what it was sent."""
    requests: list[Any] = []

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            requests.append((dict(self.headers), json.loads(body)))
            self.send_response(500 if len(requests) == 1 else 200)
            self.end_headers()
            self.wfile.write(json.dumps({"requestId": requests[-1][1]["requestId"], "timestamp": 1}).encode())

        def log_message(self, *_: Any) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}/in", requests
    server.shutdown()
    server.server_close()


def test_an_endpoint_is_posted_to_until_it_takes_the_records(
    aws: Aws, room: Room, made: Any, bucket: str, endpoint: tuple[str, list[Any]]
) -> None:
    url, requests = endpoint
    destination = {
        "EndpointConfiguration": {"Url": url, "AccessKey": "key"},
        "BufferingHints": AT_ONCE,
        "S3BackupMode": "AllData",
        "S3Configuration": {"BucketARN": f"arn:aws:s3:::{bucket}", "RoleARN": room.role()},
        "RequestConfiguration": {"CommonAttributes": [{"AttributeName": "of", "AttributeValue": "shop"}]},
    }
    stream = made({"HttpEndpointDestinationConfiguration": destination})
    put(aws, stream, "hello")
    assert eventually(lambda: list(objects(aws, bucket).values())) == [b"hello"]
    headers, body = requests[1]
    assert requests[0][1]["requestId"] == body["requestId"] == headers["X-Amz-Firehose-Request-Id"]
    assert [base64.b64decode(each["data"]) for each in body["records"]] == [b"hello"]
    assert headers["X-Amz-Firehose-Access-Key"] == "key"
    assert json.loads(headers["X-Amz-Firehose-Common-Attributes"]) == {"commonAttributes": {"of": "shop"}}


@pytest.mark.parametrize(
    ("destination", "code", "words"),
    [
        ({"CompressionFormat": "Snappy"}, "NotImplemented", "CompressionFormat Snappy"),
        ({"DataFormatConversionConfiguration": {"Enabled": True}}, "NotImplemented", "DataFormatConversion"),
        (
            {"ProcessingConfiguration": {"Enabled": True, "Processors": [{"Type": "RecordDeAggregation"}]}},
            "NotImplemented",
            "RecordDeAggregation",
        ),
        ({"Prefix": "!{timestamp:qq}/", "ErrorOutputPrefix": "e/"}, "InvalidArgumentException", "qq"),
        ({"Prefix": "!{timestamp:yyyy}/"}, "InvalidArgumentException", "ErrorOutputPrefix"),
    ],
)
def test_what_is_refused_before_anything_is_made(
    aws: Aws, made: Any, destination: dict[str, Any], code: str, words: str
) -> None:
    with pytest.raises(ClientError) as caught:
        made(**destination)
    error = caught.value.response["Error"]
    assert error["Code"] == code and words in error["Message"]


@pytest.mark.parametrize("url", ["https://collector.example/in", "https://collector.example\\@127.0.0.1/in"])
def test_nothing_is_sent_out_of_this_machine(aws: Aws, room: Room, made: Any, bucket: str, url: str) -> None:
    destination = {
        "EndpointConfiguration": {"Url": url},
        "S3Configuration": {"BucketARN": f"arn:aws:s3:::{bucket}", "RoleARN": room.role()},
    }
    with pytest.raises(ClientError, match="sends nothing out"):
        made({"HttpEndpointDestinationConfiguration": destination})
    properties = {"HttpEndpointDestinationConfiguration": destination}
    stream = {"Type": "AWS::KinesisFirehose::DeliveryStream", "Properties": properties}
    said = refusal(Stacks(aws).deploy, template={"Resources": {"Stream": stream}})
    assert "nothing was created" in said and f"Stream: {url} is not on this machine" in said
