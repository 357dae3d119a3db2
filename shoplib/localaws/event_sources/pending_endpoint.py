"""`GET /_aws/event-sources`: how many messages and records functions have yet to process, per source ARN.

AWS has no such operation, and its metrics are a minute late. Tests and lessons wait on it instead of sleeping.
"""

import json
from collections.abc import Callable, Iterable
from typing import Any

from shoplib.localaws.event_sources.pollers import EventSources

PATH = "/_aws/event-sources"


class PendingEndpoint:
    """A WSGI application that returns `{source ARN: messages or records}`."""

    def __init__(self, sources: EventSources) -> None:
        self.sources = [sources]  # including sources that are opened later

    def matches(self, environ: dict[str, Any]) -> bool:
        return environ["PATH_INFO"] == PATH

    def __call__(self, _environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        rows = [row for sources in self.sources for row in sources.pending().items()]
        slowest = {arn: max(count for each, count in rows if each == arn) for arn, _ in rows}
        body = json.dumps(slowest).encode()
        start_response("200 OK", [("Content-Type", "application/json"), ("Content-Length", str(len(body)))])
        return [body]
