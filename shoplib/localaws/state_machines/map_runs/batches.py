"""Items put together into the inputs of executions."""

from collections.abc import Mapping
from typing import Any

from shoplib.localaws.json_text import compact
from shoplib.localaws.state_machines.interpreter.walk import LARGEST
from shoplib.localaws.state_machines.language import Language, Scope
from shoplib.localaws.state_machines.language.failures import runtime
from shoplib.localaws.state_machines.map_runs.distribution import Batch


def batched(items: list[Any], batcher: Mapping[str, Any] | None, scope: Scope, language: Language) -> list[Batch]:
    """Raises EvaluationFailure."""
    if batcher is None:
        return [Batch(item) for item in items]
    most = _positive(batcher, "MaxItemsPerBatch", scope, language)
    room = min(_positive(batcher, "MaxInputBytesPerBatch", scope, language) or LARGEST, LARGEST)
    more = {}
    if "BatchInput" in batcher:
        more["BatchInput"] = language.part(batcher, "BatchInput", scope, "ItemBatcher/BatchInput")
    groups = _groups(items, most or len(items), room - len(compact({**more, "Items": []}).encode()))
    return [Batch({**more, "Items": group}, len(group)) for group in groups]


def _groups(items: list[Any], most: int, room: int) -> list[list[Any]]:
    """Of at most `most` items and `room` bytes; an item that is larger stands alone."""
    groups: list[list[Any]] = []
    left = 0
    for item in items:
        size = len(compact(item).encode()) + 1  # and a comma
        if not groups or len(groups[-1]) >= most or size > left:
            groups.append([])
            left = room
        groups[-1].append(item)
        left -= size
    return groups


def _positive(batcher: Mapping[str, Any], name: str, scope: Scope, language: Language) -> int | None:
    value = language.value(batcher, name, scope)
    if value is None:
        return None
    if not isinstance(value, int) or isinstance(value, bool) or value < 1:
        raise runtime(f"field {name} must be positive")
    return value
