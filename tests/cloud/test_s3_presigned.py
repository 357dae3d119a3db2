"""Presigned addresses and forms hold what they state, with known keys and in an engine that takes any."""

import base64
import json
import time
import urllib.error
import urllib.request
import uuid
from collections.abc import Callable
from typing import Any

import pytest
from botocore.config import Config

from shoplib import localaws
from tests.cloud.conftest import clients

Ask = Callable[..., tuple[int, bytes]]


@pytest.fixture(scope="module", params=["engine", "open_engine"])
def place(request: pytest.FixtureRequest) -> localaws.Engine:
    found: localaws.Engine = request.getfixturevalue(request.param)
    return found


@pytest.fixture(scope="module", params=["s3v4", "s3"])
def s3(place: localaws.Engine, request: pytest.FixtureRequest) -> Any:
    config = Config(signature_version=request.param, s3={"addressing_style": "path"})
    return clients(place)("s3", config=config)


@pytest.fixture(scope="module")
def bucket(place: localaws.Engine) -> str:
    name, s3 = f"presigned-{uuid.uuid4().hex[:8]}", clients(place)("s3")
    s3.create_bucket(Bucket=name)
    for key in ("there", "kept", "closed"):
        s3.put_object(Bucket=name, Key=key, Body=b"found")
    return name


def test_buckets_are_made_and_listed_with_either_signature(s3: Any) -> None:
    name = f"signed-{uuid.uuid4().hex[:8]}"
    s3.create_bucket(Bucket=name)
    s3.put_object(Bucket=name, Key="key", Body=b"x")
    assert [each["Key"] for each in s3.list_objects_v2(Bucket=name)["Contents"]] == ["key"]


def test_an_old_signature_may_have_as_many_slashes_as_a_scope(open_engine: localaws.Engine) -> None:
    s3, name = clients(open_engine)("s3"), f"slashes-{uuid.uuid4().hex[:8]}"
    s3.create_bucket(Bucket=name)
    signed = {"Authorization": "AWS anybody:ab/cd/ef/gh/ij="}
    assert ask(f"{open_engine.url}/{name}/key", "PUT", b"x", **signed) == (200, b"")
    assert s3.get_object(Bucket=name, Key="key")["Body"].read() == b"x"


@pytest.mark.parametrize("kind", ["application/x-www-form-urlencoded", "multipart/form-data; boundary=x", "text/plain"])
@pytest.mark.parametrize("body", [b"key=1&uploads&acl=", b"--x\r\nno form\r\n--x--"])
def test_an_object_is_what_was_sent_whatever_its_type(s3: Any, bucket: str, kind: str, body: bytes) -> None:
    address = s3.generate_presigned_url("put_object", Params={"Bucket": bucket, "Key": "typed", "ContentType": kind})
    assert ask(address, "PUT", body, Content_Type=kind)[0] == 200
    there = s3.get_object(Bucket=bucket, Key="typed")
    assert (there["Body"].read(), there["ContentType"]) == (body, kind)


@pytest.mark.parametrize("kind", ["application/x-www-form-urlencoded", "multipart/form-data; boundary=x"])
def test_a_part_is_what_was_sent_whatever_its_type(place: localaws.Engine, bucket: str, kind: str) -> None:
    s3, body = clients(place)("s3", config=Config(signature_version="s3v4")), b"key=1&uploads&acl="
    upload = s3.create_multipart_upload(Bucket=bucket, Key="parts")["UploadId"]
    of_part = {"Bucket": bucket, "Key": "parts", "UploadId": upload, "PartNumber": 1}
    assert ask(s3.generate_presigned_url("upload_part", Params=of_part), "PUT", body, Content_Type=kind)[0] == 200
    assert s3.list_parts(Bucket=bucket, Key="parts", UploadId=upload)["Parts"][0]["Size"] == len(body)
    s3.abort_multipart_upload(Bucket=bucket, Key="parts", UploadId=upload)


