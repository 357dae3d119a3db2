"""Eventually consistent reads that show it: what was written within the last moments is not in them yet.

On AWS a read without ConsistentRead, and every read of a global secondary index, may miss the latest writes, and hardly
ever does: whoever relies on it finds out in production. With `--eventual 200ms` every such read is that old.
"""

from collections import deque
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from typing import Any

from moto.dynamodb.models.dynamo_type import Item
from moto.dynamodb.responses import DynamoHandler

from shoplib.localaws import engine_clock
from shoplib.localaws.moto_fixes import dynamodb_lookup
from shoplib.localaws.moto_fixes.dynamodb_lookup import Key
from shoplib.localaws.moto_patches import wrap

RECENT = "lab_recent"
Write = tuple[float, Key, Item | None]  # when, which item, and what it was before


class Staleness:
    def __init__(self, age_s: float) -> None:
        self._age_s = age_s

    def install(self) -> None:
        if not self._age_s:
            return
        dynamodb_lookup.CHANGE_HOOKS.append(self._note)
        for operation in ("get_item", "query", "scan"):
            wrap(DynamoHandler, operation, self._of_one_table)
        wrap(DynamoHandler, "batch_get_item", self._of_several)

    def _note(self, table: Any, key: Key, item: Item | None, old: Item | None) -> None:
        recent: deque[Write] = table.__dict__.setdefault(RECENT, deque())
        recent.append((engine_clock.now(), key, old))
        self._forget(recent)

    def _forget(self, recent: deque[Write]) -> None:
        oldest = engine_clock.now() - self._age_s
        while recent and recent[0][0] <= oldest:
            recent.popleft()

    def _of_one_table(self, original: Any) -> Any:
        def read(request: Any) -> Any:
            table = request.dynamodb_backend.tables.get(str(request.body.get("TableName")).rpartition("/")[2])
            with self._rewound(None if request.body.get("ConsistentRead") else table):
                return original(request)

        return read

    def _of_several(self, original: Any) -> Any:
        def read(request: Any) -> Any:
            with ExitStack() as stack:
                for name, keys in (request.body.get("RequestItems") or {}).items():
                    if not keys.get("ConsistentRead"):
                        table = request.dynamodb_backend.tables.get(name.rpartition("/")[2])
                        stack.enter_context(self._rewound(table))
                return original(request)

        return read

    @contextmanager
    def _rewound(self, table: Any) -> Iterator[None]:
        """The table as it was; its requests are answered one at a time."""
        recent: deque[Write] | None = table.__dict__.get(RECENT) if table is not None else None
        if not recent:
            yield
            return
        self._forget(recent)
        before = {key: old for _, key, old in reversed(recent)}  # of an item's writes the first counts
        now = {key: _present(table, key) for key in before}
        _put(table, before)
        try:
            yield
        finally:
            _put(table, now)


def _present(table: Any, key: Key) -> Item | None:
    entry = table.items.get(key[0])
    return entry.get(key[1]) if entry and table.range_key_attr else entry or None


def _put(table: Any, items: dict[Key, Item | None]) -> None:
    """Without records of a stream, and without anybody's being told."""
    orders = table.__dict__.get("lab_orders")
    for key, item in items.items():
        entries, last = (table.items[key[0]], key[1]) if table.range_key_attr else (table.items, key[0])
        if item is None:
            entries.pop(last, None)
        else:
            entries[last] = item
        if orders is not None:
            orders.file(key, item)
