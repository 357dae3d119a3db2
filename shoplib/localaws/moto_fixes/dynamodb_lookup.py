"""A query sorts and walks through the whole table.

Upstream filters `all_items()`, sorted, for each query of the table or of an index. Here a query by primary key sees
only the items of its hash key, and a query of an index only those found in a lookup by the attribute's value, kept up
to date by the writes. Everything else of the query (conditions, order, pages, projection) stays upstream's.
Measured with 10,000 items: query by key 66 ms -> 0.16 ms, by index 55 ms -> 0.21 ms.
"""

from collections import defaultdict
from collections.abc import Iterable
from contextlib import contextmanager
from typing import Any

from moto.dynamodb.models.dynamo_type import DynamoType, Item
from moto.dynamodb.models.table import Table

from shoplib.localaws.moto_patches import wrap

Key = tuple[DynamoType, DynamoType | None]
CANDIDATES = "lab_candidates"


class Lookup:
    """Items of one table by the values of some attributes: those that are the hash key of an index."""

    def __init__(self, table: Any, attributes: frozenset[str]) -> None:
        self.attributes = attributes
        self._by_value: dict[str, dict[DynamoType, dict[Key, Item]]] = {name: defaultdict(dict) for name in attributes}
        self._filed: dict[Key, dict[str, DynamoType]] = {}
        for item in _items(table):
            self.file((item.hash_key, item.range_key), item)

    def file(self, key: Key, item: Item | None) -> None:
        """The item is new, changed, or (None) gone."""
        for name, value in self._filed.pop(key, {}).items():
            self._by_value[name][value].pop(key, None)
        if item is None:
            return
        present = {name: DynamoType(item.attrs[name]) for name in self.attributes if name in item.attrs}
        for name, value in present.items():
            self._by_value[name][value][key] = item
        self._filed[key] = present

    def find(self, attribute: str, value: DynamoType) -> list[Item]:
        return list(self._by_value[attribute].get(value, {}).values())


def install() -> None:
    wrap(Table, "query", _among_candidates)
    wrap(Table, "all_items", _candidates_if_any)
    wrap(Table, "put_item", _filing_the_put)
    wrap(Table, "delete_item", _filing_the_delete)


def _items(table: Any) -> Iterable[Item]:
    for entry in list(table.items.values()):
        yield from list(entry.values()) if table.range_key_attr else [entry]


def _candidates_if_any(original: Any) -> Any:
    def all_items(table: Any) -> list[Item]:
        candidates = table.__dict__.get(CANDIDATES)
        return candidates if candidates is not None else original(table)

    return all_items


def _among_candidates(original: Any) -> Any:
    def query(table: Any, hash_key: DynamoType | None, *rest: Any, **kwargs: Any) -> Any:
        # query(hash_key, range_comparison, range_objs, limit, start_key, forward, projection, index_name, ...)
        index_name = kwargs.get("index_name") or (rest[6] if len(rest) > 6 else None)
        conditions = kwargs.get("hash_key_conditions") or []
        with _narrowed(table, _candidates(table, hash_key, index_name, conditions)):
            return original(table, hash_key, *rest, **kwargs)

    return query


@contextmanager
def _narrowed(table: Any, candidates: list[Item] | None) -> Any:
    table.__dict__[CANDIDATES] = candidates
    try:
        yield
    finally:
        table.__dict__[CANDIDATES] = None


def _candidates(
    table: Any, hash_key: DynamoType | None, index_name: str | None, conditions: list[tuple[str, DynamoType]]
) -> list[Item] | None:
    """Items that the query may find; None when they cannot be narrowed down."""
    if not index_name:
        return _of_hash_key(table, hash_key) if hash_key is not None else None
    if not conditions:
        return None
    attribute, value = conditions[0]
    if attribute == table.hash_key_attr:
        return _of_hash_key(table, value)
    lookup = _lookup(table)
    return lookup.find(attribute, value) if attribute in lookup.attributes else None


def _of_hash_key(table: Any, value: DynamoType) -> list[Item]:
    entry = table.items.get(value)
    if not entry:
        return []
    return list(entry.values()) if table.range_key_attr else [entry]


def _lookup(table: Any) -> Lookup:
    names = frozenset(
        key["AttributeName"] for index in table.all_indexes() for key in index.schema if key["KeyType"] == "HASH"
    )
    present: Lookup | None = table.__dict__.get("lab_lookup")
    if present is None or present.attributes != names:
        present = table.__dict__["lab_lookup"] = Lookup(table, names)
    return present


def file(table: Any, key: Key, item: Item | None) -> None:
    """Tell the table's lookup, if it has one, of a change."""
    lookup = table.__dict__.get("lab_lookup")
    if lookup is not None:
        lookup.file(key, item)


def _filing_the_put(original: Any) -> Any:
    def put_item(table: Any, *arguments: Any, **kwargs: Any) -> Any:
        item = original(table, *arguments, **kwargs)
        file(table, (item.hash_key, item.range_key), item)
        return item

    return put_item


def _filing_the_delete(original: Any) -> Any:
    def delete_item(table: Any, hash_key: DynamoType, range_key: DynamoType | None) -> Any:
        item = original(table, hash_key, range_key)
        file(table, (hash_key, range_key), None)
        return item

    return delete_item
