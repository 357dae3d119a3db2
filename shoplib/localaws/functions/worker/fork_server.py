"""A worker process that has read AWS's SDK and forks one that goes on for each environment. POSIX only.

Half of a function's start is reading the same packages of the runtime. The engine writes a request to the socket that
is standard input, as JSON beside the three standard streams of the worker to be: `{"handler", "variables", "cwd"}`.
Answers: first `{"modules": [...]}`, the top-level names that are read; then `{"pid"}` for each request, and
`{"ended", "status"}` for each worker that is gone. The server ends with the engine's end of the socket; its workers end
with theirs.
"""

import gc
import json
import os
import select
import signal
import socket
import sys
from collections.abc import Callable
from typing import Any

MESSAGE = 1 << 17
STREAMS = 3
NAME = 15  # the kernel keeps no more


def serve(run: Callable[[str], None], read: Callable[[], None], orphans: Any) -> None:
    """Answer the engine until it ends. `run` is the life of a worker; it gets the handler's name. `read` reads what
    workers are to share, beside the packages. What a worker leaves behind is ended by `orphans`."""
    workers = set[int]()
    engine = socket.socket(fileno=os.dup(0))
    ended, wake = os.pipe2(os.O_CLOEXEC | os.O_NONBLOCK)
    signal.signal(signal.SIGCHLD, lambda *_: None)
    signal.set_wakeup_fd(wake)
    _send(engine, {"modules": _read_packages(read)})
    while True:
        readable = select.select([engine.fileno(), ended], [], [])[0]
        if ended in readable:
            os.read(ended, MESSAGE)
            _report_ended(engine, workers)
            orphans.end(orphans.children() - workers)
        if engine.fileno() in readable:
            message, streams, _, _ = socket.recv_fds(engine, MESSAGE, STREAMS)
            if not message:
                return
            pid = os.fork()
            if pid == 0:
                request = json.loads(message)
                _become_worker(request, streams, [engine.detach(), ended, wake])
                run(request["handler"])
                return
            workers.add(pid)
            for stream in streams:
                os.close(stream)
            _send(engine, {"pid": pid})


def _read_packages(read: Callable[[], None]) -> list[str]:
    import boto3  # noqa: F401

    read()
    gc.collect()
    gc.freeze()  # so that workers share these objects' memory
    return sorted({name.partition(".")[0] for name in sys.modules})


def _become_worker(request: dict[str, Any], streams: list[int], of_the_server: list[int]) -> None:
    """What a process that the engine started itself would be, under a name by which `top` and `ps` tell it apart."""
    _rename_process(request["variables"]["AWS_LAMBDA_FUNCTION_NAME"])
    signal.set_wakeup_fd(-1)
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    os.setsid()
    for number, stream in enumerate(streams):
        os.dup2(stream, number)
    for number in (*streams, *of_the_server):
        os.close(number)
    os.environ.clear()
    os.environ.update(request["variables"])
    os.chdir(request["cwd"])


def _rename_process(function_name: str) -> None:
    with open("/proc/self/comm", "w", encoding="utf-8") as name:  # noqa: PTH123 - pathlib costs 5 ms
        name.write(function_name[-NAME:])  # the end, where names that CloudFormation makes differ


def _report_ended(engine: socket.socket, workers: set[int]) -> None:
    while True:
        try:
            pid, status = os.waitpid(-1, os.WNOHANG)
        except ChildProcessError:
            return
        if not pid:
            return
        if pid in workers:
            workers.remove(pid)
            _send(engine, {"ended": pid, "status": os.waitstatus_to_exitcode(status)})


def _send(engine: socket.socket, message: dict[str, Any]) -> None:
    engine.send(json.dumps(message).encode())
