"""The composition root: what the engine consists of, in the order in which it starts and ends."""

import sys
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from shoplib.localaws.server import WSGI


@dataclass(frozen=True)
class Services:
    """`route` says which application answers a request; `close` ends what runs."""

    route: Callable[[dict[str, Any]], WSGI]
    close: Callable[[], None]


def compose(url: str) -> Services:
    """Import moto, correct it, and start Lambda, the event sources and the API gateway on top of it."""
    _skip_slow_optional_imports()
    from moto.moto_server.werkzeug_app import DomainDispatcherApplication, create_backend_app

    from shoplib.localaws.apigateway import Gateway
    from shoplib.localaws.functions import LambdaService

    lambdas = LambdaService(url)
    lambdas.install()
    gateway = Gateway(lambdas, url)
    moto = DomainDispatcherApplication(create_backend_app)

    def close() -> None:
        gateway.close()
        lambdas.close()

    return Services(route=lambda environ: gateway if gateway.matches(environ) else moto, close=close)


def _skip_slow_optional_imports() -> None:
    # jsonschema compiles a grammar of 1.2 s for one optional format check that moto never asks for.
    sys.modules["rfc3987_syntax"] = None  # type: ignore[assignment]
