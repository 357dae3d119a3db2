"""Saving the whole engine's state under a name, and putting it back."""

import logging
import sys
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from shoplib.errors import LabError
from shoplib.localaws import saved_states
from shoplib.localaws.saved_states import LAST_STATE, Header
from shoplib.localaws.snapshots import pickling, relocation
from shoplib.localaws.snapshots.culprit import path_to_culprit
from shoplib.localaws.snapshots.gate import Gate
from shoplib.localaws.snapshots.parts import Open, Part, Worker
from shoplib.localaws.startup import uncollected

LOG = logging.getLogger(__name__)
LIMIT_S, CLOSING_LIMIT_S = 20.0, 5.0
BUSY = "wait until it is done (lab.wait_until_drained()), and try again"
UNUSED_PARTITIONS = ("iam", "sts")  # moto makes them for every partition; only those in use are kept


class Snapshots:
    """`open` prepares a service of moto's that nobody has asked for yet. One at a time.

    `on_move` is called when state was put back that an engine at another address has saved. `keeps` says that the
    engine's end saves it, for the next one that is started to keep.
    """

    def __init__(self, url: str, gate: Gate, rooms: Mapping[str, Part | Worker], open_service: Open) -> None:
        self._url, self._open = url, open_service
        self.on_move: Callable[[], None] = lambda: None
        self._workers: dict[str, Worker] = {"requests": gate, **_those_with("pause", rooms)}
        self._parts: dict[str, Part] = _those_with("state", rooms)
        self._always = set(self._parts)
        self._lock = threading.Lock()
        self.keeps = False

    def add(self, service: str, room: Any) -> None:
        """A room that is opened with its service's first request, part and worker in one; without a state it is new."""
        self._parts[service] = self._workers[service] = room

    def save(self, name: str, limit_s: float = LIMIT_S) -> Header:
        saved_states.path_of(name)
        with self._lock, self._paused(limit_s):
            services, content = self._content()
        return saved_states.write(name, self._url, services, content)

    def load(self, name: str) -> Header:
        header, content = saved_states.read(name)
        with uncollected():  # an engine that is new imports most of its services here
            for service in header.services:
                self._open(service)
        with self._lock, self._paused():
            self._restore(header, content)
        if header.url != self._url:
            self.on_move()
        return header

    def keep(self, restore: bool) -> Header | None:
        """From now on; with `restore` as the last engine was that was kept, if there was one."""
        header = self.load(LAST_STATE) if restore and LAST_STATE in saved_states.names() else None
        self.keeps = True
        return header

    def close(self) -> None:
        if not self.keeps:
            return
        try:
            self.save(LAST_STATE, CLOSING_LIMIT_S)
        except LabError as error:  # the engine ends all the same, and its log says what is lost
            LOG.error("The state is not kept: %s", error)

    @contextmanager
    def _paused(self, limit_s: float = LIMIT_S) -> Iterator[None]:
        """Nobody changes anything within."""
        end, paused = time.monotonic() + limit_s, []
        try:
            for name, worker in self._workers.items():
                paused.append(worker)
                if not worker.pause(max(0.0, end - time.monotonic())):
                    raise LabError(f"the local AWS is still busy ({name})", BUSY)
            yield
        finally:
            for worker in reversed(paused):
                worker.resume()

    def _content(self) -> tuple[list[str], bytes]:
        backends = _worth_saving(pickling.backends())
        rooms = {name: part.state() for name, part in self._parts.items()}
        moto = {place: backend.__dict__ for place, backend in backends.items()}
        state = {"moto": moto, "rooms": rooms}
        try:
            content = pickling.dump(state)
        except Exception as error:
            LOG.exception("The state cannot be saved: %s", " > ".join(path_to_culprit(state)))
            raise LabError(f"the state cannot be saved: {error}", "its log says where: engine.log") from error
        opened = set(self._parts) - self._always
        return sorted({*opened, *(service for service, _, _ in backends)}), content

    def _restore(self, header: Header, content: bytes) -> None:
        try:
            state = pickling.load(content)
        except Exception as error:
            LOG.exception("The saved state %s cannot be read", header.name)
            raise LabError(
                f"the saved state {header.name!r} does not match this code: {error}", "save it again"
            ) from error
        if not self._always <= set(state["rooms"]) <= set(self._parts):
            raise LabError(f"the saved state {header.name!r} is of another version of this code", "save it again")
        _put_back(state["moto"])
        addresses = [each for (service, *_), each in state["moto"].items() if service in relocation.SERVICES]
        relocation.relocate(addresses, header.url, self._url)
        for name, part in self._parts.items():
            part.restore(state["rooms"].get(name))


def _those_with(method: str, rooms: Mapping[str, Any]) -> dict[str, Any]:
    return {name: room for name, room in rooms.items() if hasattr(room, method)}


def _worth_saving(backends: dict[tuple[str, str, str], Any]) -> dict[tuple[str, str, str], Any]:
    used = {"aws", *(each.partition for (service, *_), each in backends.items() if service not in UNUSED_PARTITIONS)}
    return {
        place: each for place, each in backends.items() if place[0] not in UNUSED_PARTITIONS or each.partition in used
    }


def _put_back(saved: dict[tuple[str, str, str], dict[str, Any]]) -> None:
    """In place: whoever holds a backend holds it still. Backends that came later are as new."""
    for place, backend in _worth_saving(pickling.backends()).items():
        if place not in saved:
            backend.reset()
    for (service, account, region), state in saved.items():
        backend = pickling.backend_of(service, account, region)
        backend.__dict__.clear()
        backend.__dict__.update(state)
    if models := sys.modules.get("moto.s3.models"):
        _index_buckets(models.s3_backends)


def _index_buckets(backends: Any) -> None:
    """Whose each bucket is stands beside the backends, where moto, policies and pages look it up."""
    places = [(account, *each) for account, partitions in backends.items() for each in partitions.items()]
    owners = {name: (partition, account) for account, partition, backend in places for name in backend.buckets}
    backends.bucket_accounts.clear()
    backends.bucket_accounts.update(owners)
