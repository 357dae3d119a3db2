"""What AWS's own SDK signs is let in, and nothing else is: botocore signs, the guard verifies."""

import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from io import BytesIO
from typing import Any
from unittest.mock import patch
from urllib.parse import quote, urlsplit

import pytest
from botocore.auth import AUTH_TYPE_MAPS
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials
from hypothesis import given
from hypothesis import strategies as st
from urllib3.filepost import encode_multipart_formdata

from shoplib.localaws.guard import Guard, s3_forms, signed_bodies

KEY = Credentials("KEY", "secret")
HOST = "127.0.0.1:4566"
TEXTS = st.text(st.characters(codec="utf-8", exclude_categories=("Cc", "Cs")), max_size=12)
WORDS = st.text("ab c-_.~+=&%/:é", max_size=8)
QUERIES = st.lists(st.tuples(WORDS.filter(bool), WORDS), max_size=4)
REFUSED = "403 Forbidden"


def served(environ: dict[str, Any], start_response: Callable[..., Any]) -> list[bytes]:
    start_response("200 OK", [])
    return [environ["wsgi.input"].read()]


class NoServices:
    def compose(self) -> None: ...

    def serves_domain(self, environ: dict[str, Any]) -> bool:
        return False


GUARD = Guard(signed_bodies(served), NoServices(), ("KEY", "secret"))


def answer(environ: dict[str, Any]) -> str:
    """The status, after the whole way through the guard."""
    seen: list[str] = []
    list(GUARD(environ, lambda status, headers: seen.append(status)))
    return seen[0]


def signed(
    kind: str = "v4",
    service: str = "sqs",
    method: str = "POST",
    path: str = "/",
    query: str = "",
    headers: dict[str, str] | None = None,
    body: bytes = b"{}",
    key: Credentials = KEY,
) -> dict[str, Any]:
    """A WSGI environ as the server makes it of a request that botocore signed."""
    url = f"http://{HOST}{path}" + (f"?{query}" if query else "")
    # A presigned address carries no body of its own.
    request = AWSRequest(method, url, headers=headers or {}, data=b"" if "query" in kind else body)
    AUTH_TYPE_MAPS[kind](key, *(() if kind == "s3-query" else (service, "eu-west-1"))).add_auth(request)
    sent = request.prepare()
    address = urlsplit(sent.url)
    return {
        "REQUEST_METHOD": method,
        "REQUEST_URI": address.path + (f"?{address.query}" if address.query else ""),
        "PATH_INFO": address.path,
        "QUERY_STRING": address.query,
        "CONTENT_LENGTH": str(len(body)),
        "CONTENT_TYPE": sent.headers.get("Content-Type", ""),
        "wsgi.input": BytesIO(body),
        "HTTP_HOST": HOST,
        **{
            f"HTTP_{name.upper().replace('-', '_')}": value.decode() if isinstance(value, bytes) else value
            for name, value in sent.headers.items()
            if name.lower() not in ("content-type", "content-length")
        },
    }


@given(
    path=TEXTS.map(lambda text: "/" + quote(text)),
    query=QUERIES.map(
        lambda pairs: "&".join(f"{quote(name, safe='')}={quote(value, safe='')}" for name, value in pairs)
    ),
    body=st.binary(max_size=40),
    kind=st.sampled_from([("v4", "lambda"), ("v4", "sqs"), ("s3v4", "s3"), ("v4-query", "sts"), ("s3v4-query", "s3")]),
    value=st.text("ab  c", max_size=9),
)
def test_whatever_botocore_signs_is_let_in(
    path: str, query: str, body: bytes, kind: tuple[str, str], value: str
) -> None:
    headers = {"X-Amz-Meta-Note": value} if kind[0].startswith("s3") else {}
    body = b"" if kind == ("v4-query", "sts") else body
    assert answer(signed(*kind, "PUT", path, query, headers, body)) == "200 OK"


CHANGES: dict[str, Callable[[dict[str, Any]], Any]] = {
    "method": lambda e: e.update(REQUEST_METHOD="DELETE"),
    "path": lambda e: e.update(REQUEST_URI="/other", PATH_INFO="/other"),
    "query": lambda e: e.update(QUERY_STRING=f"{e['QUERY_STRING']}&a=1"),
    "host": lambda e: e.update(HTTP_HOST="localhost:4566"),
    "header": lambda e: e.update(HTTP_X_AMZ_ACL="public-read"),
    "key": lambda e: e.update(HTTP_AUTHORIZATION=e["HTTP_AUTHORIZATION"].replace("KEY", "YEK")),
    "token": lambda e: e.update(HTTP_X_AMZ_SECURITY_TOKEN="x"),
    "nothing signed": lambda e: e.pop("HTTP_AUTHORIZATION"),
    "another scheme": lambda e: e.update(HTTP_AUTHORIZATION=f"Foo {e['HTTP_AUTHORIZATION']}"),
    "half a header": lambda e: e.update(HTTP_AUTHORIZATION=e["HTTP_AUTHORIZATION"].partition(",")[0]),
    "an empty signature": lambda e: e.update(HTTP_AUTHORIZATION=e["HTTP_AUTHORIZATION"].rpartition("=")[0] + "="),
    "the scope": lambda e: e.update(HTTP_AUTHORIZATION=e["HTTP_AUTHORIZATION"].replace("eu-west-1", "eu-west-2")),
}


