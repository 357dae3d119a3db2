"""Where in the state that is which cannot be saved: looked for only after a failure."""

from collections.abc import Mapping
from typing import Any

from shoplib.localaws.snapshots import pickling

DEEPEST = 12


def path_to_culprit(state: Any, deepest: int = DEEPEST) -> list[str]:
    """Names of keys and attributes from `state` to the smallest part that pickle refuses; empty if it has none."""
    refused = next(((name, part) for name, part in _parts(state) if not _is_saveable(part)), None)
    if refused is None or not deepest:
        return []
    name, part = refused
    return [name, *path_to_culprit(part, deepest - 1)]


def _parts(whole: Any) -> list[tuple[str, Any]]:
    if isinstance(whole, Mapping):
        return [(_name(key, value), value) for key, value in list(whole.items())]
    if isinstance(whole, list | tuple | set | frozenset):
        return [(str(number), value) for number, value in enumerate(list(whole))]
    slots = ((name, getattr(whole, name, None)) for name in getattr(whole, "__slots__", ()))
    return [*list(getattr(whole, "__dict__", {}).items()), *slots]


def _name(key: Any, value: Any) -> str:
    """An attribute's or a room's name. Other keys may be tokens, which no log may have: their value's class instead."""
    kind = type(value)
    return key if isinstance(key, str) and key.isidentifier() else f"{kind.__module__}.{kind.__qualname__}"


def _is_saveable(part: Any) -> bool:
    try:
        pickling.dump(part)
    except Exception:  # noqa: BLE001 - whatever pickle raises, this part is it
        return False
    return True
