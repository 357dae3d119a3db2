"""The gate in front of the console, and the command without StackPort."""

from importlib import metadata
from typing import Any

import pytest

from shoplib import console
from shoplib.console import server
from shoplib.console.gate import Gate
from shoplib.errors import LabError
from shoplib.localaws import Engine
from tests import loops

HOST = "127.0.0.1:8080"
COOKIE = {"cookie": "other=1; shoplib-console-8080=secret"}


async def application(scope: Any, receive: Any, send: Any) -> None:
    await send({"type": "http.response.start", "status": 200, "headers": []})
    await send({"type": "http.response.body", "body": b"inside"})


def ask(path: str = "/", query: str = "", method: str = "GET", kind: str = "http", **headers: str) -> list[Any]:
    """What the gate sends."""
    sent: list[Any] = []

    async def send(event: Any) -> None:
        sent.append(event)

    async def receive() -> Any:
        return {"type": "http.request"}

    fields = {"host": HOST, **headers}
    scope = {
        "type": kind,
        "path": path,
        "query_string": query.encode(),
        "method": method,
        "headers": [(name.replace("_", "-").encode(), value.encode()) for name, value in fields.items()],
    }
    loops.run(Gate(application, 8080, "secret", "local")(scope, receive, send))
    return sent


def test_the_token_becomes_a_cookie():
    start, _ = ask(query="token=secret")
    headers = dict(start["headers"])
    assert (start["status"], headers[b"location"]) == (303, b"/")
    assert headers[b"set-cookie"] == b"shoplib-console-8080=secret; HttpOnly; SameSite=Strict; Path=/"
    assert ask("/api/stats", **COOKIE)[1]["body"] == b"inside"


@pytest.mark.parametrize(
    "request_",
    [
        {},
        {"query": "token=wrong"},
        {"path": "/api/stats", "query": "token=secret"},
        {"cookie": "shoplib-console-8080=wrong"},
        {"cookie": "shoplib-console-9090=secret"},
        {**COOKIE, "host": "evil.example:8080"},
        {**COOKIE, "host": "127.0.0.1:8081"},
        {**COOKIE, "origin": "https://evil.example"},
        {**COOKIE, "origin": "http://127.0.0.1:8888"},
        {**COOKIE, "sec_fetch_site": "cross-site"},
        {**COOKIE, "sec_fetch_site": "same-site"},
        {"query": "token=secret", "origin": "https://evil.example"},
        {**COOKIE, "path": "/api/endpoints", "method": "POST"},
        {**COOKIE, "path": "/api/endpoints/default", "method": "PUT"},
        {**COOKIE, "path": "/api/stats", "query": "endpoint=https://sqs.us-east-1.amazonaws.com"},
    ],
)
def test_others_are_refused(request_: dict[str, str]):
    assert ask(**request_)[0]["status"] == 403


def test_its_own_pages_are_served():
    own = {**COOKIE, "origin": f"http://{HOST}", "sec_fetch_site": "same-origin"}
    for more in ({}, {"path": "/api/endpoints"}, {"path": "/api/sqs/queues", "query": "endpoint=local"}):
        assert ask(**own, **more)[0]["status"] == 200


def test_a_foreign_web_socket_is_closed():
    assert ask("/ws", kind="websocket", origin="https://evil.example", **COOKIE) == [
        {"type": "websocket.close", "code": 1008}
    ]


def test_without_stackport_it_says_how_to_get_it(monkeypatch: pytest.MonkeyPatch):
    def version(name: str) -> str:
        raise metadata.PackageNotFoundError(name)

    monkeypatch.setattr(server.metadata, "version", version)
    engine = Engine("http://127.0.0.1:1", 1, "us-east-1", "123456789012", "", "k", "s")
    with pytest.raises(LabError, match="StackPort is not installed") as refused:
        console.prepare(engine, "nowhere")
    assert "shoplib[console]" in str(refused.value)
