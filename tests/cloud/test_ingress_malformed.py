"""Whatever bytes come in, they are answered soon, by the client's own fault, and without a word of Python's."""

# ruff: noqa: E501 - requests read best on one line

import random
import re
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import pytest

from shoplib import localaws
from tests.cloud.raw_http import ask, status

HEAD = b"Host: 127.0.0.1\r\n"
SIGNED = (
    b"Authorization: AWS4-HMAC-SHA256 Credential=test/20260101/us-east-1/%s/aws4_request, SignedHeaders=host, "
    b"Signature=0\r\n"
)
PYTHON = re.compile(rb"Traceback|\w+Error: |Exception:|object has no|File \"|NoneType|codec can't")
REFUSED: dict[str, bytes] = {
    "negative length": b"PUT /b/k HTTP/1.1\r\n" + HEAD + b"Content-Length: -5\r\n\r\nhello",
    "two lengths": b"PUT /b/k HTTP/1.1\r\n" + HEAD + b"Content-Length: 5\r\nContent-Length: 6\r\n\r\nhello!",
    "a length that is no number": b"PUT /b/k HTTP/1.1\r\n" + HEAD + b"Content-Length: five\r\n\r\nhello",
    "a length in other digits": b"PUT /b/k HTTP/1.1\r\n" + HEAD + "Content-Length: ٥\r\n\r\nhello".encode(),
    "a length beyond everything": b"PUT /b/k HTTP/1.1\r\n" + HEAD + b"Content-Length: " + b"9" * 400 + b"\r\n\r\n",
    "length and chunks": b"PUT /b/k HTTP/1.1\r\n" + HEAD + b"Content-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
    "an encoding within chunks": b"PUT /b/k HTTP/1.1\r\n" + HEAD + b"Transfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n",
    "chunks of no size": b"PUT /b/k HTTP/1.1\r\n" + HEAD + b"Transfer-Encoding: chunked\r\n\r\nxyz\r\nhello\r\n0\r\n\r\n",
    "chunks of a negative size": b"PUT /b/k HTTP/1.1\r\n" + HEAD + b"Transfer-Encoding: chunked\r\n\r\n-5\r\nhello\r\n0\r\n\r\n",
    "a chunk longer than its size": b"PUT /b/k HTTP/1.1\r\n" + HEAD + b"Transfer-Encoding: chunked\r\n\r\n2\r\nhello\r\n0\r\n\r\n",
    "an unfinished chunk": b"PUT /b/k HTTP/1.1\r\n" + HEAD + b"Transfer-Encoding: chunked\r\n\r\n5\r\nhe",
    "an unfinished head": b"GET / HTTP/1.1\r\nHost: 127",
    "TLS": bytes.fromhex("16030100f1010000ed0303") + bytes(range(256)),
    "HTTP/0.9": b"GET /\r\n",
    "HTTP/2": b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
    "HTTP/3.0": b"GET / HTTP/3.0\r\n" + HEAD + b"\r\n",
    "lines without returns": b"GET / HTTP/1.1\nHost: 127.0.0.1\n\n",
    "a header injected": b"GET / HTTP/1.1\r\n" + HEAD + b"A: b\rAuthorization: c\r\n\r\n",
    "a folded header": b"GET / HTTP/1.1\r\n" + HEAD + b"A: b\r\n c\r\n\r\n",
    "a header with a blank": b"GET / HTTP/1.1\r\n" + HEAD + b"Content-Length : 5\r\n\r\nhello",
    "no host": b"GET / HTTP/1.1\r\n\r\n",
    "two hosts": b"GET / HTTP/1.1\r\n" + HEAD + HEAD + b"\r\n",
    "a long line": b"GET /" + b"a" * 200_000 + b" HTTP/1.1\r\n" + HEAD + b"\r\n",
    "a long header": b"GET / HTTP/1.1\r\n" + HEAD + b"A: " + b"a" * 200_000 + b"\r\n\r\n",
    "many headers": b"GET / HTTP/1.1\r\n" + HEAD + b"A: a\r\n" * 50_000 + b"\r\n",
    "a bad escape": b"GET /bucket/%zz HTTP/1.1\r\n" + HEAD + b"\r\n",
    "a path that is not UTF-8": b"GET /bucket/%ff%fe HTTP/1.1\r\n" + HEAD + b"\r\n",
    "a header that is not UTF-8": b"GET / HTTP/1.1\r\n" + HEAD + b"A: \xff\xfe\r\n\r\n",
    "an unknown method": b"BREW / HTTP/1.1\r\n" + HEAD + b"\r\n",
    "an absolute target": b"GET http://127.0.0.1/ HTTP/1.1\r\n" + HEAD + b"\r\n",
    "a fragment": b"GET /a#b HTTP/1.1\r\n" + HEAD + b"\r\n",
    "an unknown expectation": b"PUT /b/k HTTP/1.1\r\n" + HEAD + b"Expect: a miracle\r\nContent-Length: 1\r\n\r\nx",
}  # fmt: skip


