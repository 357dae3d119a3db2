"""The HTTP server of the engine: cheroot on 127.0.0.1, HTTP/1.1 with keep-alive."""

from collections.abc import Callable, Iterable
from typing import Any
from urllib.parse import unquote_to_bytes

from cheroot import wsgi
from moto.core.request import (
    PRESERVED_HEADER_NAMES_ENVIRON_KEY,
    environ_key_for_header,
    should_preserve_original_header_name,
)

from shoplib.errors import LabError

WSGI = Callable[[dict[str, Any], Callable[..., Any]], Iterable[bytes]]
# A long poll or a Lambda invoke holds a thread for its whole length, and Lambda functions call the engine back.
THREADS = 96
TAKEN = ("in use", "Only one usage")


class _Request(wsgi.Gateway_10):
    """Hands moto what it expects of its own server: the undecoded path, and underscores in S3 metadata names."""

    def get_environ(self) -> dict[str, Any]:  # type: ignore[override]
        environ: dict[str, Any] = super().get_environ()
        environ["RAW_URI"] = environ["REQUEST_URI"]
        environ["PATH_INFO"] = _decoded_path(environ["REQUEST_URI"], environ["PATH_INFO"])
        names = (name.decode("latin-1") for name in self.req.inheaders)
        environ[PRESERVED_HEADER_NAMES_ENVIRON_KEY] = {
            environ_key_for_header(name): name.lower() for name in names if should_preserve_original_header_name(name)
        }
        return environ


def _decoded_path(uri: str, path: str) -> str:
    # cheroot leaves %2F encoded; every other WSGI server decodes it, and S3 keys and ARNs in paths hold it.
    return unquote_to_bytes(uri.split("?", 1)[0]).decode("latin-1") if uri.startswith("/") else path


def listen(application: WSGI, port: int) -> wsgi.Server:
    """Bind to `port` (0: any free one) without serving yet, so that a port in use is known before anything else."""
    server = wsgi.Server(
        ("127.0.0.1", port), application, numthreads=THREADS, request_queue_size=512, timeout=120, shutdown_timeout=1
    )
    server.gateway = _Request
    server.keep_alive_conn_limit = 2000
    try:
        server.prepare()
    except (OSError, OverflowError) as error:
        raise _cannot_listen(port, error) from None
    return server


def port_of(server: wsgi.Server) -> int:
    return int(server.bind_addr[1])


def _cannot_listen(port: int, error: Exception) -> LabError:
    if any(words in str(error) for words in TAKEN):
        return LabError(f"port {port} of 127.0.0.1 is already in use", "choose another, or --port 0 for any free one")
    return LabError(f"cannot listen on 127.0.0.1:{port}: {error}", "choose a port from 1024 to 65535, or --port 0")
