"""How a service is: what it depends on, asked one by one."""

from collections.abc import Callable, Mapping
from typing import Any

from aws_lambda_powertools.event_handler import Response

from shoplib.core import http, telemetry

OK, FAILING = "ok", "failing"


def answer(checks: Mapping[str, Callable[[], Any]]) -> Response[str]:
    """200 when every check comes back, 503 when one raises; the body says which. Why is in the log alone."""
    states = {name: _state(name, check) for name, check in checks.items()}
    well = all(state == OK for state in states.values())
    return http.answer(200 if well else 503, {"status": OK if well else FAILING, "dependencies": states})


def _state(name: str, check: Callable[[], Any]) -> str:
    try:
        check()
    except Exception:  # noqa: BLE001 - whatever it is: the question was whether the dependency answers
        telemetry.logger().exception("unhealthy", extra={"dependency": name})
        return FAILING
    return OK
