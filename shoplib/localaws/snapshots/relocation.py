"""Addresses of the engine within what it keeps (a queue's URL in a function's variables), when it is elsewhere now."""

from collections.abc import Iterable, Iterator
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
        self._before, self._now = before, now
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
            return self._of_mapping(each)
        if isinstance(each, list):
            each[:] = [self._text(value) for value in each]
            return iter(each)
        if isinstance(each, tuple | set | frozenset):
            return iter(each)
        return self._of_object(each)

    def _of_mapping(self, each: dict[Any, Any]) -> Iterator[Any]:
        for key, value in list(each.items()):
            if isinstance(value, str) and self._before in value:
                dict.__setitem__(each, key, self._text(value))
            yield value

    def _of_object(self, each: Any) -> Iterator[Any]:
        if type(each).__module__.startswith(("moto.", "shoplib.")) and hasattr(each, "__dict__"):
            yield each.__dict__

    def _text(self, value: Any) -> Any:
        return value.replace(self._before, self._now) if isinstance(value, str) else value
