"""AWS calls that nobody answers truly: refused by name, where moto would pretend, or Flask answer a page of HTML."""

from collections.abc import Callable, Iterable
from typing import Any

from shoplib.localaws.available_services import is_absent_call
from shoplib.localaws.request_scope import signature

WSGI = Callable[[dict[str, Any], Callable[..., Any]], Iterable[bytes]]
NOT_YET = b"Not implemented yet - moto"
PAGE_NOT_FOUND = b"<title>404 Not Found</title>"


def refuse_unsupported_operations(moto: WSGI) -> WSGI:
    """As `moto`, but what nobody answers truly raises NotImplementedError, which the ingress answers."""

    def application(environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        response_start: list[Any] = []

        def begin(*arguments: Any) -> None:
            response_start[:] = arguments

        signed = signature(environ)
        if signed and is_absent_call(signed.service, environ.get("HTTP_X_AMZ_TARGET", "")):
            raise NotImplementedError(signed.service)
        body = moto(environ, begin)
        if response_start[0].startswith(("404", "500")):
            body = [b"".join(body)]
            if signed and _is_of_nobody(body[0], environ):
                raise NotImplementedError(signed.service)
        start_response(*response_start)
        return body

    return application


def _is_of_nobody(body: bytes, environ: dict[str, Any]) -> bool:
    """moto's answers to an operation that it does not have; an empty one to a request that names none."""
    is_empty = not body and environ["REQUEST_METHOD"] != "HEAD"
    return is_empty or PAGE_NOT_FOUND in body or NOT_YET in body
