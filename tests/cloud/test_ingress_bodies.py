"""Nothing is done before the whole body is there and agrees with what the request says of it."""

# ruff: noqa: E501 - requests read best on one line

import base64
import hashlib
import json
import socket
import zlib
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from typing import Any
from urllib.parse import urlsplit

import pytest
from botocore.exceptions import ClientError

from shoplib import localaws
from shoplib.localaws.checksums import compute
from tests.cloud.conftest import clients
from tests.cloud.raw_http import ask, status

Aws = Callable[..., Any]
BODY = b"123456789"
BAD = {
    "CRC32": "AAAAAA==",
    "CRC32C": "AAAAAA==",
    "CRC64NVME": "AAAAAAAAAAA=",
    "SHA1": "A" * 27 + "=",
    "SHA256": "A" * 43 + "=",
}
AUTHORIZATION = "Authorization: AWS4-HMAC-SHA256 Credential=test/20260101/us-east-1/%s/aws4_request, SignedHeaders=host, Signature=0"


def request(method: str, path: str, service: str, body: bytes, *headers: str, length: int | None = None) -> bytes:
    stated = len(body) if length is None else length
    lines = [
        f"{method} {path} HTTP/1.1",
        "Host: 127.0.0.1",
        AUTHORIZATION % service,
        f"Content-Length: {stated}",
        *headers,
    ]
    return "\r\n".join([*lines, "", ""]).encode() + body


def put(body: bytes, *headers: str, length: int | None = None) -> bytes:
    return request("PUT", "/whole-bodies/key", "s3", body, *headers, length=length)


@pytest.fixture(scope="module")
def engine(open_engine: localaws.Engine) -> localaws.Engine:
    return open_engine


@pytest.fixture(scope="module")
def aws(engine: localaws.Engine) -> Aws:
    return clients(engine)


@pytest.fixture
def content(aws: Aws) -> Callable[[], bytes]:
    """What the object is now; before the test it is `before`."""
    s3 = aws("s3")
    s3.create_bucket(Bucket="whole-bodies")
    s3.put_object(Bucket="whole-bodies", Key="key", Body=b"before")
    return lambda: s3.get_object(Bucket="whole-bodies", Key="key")["Body"].read()


def framed(body: bytes, *trailers: str) -> bytes:
    return b"%x\r\n%b\r\n0\r\n" % (len(body), body) + "".join(f"{line}\r\n" for line in trailers).encode() + b"\r\n"


STREAM = ("Content-Encoding: aws-chunked", "x-amz-content-sha256: STREAMING-UNSIGNED-PAYLOAD-TRAILER")
REFUSED: dict[str, tuple[bytes, str]] = {
    "nothing of a thousand bytes": (put(b"", length=1000), "IncompleteBody"),
    "half of it": (put(BODY, length=18), "IncompleteBody"),
    "half of its chunks": (put(b"9\r\n1234", "Transfer-Encoding: chunked").replace(b"Content-Length: 7\r\n", b""), "IncompleteBody"),
    "another MD5": (put(BODY, "Content-MD5: AAAAAAAAAAAAAAAAAAAAAA=="), "BadDigest"),
    "no MD5": (put(BODY, "Content-MD5: nonsense"), "InvalidDigest"),
    "another SHA-256 of the signature": (put(BODY, "x-amz-content-sha256: " + "0" * 64), "XAmzContentSHA256Mismatch"),
    "no SHA-256 of the signature": (put(BODY, "x-amz-content-sha256: nonsense"), "InvalidArgument"),
    "two checksums": (put(BODY, f"x-amz-checksum-crc32: {compute('CRC32', BODY)}", f"x-amz-checksum-sha1: {compute('SHA1', BODY)}"), "InvalidRequest"),
    "a checksum that was announced": (put(BODY, "x-amz-sdk-checksum-algorithm: CRC32"), "InvalidRequest"),
    "no checksum": (put(BODY, "x-amz-checksum-crc32: nonsense"), "InvalidRequest"),
    "a short stream": (put(framed(BODY), *STREAM, "x-amz-decoded-content-length: 10"), "IncompleteBody"),
    "a stream without an end": (put(b"9\r\n" + BODY + b"\r\n", *STREAM, "x-amz-decoded-content-length: 9"), "IncompleteBody"),
    "a stream without its trailer": (put(framed(BODY), *STREAM, "x-amz-decoded-content-length: 9", "x-amz-trailer: x-amz-checksum-crc32"), "MalformedTrailerError"),
    **{f"another {name}": (put(BODY, f"x-amz-checksum-{name.lower()}: {BAD[name]}"), "BadDigest") for name in BAD},
    **{f"another {name} at the end": (put(framed(BODY, f"x-amz-checksum-{name.lower()}:{BAD[name]}"), *STREAM, "x-amz-decoded-content-length: 9", f"x-amz-trailer: x-amz-checksum-{name.lower()}"), "BadDigest") for name in BAD},
}  # fmt: skip


@pytest.mark.parametrize("name", sorted(REFUSED))
def test_an_object_is_replaced_by_what_was_sent_or_not_at_all(
    engine: localaws.Engine, content: Callable[[], bytes], name: str
) -> None:
    sent, code = REFUSED[name]
    answer = ask(engine.url, sent, ends=True)
    assert (status(answer), f"<Code>{code}</Code>".encode() in answer) == (400, True), answer
    assert content() == b"before"


