"""The list of one error in which some of DynamoDB's operations say what is wrong with a request itself."""

from collections.abc import Iterator
from contextlib import contextmanager

from moto.dynamodb.exceptions import MockValidationException

ONE_ERROR = "1 validation error detected: "


@contextmanager
def in_one_error() -> Iterator[None]:
    """PutItem, UpdateItem and DeleteItem say it so."""
    try:
        yield
    except MockValidationException as error:
        if error.message.startswith(ONE_ERROR):
            raise
        raise MockValidationException(ONE_ERROR + error.message) from None
