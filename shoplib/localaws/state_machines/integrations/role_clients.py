"""Clients with which a state machine calls the engine's other services, in the name of its role."""

import os
import threading
from typing import Any

from botocore.config import Config

from shoplib.localaws import own_keys, request_context

SESSION = "StepFunctions"  # the name of the role's session


class RoleClients:
    """One client per machine, role, service and region: making one takes 50 ms, and is not thread-safe."""

    def __init__(self) -> None:
        self._clients: dict[tuple[str, str, str, str], Any] = {}
        self._lock = threading.Lock()

    def client(self, service: str, machine_arn: str, role_arn: str, region: str) -> Any:
        key = (service, machine_arn, role_arn, region)
        with self._lock:
            if key not in self._clients:
                self._clients[key] = _make(service, machine_arn, role_arn, region)
            return self._clients[key]

    def forget(self, machine_arn: str) -> None:
        """The machine is deleted."""
        with self._lock:
            self._clients = {key: client for key, client in self._clients.items() if key[1] != machine_arn}


def _make(service: str, machine_arn: str, role_arn: str, region: str) -> Any:
    session = own_keys.session(region, own_keys.key_of_machine(machine_arn))
    client = session.client(service, endpoint_url=os.environ["AWS_ENDPOINT_URL"], config=_config())
    own_keys.act_as(client, role_arn, SESSION)
    client.meta.events.register("before-sign.*.*", _hand_on_trace)
    return client


def _hand_on_trace(request: Any, **_: Any) -> None:
    if trace := request_context.current().trace:
        request.headers["X-Amzn-Trace-Id"] = trace


def _config() -> Config:
    return Config(
        parameter_validation=False,  # `shapes` has done it, in Step Functions' words
        retries={"total_max_attempts": 1},
        proxies={},
        max_pool_connections=100,
        read_timeout=905,  # a function may work for 15 minutes
        s3={"addressing_style": "path"},
        account_id_endpoint_mode="disabled",
    )
