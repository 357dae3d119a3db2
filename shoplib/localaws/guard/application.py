"""The guard itself: a WSGI application around the engine's front that lets in or refuses."""

from collections.abc import Callable, Iterable
from typing import Any, Protocol

from shoplib.localaws.guard import s3_cors
from shoplib.localaws.guard.hosts import is_own
from shoplib.localaws.guard.keys import Keys
from shoplib.localaws.guard.pages import READS, is_own_link, is_page, reads_mailbox
from shoplib.localaws.guard.planes import is_beside_aws, is_deployed
from shoplib.localaws.guard.refusals import FOREIGN_HOST, FOREIGN_PAGE, NOT_SERVED
from shoplib.localaws.guard.s3_pages import bucket_of
from shoplib.localaws.guard.signatures import Signatures
from shoplib.localaws.guard.statements import Statements

Environ = dict[str, Any]
WSGI = Callable[[Environ, Callable[..., Any]], Iterable[bytes]]


class Services(Protocol):
    """`compose` waits until there are services to ask; `serves_domain` says whether a request goes to an API at a
    custom domain name."""

    def compose(self) -> Any: ...

    def serves_domain(self, environ: Environ) -> bool: ...


class Guard:
    """`keys` are the access key id and secret of the engine; without them any key is taken.

    `application` has `signed_bodies` within, behind whatever reads bodies.
    """

    def __init__(self, application: WSGI, services: Services, keys: tuple[str, str] | None) -> None:
        self._application = application
        self._services = services
        self._signatures = Signatures(Keys(*keys, services.compose), services.compose) if keys else None
        self._statements = Statements(services.compose)

    def __call__(self, environ: Environ, start_response: Callable[..., Any]) -> Iterable[bytes]:
        return self._chosen(environ)(environ, start_response)

    def _chosen(self, environ: Environ) -> WSGI:
        if not is_own(environ.get("HTTP_HOST", "")):
            return self._deployed(environ) if self._services.serves_domain(environ) else FOREIGN_HOST
        if is_deployed(environ):
            return self._deployed(environ)
        if is_beside_aws(environ):
            return NOT_SERVED
        return self._for_page(environ) if is_page(environ) else self._for_program(environ)

    def _deployed(self, environ: Environ) -> WSGI:
        (self._signatures or self._statements).mark(environ)
        return self._application

    def _signed(self, environ: Environ) -> WSGI:
        refusal = (self._signatures or self._statements).refusal(environ)
        return refusal or self._application

    def _for_program(self, environ: Environ) -> WSGI:
        if s3_cors.is_preflight(environ):
            self._services.compose()
            if (bucket := bucket_of(environ)) is not None:
                return s3_cors.preflight(bucket, environ)
        return self._signed(environ)

    def _for_page(self, environ: Environ) -> WSGI:
        # Without keys any page could sign for itself.
        if is_own_link(environ) or (self._signatures is not None and reads_mailbox(environ)):
            return self._signed(environ)
        self._services.compose()
        bucket = bucket_of(environ)
        return FOREIGN_PAGE if bucket is None else self._for_page_on(bucket, environ)

    def _for_page_on(self, bucket: Any, environ: Environ) -> WSGI:
        """Without keys nobody knows whose signature it is, so a page changes only what the CORS rules open to it."""
        if s3_cors.is_preflight(environ):
            return s3_cors.preflight(bucket, environ)
        origin, method = environ.get("HTTP_ORIGIN", ""), environ["REQUEST_METHOD"]
        rule = s3_cors.rule_for(bucket, origin, method)
        if self._signatures is None and rule is None and method not in READS:
            return FOREIGN_PAGE
        application = self._signed(environ)
        environ.pop("HTTP_ORIGIN", None)  # the rules are evaluated here, not by moto
        return s3_cors.share(application, rule, origin)
