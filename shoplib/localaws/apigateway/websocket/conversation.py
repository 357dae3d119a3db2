"""A connection from the handshake on: what it says is handled in its order, while its frames are read on."""

import threading
from collections import deque
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING

from shoplib.localaws.apigateway.websocket.connections import Connection, Connections
from shoplib.localaws.apigateway.websocket.endings import End, Limits
from shoplib.localaws.ingress.upgrades import Stream

if TYPE_CHECKING:
    from shoplib.localaws.apigateway.websocket.session import Session

WAITING = 100  # messages of one client; then it is read no further

Task = Callable[[], None]


class Conversation:
    """`hear` gets each message, `part` the end, after the last of them."""

    def __init__(
        self,
        connection: Connection,
        connections: Connections,
        workers: ThreadPoolExecutor,
        hear: Callable[[Connection, str], None],
        part: Callable[[Connection, End], None],
        limits: Limits | None = None,
    ) -> None:
        self._connection, self._connections = connection, connections
        self._workers = workers
        self._hear, self._part = hear, part
        self._limits = limits or Limits()
        self._room = threading.BoundedSemaphore(WAITING)
        self._tasks: deque[Task] = deque()
        self._changing = threading.Lock()
        self._is_busy = False

    def run(self, stream: Stream) -> None:
        from shoplib.localaws.apigateway.websocket.session import Session  # brings wsproto, which few APIs need

        session = Session(stream, self._receive, self._limits)
        connection = self._connection
        connection.send, connection.close = session.send, self._closing(session)
        self._connections.add(connection)
        try:
            end = session.run()
        finally:
            self._connections.remove(connection)
        self._put(lambda: self._part(connection, end))

    def _closing(self, session: "Session") -> Task:
        def close() -> None:
            self._connections.remove(self._connection)
            session.close()

        return close

    def _receive(self, text: str) -> None:
        self._connection.touch()
        self._room.acquire()
        self._put(lambda: self._answer(text))

    def _answer(self, text: str) -> None:
        try:
            self._hear(self._connection, text)
        finally:
            self._room.release()

    def _put(self, task: Task) -> None:
        with self._changing:
            self._tasks.append(task)
            if self._is_busy:
                return
            self._is_busy = True
        self._workers.submit(self._work)

    def _work(self) -> None:
        while True:
            with self._changing:
                if not self._tasks:
                    self._is_busy = False
                    return
                task = self._tasks.popleft()
            task()
