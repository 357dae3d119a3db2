"""The composition root: what the engine consists of, in the order in which it starts and ends."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from shoplib.localaws.server import WSGI
from shoplib.localaws.startup import hasten


@dataclass(frozen=True)
class Services:
    """`route` says which application answers a request; `close` ends what runs."""

    route: Callable[[dict[str, Any]], WSGI]
    close: Callable[[], None]


def compose(url: str) -> Services:
    """Import moto, correct it, and start Lambda, the event sources and the API gateway on top of it."""
    hasten()
    from moto.moto_server.werkzeug_app import DomainDispatcherApplication, create_backend_app

    from shoplib.localaws import cloudformation, moto_fixes
    from shoplib.localaws.apigateway import FunctionUrls, Gateway
    from shoplib.localaws.cloudformation.custom import AnswerDoor
    from shoplib.localaws.event_sources import EventSources, PendingDoor
    from shoplib.localaws.functions import InvokeDoor, LambdaService
    from shoplib.localaws.functions import cloudformation as _lambda_types  # noqa: F401 - importing makes them known
    from shoplib.localaws.hot import JsonDoor

    moto_fixes.install_all()
    cloudformation.install()
    lambdas = LambdaService(url)
    lambdas.install()
    sources = EventSources(lambdas)
    sources.install()
    sources.start()
    gateway = Gateway(lambdas, url)
    doors = (JsonDoor(), InvokeDoor(lambdas), gateway, FunctionUrls(lambdas), PendingDoor(sources), AnswerDoor())
    moto = DomainDispatcherApplication(create_backend_app)

    def close() -> None:
        sources.close()
        gateway.close()
        lambdas.close()

    def route(environ: dict[str, Any]) -> WSGI:
        return next((application for application in doors if application.matches(environ)), moto)

    return Services(route, close)
