"""What each role and user was seen to do, and what was refused it: the observed half of least privilege."""

import threading
from collections import Counter, OrderedDict
from typing import Any

from shoplib.localaws.consistent_pickle import ConsistentPickle
from shoplib.localaws.permissions.principals import Principal
from shoplib.localaws.permissions.requests import Access

MOST = 20_000  # pairs of action and resource; the oldest are forgotten first
Key = tuple[str, str, str]  # principal, action, resource


def _folder(resource: str) -> str:
    """Objects are many: those of one folder are one resource."""
    return f"{resource.rpartition('/')[0]}/*" if resource.startswith("arn:aws:s3:::") and "/" in resource else resource


class Uses(ConsistentPickle):
    """Thread-safe and bounded."""

    def __init__(self) -> None:
        self._counts: OrderedDict[Key, Counter[bool]] = OrderedDict()
        self._lock = threading.Lock()

    def note(self, principal: Principal, access: Access, allowed: bool) -> None:
        key = (principal.arn, access.action, _folder(access.resource))
        with self._lock:
            counts = self._counts.get(key)
            if counts is None:
                counts = self._counts[key] = Counter()
                if len(self._counts) > MOST:
                    self._counts.popitem(last=False)
            counts[allowed] += 1

    def rows(self) -> list[dict[str, Any]]:
        with self._lock:
            return [
                {"principal": who, "action": action, "resource": resource, "allowed": n[True], "denied": n[False]}
                for (who, action, resource), n in self._counts.items()
            ]

    def replace(self, other: "Uses") -> None:
        """Have seen what the other one has."""
        with self._lock:
            self._counts = other._counts

    def clear(self) -> None:
        with self._lock:
            self._counts.clear()
