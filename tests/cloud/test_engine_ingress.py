"""The engine's door: any AWS client, awkward keys and bodies, and errors that clients understand."""

import http.client
import io
import json
import os
import subprocess
import sys
import urllib.error
import urllib.request
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from botocore.config import Config
from botocore.exceptions import ClientError

from shoplib import localaws

Aws = Callable[..., Any]


@pytest.fixture(scope="module")
def bucket(aws: Aws) -> str:
    aws("s3").create_bucket(Bucket="front-bucket")
    return "front-bucket"


@pytest.mark.parametrize("key", ["plain", "a/b//c", "with space+plus", "per%2Fcent", "ünïcode/ключ", "q?a=b&c#d", ".."])
def test_objects_with_awkward_keys(aws: Aws, bucket: str, key: str) -> None:
    s3 = aws("s3")
    s3.put_object(Bucket=bucket, Key=key, Body=key.encode())
    assert s3.get_object(Bucket=bucket, Key=key)["Body"].read() == key.encode()
    assert key in {each["Key"] for each in s3.list_objects_v2(Bucket=bucket)["Contents"]}
    s3.delete_object(Bucket=bucket, Key=key)
    with pytest.raises(s3.exceptions.NoSuchKey):
        s3.get_object(Bucket=bucket, Key=key)


def test_uploads_of_every_kind(aws: Aws, bucket: str) -> None:
    s3 = aws("s3", config=Config(s3={"addressing_style": "path"}))
    large = bytes(range(256)) * 70_000
    s3.upload_fileobj(io.BytesIO(large), bucket, "large")
    assert s3.head_object(Bucket=bucket, Key="large")["ContentLength"] == len(large)
    part = s3.get_object(Bucket=bucket, Key="large", Range="bytes=256-511")
    assert (part["Body"].read(), part["ContentRange"]) == (bytes(range(256)), f"bytes 256-511/{len(large)}")
    s3.put_object(Bucket=bucket, Key="named", Body=b"", Metadata={"under_score": "1", "dash-ed": "2"})
    assert s3.head_object(Bucket=bucket, Key="named")["Metadata"] == {"under_score": "1", "dash-ed": "2"}
    url = s3.generate_presigned_url("get_object", {"Bucket": bucket, "Key": "large"})
    with urllib.request.urlopen(url, timeout=10) as answer:
        assert answer.read() == large


def test_connections_are_kept(engine: localaws.Engine) -> None:
    connection = http.client.HTTPConnection("127.0.0.1", urlsplit(engine.url).port or 0, timeout=10)
    for _ in range(3):
        connection.request("GET", "/_aws/health")
        answer = connection.getresponse()
        assert (answer.version, json.loads(answer.read())["pid"]) == (11, engine.pid)
        opened = connection.sock
        assert opened is not None
    connection.close()


def test_what_is_not_supported_is_named(aws: Aws) -> None:
    with pytest.raises(ClientError, match="does not implement cloudwatch:StartMetricStreams") as caught:
        aws("cloudwatch").start_metric_streams(Names=["a"])
    assert caught.value.response["ResponseMetadata"]["HTTPStatusCode"] == 501


def test_all_regions_are_apart(aws: Aws) -> None:
    aws("sqs", region_name="eu-west-1").create_queue(QueueName="front-only-here")
    assert "QueueUrls" in aws("sqs", region_name="eu-west-1").list_queues(QueueNamePrefix="front-only-here")
    assert "QueueUrls" not in aws("sqs").list_queues(QueueNamePrefix="front-only-here")


def test_the_identity_is_the_emulators(aws: Aws, engine: localaws.Engine) -> None:
    assert aws("sts").get_caller_identity()["Account"] == engine.account_id


def test_a_call_that_nobody_has_is_refused_by_name(aws: Aws) -> None:
    with pytest.raises(ClientError, match="NotImplemented.*lambda:GetFunctionRecursionConfig"):
        aws("lambda").get_function_recursion_config(FunctionName="any")
    with pytest.raises(ClientError, match="NoSuchBucket|404"):
        aws("s3").head_bucket(Bucket="no-such-bucket-anywhere")


def test_a_visitor_is_told_what_this_is(engine: localaws.Engine) -> None:
    with urllib.request.urlopen(engine.url, timeout=10) as answer:
        text = answer.read().decode()
    assert answer.headers["Content-Type"].startswith("text/html")
    assert engine.secret not in text
    assert [word for word in ("emulator", engine.url, "shoplib env", engine.account_id) if word not in text] == []


def test_a_crowd_that_waits_leaves_the_door_open(engine: localaws.Engine, aws: Aws) -> None:
    """More long polls than the door has threads at first: others are still answered, and so is each of them."""
    crowd = 150
    sqs = aws("sqs", config=Config(max_pool_connections=crowd, read_timeout=30))
    queue = sqs.create_queue(QueueName="crowd")["QueueUrl"]
    with ThreadPoolExecutor(crowd) as threads:
        polls = [threads.submit(sqs.receive_message, QueueUrl=queue, WaitTimeSeconds=20) for _ in range(crowd)]
        for number in range(crowd):
            aws("sqs").send_message(QueueUrl=queue, MessageBody=str(number))
        received = {message["Body"] for poll in polls for message in poll.result(30)["Messages"]}
    assert received == {str(number) for number in range(crowd)}
    sqs.delete_queue(QueueUrl=queue)


def test_an_api_that_does_not_exist_is_forbidden(tmp_path: Path) -> None:
    """Also when it is the first thing that an engine is asked for."""
    command = [sys.executable, "-m", "shoplib", "serve", "--port", "0", "--json"]
    environment = {**os.environ, "SHOPLIB_STATE_DIR": str(tmp_path)}
    with subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        try:
            url = json.loads(process.stdout.readline())["url"]
            with pytest.raises(urllib.error.HTTPError, match="403"):
                urllib.request.urlopen(f"{url}/restapis/none/prod/_user_request_/", timeout=30)
        finally:
            process.terminate()
