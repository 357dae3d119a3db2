"""One thing that is wrong with a definition, as ValidateStateMachineDefinition names it."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

SCHEMA = "SCHEMA_VALIDATION_FAILED"


@dataclass(frozen=True)
class Fault:
    code: str
    message: str
    location: str = ""

    def __str__(self) -> str:
        return f"{self.code}: {self.message} at {self.location or 'null'}"  # AWS's word for no place of its own

    def diagnostic(self) -> dict[str, str]:
        place = {"location": self.location} if self.location else {}
        return {"severity": "ERROR", "code": self.code, "message": self.message, **place}


def schema(message: str, location: str) -> Fault:
    return Fault(SCHEMA, message, location)


def required(names: list[str], location: str) -> Fault:
    return schema(f"These fields are required: [{', '.join(names)}]", location)


def unsupported(name: str, location: str) -> Fault:
    return schema(f"Field '{name}' is not supported", location)


def only_one(names: list[str], location: str) -> Fault:
    return schema(f"There should only be one of the following fields: [{', '.join(names)}]", location)


def of_integer(value: Any, least: int, most: int, location: str) -> Iterator[Fault]:
    """At most one."""
    if not isinstance(value, int) or isinstance(value, bool):
        yield schema("Expected value of type Integer", location)
    elif value < least:
        yield schema(f"Minimum value is {least}", location)
    elif value > most:
        yield schema(f"Maximum value is {most}", location)
