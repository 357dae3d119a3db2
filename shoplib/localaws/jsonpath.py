"""The JSONPath of mapping templates, rules' targets and state machines: `$`, `.name`, `['name']`, `[0]`, `[*]` and
`..name`; in full also slices, several names or indices, and filters."""

import re
from typing import Any

from shoplib.localaws.jsonpath_selectors import Selector, Unreadable, selector_at

STEP = re.compile(r"\.\.([\w-]+)|\.(\*|[\w-]+)|\[\s*(?:'([^']*)'|\"([^\"]*)\"|(-?\d+)|(\*))\s*\]")


class UnsupportedPath(Exception):
    """The path uses something else, such as a filter; the text names it."""


MISSING = object()


def find(document: Any, path: str, full: bool = False) -> Any:
    """Value at `path`, a list when the path may lead to several, or MISSING. `full` allows selectors."""
    values, many = [document], False
    for step in steps(path if path.startswith("$") else f"$.{path}", full):
        many = many or is_indefinite(step)
        values = [match for value in values for match in _follow(step, value)]
    if many:
        return values
    return values[0] if values else MISSING


Step = re.Match[str] | Selector


def steps(path: str, full: bool = False) -> list[Step]:
    """What a path that begins with `$` is made of. Raises UnsupportedPath."""
    read: list[Step] = []
    at = 1
    while at < len(path):
        at += path.startswith(".[", at)  # `$.[0]` is `$[0]`, as in the library by which AWS follows paths
        step = STEP.match(path, at) or (_selector(path, at) if full else None)
        if step is None:
            raise UnsupportedPath(f"JSONPath {path!r}: {path[at:]!r} is not supported")
        read.append(step)
        at = step.end()
    return read


def is_indefinite(step: Step) -> bool:
    """Whether the step may lead to several values."""
    if isinstance(step, Selector):
        return True
    deep, name, _, _, _, star = step.groups()
    return bool(deep or star or name == "*")


def _selector(path: str, at: int) -> Selector | None:
    try:
        return selector_at(path, at)
    except Unreadable as error:
        raise UnsupportedPath(f"JSONPath {path!r}: {error}") from None


def _follow(step: Step, value: Any) -> list[Any]:
    if isinstance(step, Selector):
        return step.select(value)
    deep, name, single, double, number, star = step.groups()
    return _step(value, deep, name or single or double, number, star)


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
