"""The user's side: join or start the shared engine, hold a lease on it, pin it, stop it."""

import atexit
import os
import signal
import subprocess
import sys
import threading
import time
import uuid
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import replace
from pathlib import Path
from typing import Any

from shoplib.clean_environment import cleaned
from shoplib.errors import LabError
from shoplib.localaws.lease import Lease, hold, say
from shoplib.localaws.private_files import PRIVATE, open_private
from shoplib.localaws.state import Engine, Record, StateDirectory, read_record, require_room, state_directory, writable

START_SECONDS = 90.0
STOP_SECONDS = 20.0
LOG_LINES = 15
LAUNCH = "import sys; sys.path.insert(0, sys.argv.pop(1)); from shoplib.localaws.engine import main; main()"

_leases: dict[Path, Lease] = {}
_started: set[int] = set()  # process ids of engines that this process has started
_one_thread = threading.Lock()


def start() -> Engine:
    """Join the user's engine, or start it; this process keeps it alive until it exits. Safe from any thread or process.

    LabError when it cannot be started, with the end of its log.
    """
    return _seen(_leased().record)


def up() -> Engine:
    """Start the engine and pin it: it runs until `down()`, whoever comes and goes."""
    record = _leased().record
    say("pin", record)
    return _seen(record)


def status() -> Engine | None:
    """The running engine, or None. Does not start one and holds no lease."""
    record = read_record(state_directory())
    return _seen(record) if record and say("look", record) else None


def users() -> int:
    """How many processes hold the running engine, such as notebooks; 0 when none runs."""
    record = read_record(state_directory())
    answer = say("look", record) if record else None
    return int(answer.get("users", 0)) if answer else 0


def down() -> bool:
    """Stop the engine for everybody and wait until its process is gone; False when none was running."""
    state = state_directory()
    record = read_record(state)
    if not record or not _lives(record):
        return False
    if not say("stop", record):
        _send(signal.SIGTERM, record)
    _wait_for_exit(record)
    _release(state.path)
    return True


def leave() -> None:
    """Let go of the engine: it ends at once if nobody else needs it, and one that this process started is then gone."""
    lease = _leases.pop(state_directory().path, None)
    if not lease:
        return
    if lease.give_up() and lease.record.engine.pid in _started:
        _wait_for_exit(lease.record)


def stale() -> Engine | None:
    """The engine whose process lives and does not answer, or None."""
    record = read_record(state_directory())
    return record.engine if record and _lives(record) and not say("look", record) else None


@contextmanager
def alone(work: str) -> Iterator[None]:
    """Only one process of the user does this `work` at a time. LabError when another one is at it."""
    from filelock import FileLock, Timeout

    state = writable(state_directory())
    try:
        with FileLock(state.path / f"{work}.lock", timeout=0, mode=PRIVATE):
            yield
    except Timeout:
        advice = "wait for it, or give this one a lab of its own: SHOPLIB_STATE_DIR=/some/folder"
        raise LabError(f"another {work} is running on this lab", advice) from None


def _seen(record: Record) -> Engine:
    answer = say("look", record)
    return replace(record.engine, pinned=bool(answer and answer["pinned"]))


def _leased() -> Lease:
    state = writable(state_directory())
    with _one_thread:
        lease = _leases.get(state.path)
        if not lease or not lease.alive():
            _release(state.path)
            _leases[state.path] = lease = _lease(state)
            atexit.register(_release, state.path)  # Python warns of a connection that is still open at exit
        return lease


def _lease(state: StateDirectory) -> Lease:
    from filelock import FileLock, Timeout  # 40 ms that only the first user of an engine needs

    lease = _join(state)
    if lease:
        return lease
    try:
        with FileLock(state.start_lock, timeout=START_SECONDS, mode=PRIVATE):
            return _join(state) or _launch(state)
    except Timeout:
        waited = f"another process has been starting the engine for {START_SECONDS:.0f} s"
        raise LabError(waited, f"see {state.log}") from None


def _join(state: StateDirectory) -> Lease | None:
    record = read_record(state)
    return hold(record) if record else None


def _launch(state: StateDirectory) -> Lease:
    instance = uuid.uuid4().hex
    require_room(state)
    process = _spawn(instance, state)
    _started.add(process.pid)
    # Reaped whenever it ends, so that no zombie stays while this process lives.
    threading.Thread(target=process.wait, name="engine-reaper", daemon=True).start()
    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline:
        record = read_record(state)
        lease = hold(record) if record and record.instance == instance else None
        if lease:
            return lease
        if process.poll() is not None:
            raise _not_started(f"the engine ended with exit code {process.returncode} before it was ready", state)
        time.sleep(0.02)
    process.kill()
    raise _not_started(f"the engine was not ready within {START_SECONDS:.0f} s", state)


def _spawn(instance: str, state: StateDirectory) -> subprocess.Popen[bytes]:
    """Detached: its own session, no pipe and no terminal of ours, its output in the log."""
    detached: dict[str, Any] = {"start_new_session": True}
    if sys.platform == "win32":
        detached = {"creationflags": subprocess.CREATE_NEW_PROCESS_GROUP | subprocess.CREATE_NO_WINDOW}
    root = str(Path(__file__).parents[2])
    directory = state.path.resolve()
    with open_private(state.log, "wb") as log:
        return subprocess.Popen(
            [sys.executable, "-c", LAUNCH, root, "--instance", instance],
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            cwd=directory,
            env=cleaned(os.environ) | {"SHOPLIB_STATE_DIR": str(directory)},
            **detached,
        )


def _not_started(what: str, state: StateDirectory) -> LabError:
    lines = state.log.read_text(encoding="utf-8", errors="replace").splitlines()[-LOG_LINES:]
    return LabError(
        f"{what}; the end of its log {state.log}:\n" + "\n".join(lines), "`shoplib doctor` checks the machine"
    )


def _lives(record: Record) -> bool:
    from shoplib.localaws.liveness import is_alive

    return is_alive(record.engine.pid, record.process_created)


def _wait_for_exit(record: Record) -> None:
    from shoplib.localaws.liveness import wait_until_dead

    pid = record.engine.pid
    for number in (None, signal.SIGTERM, getattr(signal, "SIGKILL", signal.SIGTERM)):
        if number:
            _send(number, record)
        if wait_until_dead(pid, record.process_created, STOP_SECONDS / 3):
            return
    raise LabError(f"the engine's process {pid} does not exit", f"kill it: kill -9 {pid}")


def _send(number: int, record: Record) -> None:
    with suppress(ProcessLookupError):
        os.kill(record.engine.pid, number)


def _release(path: Path) -> None:
    lease = _leases.pop(path, None)
    if lease:
        lease.connection.close()
