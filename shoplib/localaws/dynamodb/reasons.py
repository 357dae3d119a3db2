"""Why a transaction is cancelled: what its parts do not get past, by themselves, is a reason of each, ValidationError.

Its request's own faults, which are known before any table is asked, are answered as everywhere; so are an empty key
and an item that is put and too large.
moto raises the first of either as it is.
"""

from collections.abc import Callable, Iterable
from typing import Any, TypeVar

from moto.dynamodb.exceptions import (
    DuplicateUpdateExpression,
    InvalidUpdateExpression,
    ItemSizeTooLarge,
    MockValidationException,
    TooManyClauses,
    TransactionCanceledException,
)

from shoplib.localaws.dynamodb.refusals import EmptyKey, ValidationException

OF_THE_REQUEST = (EmptyKey, ItemSizeTooLarge, InvalidUpdateExpression, DuplicateUpdateExpression, TooManyClauses)
NAME = "ValidationError"
Part = TypeVar("Part")
Reason = tuple[str | None, str | None, None]


def check_each(check: Callable[[Any, Part], None], parts: Iterable[tuple[Any, Part]]) -> None:
    """Of a transaction's parts, each with its table."""
    reasons = [_reason(check, table, part) for table, part in parts]
    if any(code for code, _, _ in reasons):
        raise TransactionCanceledException(reasons)


def _reason(check: Callable[[Any, Part], None], table: Any, part: Part) -> Reason:
    try:
        check(table, part)
    except OF_THE_REQUEST:
        raise
    except ValidationException as error:
        return NAME, error.message, None
    return None, None, None


class ValidationError(Exception):
    """moto's transaction takes the name of what it does not know for the reason's code, its text for the message."""


class Parts:
    """In the place of the backend in a transaction: writes that cannot be made are reasons."""

    def __init__(self, backend: Any) -> None:
        self._backend = backend

    def __getattr__(self, name: str) -> Any:
        return getattr(self._backend, name)

    def put_item(self, *arguments: Any, **kwargs: Any) -> Any:
        return _written(self._backend.put_item, arguments, kwargs)

    def update_item(self, *arguments: Any, **kwargs: Any) -> Any:
        return _written(self._backend.update_item, arguments, kwargs)


def _written(write: Callable[..., Any], arguments: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
    try:
        return write(*arguments, **kwargs)
    except OF_THE_REQUEST:
        raise
    except MockValidationException as error:
        raise ValidationError(error.message) from None
