"""One client's WebSocket: frames in and out within API Gateway's limits, from the handshake to the last word."""

import threading
import time
from collections.abc import Callable
from contextlib import suppress
from typing import Any

from wsproto.connection import Connection as Protocol
from wsproto.connection import ConnectionState, ConnectionType
from wsproto.events import BytesMessage, CloseConnection, Message, Ping, Pong, TextMessage
from wsproto.utilities import LocalProtocolError

from shoplib.localaws.apigateway.websocket.endings import (
    ABNORMAL,
    GOING_AWAY,
    LARGEST_FRAME,
    LARGEST_MESSAGE,
    NORMAL,
    TOO_LARGE,
    UNSUPPORTED,
    End,
    Limits,
)
from shoplib.localaws.ingress.upgrades import Stream

PIECE = 8 * 1024  # letters of a frame that goes out: at most four bytes each
ANSWER_S = 2.0  # for a client to say that it has heard of the end


class Session:
    """`run` reads on one thread; `send` and `close` may come from any."""

    def __init__(self, stream: Stream, receive: Callable[[str], None], limits: Limits) -> None:
        self._stream = stream
        self._receive = receive
        self._limits = limits
        self._protocol = Protocol(ConnectionType.SERVER)
        self._sending = threading.Lock()
        self._parts: list[str] = []
        self._frame = self._message = 0  # bytes so far
        self._end: End | None = None

    def run(self) -> End:
        """Until either side ends it."""
        started = last_frame = time.monotonic()
        while self._protocol.state is not ConnectionState.CLOSED:
            data = self._stream.receive(self._patience(started, last_frame))
            if data is None:
                if self._is_closing():
                    break
                self._finish(GOING_AWAY, "Going away")
            elif not data:
                break
            else:
                last_frame = time.monotonic()
                self._take(data)
        self._stream.end()
        return self._end or End(ABNORMAL, "Connection closed abnormally")

    def send(self, message: str | bytes) -> None:
        """Raises ConnectionError when nobody is there any more."""
        pieces = [message[start : start + PIECE] for start in range(0, len(message), PIECE)] or [message]
        kind: Any = TextMessage if isinstance(message, str) else BytesMessage
        with self._sending:
            for number, piece in enumerate(pieces, 1):
                self._write(kind(data=piece, message_finished=number == len(pieces)))

    def close(self) -> None:
        """The engine's own wish: the client hears of it, and has a moment to answer."""
        self._finish(NORMAL, "Connection Closed Normally")
        watchdog = threading.Timer(ANSWER_S, self._stream.end)
        watchdog.daemon = True
        watchdog.start()

    def _patience(self, started: float, last_frame: float) -> float:
        if self._is_closing():
            return ANSWER_S
        now = time.monotonic()
        return max(0.0, min(last_frame + self._limits.idle, started + self._limits.lifetime) - now)

    def _is_closing(self) -> bool:
        return self._protocol.state is ConnectionState.LOCAL_CLOSING

    def _take(self, data: bytes) -> None:
        self._protocol.receive_data(data)
        for event in self._protocol.events():
            if self._is_closing() and not isinstance(event, CloseConnection):
                continue  # what crossed the end on its way
            self._handle(event)

    def _handle(self, event: Any) -> None:
        if isinstance(event, Ping):
            self._answer(event.response())
        elif isinstance(event, CloseConnection):
            self._conclude(event)
        elif isinstance(event, BytesMessage):
            self._finish(UNSUPPORTED, "Binary is not supported")
        elif isinstance(event, TextMessage):
            self._collect(event)
        else:
            assert isinstance(event, Pong)

    def _collect(self, event: TextMessage) -> None:
        size = len(event.data.encode())
        self._frame, self._message = self._frame + size, self._message + size
        if self._frame > LARGEST_FRAME or self._message > LARGEST_MESSAGE:
            self._finish(TOO_LARGE, "Frame or message too large")
            return
        self._parts.append(event.data)
        if event.frame_finished:
            self._frame = 0
        if event.message_finished:
            text, self._parts, self._message = "".join(self._parts), [], 0
            self._receive(text)

    def _conclude(self, event: CloseConnection) -> None:
        """The client's last word, or what was wrong with what it sent."""
        self._end = self._end or End(int(event.code), event.reason or _reason(int(event.code)))
        if self._protocol.state is ConnectionState.OPEN:
            self._answer(CloseConnection(code=event.code, reason=event.reason))
            self._stream.end()
        elif self._protocol.state is ConnectionState.REMOTE_CLOSING:
            self._answer(event.response())

    def _finish(self, code: int, reason: str) -> None:
        if self._end is None:
            self._end = End(code, reason)
            self._answer(CloseConnection(code=code, reason=reason))

    def _answer(self, event: Any) -> None:
        with suppress(ConnectionError), self._sending:
            self._write(event)

    def _write(self, event: Message | CloseConnection | Pong) -> None:
        try:
            self._stream.send(self._protocol.send(event))
        except (OSError, LocalProtocolError) as error:
            self._stream.end()
            raise ConnectionError("the client is gone") from error


def _reason(code: int) -> str:
    return "Going away" if code == GOING_AWAY else "Client-side close frame status not set" if code == 1005 else ""
