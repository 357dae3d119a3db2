"""The JSONPath of mapping templates and of rules' targets: `$`, `.name`, `['name']`, `[0]`, `[*]` and `..name`."""

import re
from typing import Any

STEP = re.compile(r"\.\.([\w-]+)|\.(\*|[\w-]+)|\[\s*(?:'([^']*)'|\"([^\"]*)\"|(-?\d+)|(\*))\s*\]")


class UnsupportedPath(Exception):
    """The path uses something else, such as a filter; the text names it."""


MISSING = object()


def find(document: Any, path: str) -> Any:
    """Value at `path`, a list when the path has a wildcard, or MISSING."""
    values, many = [document], False
    for step in steps(path if path.startswith("$") else f"$.{path}"):
        deep, name, single, double, number, star = step.groups()
        many = many or bool(deep or star or name == "*")
        values = [match for value in values for match in _step(value, deep, name or single or double, number, star)]
    if many:
        return values
    return values[0] if values else MISSING


def steps(path: str) -> list[re.Match[str]]:
    """What a path that begins with `$` is made of. Raises UnsupportedPath."""
    read, at = [], 1
    while at < len(path):
        step = STEP.match(path, at)
        if step is None:
            raise UnsupportedPath(f"JSONPath {path!r}: {path[at:]!r} is not supported")
        read.append(step)
        at = step.end()
    return read


def _step(value: Any, deep: str | None, name: str | None, number: str | None, star: str | None) -> list[Any]:
    if deep:
        return _descend(value, deep)
    if star or name == "*":
        return list(value.values()) if isinstance(value, dict) else list(value) if isinstance(value, list) else []
    if number is not None:
        at = int(number)
        return [value[at]] if isinstance(value, list) and -len(value) <= at < len(value) else []
    return [value[name]] if isinstance(value, dict) and name in value else []


def _descend(value: Any, name: str) -> list[Any]:
    children = list(value.values()) if isinstance(value, dict) else value if isinstance(value, list) else []
    own = [value[name]] if isinstance(value, dict) and name in value else []
    return own + [match for child in children for match in _descend(child, name)]
