"""AWS calls that moto has no route for: refused by name, where Flask would answer a page of HTML."""

import re
from collections.abc import Callable, Iterable
from typing import Any

WSGI = Callable[[dict[str, Any], Callable[..., Any]], Iterable[bytes]]
PAGE_NOT_FOUND = b"<title>404 Not Found</title>"
SERVICE = re.compile(r"Credential=[^/]+/\d+/[^/]+/([^/]+)/")


def refuse_unsupported_operations(moto: WSGI) -> WSGI:
    """As `moto`, but a signed request without a route raises NotImplementedError, which the ingress answers."""

    def application(environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        begun: list[Any] = []

        def begin(*arguments: Any) -> None:
            begun[:] = arguments

        body = moto(environ, begin)
        service = SERVICE.search(environ.get("HTTP_AUTHORIZATION", ""))
        if begun[0].startswith("404"):
            body = [b"".join(body)]
            if service and PAGE_NOT_FOUND in body[0]:
                raise NotImplementedError(service[1])
        start_response(*begun)
        return body

    return application
