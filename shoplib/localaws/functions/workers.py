"""Which way a worker process is started: forked from one that has read AWS's SDK, or as an interpreter of its own."""

import sys
import threading
from collections.abc import Mapping
from pathlib import Path

from shoplib.localaws.functions import runtimes, worker_process
from shoplib.localaws.functions.blueprint import Blueprint
from shoplib.localaws.functions.fork_server import ForkServer
from shoplib.localaws.functions.worker_process import WorkerProcess


class Workers:
    """Starts workers; forked ones where the system can. Thread-safe."""

    def __init__(self, runtime: Path) -> None:
        self._runtime = runtime
        self._server: ForkServer | None = None
        self._can_fork = sys.platform == "linux"
        self._lock = threading.Lock()

    def start(self, blueprint: Blueprint, variables: Mapping[str, str]) -> WorkerProcess:
        if self._can_fork and not runtimes.is_node(blueprint.runtime):
            forked = self._fork_server().start(blueprint.handler, variables, blueprint.code)
            if forked is not None:
                return WorkerProcess(forked)
        return start(blueprint, variables)

    def close(self) -> None:
        with self._lock:
            self._can_fork = False
            if self._server is not None:
                self._server.close()

    def _fork_server(self) -> ForkServer:
        with self._lock:
            if self._server is None or self._server.has_ended:
                self._server = ForkServer(self._runtime)
            return self._server


def start(blueprint: Blueprint, variables: Mapping[str, str]) -> WorkerProcess:
    """A worker that is an interpreter of its own from the beginning."""
    return worker_process.start(runtimes.command(blueprint.runtime, blueprint.handler), variables, blueprint.code)
