"""Values as the library of JSONata has them: None means undefined to it, and null is an object of its own."""

from typing import Any


def with_nulls(value: Any) -> Any:
    """A copy in which null is the library's own."""
    from jsonata.utils import Utils

    if isinstance(value, dict):
        return {name: with_nulls(each) for name, each in value.items()}
    if isinstance(value, list):
        return [with_nulls(each) for each in value]
    return Utils.NULL_VALUE if value is None else value


def plain(value: Any) -> Any:
    """The library's lists and nulls as Python's."""
    from jsonata.utils import Utils

    if isinstance(value, dict):
        return {name: plain(each) for name, each in value.items()}
    if isinstance(value, list | range):
        return [plain(each) for each in value]
    return None if value is Utils.NULL_VALUE else value


def is_json(value: Any) -> bool:
    from jsonata.utils import Utils

    if isinstance(value, dict):
        return all(isinstance(name, str) and is_json(each) for name, each in value.items())
    if isinstance(value, list):
        return all(map(is_json, value))
    return isinstance(value, str | int | float | bool) or value is Utils.NULL_VALUE
