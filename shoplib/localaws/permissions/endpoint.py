"""`GET /_aws/permissions`: what roles and users did, and what they were refused. DELETE forgets it.

AWS has IAM's last accessed information instead, which knows services and some actions, and no resources.
"""

import json
from collections.abc import Callable, Iterable
from typing import Any

from shoplib.localaws.permissions.uses import Uses

PATH = "/_aws/permissions"


class PermissionsEndpoint:
    """A WSGI application."""

    def __init__(self, uses: Uses) -> None:
        self._uses = uses

    def matches(self, environ: dict[str, Any]) -> bool:
        return bool(environ["PATH_INFO"] == PATH)

    def __call__(self, environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        if environ["REQUEST_METHOD"] == "DELETE":
            self._uses.clear()
        body = json.dumps({"uses": self._uses.rows()}).encode()
        start_response("200 OK", [("Content-Type", "application/json"), ("Content-Length", str(len(body)))])
        return [body]
