"""Event names that the analyses do not use, with the likely equivalents."""

import difflib
from collections.abc import Iterable

from shoplib.analytics.loading import usual
from shoplib.analytics.loading.columns import plain
from shoplib.core import events

NEAR = 0.84


def likely(names: Iterable[str]) -> dict[str, str]:
    """The file's names -> ours, for unknown names with a likely equivalent."""
    names_by_alias = {alias: name for name, many in usual.events().items() for alias in many}
    meanings = {name: _meaning(plain(name), names_by_alias) for name in names if name not in events.NAMES}
    return {name: meaning for name, meaning in meanings.items() if meaning}


def _meaning(name: str, known: dict[str, str]) -> str | None:
    if name in known or not name:
        return known.get(name)
    near = difflib.get_close_matches(name, known, 1, NEAR)
    return known[near[0]] if near else None


def hint(names: Iterable[str]) -> list[str]:
    """The option that renames them to ours."""
    meanings = likely(names)
    if not meanings:
        return []
    options = " ".join(f'--event-name {name}="{alias}"' for alias, name in meanings.items())
    return [
        f"event names are kept as they are; for the shop's own names say {options} (in Python event_names={meanings})"
    ]
