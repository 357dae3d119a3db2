"""The open connections of this engine, by their ids, which no two APIs share."""

import base64
import secrets
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from shoplib.localaws import engine_clock

Send = Callable[[str | bytes], None]
MOST = 1_000  # each costs a thread


def new_id() -> str:
    """Of a connection or a message: an opaque word in base64."""
    return base64.urlsafe_b64encode(secrets.token_bytes(11)).decode()


@dataclass(eq=False)
class Connection:
    """`authorizer` is what the authorizer of `$connect` said, which every later event has. `send` and `close` are its
    session's."""

    api_id: str
    stage: str
    source_ip: str
    user_agent: str
    domain_name: str
    authorizer: dict[str, Any] | None = None
    id: str = field(default_factory=new_id)
    connected_at: float = field(default_factory=engine_clock.now)
    last_active_at: float = field(default_factory=engine_clock.now)
    send: Send | None = None
    close: Callable[[], None] | None = None

    @property
    def identity(self) -> dict[str, str]:
        return {**({"userAgent": self.user_agent} if self.user_agent else {}), "sourceIp": self.source_ip}

    def touch(self) -> None:
        self.last_active_at = engine_clock.now()


class Connections:
    def __init__(self) -> None:
        self._open: dict[str, Connection] = {}
        self._changed = threading.Condition()

    def add(self, connection: Connection) -> None:
        with self._changed:
            self._open[connection.id] = connection

    def remove(self, connection: Connection) -> None:
        with self._changed:
            self._open.pop(connection.id, None)
            self._changed.notify_all()

    def find(self, id: str) -> Connection | None:
        return self._open.get(id)

    @property
    def is_full(self) -> bool:
        return len(self._open) >= MOST

    def close(self, seconds: float = 2.0) -> None:
        """All of them; waits until their clients know, but not for long."""
        for connection in list(self._open.values()):
            if connection.close is not None:
                connection.close()
        until = time.monotonic() + seconds
        with self._changed:
            while self._open and (remaining := until - time.monotonic()) > 0:
                self._changed.wait(remaining)