@pytest.mark.parametrize("change", CHANGES)
@pytest.mark.parametrize(("kind", "service"), [("v4", "sqs"), ("s3v4", "s3")])
def test_whatever_was_changed_is_refused(change: str, kind: str, service: str) -> None:
    environ = signed(kind, service)
    CHANGES[change](environ)
    assert answer(environ) == REFUSED


def test_a_body_that_was_not_signed_is_refused() -> None:
    environ = signed(body=b"signed")
    environ["wsgi.input"] = BytesIO(b"forged")
    assert answer(environ) == REFUSED


@pytest.mark.parametrize("change", ["method", "path", "query", "host", "header", "token"])
@pytest.mark.parametrize(("kind", "service"), [("s3v4-query", "s3"), ("s3-query", "s3")])
def test_a_presigned_address_is_good_for_what_it_says(change: str, kind: str, service: str) -> None:
    environ = signed(kind, service, "PUT", "/bucket/key")
    assert answer(dict(environ)) == "200 OK"
    if (kind, change) in (("s3-query", "host"), ("s3-query", "query")):
        return  # the older kind does not sign these
    CHANGES[change](environ)
    assert answer(environ) == REFUSED


@pytest.mark.parametrize("kind", ["v4", "s3v4", "s3", "s3v4-query", "s3-query"])
def test_a_signature_has_its_time(kind: str) -> None:
    environ = signed(kind, "s3" if "s3" in kind else "sqs", "GET", "/bucket/key", body=b"")
    assert answer(dict(environ)) == "200 OK"
    now = time.time()
    for moment in (now + 2 * 3600, now + 30 * 24 * 3600):
        with patch("shoplib.localaws.guard.signatures.time.time", return_value=moment):
            assert answer(dict(environ)) == REFUSED


def test_another_days_key_is_refused() -> None:
    yesterday = (datetime.now(UTC) - timedelta(days=1)).strftime("%Y%m%d")
    environ = signed()
    today = datetime.now(UTC).strftime("%Y%m%d")
    environ["HTTP_AUTHORIZATION"] = environ["HTTP_AUTHORIZATION"].replace(f"/{today}/", f"/{yesterday}/")
    assert answer(environ) == REFUSED


@pytest.mark.parametrize(
    "sent",
    [
        {"PATH_INFO": "/", "HTTP_X_AMZ_TARGET": "AmazonSQS.ListQueues"},
        {"PATH_INFO": "/", "HTTP_X_AMZ_TARGET": "AWSCognitoIdentityProviderService.AdminDeleteUser"},
        {"PATH_INFO": "/", "QUERY_STRING": "Action=ListQueues"},
        {"PATH_INFO": "/", "CONTENT_LENGTH": "5"},
        {"PATH_INFO": "/_aws/health", "REQUEST_METHOD": "POST"},
        {"PATH_INFO": "/_aws/observed"},
        {"PATH_INFO": "/_aws/event-sources"},
        {"PATH_INFO": "/bucket/key"},
        {"PATH_INFO": "/bucket", "REQUEST_METHOD": "POST", "CONTENT_TYPE": "multipart/form-data; boundary=x"},
    ],
)
def test_what_nobody_signed_is_refused(sent: dict[str, str]) -> None:
    blank = {"REQUEST_METHOD": "GET", "QUERY_STRING": "", "CONTENT_LENGTH": "", "wsgi.input": BytesIO(b"x" * 5)}
    assert answer({"HTTP_HOST": HOST, "REQUEST_URI": "/", **blank, **sent}) == REFUSED


@pytest.mark.parametrize("path", ["/", "/_aws/health", "/_aws/custom-resource/1", "/us-east-1_a/.well-known/jwks.json"])
def test_what_aws_answers_to_anybody_is_answered(path: str) -> None:
    environ = {"REQUEST_METHOD": "GET", "QUERY_STRING": "", "PATH_INFO": path, "wsgi.input": BytesIO()}
    assert answer({**environ, "HTTP_HOST": HOST, "REQUEST_URI": path}) == "200 OK"


@pytest.mark.parametrize("size", [1, 600_000])
def test_a_form_that_is_read_leaves_no_file_open(size: int) -> None:
    """Whatever its size; a file that is left open is a warning, and warnings are errors."""
    body, kind = encode_multipart_formdata({"key": "a", "file": ("name", b"x" * size)})
    environ = {"REQUEST_METHOD": "POST", "CONTENT_TYPE": kind, "CONTENT_LENGTH": str(len(body))}
    assert s3_forms.refusal_of(environ, body, "bucket", None) is None
