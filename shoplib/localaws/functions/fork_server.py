"""The engine's side of the process that forks workers (worker/fork_server.py), which saves most of a cold start."""

import contextlib
import json
import os
import signal
import socket
import subprocess
import threading
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import IO, Any

from shoplib.localaws.functions import runtimes
from shoplib.localaws.functions.variables import READ_AT_START

MESSAGE = 1 << 17
END_LIMIT_S = 5.0
# What an interpreter or its C library reads once, when it starts.
STARTING = ("PYTHON", "LANG", "LC_", "TZ", "LD_", "MALLOC_", "GLIBC_")


class ForkedProcess:
    """A worker, as `subprocess.Popen` shows one."""

    def __init__(self) -> None:
        self.pid = 0
        self.returncode: int | None = None
        self.stdin: IO[bytes] | None = None
        self.stdout: IO[bytes] | None = None
        self.started, self.ended = threading.Event(), threading.Event()

    def poll(self) -> int | None:
        return self.returncode

    def wait(self, timeout: float | None = None) -> int:
        if not self.ended.wait(timeout) or self.returncode is None:
            raise subprocess.TimeoutExpired("a worker", timeout or 0.0)
        return self.returncode

    def end(self, status: int) -> None:
        self.returncode = status
        self.started.set()
        self.ended.set()


class ForkServer:
    """Forks workers that have read the packages of `runtime`. Thread-safe; Linux only."""

    def __init__(self, runtime: Path) -> None:
        self._runtime = runtime
        self._modules: frozenset[str] | None = None
        self._starting: ForkedProcess | None = None
        self._workers: dict[int, ForkedProcess] = {}
        self._lock = threading.Lock()
        self._ready = threading.Event()
        self._socket, far_end = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        with far_end:
            command = [*runtimes.INTERPRETER, str(runtimes.WORKER / "bootstrap.py")]
            variables = {**READ_AT_START, "LAB_SEARCH_PATH": str(runtime)}
            self._process = subprocess.Popen(
                command, env=variables, stdin=far_end.fileno(), stdout=subprocess.DEVNULL, start_new_session=True
            )
        threading.Thread(target=self._listen, daemon=True, name="lambda-forks").start()

    def start(self, handler: str, variables: Mapping[str, str], cwd: Path) -> ForkedProcess | None:
        """A worker; None where a forked one would differ from one that is started, or where the server has ended."""
        self._ready.wait()
        modules = self._modules
        if modules is None or not self._is_alike(variables, modules):
            return None
        request = json.dumps({"handler": handler, "variables": dict(variables), "cwd": str(cwd)}).encode()
        if len(request) > MESSAGE:
            return None
        with self._lock:
            return self._fork(request)

    @property
    def has_ended(self) -> bool:
        return self._ready.is_set() and self._modules is None

    def close(self) -> None:
        """End the server; its workers are ended by whoever has them."""
        with contextlib.suppress(OSError):
            self._socket.shutdown(socket.SHUT_RDWR)
        with contextlib.suppress(subprocess.TimeoutExpired):
            self._process.wait(END_LIMIT_S)
        self._process.kill()
        self._process.wait()

    def _is_alike(self, variables: Mapping[str, str], modules: frozenset[str]) -> bool:
        """Neither settings of the interpreter nor modules of the function's own come too late."""
        settings = {name: value for name, value in variables.items() if name.startswith(STARTING)}
        own = [path for path in variables["LAB_SEARCH_PATH"].split(os.pathsep) if path != str(self._runtime)]
        return settings == READ_AT_START and not any(self._is_other(file) for file in _files(own, modules))

    def _is_other(self, file: Path) -> bool:
        return file.resolve() != (self._runtime / file.name).resolve()

    def _fork(self, request: bytes) -> ForkedProcess | None:
        worker = self._starting = ForkedProcess()
        (stdin, write), (read, stdout) = os.pipe(), os.pipe()
        worker.stdin, worker.stdout = os.fdopen(write, "wb", buffering=0), os.fdopen(read, "rb", buffering=0)
        try:
            socket.send_fds(self._socket, [request], [stdin, stdout, stdout])
            worker.started.wait()
        except OSError:
            worker.end(-signal.SIGKILL)
        finally:
            os.close(stdin)
            os.close(stdout)
        if worker.pid:
            return worker
        worker.stdin.close()
        worker.stdout.close()
        return None

    def _listen(self) -> None:
        for message in self._messages():
            if "modules" in message:
                self._modules = frozenset(message["modules"])
                self._ready.set()
            elif "pid" in message:
                self._note_start(message["pid"])
            else:
                self._workers.pop(message["ended"]).end(message["status"])
        self._bury()

    def _messages(self) -> Iterator[dict[str, Any]]:
        with contextlib.suppress(OSError):
            while message := self._socket.recv(MESSAGE):
                yield json.loads(message)

    def _note_start(self, pid: int) -> None:
        worker = self._starting
        assert worker is not None
        worker.pid = pid
        self._workers[pid] = worker
        worker.started.set()

    def _bury(self) -> None:
        """The server has ended, and with it the knowledge of how its workers end: they end now."""
        self._modules = None
        self._ready.set()
        if self._starting is not None and not self._starting.pid:
            self._starting.end(-signal.SIGKILL)
        for pid, worker in self._workers.items():
            with contextlib.suppress(ProcessLookupError, PermissionError):
                os.killpg(pid, signal.SIGKILL)
            worker.end(-signal.SIGKILL)
        self._workers.clear()
        self._socket.close()


def _files(folders: list[str], modules: frozenset[str]) -> Iterator[Path]:
    """What in these folders bears the name of one of these modules."""
    for folder in folders:
        if Path(folder).is_dir():
            yield from (file for file in Path(folder).iterdir() if file.name.partition(".")[0] in modules)
