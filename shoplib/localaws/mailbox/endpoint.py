"""`GET /_aws/mailbox`: all messages; with `?to=ada@example.com`, those to one recipient. DELETE empties the mailbox.

AWS has no such operation: it delivers messages to their recipients.
"""

import json
from collections.abc import Callable, Iterable
from dataclasses import asdict
from typing import Any
from urllib.parse import parse_qs

from shoplib.localaws.mailbox.messages import Mailbox

PATH = "/_aws/mailbox"


class MailboxEndpoint:
    """A WSGI application that returns a list of messages, oldest first."""

    def __init__(self, mailbox: Mailbox) -> None:
        self._mailbox = mailbox

    def matches(self, environ: dict[str, Any]) -> bool:
        return bool(environ["PATH_INFO"] == PATH)

    def __call__(self, environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        if environ["REQUEST_METHOD"] == "DELETE":
            self._mailbox.clear()
        to = parse_qs(environ.get("QUERY_STRING", "")).get("to", [None])[0]
        body = json.dumps([asdict(message) for message in self._mailbox.messages(to)]).encode()
        headers = {"Content-Type": "application/json", "Content-Length": str(len(body)), "Cache-Control": "no-store"}
        start_response("200 OK", list(headers.items()))
        return [body]
