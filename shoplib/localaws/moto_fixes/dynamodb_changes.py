"""The records of a write in a table's stream.

Upstream's UpdateItem on a new key puts the bare key first and changes it then: two records, INSERT and MODIFY, where
AWS has one INSERT; when its expression fails half-way, what it did until then stays. A write that changes nothing is a
MODIFY upstream and no record on AWS. Upstream says us-east-1 in the records of every region, and counts the JSON of a
record as its size, where AWS counts keys and images as it does items.
"""

import copy
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any

from moto.dynamodb.models import DynamoDBBackend
from moto.dynamodb.models.dynamo_type import Item
from moto.dynamodb.models.table import StreamShard

from shoplib.localaws.item_size import item_size
from shoplib.localaws.moto_fixes.dynamodb_lookup import file
from shoplib.localaws.moto_fixes.dynamodb_transactions import begin, end, key_names, key_of, put_back
from shoplib.localaws.moto_patches import wrap

# Who makes the change, where it is DynamoDB itself: what expires is deleted by the service.
_BY_SERVICE: ContextVar[bool] = ContextVar("changed_by_dynamodb", default=False)
SERVICE, PRINCIPAL = "Service", "dynamodb.amazonaws.com"
VERSION = "1.1"


def install() -> None:
    wrap(StreamShard, "add", _in_its_region)
    wrap(DynamoDBBackend, "update_item", _as_one_change)


def is_change(old: Item | None, new: Item | None) -> bool:
    return old is None or new is None or old.to_json() != new.to_json()


def size_of(change: Mapping[str, Any]) -> int:
    """Of a record: its keys and both images count."""
    return sum(item_size(change[name]) for name in ("Keys", "NewImage", "OldImage") if name in change)


def is_by_service() -> bool:
    return _BY_SERVICE.get()


@contextmanager
def by_service() -> Iterator[None]:
    """Changes within are DynamoDB's own, and their records say so."""
    before = _BY_SERVICE.set(True)
    try:
        yield
    finally:
        _BY_SERVICE.reset(before)


def _as_one_change(original: Any) -> Any:
    """All or nothing, and one record at most."""

    def update_item(backend: Any, table_name: str, key: dict[str, Any], *arguments: Any, **kwargs: Any) -> Any:
        table = backend.tables.get(table_name)
        if table is None or set(key) != set(key_names(table)):
            return original(backend, table_name, key, *arguments, **kwargs)  # which refuses it
        before, pending = copy.deepcopy(table.get_item(*key_of(table, key))), begin(table)
        try:
            item = original(backend, table_name, key, *arguments, **kwargs)
        except Exception:
            put_back(table, key_of(table, key), before)
            raise
        finally:
            end(pending)
        file(table, key_of(table, key), item, before)
        if table.stream_shard is not None:
            table.stream_shard.add(before, item)
        return item

    return update_item


def _in_its_region(original: Any) -> Any:
    def add(shard: Any, old: Item | None, new: Item | None) -> None:
        if is_change(old, new):
            original(shard, old, new)
            record = shard.items[-1].record
            record["awsRegion"], record["eventVersion"] = shard.table.region_name, VERSION
            record["dynamodb"]["SizeBytes"] = size_of(record["dynamodb"])
            if is_by_service():
                record["userIdentity"] = {"PrincipalId": PRINCIPAL, "Type": SERVICE}

    return add
