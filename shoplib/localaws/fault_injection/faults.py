"""The faults that are set: who set them, until when, and how often they struck."""

import random
import threading
import time
import uuid
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from shoplib.localaws.fault_injection.actions import Action
from shoplib.localaws.fault_injection.targets import FunctionTarget, OperationTarget
from shoplib.localaws.liveness import is_alive

OWNER_LOOK_S = 0.2
MOST = 1000


@dataclass(frozen=True)
class Owner:
    """The process that a fault goes with; `created` distinguishes it from a later one with its number."""

    pid: int
    created: float


@dataclass(eq=False)
class Fault:
    """`ends` is on the monotonic clock. `lapsed` ends whatever waits on its behalf."""

    action: Action
    target: FunctionTarget | OperationTarget
    target_text: str
    parameters: Mapping[str, Any]
    percentage: float = 100.0
    seed: int = 0
    ends: float | None = None
    owner: Owner | None = None
    id: str = field(default_factory=lambda: f"fault-{uuid.uuid4().hex[:8]}")
    struck: int = 0
    lapsed: threading.Event = field(default_factory=threading.Event)

    def __post_init__(self) -> None:
        self._random = random.Random(self.seed)
        self._looked = time.monotonic()
        self._orphaned = False

    def strikes(self) -> bool:
        """Whether this call is one of its share: the same ones at each run with the same seed."""
        if self._random.random() * 100 >= self.percentage:
            return False
        self.struck += 1
        return True

    def has_lapsed(self) -> bool:
        now = time.monotonic()
        if self.ends is not None and now >= self.ends:
            return True
        if self.owner is not None and not self._orphaned and now - self._looked >= OWNER_LOOK_S:
            self._looked = now
            self._orphaned = not is_alive(self.owner.pid, self.owner.created)
        return self._orphaned

    def wait(self, milliseconds: int) -> None:
        """As long as the fault is set."""
        until = time.monotonic() + milliseconds / 1000
        while (remaining := until - time.monotonic()) > 0 and not self.has_lapsed():
            if self.lapsed.wait(min(remaining, OWNER_LOOK_S)):
                return


class Faults:
    """`of_requests` and `of_functions` are empty when nothing is set: that is all that the hot path looks at."""

    def __init__(self) -> None:
        self._changing = threading.Lock()
        self._faults: tuple[Fault, ...] = ()
        self.of_requests: tuple[Fault, ...] = ()
        self.of_functions: tuple[Fault, ...] = ()

    def add(self, fault: Fault) -> None:
        with self._changing:
            self._set((*(each for each in self._faults if each.id != fault.id), fault)[-MOST:])

    def all(self) -> tuple[Fault, ...]:
        """Those that are set; whichever has lapsed is taken away."""
        if any(each.has_lapsed() for each in self._faults):
            self.remove(lambda each: each.has_lapsed())
        return self._faults

    def remove(self, chosen: Callable[[Fault], bool]) -> list[str]:
        """The ids of those that were removed."""
        with self._changing:
            removal = [each for each in self._faults if chosen(each)]
            self._set(tuple(each for each in self._faults if each not in removal))
        for each in removal:
            each.lapsed.set()
        return [each.id for each in removal]

    def close(self) -> None:
        self.remove(lambda _: True)

    def striking(self, of: str, fits: Callable[[Any], bool]) -> Iterator[Fault]:
        """Those that strike the call whose target `fits` knows, in the order in which they were set. Whoever stops
        asking leaves the later ones as they are."""
        return (each for each in self.all() if each.action.of == of and fits(each.target) and each.strikes())

    def _set(self, faults: tuple[Fault, ...]) -> None:
        self._faults = faults
        self.of_requests = tuple(each for each in faults if each.action.of == "requests")
        self.of_functions = tuple(each for each in faults if each.action.of == "functions")
