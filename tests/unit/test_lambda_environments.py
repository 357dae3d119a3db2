"""How execution environments are handed out when the machine has no room for more."""

import threading
import time
from types import SimpleNamespace
from typing import Any

import pytest

from shoplib.localaws.functions import environments as module
from shoplib.localaws.functions.environment_pool import IDLE_LIMIT_S, SURPLUS_LIMIT_S, Pool
from shoplib.localaws.functions.environments import Environments
from shoplib.localaws.functions.errors import TooManyRequestsException
from tests.cloud.lambda_room import eventually

FUNCTION: Any = SimpleNamespace(function_arn="arn:f", version="$LATEST", revision_id="r")


class Worker:
    """An environment without a process."""

    idle_since = 0.0
    failed_to_start = False

    def start(self) -> None:
        """Ready at once."""

    def is_alive(self) -> bool:
        return True

    def kill(self) -> None:
        """Nothing to end."""

    def end_process(self) -> None:
        """Nothing to end."""


def test_a_full_machine_lets_callers_wait_for_room() -> None:
    environments = Environments(lambda function, initialization: Worker(), limit=1)  # type: ignore[arg-type,return-value]
    busy = environments.acquire(FUNCTION)
    threading.Timer(0.2, lambda: environments.release(busy, reusable=False)).start()
    began = time.monotonic()
    assert environments.acquire(FUNCTION) is not busy
    assert 0.1 < time.monotonic() - began < 5
    environments.close()


def test_waiting_for_room_ends(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "ROOM_WAIT_S", 0.0)
    environments = Environments(lambda function, initialization: Worker(), limit=1)  # type: ignore[arg-type,return-value]
    environments.acquire(FUNCTION)
    with pytest.raises(TooManyRequestsException):
        environments.acquire(FUNCTION)
    environments.close()


def test_a_provisioned_environment_takes_the_place_of_an_idle_one() -> None:
    environments = Environments(lambda function, initialization: Worker(), limit=1)  # type: ignore[arg-type,return-value]
    environments.release(environments.acquire(FUNCTION), reusable=True)
    wanted: Any = SimpleNamespace(function_arn="arn:g", version="1", revision_id="r")
    environments.provision(wanted, 1)
    eventually(lambda: environments.provisioned(wanted) == (1, False))
    environments.close()


def test_a_provisioned_environment_waits_for_room(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "LOOK_AGAIN_S", 0.01)
    environments = Environments(lambda function, initialization: Worker(), limit=1)  # type: ignore[arg-type,return-value]
    busy = environments.acquire(FUNCTION)
    wanted: Any = SimpleNamespace(function_arn="arn:g", version="1", revision_id="r")
    environments.provision(wanted, 1)
    assert environments.provisioned(wanted) == (0, False)
    environments.release(busy, reusable=False)
    eventually(lambda: environments.provisioned(wanted) == (1, False))
    environments.close()


def test_what_a_burst_leaves_behind_ends_soon_and_one_environment_stays_warm() -> None:
    pool = Pool("r")
    pool.idle = [Worker(), Worker(), Worker()]  # type: ignore[list-item]
    for age, worker in enumerate(pool.idle):
        worker.idle_since = float(age)
    assert pool.outdated(SURPLUS_LIMIT_S) == []
    assert pool.outdated(SURPLUS_LIMIT_S + 5) == pool.idle[:2]
    assert pool.outdated(IDLE_LIMIT_S + 5) == pool.idle
    pool.provisioned = 3
    assert pool.outdated(IDLE_LIMIT_S + 5) == []
