"""Categories are paths: `Kitchen/Mugs` is a part of `Kitchen`. A name without a slash is a category of its own."""

from collections.abc import Iterable, Mapping
from typing import Any

from shoplib.core import checks
from shoplib.core.errors import InvalidRequest

MAX_PATH = 100
MAX_DEPTH = 5
SEPARATOR = "/"


def category(source: Mapping[str, Any]) -> str:
    """The required path in `category`. InvalidRequest for one that is too deep or has a part without a name."""
    path = checks.text(source, "category", maximum=MAX_PATH)
    parts = path.split(SEPARATOR)
    if len(parts) > MAX_DEPTH or any(part != part.strip() or not part for part in parts):
        raise InvalidRequest(f"category must be 1 to {MAX_DEPTH} names with a slash between them, as Kitchen/Mugs.")
    return path


def lies_in(path: str, branch: str) -> bool:
    """Whether a category is `branch` or a part of it."""
    return path == branch or path.startswith(branch + SEPARATOR)


def breadcrumb(path: str) -> list[dict[str, str]]:
    """The way to a category, from the top: [{name, path}]."""
    parts = path.split(SEPARATOR)
    return [{"name": part, "path": SEPARATOR.join(parts[: depth + 1])} for depth, part in enumerate(parts)]


def tree(paths: Iterable[str]) -> list[dict[str, Any]]:
    """Categories as branches, in order of their names: [{name, path, children}]; a branch needs no products itself."""
    top: list[dict[str, Any]] = []
    branches = {"": top}
    for path in sorted({step["path"] for each in paths for step in breadcrumb(each)}, key=_names):
        above, _, name = path.rpartition(SEPARATOR)
        branches[path] = []
        branches[above].append({"name": name, "path": path, "children": branches[path]})
    return top


def _names(path: str) -> list[str]:
    return path.split(SEPARATOR)
