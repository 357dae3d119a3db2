"""The HTTP server of the engine: cheroot on 127.0.0.1, HTTP/1.1 with keep-alive."""

import logging
import selectors
import threading
from collections.abc import Callable, Iterable
from contextlib import suppress
from functools import partial
from socket import SHUT_WR
from typing import Any

from cheroot import wsgi
from cheroot.server import HTTPConnection
from cheroot.workers.threadpool import ThreadPool

from shoplib.errors import LabError
from shoplib.localaws.ingress.connections import Connections, raise_file_limit
from shoplib.localaws.ingress.http_request import StrictRequest
from shoplib.localaws.ingress.reader import Reader
from shoplib.localaws.ingress.upgrades import UPGRADE, Stream, Upgraded
from shoplib.localaws.ingress.writer import Writer

WSGI = Callable[[dict[str, Any], Callable[..., Any]], Iterable[bytes]]
# A long poll or a Lambda invoke holds a thread for its whole length, and Lambda functions call the engine back.
FIRST_THREADS, MOST_THREADS = 8, 2000
# A client in a loop asks again within this time; its connection then stays with its thread, two switches fewer a call.
NEXT_REQUEST_S = 0.003
DRAIN_S = 0.3
LOG = logging.getLogger("shoplib.engine")
PORT_IN_USE = ("in use", "Only one usage")
# Windows has no poll, and elsewhere select knows no more than 1,024 files.
_Selector = getattr(selectors, "PollSelector", selectors.SelectSelector)


class _Request(wsgi.Gateway_10):
    """Hands moto what it expects of its own server: the undecoded path, and underscores in S3 metadata names; and
    deployed APIs the headers as they were sent."""

    def get_environ(self) -> dict[str, Any]:  # type: ignore[override]
        environ: dict[str, Any] = super().get_environ()
        environ["RAW_URI"] = environ["REQUEST_URI"]
        environ["shoplib.headers"] = self.req.fields
        environ[UPGRADE] = partial(setattr, self.req.conn, "upgraded")
        names = [name.decode("latin-1").lower() for name in self.req.inheaders if b"_" in name]
        # The key under which moto looks for S3 metadata names, which WSGI cannot distinguish from those with dashes.
        environ["moto.preserved_header_names"] = {
            f"HTTP_{name.upper().replace('-', '_')}": name for name in names if name.startswith("x-amz-meta-")
        }
        return environ


class _Connection(HTTPConnection):
    """Requests that follow each other closely stay in one thread; a pause gives the connection back to the server."""

    RequestHandlerClass = StrictRequest
    request_count = 0
    head_start = 0.0
    unread = False  # something of a request that was refused may still come
    upgraded: Upgraded | None = None  # what goes on with the connection after the answer

    def __init__(self, server: Any, sock: Any, makefile: Any = None) -> None:
        super().__init__(server, sock, lambda each, mode, size: Reader(each) if "r" in mode else Writer(each))
        server.open_connections.add(self)

    def communicate(self) -> bool:
        keep = self._communicate_once()
        while keep and self.server.ready and self._asks_again():
            keep = self._communicate_once()
        return keep

    def close(self) -> None:
        try:
            if self.unread:
                self._drain()
            super().close()
        finally:
            self.server.open_connections.discard(self)

    def _communicate_once(self) -> bool:
        keep = bool(super().communicate())
        self.request_count += 1
        if self.upgraded is None:
            return keep
        self.upgraded(Stream(self.socket, self.rfile))
        return False

    def _asks_again(self) -> bool:
        if self.rfile.has_head():
            return True
        with _Selector() as reading:
            reading.register(self.socket, selectors.EVENT_READ)
            if not reading.select(NEXT_REQUEST_S):
                return False
        self.rfile.gather()
        return bool(self.rfile.has_head())

    def _drain(self) -> None:
        with suppress(OSError):
            self.socket.shutdown(SHUT_WR)
            self.rfile.drain(DRAIN_S)


class _Server(wsgi.Server):
    """cheroot's server with bounds of its own, and the engine's log."""

    _connections: Any

    def __init__(self, *arguments: Any, **kwargs: Any) -> None:
        super().__init__(*arguments, **kwargs)
        self.open_connections: set[_Connection] = set()

    def prepare(self) -> None:
        super().prepare()
        self._connections._selector.close()
        self._connections = Connections(self, raise_file_limit())

    def error_log(self, msg: str = "", level: int = 20, traceback: bool = False) -> None:
        LOG.log(level, "%s", msg, exc_info=traceback)


class _Threads(ThreadPool):
    """Grows whenever nobody is free: a request that waits for another request never waits for a thread."""

    _queue: Any
    _threads: list[Any]
    _spawn_worker: Callable[[], Any]

    def __init__(self, server: wsgi.Server) -> None:
        super().__init__(server, FIRST_THREADS, MOST_THREADS)
        self.get = self._take
        self._counting = threading.Lock()
        self._free = 0  # threads that wait for a connection, less connections that wait for a thread

    def _take(self) -> Any:
        with self._counting:
            self._free += 1
        return self._queue.get()

    def put(self, obj: Any) -> None:
        with self._counting:
            self._free -= 1
            nobody_free = self._free < 0
        if nobody_free and len(self._threads) < MOST_THREADS:
            self._threads.append(self._spawn_worker())
        super().put(obj)


def listen(application: WSGI, port: int) -> wsgi.Server:
    """Bind to `port` (0: any free one) without serving yet, so that a port in use is known before anything else."""
    server = _Server(("127.0.0.1", port), application, request_queue_size=512, timeout=120, shutdown_timeout=1)
    server.gateway = _Request
    server.ConnectionClass = _Connection
    server.requests = _Threads(server)
    server.keep_alive_conn_limit = 2000
    try:
        server.prepare()
    except (OSError, OverflowError) as error:
        raise _cannot_listen(port, error) from None
    return server


def port_of(server: wsgi.Server) -> int:
    return int(server.bind_addr[1])


def _cannot_listen(port: int, error: Exception) -> LabError:
    if any(words in str(error) for words in PORT_IN_USE):
        return LabError(f"port {port} of 127.0.0.1 is already in use", "choose another, or --port 0 for any free one")
    return LabError(f"cannot listen on 127.0.0.1:{port}: {error}", "choose a port from 1024 to 65535, or --port 0")
