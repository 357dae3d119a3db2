"""Who may use the console: the browser that was given its token, at its own address. An ASGI application."""

import hmac
from collections.abc import Awaitable, Callable, Mapping
from http.cookies import SimpleCookie
from typing import Any
from urllib.parse import parse_qs

Scope = Mapping[str, Any]
Receive = Callable[[], Awaitable[Any]]
Send = Callable[[Any], Awaitable[None]]
Application = Callable[[Any, Receive, Send], Awaitable[None]]
ENDPOINTS = "/api/endpoints"
READS = ("GET", "HEAD")
OWN = ("", "same-origin", "none")
REFUSED = b"The console is for the browser that `shoplib console` opened: use the address that it printed.\n"
ELSEWHERE = b'{"detail": "This console shows the local AWS alone."}'


class Gate:
    """`endpoint` is the name of the only one that may be asked."""

    def __init__(self, application: Application, port: int, token: str, endpoint: str) -> None:
        self._application = application
        self._hosts = (f"127.0.0.1:{port}", f"localhost:{port}")
        self._cookie = f"shoplib-console-{port}"
        self._token = token
        self._endpoint = endpoint

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "lifespan":
            await self._application(scope, receive, send)
            return
        headers = {name.decode("latin-1"): value.decode("latin-1") for name, value in scope["headers"]}
        query = parse_qs(scope.get("query_string", b"").decode("latin-1"))
        if not self._is_own(headers):
            await _refuse(scope, send, REFUSED)
        elif scope["type"] == "http" and scope["path"] == "/" and self._is_token(query.get("token", [""])[0]):
            await self._let_in(send)
        elif not self._is_token(self._sent(headers)):
            await _refuse(scope, send, REFUSED)
        elif self._leads_elsewhere(scope, query):
            await _refuse(scope, send, ELSEWHERE, b"application/json")
        else:
            await self._application(scope, receive, send)

    def _is_own(self, headers: Mapping[str, str]) -> bool:
        """Of this address, and caused by a page of it or typed."""
        host, origin = headers.get("host", ""), headers.get("origin", "")
        return host in self._hosts and origin in ("", f"http://{host}") and headers.get("sec-fetch-site", "") in OWN

    def _is_token(self, text: str) -> bool:
        return hmac.compare_digest(text.encode(), self._token.encode())

    def _sent(self, headers: Mapping[str, str]) -> str:
        cookie = SimpleCookie(headers.get("cookie", "")).get(self._cookie)
        return cookie.value if cookie else ""

    def _leads_elsewhere(self, scope: Scope, query: Mapping[str, list[str]]) -> bool:
        changes = scope["path"].startswith(ENDPOINTS) and scope.get("method", "GET") not in READS
        return changes or any(each != self._endpoint for each in query.get("endpoint", []))

    async def _let_in(self, send: Send) -> None:
        cookie = f"{self._cookie}={self._token}; HttpOnly; SameSite=Strict; Path=/"
        headers = [(b"location", b"/"), (b"set-cookie", cookie.encode()), (b"content-length", b"0")]
        await send({"type": "http.response.start", "status": 303, "headers": headers})
        await send({"type": "http.response.body", "body": b""})


async def _refuse(scope: Scope, send: Send, text: bytes, kind: bytes = b"text/plain") -> None:
    if scope["type"] == "websocket":
        await send({"type": "websocket.close", "code": 1008})
        return
    headers = [(b"content-type", kind), (b"content-length", str(len(text)).encode())]
    await send({"type": "http.response.start", "status": 403, "headers": headers})
    await send({"type": "http.response.body", "body": text})
