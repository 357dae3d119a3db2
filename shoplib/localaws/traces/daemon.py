"""X-Ray's daemon: takes segment documents over UDP, on a loopback address for each account and region."""

import json
import logging
import secrets
import socket
import threading
from collections.abc import Callable
from contextlib import suppress

LOG = logging.getLogger(__name__)
LARGEST = 65_536
BUFFER = 4 * 1024 * 1024  # documents that come at once, as far as the system allows
SETTLE_S = 2.0
Take = Callable[[str, str, str], None]  # account, region, document


class Daemon:
    """`take` gets each document; what is no datagram of the SDKs is noted in the log."""

    def __init__(self, take: Take) -> None:
        self._take = take
        self._listeners: dict[tuple[str, str], Listener] = {}
        self._lock = threading.Lock()

    def address(self, account_id: str, region: str) -> str:
        """As AWS_XRAY_DAEMON_ADDRESS says it; listens from then on."""
        with self._lock:
            if (account_id, region) not in self._listeners:
                listener = Listener(lambda document: self._take(account_id, region, document))
                self._listeners[account_id, region] = listener
            return self._listeners[account_id, region].address

    def settle(self, account_id: str, region: str) -> None:
        """Wait until all that was sent so far is taken."""
        with self._lock:
            listener = self._listeners.get((account_id, region))
        if listener:
            listener.settle()

    def settle_all(self) -> None:
        for account_id, region in list(self._listeners):
            self.settle(account_id, region)

    def close(self) -> None:
        with self._lock:
            for listener in self._listeners.values():
                listener.close()


class Listener:
    def __init__(self, take: Callable[[str], None]) -> None:
        self._take = take
        self._socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self._socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, BUFFER)
        self._socket.bind(("127.0.0.1", 0))
        self._place: tuple[str, int] = self._socket.getsockname()
        self._marks: dict[bytes, threading.Event] = {}
        threading.Thread(target=self._listen, name="xray-daemon", daemon=True).start()

    @property
    def address(self) -> str:
        return f"{self._place[0]}:{self._place[1]}"

    def settle(self) -> None:
        """A mark of our own comes after everything that was sent before it."""
        mark, arrived = secrets.token_bytes(16), threading.Event()
        self._marks[mark] = arrived
        with suppress(OSError), socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sender:
            sender.sendto(mark, self._place)
            arrived.wait(SETTLE_S)
        self._marks.pop(mark, None)

    def close(self) -> None:
        with suppress(OSError), socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sender:
            sender.sendto(b"", self._place)

    def _listen(self) -> None:
        with self._socket:
            while datagram := self._socket.recv(LARGEST):
                if mark := self._marks.get(datagram):
                    mark.set()
                    continue
                self._receive(datagram)

    def _receive(self, datagram: bytes) -> None:
        header, _, document = datagram.partition(b"\n")
        try:
            known = json.loads(header) == {"format": "json", "version": 1}
            text = document.decode()
        except ValueError:
            known, text = False, ""
        if not known:
            LOG.warning("A datagram of %d bytes is not one of X-Ray's", len(datagram))
        elif text:
            self._take(text)
