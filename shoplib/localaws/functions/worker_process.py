"""Starting and ending the operating-system process of one execution environment."""

import contextlib
import os
import signal
import socket
import subprocess
import threading
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import IO, Any

from shoplib.localaws.functions import process_tree
from shoplib.localaws.functions.fork_server import ForkedProcess

END_LIMIT_S = 5.0


def start(command: Sequence[str], variables: Mapping[str, str], cwd: Path) -> "WorkerProcess":
    process = subprocess.Popen(
        command,
        cwd=cwd,
        env=dict(variables),
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        start_new_session=os.name == "posix",
    )
    return WorkerProcess(process)


class WorkerProcess:
    """One running bootstrap. `output` carries what it writes to standard output and error and can be selected on."""

    def __init__(self, process: subprocess.Popen[bytes] | ForkedProcess) -> None:
        self._process = process
        assert process.stdout is not None
        self.pid = process.pid
        self.output: Any = _selectable(process.stdout)

    def read_output(self) -> bytes | None:
        """What can be read now; None when there is nothing yet, empty when the worker closed its output."""
        try:
            return os.read(self.output.fileno(), 65536) if os.name == "posix" else self.output.recv(65536)
        except BlockingIOError:
            return None

    def exit_code(self) -> int | None:
        return self._process.poll()

    def wait_for_exit(self, limit_s: float) -> int | None:
        with contextlib.suppress(subprocess.TimeoutExpired):
            return self._process.wait(limit_s)
        return None

    def kill(self) -> None:
        """End the process and whatever it started, wait until it is gone, and close its pipes."""
        self.kill_group()
        self.wait_for_exit(END_LIMIT_S)
        streams: tuple[Any, ...] = (self._process.stdin, self._process.stdout, self.output)
        for stream in streams:
            with contextlib.suppress(OSError):
                stream.close()

    def kill_group(self) -> None:
        if isinstance(self._process, subprocess.Popen) and os.name != "posix":
            self._process.kill()
            return
        elsewhere = process_tree.descendants(self.pid) if self.exit_code() is None else []
        # A worker that is gone may have left children in its process group.
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(self.pid, signal.SIGKILL)
        process_tree.end(elsewhere)


def exit_reason(code: int) -> str:
    """AWS's words for how a runtime ended, e.g. `exit status 1` or `signal: killed`."""
    if code >= 0:
        return f"Runtime exited with error: exit status {code}" if code else "Runtime exited without providing a reason"
    names = {signal.SIGKILL: "killed", signal.SIGSEGV: "segmentation fault", signal.SIGABRT: "aborted"}
    known = names.get(signal.Signals(-code), signal.Signals(-code).name.removeprefix("SIG").lower())
    return f"Runtime exited with error: signal: {known}"


def _selectable(output: IO[bytes]) -> Any:
    if os.name == "posix":
        os.set_blocking(output.fileno(), False)
        return output
    # Windows can only select on sockets: a thread copies the pipe into one.
    reader, writer = socket.socketpair()
    reader.setblocking(False)
    threading.Thread(target=_copy, args=(output, writer), daemon=True, name="lambda-output").start()
    return reader


def _copy(output: IO[bytes], target: socket.socket) -> None:
    with target, contextlib.suppress(OSError):
        while data := os.read(output.fileno(), 65536):
            target.sendall(data)
