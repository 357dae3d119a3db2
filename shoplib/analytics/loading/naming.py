"""Names of events that the shop's analyses do not look for, with what they are likely to be."""

import difflib
from collections.abc import Iterable

from shoplib.analytics.loading import usual
from shoplib.analytics.loading.columns import plain
from shoplib.core import events

NEAR = 0.84


def likely(names: Iterable[str]) -> dict[str, str]:
    """Theirs -> ours, of the names that are not ours and have a likely meaning."""
    ours = {theirs: name for name, many in usual.events().items() for theirs in many}
    found = {name: _meaning(plain(name), ours) for name in names if name not in events.NAMES}
    return {name: meaning for name, meaning in found.items() if meaning}


def _meaning(name: str, ours: dict[str, str]) -> str | None:
    if name in ours or not name:
        return ours.get(name)
    near = difflib.get_close_matches(name, ours, 1, NEAR)
    return ours[near[0]] if near else None


def hint(names: Iterable[str]) -> list[str]:
    """What to say to have them counted as ours."""
    found = likely(names)
    if not found:
        return []
    said = " ".join(f'--event-name {ours}="{theirs}"' for theirs, ours in found.items())
    return [f"event names are kept as they are; for the shop's own names say {said} (in Python event_names={found})"]
