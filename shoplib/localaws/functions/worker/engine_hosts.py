"""What leaves a handler by HTTPS and is meant for the engine, which speaks HTTP on this machine alone.

Answers of custom resources (crhelper opens HTTPS to the ResponseURL's host, whatever its scheme), and calls of APIs at
their own hosts, as a WebSocket's backend makes them: `https://{domainName}/{stage}/@connections/...`.

Nothing is imported for it: the modules are changed when the handler itself imports them.
"""

import os
import sys

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

WATCHED = ("http.client", "urllib3.connection")


class _Finder:
    """Once for each module."""

    def __init__(self) -> None:
        self._waiting = set(WATCHED)

    def find_spec(self, name: str, path: "Any" = None, target: "Any" = None) -> "Any":
        if name not in self._waiting:
            return None
        self._waiting.remove(name)
        from importlib.util import find_spec

        spec = find_spec(name)
        if spec is None or spec.loader is None:
            return None
        original = spec.loader.exec_module

        def exec_module(module: "Any") -> None:
            original(module)
            _reach_engine(module)

        spec.loader.exec_module = exec_module  # type: ignore[method-assign]
        return spec


def install() -> None:
    for name in WATCHED:
        if name in sys.modules:
            _reach_engine(sys.modules[name])
    sys.meta_path.insert(0, _Finder())


def _reach_engine(module: "Any") -> None:
    """Its HTTPSConnection, where it has one (urllib3 has none without TLS)."""
    host, _, port = os.environ.get("AWS_ENDPOINT_URL", "").rpartition("://")[2].rstrip("/").partition(":")
    secure: Any = getattr(module, "HTTPSConnection", None)
    if not port or not hasattr(secure, "connect"):
        return
    original = secure.connect

    def connect(connection: "Any") -> None:
        place = connection.host, connection.port
        if not (place[0] == host and place[1] in (443, int(port))) and not _is_an_api(place[0]):
            original(connection)
            return
        connection.host, connection.port = host, int(port)
        try:
            module.HTTPConnection.connect(connection)
        finally:
            connection.host, connection.port = place  # as the request's Host header has them

    secure.connect = connect


def _is_an_api(host: str) -> bool:
    return ".execute-api." in host and host.endswith((".amazonaws.com", ".amazonaws.com.cn"))
