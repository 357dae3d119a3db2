"""What web pages and foreign host names get from an engine that takes any keys: nothing but what is declared."""

import json
import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from typing import Any

import boto3
import pytest
import requests
from botocore.config import Config

PAGE = "http://localhost:18999"
FORM = "Action=CreateQueue&QueueName=stolen&Version=2012-11-05"


@pytest.fixture(scope="module")
def url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of an engine in the foreground, which takes any keys."""
    command = [sys.executable, "-m", "shoplib", "serve", "--json"]
    environment = {**os.environ, "SHOPLIB_STATE_DIR": str(tmp_path_factory.mktemp("guard"))}
    with subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        yield json.loads(process.stdout.readline())["url"]
        process.terminate()


@pytest.fixture(scope="module")
def client(url: str) -> Callable[..., Any]:
    session = boto3.Session(aws_access_key_id="any", aws_secret_access_key="any", region_name="us-east-1")
    return lambda service, **options: session.client(service, endpoint_url=url, **options)


@pytest.fixture(scope="module")
def uploads(client: Callable[..., Any]) -> str:
    """A bucket that lets pages of one origin upload, and those of another read."""
    s3 = client("s3")
    s3.create_bucket(Bucket="uploads")
    s3.put_object(Bucket="uploads", Key="kept", Body=b"kept")
    rules = [
        {"AllowedMethods": ["GET"], "AllowedOrigins": ["https://*.reader.example"]},
        {
            "AllowedMethods": ["PUT", "POST"],
            "AllowedOrigins": [PAGE],
            "AllowedHeaders": ["content-*"],
            "ExposeHeaders": ["ETag"],
            "MaxAgeSeconds": 60,
        },
    ]
    s3.put_bucket_cors(Bucket="uploads", CORSConfiguration={"CORSRules": rules})
    return "uploads"


def sharing(answer: requests.Response) -> dict[str, str]:
    return {name.lower(): value for name, value in answer.headers.items() if name.lower().startswith("access-control-")}


@pytest.mark.parametrize("host", ["evil.example", "evil.example:4566", "127.0.0.1.evil.example"])
@pytest.mark.parametrize("path", ["/", "/_aws/health", "/_aws/observed", "/_aws/execute-api/abc/prod/x"])
def test_a_foreign_host_name_is_refused(url: str, host: str, path: str) -> None:
    answer = requests.get(url + path, headers={"Host": host}, timeout=30)
    assert (answer.status_code, "Host" in answer.text) == (403, True)


@pytest.mark.parametrize("host", ["localhost", "LOCALHOST.", "bucket.localhost:4566", "sqs.us-east-1.amazonaws.com"])
def test_own_names_are_served(url: str, host: str) -> None:
    assert requests.get(f"{url}/_aws/health", headers={"Host": host}, timeout=30).ok


@pytest.mark.parametrize(
    "betrayal",
    [
        {"Origin": PAGE},
        {"Origin": "null"},
        {"Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "same-site"},
        {"Referer": f"{PAGE}/page"},
        {"Origin": PAGE, "Connection": "Upgrade", "Upgrade": "websocket"},
    ],
)
@pytest.mark.parametrize(
    "path", ["/", "/_aws/health", "/_aws/observed?calls=1", "/_aws/custom-resource/x", "/none/key"]
)
def test_a_page_gets_nothing_of_a_control_plane(
    url: str, client: Callable[..., Any], betrayal: dict[str, str], path: str
) -> None:
    for method in ("GET", "POST", "PUT", "DELETE", "OPTIONS"):
        headers = {**betrayal, "Content-Type": "application/x-www-form-urlencoded"}
        answer = requests.request(method, url + path, data=FORM, headers=headers, timeout=30)
        assert (answer.status_code, sharing(answer)) == (403, {}), method
    assert "QueueUrls" not in client("sqs").list_queues(QueueNamePrefix="stolen")


def test_what_a_person_types_and_the_engine_links_is_read(url: str) -> None:
    for site in ("none", "same-origin"):
        assert requests.get(f"{url}/_aws/health", headers={"Sec-Fetch-Site": site}, timeout=30).ok
    answer = requests.get(f"{url}/?Action=ListQueues", headers={"Sec-Fetch-Site": "same-origin"}, timeout=30)
    assert answer.status_code == 403


@pytest.mark.parametrize("path", ["/moto-api/", "/moto-api/reset", "/moto-api/reset-auth", "/moto-api/recorder/x"])
@pytest.mark.parametrize("method", ["GET", "POST", "PUT"])
def test_motos_own_doors_do_not_exist(url: str, client: Callable[..., Any], path: str, method: str) -> None:
    client("s3").create_bucket(Bucket="survives")
    assert requests.request(method, url + path, timeout=30).status_code == 404
    assert "survives" in [each["Name"] for each in client("s3").list_buckets()["Buckets"]]


def test_an_unsigned_path_names_no_service(url: str) -> None:
    assert "NoSuchBucket" in requests.get(f"{url}/sqs_us-east-1/?Action=ListQueues", timeout=30).text
    assert requests.get(f"{url}/latest/meta-data/iam/security-credentials/", timeout=30).status_code == 404


def test_no_answer_of_an_aws_api_has_cors_headers(client: Callable[..., Any]) -> None:
    queue = client("sqs").create_queue(QueueName="plain")["QueueUrl"]
    for answer in (
        client("sqs").list_queues(),
        client("sqs").send_message(QueueUrl=queue, MessageBody="x"),
        client("dynamodb").list_tables(),
        client("iam").list_users(),
        client("s3").list_buckets(),
        client("lambda").list_functions(),
    ):
        assert not [name for name in answer["ResponseMetadata"]["HTTPHeaders"] if name.startswith("access-control-")]


def test_a_preflight_is_answered_by_the_buckets_rules(client: Callable[..., Any], uploads: str) -> None:
    address = client("s3").generate_presigned_url("put_object", {"Bucket": uploads, "Key": "new"})
    asked = {"Access-Control-Request-Method": "PUT", "Access-Control-Request-Headers": "content-type"}
    allowed = requests.options(address, headers={"Origin": PAGE, **asked}, timeout=30)
    assert allowed.status_code == 200
    assert sharing(allowed) == {
        "access-control-allow-origin": PAGE,
        "access-control-allow-methods": "PUT, POST",
        "access-control-allow-headers": "content-type",
        "access-control-allow-credentials": "true",
        "access-control-expose-headers": "ETag",
        "access-control-max-age": "60",
    }
    for origin, method, header in (
        ("http://evil.example", "PUT", "content-type"),
        (PAGE, "DELETE", "content-type"),
        (PAGE, "PUT", "x-amz-acl"),
        ("https://a.reader.example", "PUT", "content-type"),
    ):
        changed = {"Access-Control-Request-Method": method, "Access-Control-Request-Headers": header}
        answer = requests.options(address, headers={"Origin": origin, **changed}, timeout=30)
        assert (answer.status_code, sharing(answer)) == (403, {}), (origin, method, header)
        assert f"<Method>{method}</Method><ResourceType>OBJECT</ResourceType>" in answer.text


def test_a_preflight_says_who_asks_and_for_what(client: Callable[..., Any], uploads: str) -> None:
    """Without a signature, from a page or not."""
    client("s3").create_bucket(Bucket="closed")
    addresses = [
        client("s3").generate_presigned_url("get_object", {"Bucket": b, "Key": "k"}) for b in ("closed", uploads)
    ]
    closed, opened = (address.partition("?")[0] for address in addresses)
    for address in (closed, opened):
        for headers in ({}, {"Referer": PAGE, "Access-Control-Request-Method": "PUT"}):
            nobody = requests.options(address, headers=headers, timeout=30)
            said = "<Code>BadRequest</Code><Message>Insufficient information. Origin request header needed.</Message>"
            assert (nobody.status_code, said in nobody.text) == (400, True), headers
    nothing = requests.options(closed, headers={"Origin": PAGE}, timeout=30)
    assert (nothing.status_code, "<Method>OPTIONS</Method><ResourceType>BUCKET</ResourceType>" in nothing.text) == (
        403,
        True,
    )
    unsaid = requests.options(opened, headers={"Origin": PAGE}, timeout=30)
    assert (unsaid.status_code, "Invalid Access-Control-Request-Method: null" in unsaid.text) == (400, True)


def test_pages_upload_and_read_as_the_rules_say(client: Callable[..., Any], uploads: str) -> None:
    s3 = client("s3", config=Config(signature_version="s3v4"))
    put = s3.generate_presigned_url("put_object", {"Bucket": uploads, "Key": "new"})
    refused = requests.put(put, data=b"evil", headers={"Origin": "http://evil.example"}, timeout=30)
    assert (refused.status_code, sharing(refused)) == (403, {})
    accepted = requests.put(put, data=b"good", headers={"Origin": PAGE}, timeout=30)
    assert (accepted.status_code, sharing(accepted)["access-control-allow-origin"]) == (200, PAGE)
    get = s3.generate_presigned_url("get_object", {"Bucket": uploads, "Key": "new"})
    reader = requests.get(get, headers={"Origin": "https://a.reader.example"}, timeout=30)
    assert (reader.text, sharing(reader)["access-control-allow-origin"]) == ("good", "https://a.reader.example")
    assert sharing(requests.get(get, headers={"Origin": "http://evil.example"}, timeout=30)) == {}


def test_a_form_of_a_page_uploads_where_the_rules_let_it(client: Callable[..., Any], uploads: str) -> None:
    post = client("s3").generate_presigned_post(uploads, "posted")
    for origin, status in (("http://evil.example", 403), (PAGE, 204)):
        files = {"file": ("a.txt", b"hello")}
        answer = requests.post(post["url"], data=post["fields"], files=files, headers={"Origin": origin}, timeout=30)
        assert answer.status_code == status
    assert client("s3").get_object(Bucket=uploads, Key="posted")["Body"].read() == b"hello"


def test_a_fast_call_in_an_apis_clothes_is_the_apis(url: str, client: Callable[..., Any]) -> None:
    """Routing and guard agree on what is a deployed API, whatever headers it is asked with."""
    queue = client("sqs").create_queue(QueueName="target")["QueueUrl"]
    headers = {
        "Origin": PAGE,
        "X-Amz-Target": "AmazonSQS.SendMessage",
        "Authorization": "AWS4-HMAC-SHA256 Credential=a/20261130/us-east-1/sqs/aws4_request, SignedHeaders=host",
    }
    body = json.dumps({"QueueUrl": queue, "MessageBody": "stolen"})
    for path in ("/_aws/execute-api/abcdefghij/prod/", "/_aws/lambda-url/abc/", "/restapis/a/b/_user_request_/"):
        assert requests.post(url + path, data=body, headers=headers, timeout=30).status_code in (403, 404)
    assert "Messages" not in client("sqs").receive_message(QueueUrl=queue)
