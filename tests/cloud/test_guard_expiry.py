"""A signed request is good for a quarter of an hour, a presigned address from its date on: else AWS's own words."""

import re
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import boto3
import botocore.auth
import pytest
from botocore.config import Config
from botocore.exceptions import ClientError

from shoplib import localaws

Sign = Callable[[int], None]
MARGIN = 60
SKEW = 900
CALLS = {
    "dynamodb": ("list_tables", "InvalidSignatureException", 403),
    "sqs": ("list_queues", "InvalidSignatureException", 403),
    "sts": ("get_caller_identity", "SignatureDoesNotMatch", 403),
    "ec2": ("describe_regions", "RequestExpired", 400),
    "s3": ("list_buckets", "RequestTimeTooSkewed", 403),
}
STAMP = r"\d{8}T\d{6}Z"
EXPIRED = rf"Signature expired: {STAMP} is now earlier than {STAMP} \({STAMP} - 15 min\.\)"
TOO_EARLY = rf"Signature not yet current: {STAMP} is still later than {STAMP} \({STAMP} \+ 15 min\.\)"


@pytest.fixture
def sign_at(monkeypatch: pytest.MonkeyPatch) -> Sign:
    def shift(seconds: int) -> None:
        now = datetime.now(UTC).replace(tzinfo=None) + timedelta(seconds=seconds)
        monkeypatch.setattr(botocore.auth, "get_current_datetime", lambda: now)

    return shift


def client(engine: localaws.Engine, service: str, **options: Any) -> Any:
    config = Config(retries={"total_max_attempts": 1}, s3={"addressing_style": "path"}, **options)
    session = boto3.Session(engine.key_id, engine.secret, region_name=engine.region)
    return session.client(service, endpoint_url=engine.url, config=config)


@pytest.mark.parametrize("service", CALLS)
def test_a_signed_request_is_good_for_a_quarter_of_an_hour(
    engine: localaws.Engine, sign_at: Sign, service: str
) -> None:
    operation, code, status = CALLS[service]
    call = getattr(client(engine, service), operation)
    for seconds in (MARGIN - SKEW, SKEW - MARGIN):
        sign_at(seconds)
        call()
    for seconds in (-SKEW - MARGIN, SKEW + MARGIN):
        sign_at(seconds)
        with pytest.raises(ClientError) as caught:
            call()
        error = caught.value.response
        assert (error["Error"]["Code"], error["ResponseMetadata"]["HTTPStatusCode"]) == (code, status)


def test_the_refusal_says_by_how_much(engine: localaws.Engine, sign_at: Sign) -> None:
    for seconds, words in ((-SKEW - MARGIN, EXPIRED), (SKEW + MARGIN, TOO_EARLY)):
        sign_at(seconds)
        with pytest.raises(ClientError, match=words):
            client(engine, "dynamodb").list_tables()
    with pytest.raises(ClientError, match="The difference between the request time and") as caught:
        client(engine, "s3").list_buckets()
    assert caught.value.response["Error"]["MaxAllowedSkewMilliseconds"] == "900000"


@pytest.mark.parametrize(
    ("seconds", "message", "details"),
    [
        (-120, "Request has expired", ("X-Amz-Expires>60<", "Expires", "ServerTime")),
        (SKEW + MARGIN, "Request is not yet valid", ("X-Amz-Date", "Expires", "ServerTime")),
    ],
)
def test_an_address_is_good_from_its_date_until_it_expires(
    engine: localaws.Engine, sign_at: Sign, seconds: int, message: str, details: tuple[str, ...]
) -> None:
    sign_at(seconds)
    answer = refused(address(engine))
    assert "<Code>AccessDenied</Code>" in answer and f"<Message>{message}</Message>" in answer
    assert all(f"<{each}" in answer for each in details)


@pytest.mark.parametrize("expires", ["٣", "604801", "0", "-1", "1e3", "9" * 5000])
def test_an_address_expires_after_a_number_of_seconds(engine: localaws.Engine, expires: str) -> None:
    stated = re.sub("X-Amz-Expires=60", f"X-Amz-Expires={urllib.parse.quote(expires)}", address(engine))
    assert "AuthorizationQueryParametersError" in refused(stated)


def address(engine: localaws.Engine) -> str:
    asked = {"Bucket": "some-bucket", "Key": "key"}
    s3 = client(engine, "s3", signature_version="s3v4")
    return str(s3.generate_presigned_url("get_object", Params=asked, ExpiresIn=60))


def refused(url: str) -> str:
    with pytest.raises(urllib.error.HTTPError) as caught:
        urllib.request.urlopen(url, timeout=30)
    with caught.value as answer:
        return answer.read().decode()
