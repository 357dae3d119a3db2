"""DynamoDB's way to refuse."""

from collections.abc import Iterator
from contextlib import contextmanager

from moto.dynamodb.exceptions import MockValidationException, SerializationException

from shoplib.localaws.dynamodb.expressions import Objection

ValidationException = MockValidationException
INVALID_PARAMETERS = "One or more parameter values were invalid: "
ONE_ERROR = "1 validation error detected: "
UNLIKE_SCHEMA = "The provided key element does not match the schema"

__all__ = [
    "INVALID_PARAMETERS",
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
def in_one_error() -> Iterator[None]:
    """PutItem, UpdateItem and DeleteItem say what is wrong with the request itself in the words of a list of one."""
    try:
        yield
    except ValidationException as error:
        if error.message.startswith(ONE_ERROR):
            raise
        raise ValidationException(ONE_ERROR + error.message) from None


@contextmanager
def objecting_to(kind: str) -> Iterator[None]:
    """An objection within is one to the expression `kind`."""
    try:
        yield
    except Objection as objection:
        raise ValidationException(f"Invalid {kind}: {objection}") from None
