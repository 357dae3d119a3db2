"""S3 says that an object is not there only to whoever may list its bucket; to others it is AccessDenied."""

from collections.abc import Callable, Iterable
from typing import Any

from shoplib.localaws.permissions.requests import Access

READS = ("s3:GetObject", "s3:GetObjectVersion")
Environ = dict[str, Any]
WSGI = Callable[[Environ, Callable[..., Any]], Iterable[bytes]]


def listing_of(accesses: list[Access]) -> Access | None:
    """What it takes to learn that an object is missing; None for a request that reads none."""
    if len(accesses) != 1 or accesses[0].action not in READS:
        return None
    return Access("s3:ListBucket", accesses[0].resource.partition("/")[0])


def hiding(application: WSGI, refuse: Callable[[Callable[..., Any]], Iterable[bytes] | None]) -> WSGI:
    """`application`, of which a 404 is what `refuse` answers instead, if it answers anything."""

    def hidden(environ: Environ, start_response: Callable[..., Any]) -> Iterable[bytes]:
        begun: list[Any] = []

        def begin(*arguments: Any, **_: Any) -> None:
            begun[:] = arguments

        body = application(environ, begin)
        if begun[0].startswith("404") and (refusal := refuse(start_response)) is not None:
            return refusal
        start_response(*begun)
        return body

    return hidden
