"""Targets: an emulator hears nothing of the user's AWS set-up, and nothing reaches AWS unless `aws` was said."""

import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
from botocore.exceptions import ClientError, EndpointConnectionError, NoCredentialsError
from botocore.parsers import ResponseParserError

from shoplib.errors import LabError
from shoplib.provision import Target, aws, endpoint
from shoplib.provision.refusals import explain_errors
from shoplib.provision.target import isolated_session

IDENTITY = (
    b'<GetCallerIdentityResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/"><GetCallerIdentityResult>'
    b"<Arn>arn:aws:iam::000000000001:root</Arn><UserId>x</UserId><Account>000000000001</Account>"
    b"</GetCallerIdentityResult></GetCallerIdentityResponse>"
)


REGIONS = ("eu-west-1", "us-west-2")


class Emulator(BaseHTTPRequestHandler):
    """Says which account it is, and notes who asked."""

    asked: list[str] = []
    answer = IDENTITY

    def do_POST(self) -> None:
        self.rfile.read(int(self.headers["Content-Length"]))
        self.asked.append(self.headers["Authorization"])
        self.send_response(200)
        self.send_header("Content-Type", "text/xml")
        self.end_headers()
        self.wfile.write(self.answer)

    def log_message(self, format: str, *args: object) -> None:
        """Quiet."""


