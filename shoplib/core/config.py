"""A service's settings: a frozen dataclass filled from environment variables on the first call, never at import."""

import os
from dataclasses import MISSING, Field, fields
from functools import cache
from typing import Any, TypeVar

T = TypeVar("T")


class MissingVariable(Exception):
    """The function was deployed without a variable that its code needs."""


@cache
def load(settings: type[T]) -> T:
    """`settings` filled from the environment: the field `table_name` reads `TABLE_NAME`. Cached; see `cache_clear`."""
    return settings(**{field.name: _value(field) for field in fields(settings)})  # type: ignore[arg-type]


def variables(settings: type[Any]) -> list[str]:
    """Names of the environment variables that `settings` reads."""
    return [field.name.upper() for field in fields(settings)]


def _value(field: Field[Any]) -> Any:
    name = field.name.upper()
    text = os.environ.get(name)
    if text is None:
        if field.default is MISSING:
            raise MissingVariable(f"{name} is not set. Add it to the function's Environment in template.yaml.")
        return field.default
    if field.type is not int:
        return text
    try:
        return int(text)
    except ValueError:
        raise MissingVariable(f"{name} is {text!r}, which is not a whole number. Mend it in template.yaml.") from None
