"""moto's dispatcher without what moto serves beside AWS."""

from collections.abc import Callable
from functools import lru_cache
from typing import Any

from moto.moto_server.werkzeug_app import DomainDispatcherApplication

from shoplib.localaws.guard.planes import BESIDE_AWS
from shoplib.localaws.request_scope import signature

HOSTS = 1_000  # that are remembered: a service and a region, as a request says them


class AwsAlone(DomainDispatcherApplication):
    """A path beside AWS gets here when it is signed: it is an object's."""

    def __init__(self, create_app: Callable[..., Any]) -> None:
        super().__init__(create_app)
        # moto lists the folder of its package for each request, 1.5 ms; the same host is the same service.
        self._backend_of = lru_cache(HOSTS)(super().get_backend_for_host)

    def get_application(self, environ: dict[str, Any]) -> Any:
        if not str(environ["PATH_INFO"]).startswith(BESIDE_AWS):
            return super().get_application(environ)
        seen = {**environ, "PATH_INFO": "/"}
        application = super().get_application(seen)
        environ["wsgi.input"] = seen["wsgi.input"]  # a form's body was read, and put back to be read again
        return application

    def get_backend_for_host(self, host: str | None) -> Any:
        backend = self._backend_of(host)
        if host is not None and backend is None:
            raise NotImplementedError(host)
        return backend

    def infer_service_region_host(self, environ: dict[str, Any], path: str) -> str | None:
        """moto takes an old signature with four slashes in it, one of 1,400, for a credential's scope."""
        signed = signature(environ)
        is_old = signed is not None and not signed.region
        return None if is_old else super().infer_service_region_host(environ, path)

    def get_service_from_path(self, path_info: str) -> tuple[None, None]:
        """moto calls itself at `/{service}_{region}/...` without a signature; nobody else may."""
        return None, None
