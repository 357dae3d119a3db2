"""Readers and writers of JSON bodies, compiled once from the service model that AWS publishes (as in botocore).

A reader turns JSON values into what moto's methods take (blobs as bytes), a writer turns their results into JSON.
Members that the model does not know are dropped, as are None values.
"""

from base64 import b64decode, b64encode
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

Convert = Callable[[Any], Any]
Scalars = dict[str, Convert]

READERS: Scalars = {"blob": b64decode, "integer": int, "long": int, "float": float, "double": float}


def reader(shape: Any) -> Convert:
    """For the input shape of an operation."""
    return _Compiler(READERS).compile(shape)


def writer(shape: Any) -> Convert:
    """For the output shape of an operation. The writer raises AttributeError for a result that is no plain data."""
    return _Compiler({"blob": _base64, "timestamp": _epoch, "integer": int, "long": int}).compile(shape)


def converter(shape: Any, scalars: Scalars) -> Convert:
    """For plain data of a shape; `scalars` says what becomes of a blob, a timestamp, a number."""
    return _Compiler(scalars).compile(shape)


class _Compiler:
    """Shapes may contain themselves (DynamoDB's AttributeValue), so each is compiled once and found by name."""

    def __init__(self, scalars: Scalars) -> None:
        self._scalars = scalars
        self._known: dict[str, list[Convert]] = {}

    def compile(self, shape: Any) -> Convert:
        if shape.type_name not in ("structure", "list", "map"):
            return self._scalars.get(shape.type_name, _as_is)
        if shape.name in self._known:
            return self._later(self._known[shape.name])
        place = self._known[shape.name] = []
        place.append(getattr(self, f"_{shape.type_name}")(shape))
        return place[0]

    @staticmethod
    def _later(place: list[Convert]) -> Convert:
        return place[0] if place else lambda value: place[0](value)

    def _structure(self, shape: Any) -> Convert:
        members = {name: self.compile(member) for name, member in shape.members.items()}

        def convert(value: Any) -> Any:
            return {name: members[name](item) for name, item in value.items() if item is not None and name in members}

        return convert

    def _list(self, shape: Any) -> Convert:
        member = self.compile(shape.member)
        return _as_is if member is _as_is else lambda value: [member(item) for item in value]

    def _map(self, shape: Any) -> Convert:
        member = self.compile(shape.value)
        return _as_is if member is _as_is else lambda value: {key: member(item) for key, item in value.items()}


def _as_is(value: Any) -> Any:
    return value


def _base64(value: str | bytes) -> str:
    return b64encode(value.encode() if isinstance(value, str) else value).decode()


def _epoch(value: datetime | float) -> float:
    """Seconds since 1970 with milliseconds; moto's datetimes without a zone are UTC."""
    if not isinstance(value, datetime):
        return value
    moment = value if value.tzinfo else value.replace(tzinfo=UTC)
    return int(moment.timestamp() * 1000) / 1000
