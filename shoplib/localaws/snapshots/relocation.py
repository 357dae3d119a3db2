"""Addresses of the engine within what it keeps (a queue's URL in a function's variables), when it is elsewhere now."""

import re
from collections.abc import Callable, Iterable, Iterator
from typing import Any

# Services that keep addresses in what they were given; data (items, objects, messages) stays as it is.
SERVICES = ("apigateway", "apigatewayv2", "cloudformation", "events", "lambda", "scheduler", "stepfunctions")
PLAIN = (str, bytes, int, float, bool, type(None))


def relocate(states: Iterable[Any], before: str, now: str) -> None:
    """Replace one address by the other in all texts, in place."""
    if before != now:
        _Walk(before, now).over(list(states))


class _Walk:
    def __init__(self, before: str, now: str) -> None:
        self._addresses = ((before, now), (_of_buckets(before), _of_buckets(now)))
        self._seen: set[int] = set()
        self._keep: list[Any] = []  # so that an id means one object

    def over(self, roots: list[Any]) -> None:
        waiting = roots
        while waiting:
            each = waiting.pop()
            if id(each) in self._seen or isinstance(each, PLAIN):
                continue
            self._seen.add(id(each))
            self._keep.append(each)
            waiting += self._within(each)

    def _within(self, each: Any) -> Iterator[Any]:
        if isinstance(each, dict):
            self._replace(each.items(), lambda key, value: dict.__setitem__(each, key, value))
            return iter(each.values())
        if isinstance(each, list):
            self._replace(enumerate(each), each.__setitem__)
            return iter(each)
        if isinstance(each, tuple | set | frozenset):
            return iter(each)
        return self._of_object(each)

    def _of_object(self, each: Any) -> Iterator[Any]:
        """Of moto's classes and ours; others know nothing of addresses."""
        if not type(each).__module__.startswith(("moto.", "shoplib.")):
            return iter(())
        slots = [name for kind in type(each).__mro__ for name in getattr(kind, "__slots__", ())]
        members = {name: getattr(each, name) for name in slots if hasattr(each, name)}
        self._replace(members.items(), lambda name, value: object.__setattr__(each, name, value))
        return iter([*members.values(), getattr(each, "__dict__", None)])

    def _replace(self, pairs: Iterable[tuple[Any, Any]], put: Callable[[Any, Any], None]) -> None:
        for key, value in list(pairs):
            if (moved := self._moved(value)) is not value:
                put(key, moved)

    def _moved(self, value: Any) -> Any:
        if isinstance(value, str):
            for before, now in self._addresses:
                value = _replaced(value, before, now) if before in value else value
            return value
        if type(value) is tuple and any(isinstance(part, str) and self._names_former(part) for part in value):
            return tuple(map(self._moved, value))
        return value

    def _names_former(self, text: str) -> bool:
        return any(before in text for before, _ in self._addresses)


def _replaced(text: str, before: str, now: str) -> str:
    """An address ends with its port, of which another one may be the beginning."""
    return re.sub(rf"{re.escape(before)}(?!\d)", now, text)


def _of_buckets(address: str) -> str:
    """How the address of each bucket, which is a host of its own, goes on after the bucket's name."""
    return f".s3.localhost:{address.rpartition(':')[2]}"
