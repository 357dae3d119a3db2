"""The guard itself: a WSGI application around the engine's front that lets in or refuses."""

from collections.abc import Callable, Iterable
from typing import Any

from shoplib.localaws.guard import s3_cors
from shoplib.localaws.guard.hosts import is_own
from shoplib.localaws.guard.pages import READS, is_own_link, is_page
from shoplib.localaws.guard.planes import is_beside_aws, is_deployed
from shoplib.localaws.guard.refusals import FOREIGN_HOST, FOREIGN_PAGE, NOT_SERVED
from shoplib.localaws.guard.s3_pages import bucket_of

Environ = dict[str, Any]
WSGI = Callable[[Environ, Callable[..., Any]], Iterable[bytes]]


class Guard:
    """`serves_domain` says whether a request goes to an API at a custom domain name."""

    def __init__(self, application: WSGI, serves_domain: Callable[[Environ], bool]) -> None:
        self._application = application
        self._serves_domain = serves_domain

    def __call__(self, environ: Environ, start_response: Callable[..., Any]) -> Iterable[bytes]:
        return self._chosen(environ)(environ, start_response)

    def _chosen(self, environ: Environ) -> WSGI:
        if not is_own(environ.get("HTTP_HOST", "")):
            return self._application if self._serves_domain(environ) else FOREIGN_HOST
        if is_deployed(environ):
            return self._application
        if is_beside_aws(environ):
            return NOT_SERVED
        return self._for_page(environ) if is_page(environ) else self._application

    def _for_page(self, environ: Environ) -> WSGI:
        if is_own_link(environ):
            return self._application
        bucket = bucket_of(environ)
        return FOREIGN_PAGE if bucket is None else self._for_page_on(bucket, environ)

    def _for_page_on(self, bucket: Any, environ: Environ) -> WSGI:
        """Without keys nobody knows whose signature it is, so a page changes only what the CORS rules open to it."""
        origin = environ.pop("HTTP_ORIGIN", "")  # the rules are evaluated here, not by moto
        if s3_cors.is_preflight(environ):
            return s3_cors.preflight(bucket, origin, environ)
        method = environ["REQUEST_METHOD"]
        rule = s3_cors.rule_for(bucket, origin, method)
        if rule is None and method not in READS:
            return FOREIGN_PAGE
        return s3_cors.shared(self._application, rule, origin)
