"""TransactWriteItems copies whole tables, and writes before it knows that it may.

Upstream deep-copies each table that a transaction touches, to put the copies back when a condition fails: O(table) per
transaction, and whatever held the table before (its stream, its readers) holds a dead object afterwards. Writes of a
transaction that fails reach the stream. Here only the touched items are kept, and stream records wait for success.
Measured with 10,000 items in the table: 170 ms -> 0.05 ms per transaction.
"""

import copy
from typing import Any

from moto.dynamodb.models import DynamoDBBackend
from moto.dynamodb.models.dynamo_type import DynamoType, Item
from moto.dynamodb.models.table import Table

from shoplib.localaws.moto_fixes.dynamodb_lookup import file
from shoplib.localaws.moto_fixes.replacing import wrap

Key = tuple[DynamoType, DynamoType | None]


class _Pending:
    """In the place of a table's stream during a transaction."""

    def __init__(self, shard: Any) -> None:
        self.shard = shard
        self.changes: list[tuple[Item | None, Item | None]] = []

    def add(self, old: Item | None, new: Item | None) -> None:
        self.changes.append((copy.deepcopy(old), copy.deepcopy(new)))


def install() -> None:
    setattr(Table, "__deepcopy__", _copied)  # noqa: B010 - mypy forbids the assignment
    wrap(DynamoDBBackend, "transact_write_items", _touching_only_its_items)


def _copied(table: Any, memo: dict[int, Any]) -> Any:
    """In a transaction upstream's safety copy is the table itself; anywhere else (backups) a copy is a copy."""
    if isinstance(table.stream_shard, _Pending) or table.__dict__.get("lab_in_transaction"):
        return table
    made = table.__class__.__new__(table.__class__)
    memo[id(table)] = made
    made.__dict__.update({name: copy.deepcopy(value, memo) for name, value in table.__dict__.items()})
    return made


def _touching_only_its_items(original: Any) -> Any:
    def transact_write_items(backend: Any, transact_items: list[dict[str, Any]]) -> None:
        before = _touched(backend, transact_items)
        tables = {id(table): table for table, _, _ in before}.values()
        pending = [(table, _begin(table)) for table in tables]
        try:
            original(backend, transact_items)
        except Exception:
            for table, key, item in before:
                _put_back(table, key, item)
            for table, stream in pending:
                _end(table, stream, keep=False)
            raise
        for table, stream in pending:
            _end(table, stream, keep=True)

    return transact_write_items


def _touched(backend: Any, transact_items: list[dict[str, Any]]) -> list[tuple[Any, Key, Item | None]]:
    """Table, key and copy of each item that the transaction names; malformed entries are left to upstream to refuse."""
    found = []
    for entry in transact_items:
        operation = next(iter(entry.values()))
        table = backend.tables.get(operation.get("TableName"))
        attributes = operation.get("Key") or operation.get("Item") or {}
        if table is not None and all(name in attributes for name in _key_names(table)):
            key = _key(table, attributes)
            found.append((table, key, copy.deepcopy(table.get_item(*key))))
    return found


def _key_names(table: Any) -> list[str]:
    return [name for name in (table.hash_key_attr, table.range_key_attr) if name]


def _key(table: Any, attributes: dict[str, Any]) -> Key:
    ranged = DynamoType(attributes[table.range_key_attr]) if table.range_key_attr else None
    return DynamoType(attributes[table.hash_key_attr]), ranged


def _begin(table: Any) -> _Pending | None:
    table.lab_in_transaction = True
    if table.stream_shard is None:
        return None
    table.stream_shard = _Pending(table.stream_shard)
    return table.stream_shard


def _end(table: Any, stream: _Pending | None, keep: bool) -> None:
    table.lab_in_transaction = False
    if stream is None:
        return
    table.stream_shard = stream.shard
    for old, new in stream.changes if keep else []:
        table.stream_shard.add(old, new)


def _put_back(table: Any, key: Key, item: Item | None) -> None:
    hash_key, range_key = key
    if item is None:
        table.delete_item(hash_key, range_key)
        return
    if range_key is not None:
        table.items[hash_key][range_key] = item
    else:
        table.items[hash_key] = item
    file(table, key, item)
