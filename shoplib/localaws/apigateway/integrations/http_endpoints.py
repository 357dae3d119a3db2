"""HTTP endpoints behind an API. The lab never leaves this machine: only loopback addresses and its own APIs answer."""

from dataclasses import dataclass, field
from urllib.parse import urlsplit

import requests
from urllib3.exceptions import HTTPError
from urllib3.util import SKIP_HEADER

from shoplib.localaws.apigateway.errors import GatewayError, internal_error
from shoplib.localaws.apigateway.integrations.request import IntegrationRequest
from shoplib.localaws.apigateway.messages import Headers
from shoplib.localaws.loopback import is_here, session
from shoplib.localaws.own_addresses import ELSEWHERE, translated


@dataclass(slots=True)
class BackendReply:
    """`outcome` is what integration responses select by: the status, or a Lambda function's error message."""

    status: int
    headers: Headers
    body: bytes
    outcome: str = field(default="")


class HttpBackends:
    """HTTP and HTTP_PROXY integrations."""

    def __init__(self, endpoint_url: str) -> None:
        self._endpoint_url = endpoint_url
        self._session = session()

    def call(self, request: IntegrationRequest, timeout: float, proxied: bool = True) -> BackendReply:
        """Reply of the endpoint, `proxied`: as it was sent. Raises GatewayError: 504 when it takes too long, 500 when
        it cannot be reached."""
        url = self._reachable(request.uri)
        try:
            answer = self._session.request(
                request.method,
                url,
                params=request.query,
                headers=_without_defaults(request),
                data=request.content or None,
                timeout=timeout,
                allow_redirects=False,
                stream=True,
            )
            body = answer.raw.read(decode_content=not proxied)
        except (requests.Timeout, TimeoutError) as error:
            raise GatewayError("INTEGRATION_TIMEOUT", "Endpoint request timed out", f"{url}: {error}") from error
        except (requests.RequestException, HTTPError) as error:
            raise internal_error(f"endpoint {url}: {error}") from error
        return BackendReply(answer.status_code, _headers(answer, proxied), body, str(answer.status_code))

    def _reachable(self, uri: str) -> str:
        address = translated(uri, self._endpoint_url)
        if not urlsplit(address).hostname:
            raise internal_error("Invalid endpoint address")
        if not is_here(address):
            raise internal_error(f"endpoint {uri} {ELSEWHERE} (use a 127.0.0.1 address)")
        return address


def _without_defaults(request: IntegrationRequest) -> dict[str, str]:
    """The request's own headers alone: the client library would add some of its name."""
    own = dict(request.headers)
    present = {name.lower() for name in own}
    return {**{name: SKIP_HEADER for name in ("Accept-Encoding", "User-Agent") if name.lower() not in present}, **own}


def _headers(answer: requests.Response, proxied: bool) -> Headers:
    skipped = ("transfer-encoding",) if proxied else ("content-encoding", "content-length", "transfer-encoding")
    return [(name, value) for name, value in answer.headers.items() if name.lower() not in skipped]


def reply_of(answer: requests.Response) -> BackendReply:
    """The answer without what only concerns its connection; the body is already decompressed."""
    skipped = ("connection", "content-encoding", "content-length", "keep-alive", "transfer-encoding")
    headers = [(name, value) for name, value in answer.headers.items() if name.lower() not in skipped]
    return BackendReply(answer.status_code, headers, answer.content, str(answer.status_code))
