"""What a table held at any moment since point-in-time recovery was enabled: its items then, and every change after."""

from collections import deque
from typing import Any

from moto.dynamodb.models.dynamo_type import DynamoType, Item

from shoplib.localaws import engine_clock
from shoplib.localaws.moto_fixes.dynamodb_lookup import Key

MOST_CHANGES = 100_000
HISTORY = "lab_history"
Attributes = dict[str, Any]


class History:
    """Beyond MOST_CHANGES the oldest are forgotten, and `earliest` is later."""

    def __init__(self, items: list[Item]) -> None:
        self.earliest = engine_clock.now()
        self._start: dict[Key, Attributes] = {_key(item): _attributes(item) for item in items}
        self._changes: deque[tuple[float, Key, Attributes | None]] = deque()

    def note(self, key: Key, item: Item | None) -> None:
        self._changes.append((engine_clock.now(), key, _attributes(item) if item is not None else None))
        if len(self._changes) > MOST_CHANGES:
            self.earliest, oldest, attributes = self._changes.popleft()
            _apply(self._start, oldest, attributes)

    def items_at(self, moment: float) -> list[Item]:
        """What was written by then."""
        state = dict(self._start)
        for when, key, attributes in self._changes:
            if when > moment:
                break
            _apply(state, key, attributes)
        return [Item(*key, attributes) for key, attributes in state.items()]


def note(table: Any, key: Key, item: Item | None, old: Item | None) -> None:
    history: History | None = table.__dict__.get(HISTORY)
    if history is not None:
        history.note(key, item)


def _apply(state: dict[Key, Attributes], key: Key, attributes: Attributes | None) -> None:
    if attributes is None:
        state.pop(key, None)
    else:
        state[key] = attributes


def _key(item: Item) -> tuple[DynamoType, DynamoType | None]:
    return item.hash_key, item.range_key


def _attributes(item: Item) -> Attributes:
    attributes: Attributes = item.to_json()["Attributes"]
    return attributes
