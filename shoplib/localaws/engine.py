"""The engine process: binds its port, composes its services, serves until nobody needs it, and ends them all.

Imports are put off until they are needed: an engine that nobody has called yet is small and there at once.
"""

import argparse
import logging
import os
import secrets
import signal
import sys
import threading
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

from shoplib.clean_environment import close_to_other_processes
from shoplib.errors import LabError
from shoplib.localaws import eventual_reads, iam_switch
from shoplib.localaws.guard import Guard, signed_bodies
from shoplib.localaws.ingress.application import Ingress
from shoplib.localaws.ingress.body import whole_bodies
from shoplib.localaws.ingress.faults import answering_faults
from shoplib.localaws.ingress.log_limit import RateLimit
from shoplib.localaws.ingress.server import WSGI, listen, port_of
from shoplib.localaws.isolation import isolate
from shoplib.localaws.leases import Leases
from shoplib.localaws.moto_version import require_known_moto
from shoplib.localaws.on_demand import OnDemand
from shoplib.localaws.private_files import PRIVATE
from shoplib.localaws.state import (
    ACCOUNT_ID,
    DEFAULT_REGION,
    Engine,
    Record,
    StateDirectory,
    erase_record,
    state_directory,
    write_record,
)

ONE_AT_A_TIME_SECONDS = 15.0
CLOSE_SECONDS = 10.0
KeyPair = tuple[str, str]  # access key id and secret
log = logging.getLogger("shoplib.engine")


def new_key_pair() -> KeyPair:
    """An access key for this engine alone; its id says whose it is, for whoever finds it in a log."""
    return f"SHOPLIB{secrets.token_hex(7).upper()}", secrets.token_urlsafe(30)


class EngineProcess:
    """One engine from bind to end. `serve` returns when `end` was called from any thread or signal."""

    def __init__(self, port: int, instance: str, keys: KeyPair | None) -> None:
        require_known_moto()
        self.instance = instance
        self._key_id, self._secret = keys or ("", "")
        self.leases = Leases(instance, self._secret, self.end)
        self._ended = threading.Event()
        ingress = whole_bodies(signed_bodies(Ingress(self.health, self._route)))
        self.services = OnDemand()
        self._server = listen(answering_faults(Guard(ingress, self.services, keys)), port)
        url = self.services.url = f"http://127.0.0.1:{port_of(self._server)}"
        self.engine = Engine(
            url=url,
            pid=os.getpid(),
            region=DEFAULT_REGION,
            account_id=ACCOUNT_ID,
            started_at=datetime.now(UTC).isoformat(timespec="seconds"),
            key_id=self._key_id,
            secret=self._secret,
            iam=iam_switch.setting(),
            eventual=eventual_reads.setting(),
        )

    def health(self) -> dict[str, Any]:
        engine = {name: getattr(self.engine, name) for name in ("url", "pid", "region", "account_id", "started_at")}
        leases = {"pinned": self.leases.pinned, "leases": self.leases.count, "signed": bool(self._key_id)}
        return {"status": "ok", "instance": self.instance, **engine, **leases}

    def record(self) -> Record:
        import psutil

        return Record(self.engine, self.leases.address, self.instance, psutil.Process().create_time())

    def listen(self) -> None:
        """Take requests from now on, and signals to end."""
        log.addFilter(RateLimit())
        for name in ("SIGTERM", "SIGINT", "SIGBREAK"):
            if hasattr(signal, name):
                signal.signal(getattr(signal, name), lambda *_: self.end())
        isolate(os.environ, port_of(self._server))
        close_to_other_processes()
        threading.Thread(target=self._server.serve, name="http", daemon=True).start()

    def _route(self, environ: dict[str, Any]) -> WSGI:
        return self.services.route(environ)

    def end(self) -> None:
        self._ended.set()

    def serve(self) -> None:
        while not self._ended.wait(1):  # Windows delivers no signal during an unbounded wait
            continue

    def close(self) -> None:
        # A service that does not close must not keep the process.
        guard = threading.Timer(CLOSE_SECONDS, os._exit, args=(1,))
        guard.daemon = True
        guard.start()
        self.leases.close()
        self.services.close()
        self._server.stop()
        guard.cancel()


def serve_in_foreground(port: int, ready: Callable[[Engine], None], keys: KeyPair | None) -> None:
    """Until SIGINT or SIGTERM; `ready` is called when the engine takes requests. Without `keys` any are taken."""
    process = EngineProcess(port, "foreground", keys)
    try:
        process.listen()
        ready(process.engine)
        process.serve()
        print("stopping...", file=sys.stderr, flush=True)
    finally:
        process.close()


def serve_shared(instance: str) -> None:
    """The detached engine of `start()`: alone in its state directory, alive while it is leased or pinned."""
    from filelock import FileLock, Timeout

    state = state_directory()
    try:
        with FileLock(state.running_lock, timeout=ONE_AT_A_TIME_SECONDS, mode=PRIVATE):
            _serve_recorded(instance, state)
    except Timeout:
        raise LabError(f"another engine is already running in {state.path}", "stop it with `shoplib down`") from None


def _serve_recorded(instance: str, state: StateDirectory) -> None:
    process = EngineProcess(0, instance, new_key_pair())
    process.listen()
    process.leases.start(state.path)
    write_record(state, process.record())
    process.services.warm_up()  # whoever started it is about to use it
    try:
        process.serve()
    finally:
        erase_record(state, instance)
        process.close()


def main() -> None:
    """Entry of the detached process. Leaves by `_exit`: a request that never ends must not hold the process."""
    parser = argparse.ArgumentParser(description="The shared engine; `shoplib up` starts it.")
    parser.add_argument("--instance", required=True)
    logging.basicConfig(level=logging.WARNING, format="%(asctime)s %(levelname)s %(name)s %(message)s")
    code = 1
    try:
        serve_shared(parser.parse_args().instance)
        code = 0
    except LabError as error:
        log.error("%s", error)
    except Exception:
        log.exception("the engine failed")
    finally:
        logging.shutdown()
        os._exit(code)
