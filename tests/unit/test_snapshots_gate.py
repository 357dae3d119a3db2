"""While an engine is saved, clients wait at its door; what has begun goes on."""

import threading
from typing import Any

import pytest

from shoplib.localaws.snapshots import Gate

INTERNAL = "HTTP_INTERNAL"


@pytest.fixture
def gate() -> Gate:
    return Gate(lambda environ: INTERNAL in environ)


def is_answered(gate: Gate, path: str, *, is_deployed: bool = False, **headers: str) -> threading.Event:
    """Set as soon as the request is through the gate."""
    answered = threading.Event()

    def application(environ: dict[str, Any], start_response: Any) -> list[bytes]:
        answered.set()
        return []

    environ = {"PATH_INFO": path, **headers}
    gated = gate.around(application, is_deployed=is_deployed)
    threading.Thread(target=gated, args=(environ, lambda *_: None), daemon=True).start()
    return answered


def test_clients_wait_and_deployed_apis_with_them_until_it_is_over(gate: Gate) -> None:
    assert gate.pause(1.0)
    waiting = [
        is_answered(gate, "/"),
        is_answered(gate, "/_aws/execute-api/abc/live/products", is_deployed=True),
    ]
    assert not any(each.wait(0.1) for each in waiting)
    gate.resume()
    assert all(each.wait(5.0) for each in waiting)


def test_the_engines_own_endpoints_and_work_of_functions_go_through(gate: Gate) -> None:
    assert gate.pause(1.0)
    assert is_answered(gate, "/_aws/snapshots/mine").wait(5.0)
    assert is_answered(gate, "/_aws/execute-api/abc/live/carts", is_deployed=True, HTTP_INTERNAL="yes").wait(5.0)