@pytest.fixture(scope="module")
def engine(open_engine: localaws.Engine) -> localaws.Engine:
    return open_engine


def attempt(engine: localaws.Engine, request: bytes) -> float:
    began = time.monotonic()
    answer = ask(engine.url, request)
    assert 400 <= status(answer) < 500
    assert not PYTHON.search(answer)
    return time.monotonic() - began


@pytest.mark.parametrize("name", sorted(REFUSED))
def test_what_is_malformed_is_refused_at_once(engine: localaws.Engine, name: str) -> None:
    attempts = (attempt(engine, REFUSED[name]) for _ in range(5))
    assert any(seconds < 1.5 for seconds in attempts)  # a limit that is waited for is waited for each time


def test_a_thousand_malformed_requests_find_no_fault_of_ours(engine: localaws.Engine) -> None:
    dice = random.Random(20231013)
    requests = [_malformed(dice) for _ in range(1_000)]
    with ThreadPoolExecutor(16) as threads:
        answers = list(threads.map(lambda request: ask(engine.url, request, ends=True, patience=60), requests))
    for request, answer in zip(requests, answers, strict=True):
        assert answer.startswith(b"HTTP/1.1 "), request[:300]
        assert status(answer) < 500 or (status(answer) == 501 and b"does not implement" in answer), (request, answer)
        assert not PYTHON.search(answer), (request[:300], answer)
    assert status(ask(engine.url, b"GET /_aws/health HTTP/1.1\r\n" + HEAD + b"\r\n")) == 200


def _malformed(dice: random.Random) -> bytes:
    request = dice.choice(SEEDS)(dice)
    for _ in range(dice.choice((0, 1, 1, 2, 5))):
        request = dice.choice(MUTATIONS)(dice, request)
    return request


def _noise(dice: random.Random) -> bytes:
    return dice.randbytes(dice.randint(1, 400))


def _of_json(dice: random.Random) -> bytes:
    service, target = dice.choice((
        (b"dynamodb", b"DynamoDB_20120810.PutItem"), (b"dynamodb", b"DynamoDB_20120810.CreateTable"),
        (b"dynamodb", b"DynamoDB_20120810.Nothing"), (b"dynamodb", b"DynamoDB"), (b"dynamodb", b"DynamoDB_20120810.Query"),
        (b"sqs", b"AmazonSQS.SendMessage"), (b"sqs", b"AmazonSQS.CreateQueue"), (b"kinesis", b"Kinesis_20131202.PutRecords"),
        (b"states", b"AWSStepFunctions.CreateStateMachine"), (b"events", b"AWSEvents.PutEvents"),
        (b"logs", b"Logs_20140328.PutLogEvents"), (b"nowhere", b"Nothing.Nothing"), (b"secretsmanager", b"secretsmanager.CreateSecret"),
    ))  # fmt: skip
    return _request(b"POST", b"/", SIGNED % service + b"X-Amz-Target: " + target + b"\r\n" + JSON, dice.choice(BODIES))


def _of_paths(dice: random.Random) -> bytes:
    service, method, path = dice.choice((
        (b"lambda", b"POST", b"/2015-03-31/functions"), (b"lambda", b"POST", b"/2015-03-31/functions/f/invocations"),
        (b"lambda", b"GET", b"/2015-03-31/functions/%20"), (b"apigateway", b"POST", b"/restapis"),
        (b"apigateway", b"PUT", b"/restapis?mode=import"), (b"apigateway", b"POST", b"/v2/apis"), (b"lambda", b"PATCH", b"/"),
        (b"scheduler", b"POST", b"/schedules/s"), (b"lambda", b"POST", b"/2015-03-31/event-source-mappings/"),
    ))  # fmt: skip
    return _request(method, path, SIGNED % service + JSON, dice.choice(BODIES))


