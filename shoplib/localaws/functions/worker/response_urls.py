"""Answers of custom resources that leave by HTTPS: libraries (crhelper) open one to the ResponseURL's host, whatever
its scheme. AWS's host is S3; here it is the engine, which speaks HTTP on this machine alone.

Nothing is imported for it: `http.client` is changed when the handler itself imports it.
"""

import os
import sys

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

WATCHED = "http.client"


class _Finder:
    """Once, for `http.client`."""

    def find_spec(self, name: str, path: "Any" = None, target: "Any" = None) -> "Any":
        if name != WATCHED:
            return None
        sys.meta_path.remove(self)
        from importlib.util import find_spec

        spec = find_spec(name)
        assert spec is not None and spec.loader is not None
        original = spec.loader.exec_module

        def exec_module(module: "Any") -> None:
            original(module)
            _reach_engine(module)

        spec.loader.exec_module = exec_module  # type: ignore[method-assign]
        return spec


def install() -> None:
    if WATCHED in sys.modules:
        _reach_engine(sys.modules[WATCHED])
    else:
        sys.meta_path.insert(0, _Finder())


def _reach_engine(module: "Any") -> None:
    host, _, port = os.environ.get("AWS_ENDPOINT_URL", "").rpartition("://")[2].rstrip("/").partition(":")
    original = module.HTTPSConnection.connect

    def connect(connection: "Any") -> None:
        if connection.host == host and connection.port in (443, int(port)):
            connection.port = int(port)
            module.HTTPConnection.connect(connection)
        else:
            original(connection)

    if port:
        module.HTTPSConnection.connect = connect
