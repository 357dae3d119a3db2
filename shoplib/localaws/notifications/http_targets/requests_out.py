"""One HTTP request of a target, and what its answer means for the delivery: done, to be tried again, or given up.

Neither answers nor errors of the client library are quoted: they may repeat what a connection keeps secret.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC
from email.utils import parsedate_to_datetime
from functools import cache

import requests
from urllib3.exceptions import HTTPError
from urllib3.util import SKIP_HEADER

from shoplib.localaws import engine_clock
from shoplib.localaws.loopback import session
from shoplib.localaws.notifications.deliveries import TryAgain, Undeliverable

ANSWER_WITHIN_S = 5.0
TOO_MANY_REQUESTS = 429
SECONDS = re.compile(r"[+-]?\d{1,9}")
OF_THE_LIBRARY = ("Accept-Encoding", "User-Agent")  # it adds these with values of its own


@dataclass(frozen=True)
class HttpRequest:
    method: str
    url: str = field(repr=False)
    headers: Mapping[str, str] = field(repr=False)
    body: bytes = field(repr=False)


@dataclass(frozen=True)
class Answer:
    status: int
    retry_after: str
    body: bytes = field(repr=False, default=b"")

    @property
    def is_success(self) -> bool:
        return 200 <= self.status < 300


def send(request: HttpRequest, what: str, read: int = 0) -> Answer:
    """The answer with the first `read` bytes of its body. Raises TryAgain, or Undeliverable for what cannot be sent."""
    try:
        with _session().request(
            request.method,
            request.url,
            data=request.body,
            headers=_encoded(request.headers),
            timeout=ANSWER_WITHIN_S,
            allow_redirects=False,
            stream=True,
        ) as answer:
            body = answer.raw.read(read, decode_content=True) if read else b""
            return Answer(answer.status_code, answer.headers.get("Retry-After", ""), body)
    except (requests.exceptions.InvalidHeader, requests.exceptions.InvalidURL) as error:
        raise Undeliverable("INVALID_PARAMETER", f"{what}: its parameters make no HTTP request") from error
    except requests.Timeout as error:
        raise TryAgain("UNKNOWN", f"{what}: Timeout calling endpoint for API Destination: socket closed.") from error
    except (requests.RequestException, HTTPError) as error:
        raise TryAgain("SDK_CLIENT_ERROR", f"{what}: API destination endpoint cannot be reached.") from error


def require_success(answer: Answer, what: str, tried_again: tuple[int, ...]) -> None:
    """Raises TryAgain for these statuses, 429 and all from 500 on, else Undeliverable."""
    if answer.is_success:
        return
    message = f"{what}: the endpoint answered {answer.status}"
    wait_s = _wait_s(answer.retry_after)
    if wait_s >= 0 and (answer.status >= 500 or answer.status in (TOO_MANY_REQUESTS, *tried_again)):
        raise TryAgain("ERROR_FROM_TARGET", message, wait_s)
    raise Undeliverable("SDK_CLIENT_ERROR", message)


def _wait_s(retry_after: str) -> float:
    """Of a Retry-After in seconds or as a date; a negative one asks not to come again."""
    if SECONDS.fullmatch(retry_after.strip()):
        return float(retry_after)
    try:
        moment = parsedate_to_datetime(retry_after)
    except ValueError:
        return 0.0
    zoned = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
    return max(0.0, zoned.timestamp() - engine_clock.now())


def _encoded(headers: Mapping[str, str]) -> dict[str, bytes | str]:
    """Values of an event may be any text, of which the client library takes Latin-1 alone."""
    names = {name.lower() for name in headers}
    skipped: dict[str, bytes | str] = {name: SKIP_HEADER for name in OF_THE_LIBRARY if name.lower() not in names}
    return skipped | {name: value.encode() for name, value in headers.items()}


@cache
def _session() -> requests.Session:
    own_session = session()
    own_session.headers.clear()
    return own_session