def _of_forms(dice: random.Random) -> bytes:
    service = dice.choice((b"sns", b"cloudformation", b"iam", b"sts", b"ec2", b"monitoring"))
    kind = b"Content-Type: application/x-www-form-urlencoded\r\n"
    return _request(b"POST", b"/", SIGNED % service + kind, dice.choice(FORMS))


def _of_objects(dice: random.Random) -> bytes:
    method = dice.choice((b"GET", b"PUT", b"POST", b"DELETE", b"HEAD", b"PATCH", b"OPTIONS"))
    path = dice.choice((b"/fuzzed/key", b"/fuzzed?acl", b"/fuzzed?tagging", b"/fuzzed?max-keys=x", b"/fuzzed/k?partNumber=x&uploadId=y",
                        b"/fuzzed?versioning", b"/fuzzed?delete", b"/", b"//", b"/fuzzed/k?uploads", b"/fuzzed?lifecycle"))  # fmt: skip
    return _request(method, path, SIGNED % b"s3", dice.choice(BODIES))


def _request(method: bytes, path: bytes, headers: bytes, body: bytes) -> bytes:
    length = b"Content-Length: %d\r\n" % len(body)
    return method + b" " + path + b" HTTP/1.1\r\n" + HEAD + headers + length + b"\r\n" + body


JSON = b"Content-Type: application/x-amz-json-1.0\r\n"
BODIES = (
    b"", b"{}", b"[]", b"null", b"1", b'"text"', b"{", b'{"TableName": 1}', b'{"TableName": {"S": []}}', b"[" * 5_000, b'{"a":' * 5_000,
    b'{"Name": null, "FunctionName": []}', b"\xff\xfe", b"<xml", b"<a><b/></a>", b'{"QueueName": "\\ud800"}', b"NaN", b"1" * 5_000,
    b'{"TableName": "t", "Item": {"a": {"N": "x"}}}', b'{"Records": [1, 2], "StreamName": {}}', b'{"Code": {"ZipFile": "!"}}',
)  # fmt: skip
FORMS = (
    b"", b"Action=", b"Action=Nothing", b"Action=CreateStack&StackName=%00", b"Action=CreateStack&StackName=a&TemplateBody=%7B",
    b"Action=Publish", b"Action=PutMetricData&MetricData.member.x=1", b"Action=CreateRole&RoleName=", b"Action=RunInstances",
    b"Action=AssumeRole&DurationSeconds=x", b"=&=&&&", b"Action=Publish&Action=Subscribe", b"%zz=1", b"\xff=\xff", b"Action=GetMetricData",
)  # fmt: skip
SEEDS: tuple[Callable[[random.Random], bytes], ...] = (
    _noise,
    _of_json,
    _of_json,
    _of_paths,
    _of_forms,
    _of_objects,
    _of_objects,
)


def _cut(dice: random.Random, request: bytes) -> bytes:
    return request[: dice.randint(1, len(request))]


def _flip(dice: random.Random, request: bytes) -> bytes:
    at = dice.randrange(len(request))
    return request[:at] + dice.randbytes(1) + request[at + 1 :]


def _insert(dice: random.Random, request: bytes) -> bytes:
    at = dice.randrange(len(request))
    what = (b"\r\n", b"\x00", b"\n", b"\xff", b"%", b": ", b"Content-Length: 3\r\n", b"Transfer-Encoding: chunked\r\n")
    return request[:at] + dice.choice(what) + request[at:]


def _double(dice: random.Random, request: bytes) -> bytes:
    lines = request.split(b"\r\n")
    at = dice.randrange(len(lines))
    return b"\r\n".join([*lines[:at], lines[at], *lines[at:]])


def _drop(dice: random.Random, request: bytes) -> bytes:
    lines = request.split(b"\r\n")
    del lines[dice.randrange(len(lines))]
    return b"\r\n".join(lines) or b"\r\n"


MUTATIONS = (_cut, _flip, _insert, _double, _drop)