def ask(url: str, method: str = "GET", data: bytes | None = None, **headers: str) -> tuple[int, bytes]:
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    request = urllib.request.Request(url, data=data, headers=named, method=method)
    try:
        with urllib.request.urlopen(request, timeout=30) as answer:
            return answer.status, answer.read()
    except urllib.error.HTTPError as error:
        return error.code, error.read()


def test_an_address_expires(s3: Any, bucket: str, monkeypatch: pytest.MonkeyPatch) -> None:
    asked = {"Params": {"Bucket": bucket, "Key": "kept"}, "ExpiresIn": 60}
    assert ask(s3.generate_presigned_url("get_object", **asked)) == (200, b"found")
    expired = s3.generate_presigned_url("get_object", **(asked | {"ExpiresIn": 1}))
    deadline = time.monotonic() + 20
    while (answer := ask(expired))[0] == 200 and time.monotonic() < deadline:
        pass
    assert answer[0] == 403 and b"<Code>AccessDenied</Code>" in answer[1] and b"Request has expired" in answer[1]


def test_an_address_holds_for_a_week_at_most(s3: Any, bucket: str) -> None:
    url = s3.generate_presigned_url("get_object", Params={"Bucket": bucket, "Key": "kept"}, ExpiresIn=604_801)
    status, body = ask(url)
    if s3.meta.config.signature_version == "s3v4":
        assert status == 400 and b"AuthorizationQueryParametersError" in body
    else:
        assert status == 200  # the older kind has no such limit


def test_an_upload_is_of_the_content_type_that_was_signed(s3: Any, bucket: str) -> None:
    for key in ("new", "there"):
        asked = {"Bucket": bucket, "Key": key, "ContentType": "image/png"}
        url = s3.generate_presigned_url("put_object", Params=asked)
        assert ask(url, "PUT", b"x", Content_Type="image/png")[0] == 200


def test_an_upload_of_another_content_type_is_refused(s3: Any, bucket: str) -> None:
    for key in ("other", "there"):
        asked = {"Bucket": bucket, "Key": key, "ContentType": "image/png"}
        url = s3.generate_presigned_url("put_object", Params=asked)
        status, body = ask(url, "PUT", b"x", Content_Type="text/plain")
        assert status == 403 and b"SignatureDoesNotMatch" in body


def form(fields: dict[str, str], data: bytes) -> tuple[bytes, str]:
    boundary = uuid.uuid4().hex
    parts = [f'--{boundary}\r\nContent-Disposition: form-data; name="{n}"\r\n\r\n{v}\r\n' for n, v in fields.items()]
    file = f'--{boundary}\r\nContent-Disposition: form-data; name="file"; filename="f"\r\n\r\n'
    body = "".join(parts).encode() + file.encode() + data + f"\r\n--{boundary}--\r\n".encode()
    return body, f"multipart/form-data; boundary={boundary}"


@pytest.mark.parametrize(
    ("changed", "data", "status", "said"),
    [
        ({}, b"12345", 204, b""),
        ({"Content-Type": "image/jpeg"}, b"12345", 204, b""),
        ({}, b"1", 400, b"EntityTooSmall"),
        ({}, b"1" * 11, 400, b"EntityTooLarge"),
        (
            {"Content-Type": "text/html"},
            b"12345",
            403,
            b'Policy Condition failed: ["starts-with", "$content-type", "image/"]',
        ),
        ({"key": "elsewhere"}, b"12345", 403, b'Policy Condition failed: ["eq", "$key", "posted"]'),
        ({"acl": "public-read"}, b"12345", 403, b"Extra input fields: acl"),
    ],
)
def test_a_form_keeps_to_its_policy(
    s3: Any, bucket: str, changed: dict[str, str], data: bytes, status: int, said: bytes
) -> None:
    conditions = [["content-length-range", 2, 10], ["starts-with", "$Content-Type", "image/"]]
    posted = s3.generate_presigned_post(bucket, "posted", Conditions=conditions)
    body, kind = form(posted["fields"] | {"Content-Type": "image/png"} | changed, data)
    answer = ask(posted["url"], "POST", body, Content_Type=kind)
    assert answer[0] == status, answer
    assert said.replace(b'"', b"&quot;") in answer[1] or said in answer[1]


