"""The services, composed with the first request that needs them: an engine that nobody has called yet is small."""

import threading
from typing import Any

from shoplib.localaws.composition import Services
from shoplib.localaws.ingress.server import WSGI

Environ = dict[str, Any]


class OnDemand:
    """Composes the services with the first request, or when `warm_up` says that one comes; `url` is set by then."""

    def __init__(self) -> None:
        self.url = ""
        self._composing = threading.Lock()
        self._services: Services | None = None

    def route(self, environ: Environ) -> WSGI:
        return self.compose().route(environ)

    def serves_domain(self, environ: Environ) -> bool:
        return self._services is not None and self._services.serves_domain(environ)

    def warm_up(self) -> None:
        threading.Thread(target=self.compose, name="warm-up", daemon=True).start()

    def close(self) -> None:
        with self._composing:
            if self._services:
                self._services.close()

    def compose(self) -> Services:
        return self._services or self._composed()

    def _composed(self) -> Services:
        with self._composing:
            if self._services is None:
                from shoplib.localaws.startup import hasten, uncollected

                hasten()
                with uncollected():
                    self._services = Services(self.url)
            return self._services
