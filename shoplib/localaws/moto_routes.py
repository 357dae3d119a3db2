"""moto's dispatcher without what moto serves beside AWS."""

from typing import Any

from moto.moto_server.werkzeug_app import DomainDispatcherApplication

from shoplib.localaws.guard.planes import BESIDE_AWS


class AwsAlone(DomainDispatcherApplication):
    """A path beside AWS gets here when it is signed: it is an object's."""

    def get_application(self, environ: dict[str, Any]) -> Any:
        if not str(environ["PATH_INFO"]).startswith(BESIDE_AWS):
            return super().get_application(environ)
        seen = {**environ, "PATH_INFO": "/"}
        application = super().get_application(seen)
        environ["wsgi.input"] = seen["wsgi.input"]  # a form's body was read, and put back to be read again
        return application

    def get_backend_for_host(self, host: str | None) -> Any:
        backend = super().get_backend_for_host(host)
        if host is not None and backend is None:
            raise NotImplementedError(host)
        return backend

    def get_service_from_path(self, path_info: str) -> tuple[None, None]:
        """moto calls itself at `/{service}_{region}/...` without a signature; nobody else may."""
        return None, None