def test_a_form_expires(place: localaws.Engine, s3: Any, bucket: str) -> None:
    posted = s3.generate_presigned_post(bucket, "late", ExpiresIn=-60)
    assert json.loads(base64.b64decode(posted["fields"]["policy"]))["expiration"]
    body, kind = form(posted["fields"], b"x")
    status, said = ask(posted["url"], "POST", body, Content_Type=kind)
    assert status == 403 and b"Policy expired" in said


@pytest.mark.parametrize(("wanted", "status"), [("201", 201), ("200", 200), ("999", 204)])
def test_a_form_answers_of_the_object(s3: Any, bucket: str, wanted: str, status: int) -> None:
    field = {"success_action_status": wanted}
    posted = s3.generate_presigned_post(bucket, "forms/${filename}", Fields=dict(field), Conditions=[field])
    body, kind = form(posted["fields"], b"12345")
    answer = ask(posted["url"], "POST", body, Content_Type=kind)
    assert answer[0] == status
    etag = s3.head_object(Bucket=bucket, Key="forms/f")["ETag"]
    if status == 201:
        assert b"<Key>forms/f</Key>" in answer[1] and f"<ETag>{etag}</ETag>".encode() in answer[1]


def test_a_form_says_class_and_tags_of_its_object(s3: Any, bucket: str) -> None:
    def post(**fields: str) -> tuple[int, bytes]:
        allowed = [{name: value} for name, value in fields.items()]
        posted = s3.generate_presigned_post(bucket, "classed", Fields=dict(fields), Conditions=allowed)
        body, kind = form(posted["fields"], b"12345")
        return ask(posted["url"], "POST", body, Content_Type=kind)

    document = "<Tagging><TagSet><Tag><Key>colour</Key><Value>red</Value></Tag></TagSet></Tagging>"
    assert post(**{"x-amz-storage-class": "STANDARD_IA", "tagging": document})[0] == 204
    assert s3.head_object(Bucket=bucket, Key="classed")["StorageClass"] == "STANDARD_IA"
    assert s3.get_object_tagging(Bucket=bucket, Key="classed")["TagSet"] == [{"Key": "colour", "Value": "red"}]
    for fields, status, code in (
        ({"x-amz-storage-class": "CELLAR"}, 400, b"InvalidStorageClass"),
        ({"tagging": "colour=red"}, 400, b"MalformedXML"),
        ({"x-amz-server-side-encryption": "aws:kms"}, 501, b"NotImplemented"),
    ):
        answer = post(**fields)
        assert answer[0] == status and code in answer[1]


def test_nobody_reads_or_writes_a_bucket_that_is_not_open(place: localaws.Engine, bucket: str) -> None:
    address, s3 = f"{place.url}/{bucket}", clients(place)("s3")
    assert ask(f"{address}/closed")[0] == ask(address)[0] == 403
    assert ask(f"{address}/closed", "PUT", b"changed")[0] == ask(f"{address}/closed", "DELETE")[0] == 403
    assert s3.get_object(Bucket=bucket, Key="closed")["Body"].read() == b"found"
    everybody = {
        "Effect": "Allow",
        "Principal": "*",
        "Action": "s3:GetObject",
        "Resource": f"arn:aws:s3:::{bucket}/kept",
    }
    s3.delete_public_access_block(Bucket=bucket)
    s3.put_bucket_policy(Bucket=bucket, Policy=json.dumps({"Version": "2012-10-17", "Statement": [everybody]}))
    assert (ask(f"{address}/kept"), ask(f"{address}/closed")[0]) == ((200, b"found"), 403)
    s3.delete_bucket_policy(Bucket=bucket)