@pytest.mark.parametrize("algorithm", sorted(BAD))
def test_right_checksums_are_taken_and_kept(
    engine: localaws.Engine, content: Callable[[], bytes], aws: Aws, algorithm: str
) -> None:
    name = f"x-amz-checksum-{algorithm.lower()}"
    right = compute(algorithm, BODY)
    plain = put(BODY, f"{name}: {right}", f"Content-MD5: {base64.b64encode(hashlib.md5(BODY).digest()).decode()}")
    stream = put(framed(BODY, f"{name}:{right}"), *STREAM, "x-amz-decoded-content-length: 9", f"x-amz-trailer: {name}")
    for sent in (plain, stream):
        assert status(ask(engine.url, sent)) == 200
        assert content() == BODY
        found = aws("s3").head_object(Bucket="whole-bodies", Key="key", ChecksumMode="ENABLED")
        assert found[f"Checksum{algorithm}"] == right
        aws("s3").put_object(Bucket="whole-bodies", Key="key", Body=b"before")


def test_a_part_is_whole_as_well(engine: localaws.Engine, content: Callable[[], bytes], aws: Aws) -> None:
    upload = aws("s3").create_multipart_upload(Bucket="whole-bodies", Key="key")["UploadId"]
    path = f"/whole-bodies/key?partNumber=1&uploadId={upload}"
    assert b"IncompleteBody" in ask(engine.url, request("PUT", path, "s3", b"1", length=9), ends=True)
    assert b"BadDigest" in ask(engine.url, request("PUT", path, "s3", BODY, f"x-amz-checksum-crc32: {BAD['CRC32']}"))
    assert "Parts" not in aws("s3").list_parts(Bucket="whole-bodies", Key="key", UploadId=upload)


def test_half_a_message_is_none(engine: localaws.Engine, aws: Aws) -> None:
    """In JSON, and in the form of the older protocol; each is told in its own."""
    queue = aws("sqs").create_queue(QueueName="whole-bodies")["QueueUrl"]
    body = json.dumps({"QueueUrl": queue, "MessageBody": "half"}).encode()
    kind = ("Content-Type: application/x-amz-json-1.0", "X-Amz-Target: AmazonSQS.SendMessage")
    short = ask(engine.url, request("POST", "/", "sqs", body, *kind, length=len(body) + 1), ends=True)
    assert json.loads(short.partition(b"\r\n\r\n")[2])["__type"] == "IncompleteBody"
    wrong = ask(engine.url, request("POST", "/", "sqs", body, *kind, f"x-amz-content-sha256: {'0' * 64}"))
    assert json.loads(wrong.partition(b"\r\n\r\n")[2])["__type"] == "XAmzContentSHA256Mismatch"
    form = request(
        "POST",
        "/",
        "sns",
        b"Action=CreateTopic&Name=half",
        "Content-Type: application/x-www-form-urlencoded",
        length=99,
    )
    assert b"<ErrorResponse>" in ask(engine.url, form, ends=True)
    assert (
        aws("sqs").get_queue_attributes(QueueUrl=queue, AttributeNames=["All"])["Attributes"][
            "ApproximateNumberOfMessages"
        ]
        == "0"
    )


def test_a_client_that_dies_has_done_nothing(engine: localaws.Engine, content: Callable[[], bytes]) -> None:
    with socket.create_connection(("127.0.0.1", urlsplit(engine.url).port or 0), timeout=5) as connection:
        connection.sendall(put(b"12345", length=1000))
        connection.setsockopt(
            socket.SOL_SOCKET, socket.SO_LINGER, b"\1\0\0\0\0\0\0\0"
        )  # a reset, as of a killed process
    assert content() == b"before"


@pytest.mark.parametrize(
    "body", [b"[" * 100_000, b'{"a":' * 100_000, b'{"TableName":' + b"[" * 300 + b"]" * 300 + b"}"]
)
def test_deep_json_is_refused_before_it_is_read(engine: localaws.Engine, body: bytes) -> None:
    kind = ("Content-Type: application/x-amz-json-1.0", "X-Amz-Target: DynamoDB_20120810.PutItem")
    answer = ask(engine.url, request("POST", "/", "dynamodb", body, *kind))
    assert status(answer) == 400
    assert b"SerializationException" in answer


def test_a_crowd_of_half_requests_leaves_others_served(engine: localaws.Engine) -> None:
    address = ("127.0.0.1", urlsplit(engine.url).port or 0)
    halves = (b"", b"GET / HTTP/1.1\r\nHos", put(b"", length=100_000)[:200], put(b"12345", length=100_000))
    with ExitStack() as open_ones:
        for number in range(1_200):
            connection = open_ones.enter_context(socket.create_connection(address, timeout=10))
            connection.sendall(halves[number % 4])
        health = b"GET /_aws/health HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n"
        with ThreadPoolExecutor(4) as threads:
            assert {status(answer) for answer in threads.map(lambda _: ask(engine.url, health), range(40))} == {200}
        late = open_ones.enter_context(socket.create_connection(address, timeout=10))
        late.sendall(halves[1])
        assert late.recv(100).startswith(b"HTTP/1.1 408 ")


def test_crc32_by_the_sdk(aws: Aws, content: Callable[[], bytes]) -> None:
    with pytest.raises(ClientError, match="BadDigest"):
        aws("s3").put_object(
            Bucket="whole-bodies", Key="key", Body=BODY, ChecksumCRC32=base64.b64encode(b"\0" * 4).decode()
        )
    right = base64.b64encode(zlib.crc32(BODY).to_bytes(4, "big")).decode()
    assert (
        aws("s3").put_object(Bucket="whole-bodies", Key="key", Body=BODY, ChecksumCRC32=right)["ChecksumCRC32"] == right
    )
