"""DynamoDB's way to refuse."""

from collections.abc import Iterator
from contextlib import contextmanager

from moto.dynamodb.exceptions import MockValidationException, SerializationException

from shoplib.localaws.dynamodb.expressions import Objection
from shoplib.localaws.dynamodb_errors import ONE_ERROR, in_one_error

ValidationException = MockValidationException
INVALID_PARAMETERS = "One or more parameter values were invalid: "
UNLIKE_SCHEMA = "The provided key element does not match the schema"

__all__ = [
    "INVALID_PARAMETERS",
    "ONE_ERROR",
    "UNLIKE_SCHEMA",
    "EmptyKey",
    "SerializationException",
    "ValidationException",
    "in_one_error",
    "objecting_to",
]


class EmptyKey(MockValidationException):
    """An attribute of a key, of the table or of an index, that is empty."""


@contextmanager
def objecting_to(kind: str) -> Iterator[None]:
    """An objection within is one to the expression `kind`."""
    try:
        yield
    except Objection as objection:
        raise ValidationException(f"Invalid {kind}: {objection}") from None
