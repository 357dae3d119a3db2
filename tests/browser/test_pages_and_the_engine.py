"""A hostile page in a real browser against an engine that takes any keys: it reaches nothing but what is declared."""

import http.server
import json
import os
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from typing import Any
from urllib.parse import urlsplit

import boto3
import pytest
from playwright.sync_api import Browser, Page

from tests.chromium import REBOUND

pytestmark = pytest.mark.timeout(180)
FORM = {"Action": "CreateQueue", "QueueName": "stolen", "Version": "2012-11-05"}
POST_FORM = """([url, fields]) => {
  const form = Object.assign(document.createElement('form'), {method: 'post', action: url});
  for (const [name, value] of Object.entries(fields)) {
    form.append(Object.assign(document.createElement('input'), {name, value}));
  }
  document.body.append(form);
  form.submit();
}"""
FETCH = """([url, options]) => fetch(url, options).then(
  async answer => ({status: answer.status, text: await answer.text()}), error => ({status: 0, text: String(error)}))"""
IMAGE = """url => new Promise(done => {
  const image = new Image();
  image.onload = () => done('loaded');
  image.onerror = () => done('refused');
  image.src = url;
})"""
SOCKET = """url => new Promise(done => {
  const socket = new WebSocket(url);
  socket.onopen = () => done('open');
  socket.onerror = () => done('refused');
})"""
Aws = Callable[..., Any]


class Blank(http.server.BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        self.send_response(200)
        self.send_header("Content-Type", "text/html")
        self.end_headers()
        self.wfile.write(b"<!doctype html><title>hostile</title>")

    def log_message(self, *_: Any) -> None: ...


@pytest.fixture(scope="module")
def url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    command = [sys.executable, "-m", "shoplib", "serve", "--json"]
    environment = {**os.environ, "SHOPLIB_STATE_DIR": str(tmp_path_factory.mktemp("hostile"))}
    with subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, text=True) as process:
        yield json.loads(process.stdout.readline())["url"]
        process.terminate()


@pytest.fixture(scope="module")
def aws(url: str) -> Aws:
    session = boto3.Session(aws_access_key_id="any", aws_secret_access_key="any", region_name="us-east-1")
    return lambda service: session.client(service, endpoint_url=url)


@pytest.fixture(scope="module")
def origin() -> Iterator[str]:
    """Where the hostile page comes from: another port of this machine."""
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Blank) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://localhost:{server.server_port}"
        server.shutdown()


@pytest.fixture
def page(browser: Browser, origin: str) -> Iterator[Page]:
    page = browser.new_page()
    page.goto(origin)
    yield page
    page.close()


def queues(aws: Aws) -> list[str]:
    return aws("sqs").list_queues(QueueNamePrefix="stolen").get("QueueUrls", [])


def test_a_form_does_nothing(page: Page, url: str, aws: Aws) -> None:
    with page.expect_navigation() as navigation:
        page.evaluate(POST_FORM, [url, FORM])
    assert navigation.value.status == 403
    assert queues(aws) == []


@pytest.mark.parametrize("mode", ["cors", "no-cors"])
def test_a_fetch_does_nothing_and_reads_nothing(page: Page, url: str, aws: Aws, mode: str) -> None:
    body = "&".join(f"{name}={value}" for name, value in FORM.items())
    headers = {"Content-Type": "application/x-www-form-urlencoded"}
    sent = {"method": "POST", "mode": mode, "body": body, "headers": headers}
    assert page.evaluate(FETCH, [url, sent])["status"] == 0
    for path in ("/_aws/health", "/_aws/observed?calls=1", "/moto-api/data.json", "/"):
        assert page.evaluate(FETCH, [url + path, {"mode": mode}]) in (
            {"status": 0, "text": "TypeError: Failed to fetch"},
            {"status": 0, "text": ""},
        )
    assert queues(aws) == []


def test_an_image_and_a_socket_are_refused(page: Page, url: str, aws: Aws) -> None:
    address = f"{url}/?" + "&".join(f"{name}={value}" for name, value in FORM.items())
    assert page.evaluate(IMAGE, address) == "refused"
    assert page.evaluate(SOCKET, f"ws{url.removeprefix('http')}/_aws/observed") == "refused"
    assert queues(aws) == []


def test_a_name_that_was_rebound_is_refused(browser: Browser, url: str, aws: Aws) -> None:
    """The attacker's own name resolves to this machine now: for the browser, the engine is the page's own server."""
    page = browser.new_page()
    rebound = f"http://{REBOUND}:{urlsplit(url).port}"
    assert page.goto(f"{rebound}/_aws/health").status == 403
    answer = page.evaluate(
        FETCH, [rebound, {"method": "POST", "body": json.dumps({}), "headers": {"X-Amz-Target": "x"}}]
    )
    assert answer["status"] == 403
    assert page.evaluate(FETCH, [f"{rebound}/_aws/observed", {}])["status"] == 403
    page.close()


def test_a_person_reads_the_landing_page_and_its_links(browser: Browser, url: str) -> None:
    page = browser.new_page()
    assert page.goto(url).status == 200
    with page.expect_navigation() as navigation:
        page.click("a[href='/_aws/health']")
    assert navigation.value.status == 200
    page.close()


def test_a_bucket_is_open_to_the_pages_that_its_rules_name(page: Page, url: str, aws: Aws, origin: str) -> None:
    s3 = aws("s3")
    for bucket, named in (("open-to-it", origin), ("open-to-others", "http://other.example")):
        s3.create_bucket(Bucket=bucket)
        rule = {"AllowedMethods": ["PUT", "GET"], "AllowedOrigins": [named], "AllowedHeaders": ["*"]}
        s3.put_bucket_cors(Bucket=bucket, CORSConfiguration={"CORSRules": [rule]})
    for bucket, put, got in (("open-to-it", 200, "from a page"), ("open-to-others", 0, "TypeError: Failed to fetch")):
        where = {"Bucket": bucket, "Key": "k"}
        # What a page sends for text; an address by signature version 2, boto3's default here, signs it.
        upload = s3.generate_presigned_url("put_object", where | {"ContentType": "text/plain;charset=UTF-8"})
        read = s3.generate_presigned_url("get_object", where)
        assert page.evaluate(FETCH, [upload, {"method": "PUT", "body": "from a page"}])["status"] == put
        assert page.evaluate(FETCH, [read, {}])["text"] == got
    assert "Contents" not in s3.list_objects_v2(Bucket="open-to-others")


def test_a_deployed_api_answers_pages_as_it_declares(page: Page, url: str, aws: Aws, origin: str) -> None:
    apis = aws("apigatewayv2")
    for name, named, status in (("for-it", origin, 404), ("for-others", "http://other.example", 0)):
        sharing = {"AllowOrigins": [named], "AllowMethods": ["GET"]}
        api = apis.create_api(Name=name, ProtocolType="HTTP", CorsConfiguration=sharing)["ApiId"]
        apis.create_stage(ApiId=api, StageName="$default", AutoDeploy=True)
        assert page.evaluate(FETCH, [f"{url}/_aws/execute-api/{api}/", {}])["status"] == status
