"""XML and forms are bounded before anybody reads them, and a checksum that nobody compares with a body is refused."""

from collections.abc import Callable
from typing import Any

import pytest
from botocore.exceptions import ClientError

from shoplib import localaws
from shoplib.documents import DEEPEST_JSON
from shoplib.localaws.ingress.form_fields import MOST
from tests.cloud.conftest import clients
from tests.cloud.raw_http import ask, status

Aws = Callable[..., Any]
BUCKET = "bounded-bodies"
SIGNED = "AWS4-HMAC-SHA256 Credential=test/20260101/us-east-1/%s/aws4_request, SignedHeaders=host, Signature=0"
LAUGHS = b'<!DOCTYPE a [<!ENTITY a "x">]><Tagging><TagSet>&a;</TagSet></Tagging>'


@pytest.fixture(scope="module")
def engine(open_engine: localaws.Engine) -> localaws.Engine:
    clients(open_engine)("s3").create_bucket(Bucket=BUCKET)
    return open_engine


def send(engine: localaws.Engine, line: str, body: bytes, service: str = "s3", **headers: str) -> bytes:
    stated = {"Host": "127.0.0.1", "Authorization": SIGNED % service, "Content-Length": str(len(body)), **headers}
    lines = "".join(f"{name.replace('_', '-')}: {value}\r\n" for name, value in stated.items())
    return ask(engine.url, f"{line} HTTP/1.1\r\n{lines}\r\n".encode() + body, patience=60)


def nested(levels: int, root: str = "Tagging") -> bytes:
    return f"<{root}>{'<a>' * (levels - 1)}{'</a>' * (levels - 1)}</{root}>".encode()


@pytest.mark.parametrize(
    "line",
    [
        *(f"PUT /{BUCKET}?{name}" for name in ("tagging", "cors", "lifecycle", "logging", "notification", "acl")),
        f"PUT /{BUCKET}/key?tagging",
        f"POST /{BUCKET}?delete",
        f"POST /{BUCKET}/key?uploadId=some",
        "PUT /bounded-bodies-too",
    ],
)
def test_deep_xml_is_malformed(engine: localaws.Engine, line: str) -> None:
    for body in (nested(50_000), nested(DEEPEST_JSON + 1), b"\xef\xbb\xbf\n" + nested(300), LAUGHS):
        answer = send(engine, line, body)
        assert status(answer) == 400 and b"<Code>MalformedXML</Code>" in answer


@pytest.mark.parametrize("path", ["2013-04-01/hostedzone", "2013-04-01/change-tags"])
def test_deep_xml_of_other_services_is_malformed(engine: localaws.Engine, path: str) -> None:
    answer = send(engine, f"POST /{path}", nested(50_000), "route53")
    assert status(answer) == 400 and b"<Code>MalformedInput</Code>" in answer


def test_an_object_is_as_deep_as_it_likes(engine: localaws.Engine) -> None:
    s3 = clients(engine)("s3")
    for body in (nested(50_000), LAUGHS):
        s3.put_object(Bucket=BUCKET, Key="deep.xml", Body=body)
        assert s3.get_object(Bucket=BUCKET, Key="deep.xml")["Body"].read() == body


@pytest.mark.parametrize("service", ["sts", "sqs", "ec2", "sns"])
def test_a_form_has_fifty_thousand_parameters_at_most(engine: localaws.Engine, service: str) -> None:
    for count, code in ((300_000, b"MalformedQueryString"), (MOST - 1, b"InvalidAction")):
        body = b"Action=Nothing" + b"".join(b"&a%d=1" % number for number in range(count))
        answer = send(engine, "POST /", body, service, Content_Type="application/x-www-form-urlencoded")
        assert status(answer) == 400 and b"<Code>%s</Code>" % code in answer


@pytest.mark.parametrize("headers", [{"x-amz-checksum-sha256a": "abcd"}, {"x-amz-checksum-": "abcd"}])
def test_a_checksum_that_nobody_knows_is_invalid(engine: localaws.Engine, headers: dict[str, str]) -> None:
    answer = send(engine, f"PUT /{BUCKET}/checked", b"x", **headers)
    assert status(answer) == 400 and b"<Code>InvalidRequest</Code>" in answer
    assert b"The algorithm type you specified in x-amz-checksum- header is invalid." in answer


@pytest.mark.parametrize("algorithm", ["md5", "sha512", "xxhash3", "xxhash64", "xxhash128"])
def test_a_checksum_that_is_not_computed_here_is_refused_by_name(engine: localaws.Engine, algorithm: str) -> None:
    for headers in (
        {f"x-amz-checksum-{algorithm}": "abcd"},
        {"x-amz-sdk-checksum-algorithm": algorithm.upper()},
        {"x-amz-trailer": f"x-amz-checksum-{algorithm}"},
    ):
        answer = send(engine, f"PUT /{BUCKET}/checked", b"x", **headers)
        assert status(answer) == 501 and f"checksum {algorithm.upper()}".encode() in answer
    with pytest.raises(ClientError, match="404"):
        clients(engine)("s3").head_object(Bucket=BUCKET, Key="checked")