@pytest.fixture
def address(monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    monkeypatch.setattr(Emulator, "asked", [])
    server = ThreadingHTTPServer(("127.0.0.1", 0), Emulator)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.fixture
def hostile(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """The set-up of somebody who works with real accounts every day."""
    for name, value in {
        "AWS_PROFILE": "production",
        "AWS_ACCESS_KEY_ID": "AKIAREALREALREAL",
        "AWS_SECRET_ACCESS_KEY": "real",
        "AWS_SESSION_TOKEN": "real",
        "AWS_REGION": "eu-central-1",
        "AWS_DEFAULT_REGION": "eu-central-1",
        "AWS_USE_FIPS_ENDPOINT": "true",
        "AWS_USE_DUALSTACK_ENDPOINT": "true",
        "AWS_CA_BUNDLE": str(tmp_path / "nothing.pem"),
        "AWS_CONFIG_FILE": str(tmp_path / "broken"),
        "HTTP_PROXY": "http://127.0.0.1:9",
        "NO_PROXY": "",
    }.items():
        monkeypatch.setenv(name, value)
    (tmp_path / "broken").write_text("[profile production\n", encoding="utf-8")


@pytest.mark.usefixtures("hostile")
def test_an_emulator_hears_nothing_of_the_users_set_up(address):
    target = endpoint(address + "/")
    assert (target.name, target.account_id, target.region) == ("endpoint", "000000000001", "us-east-1")
    assert target.client("sts").get_caller_identity()["Account"] == "000000000001"
    assert Emulator.asked and all("Credential=local/" in asked for asked in Emulator.asked)
    assert not any("REAL" in asked or "eu-central-1" in asked for asked in Emulator.asked)


def test_the_region_can_be_chosen(address):
    target = endpoint(address, "eu-west-3")
    assert target.client("sqs").meta.region_name == "eu-west-3"
    assert not target.is_real


@pytest.mark.parametrize("url", ["127.0.0.1:4566", "ftp://127.0.0.1", "http://", "nonsense"])
def test_what_is_no_address_is_said(url):
    with pytest.raises(LabError, match="is not a valid address"):
        endpoint(url)


@pytest.mark.parametrize(
    "url", ["https://sts.amazonaws.com", "https://sqs.eu-west-1.amazonaws.com/", "https://s3.api.aws"]
)
def test_aws_itself_is_no_endpoint(url):
    with pytest.raises(LabError, match="is AWS itself"):
        endpoint(url)


def test_an_endpoint_that_does_not_answer_is_said():
    with pytest.raises(LabError, match=r"http://127\.0\.0\.1:9 does not answer"):
        endpoint("http://127.0.0.1:9")


def test_an_endpoint_that_is_no_aws_is_said(address, monkeypatch):
    monkeypatch.setattr(Emulator, "answer", b"<html>hello</html>")
    with pytest.raises(LabError, match=address):
        endpoint(address)


def test_real_aws_is_refused_while_an_endpoint_is_set(monkeypatch):
    monkeypatch.setenv("AWS_ENDPOINT_URL_S3", "http://127.0.0.1:1")
    with pytest.raises(LabError, match="AWS_ENDPOINT_URL_S3 is set"):
        aws()


@pytest.fixture
def no_account(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    for name in ("AWS_PROFILE", "AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_REGION", "AWS_DEFAULT_REGION"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("AWS_CONFIG_FILE", str(tmp_path / "none"))
    monkeypatch.setenv("AWS_SHARED_CREDENTIALS_FILE", str(tmp_path / "none"))
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")


@pytest.mark.usefixtures("no_account")
@pytest.mark.parametrize(
    ("profile", "region", "message"),
    [
        ("nobody", "eu-west-1", "profile .nobody. could not be found"),
        (None, None, "no AWS region is set"),
        (None, "eu-west-1", "Unable to locate credentials"),
    ],
)
def test_real_aws_without_an_account_is_said(profile, region, message):
    with pytest.raises(LabError, match=message) as caught:
        aws(profile, region)
    assert caught.value.next


@pytest.mark.parametrize(
    ("url", "reached"),
    [
        ("https://abc123.execute-api.us-east-1.amazonaws.com/live", "http://e/_aws/execute-api/abc123/live"),
        ("https://abc123.execute-api.eu-west-1.amazonaws.com", "http://e/_aws/execute-api/abc123"),
        ("https://abc123.execute-api.cn-north-1.amazonaws.com.cn/x/y", "http://e/_aws/execute-api/abc123/x/y"),
        ("https://0a1b.lambda-url.us-east-1.on.aws", "http://e/_aws/lambda-url/0a1b/"),
        ("https://0a1b.lambda-url.us-east-1.on.aws/x", "http://e/_aws/lambda-url/0a1b/x"),
        ("https://sqs.us-east-1.amazonaws.com/1/q", "https://sqs.us-east-1.amazonaws.com/1/q"),
        ("a name", "a name"),
        (
            "curl -d '{}' https://abc123.execute-api.us-east-1.amazonaws.com/Prod/hello/ and wait",
            "curl -d '{}' http://e/_aws/execute-api/abc123/Prod/hello/ and wait",
        ),
        ("https://abc123.execute-api.us-east-1.amazonaws.com.example.org", None),
    ],
)
def test_addresses_of_aws_are_reached_through_the_endpoint(url, reached):
    def target(endpoint_url: str | None) -> Target:
        return Target("endpoint", "us-east-1", "1", endpoint_url, "arn", None)

    assert target("http://e").reachable(url) == (reached or url)
    assert target(None).reachable(url) == url


def test_a_client_is_made_once_and_one_with_options_for_each_who_asks():
    here, there = (Target("endpoint", region, "1", "http://e", "arn", isolated_session(region)) for region in REGIONS)
    queues = here.client("sqs")
    assert here.client("sqs") is queues
    elsewhere = here.client("sqs", region_name="ap-southeast-2")
    regions = [client.meta.region_name for client in (queues, elsewhere, here.client("sqs"), there.client("sqs"))]
    assert regions == [REGIONS[0], "ap-southeast-2", *REGIONS]
    assert here == Target("endpoint", REGIONS[0], "1", "http://e", "arn", None)


def test_the_banner_tells_play_from_earnest():
    assert Target("local", "us-east-1", "1", "http://e", "arn", None).banner == "EMULATOR http://e"
    assert Target("aws", "eu-west-1", "42", None, "arn", None).banner == "REAL AWS 42 (eu-west-1)"


@pytest.mark.parametrize(
    ("error", "message", "advice"),
    [
        (
            ClientError({"Error": {"Code": "AccessDenied", "Message": "not you"}}, "CreateStack"),
            "there refused CreateStack: not you",
            "needs the right",
        ),
        (
            ClientError({"Error": {"Code": "ExpiredToken", "Message": "late"}}, "CreateStack"),
            "there refused CreateStack: late",
            "sign in again",
        ),
        (NoCredentialsError(), "Unable to locate credentials", "aws configure"),
        (EndpointConnectionError(endpoint_url="http://x"), "there does not answer", "it is running"),
    ],
)
def test_what_aws_refuses_is_explained(error, message, advice):
    with pytest.raises(LabError, match=message) as caught, explain_errors("there"):
        raise error
    assert advice in caught.value.next


@pytest.mark.parametrize(
    ("where", "advice"),
    [
        ("AWS", "network connection"),
        ("REAL AWS 123456789012 (eu-west-1)", "network connection"),
        ("EMULATOR http://127.0.0.1:4566", "`lab.start()`"),
        ("http://127.0.0.1:4566", "`shoplib status`"),
    ],
)
def test_whoever_does_not_answer_is_looked_for_where_it_is(where, advice):
    with pytest.raises(LabError, match="does not answer") as caught, explain_errors(where):
        raise EndpointConnectionError(endpoint_url="http://x")
    assert advice in caught.value.next


def test_an_answer_that_is_not_of_aws_is_explained():
    with pytest.raises(LabError, match="there answered with something"), explain_errors("there"):
        raise ResponseParserError("<html>")
