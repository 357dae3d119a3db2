"""Every query and every page of a scan sorts and walks through the whole table.

Upstream filters `all_items()`, sorted, for each query of the table or of an index, and walks a scan from the first item
to the page's start. Here the items of the table and of each index are kept in order, up to date by the writes, and
upstream sees only those that lie between the start key and the end of the page, within the key condition. Everything
else (filters, limits, pages, projection) stays upstream's.
"""

from base64 import b64decode
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from typing import Any

from moto.dynamodb.models.dynamo_type import DynamoType, Item
from moto.dynamodb.models.table import RESULT_SIZE_LIMIT, Table
from sortedcontainers import SortedDict

from shoplib.localaws.moto_patches import wrap

Key = tuple[DynamoType, DynamoType | None]
Place = tuple[Any, ...]  # what items are sorted by
Schemas = dict[str | None, tuple[str, ...]]  # by index, None for the table
CANDIDATES = "lab_candidates"
# Table, key, what the item is now, and what it was.
CHANGE_HOOKS: list[Callable[[Any, Key, Item | None, Item | None], None]] = []


class _Most:
    """Above every value."""

    def __lt__(self, other: object) -> bool:
        return False

    def __gt__(self, other: object) -> bool:
        return True

    __le__, __ge__ = __lt__, __gt__


MOST = _Most()


class Orders:
    """The items of one table in the order of its keys and of those of its indexes, which have not all of them."""

    def __init__(self, table: Any, schemas: Schemas) -> None:
        self.schemas = schemas
        self._places: dict[Key, dict[str | None, Place]] = {}
        listed: dict[str | None, dict[Place, Item]] = {name: {} for name in schemas}
        for item in items_of(table):
            places = self._places[item.hash_key, item.range_key] = self._places_of(item)
            for name, place in places.items():
                listed[name][place] = item
        self.sorted = {name: SortedDict(items) for name, items in listed.items()}

    def file(self, key: Key, item: Item | None) -> None:
        """The item is new, changed, or (None) gone."""
        for name, place in self._places.pop(key, {}).items():
            self.sorted[name].pop(place, None)
        if item is not None:
            places = self._places[key] = self._places_of(item)
            for name, place in places.items():
                self.sorted[name][place] = item

    def _places_of(self, item: Item) -> dict[str | None, Place]:
        return {name: place for name, attributes in self.schemas.items() if (place := _place(item.attrs, attributes))}


def install() -> None:
    wrap(Table, "query", _in_a_window)
    wrap(Table, "scan", _from_the_start)
    wrap(Table, "all_items", _candidates_if_any)
    wrap(Table, "has_idx_items", _candidates_if_any)
    wrap(Table, "sorted_items", _as_they_are)
    wrap(Table, "put_item", _filing_the_put)
    wrap(Table, "delete_item", _filing_the_delete)


def file(table: Any, key: Key, item: Item | None, old: Item | None) -> None:
    """Tell the table's orders, if they are kept yet, and whoever else follows its items, of a change."""
    orders = table.__dict__.get("lab_orders")
    if orders is not None:
        orders.file(key, item)
    for hook in CHANGE_HOOKS:
        hook(table, key, item, old)


def items_of(table: Any) -> Iterable[Item]:
    for entry in list(table.items.values()):
        yield from list(entry.values()) if table.range_key_attr else [entry]


def _place(attributes: dict[str, DynamoType], names: tuple[str, ...]) -> Place | None:
    """None for an item without one of the attributes, which an index leaves out."""
    if any(name not in attributes for name in names):
        return None
    return tuple(_comparable(attributes[name]) for name in names)


def _comparable(value: DynamoType) -> Any:
    if value.type == "B" and isinstance(value.value, str):
        return b64decode(value.value)
    return value.cast_value


def _orders(table: Any) -> Orders:
    own = tuple(name for name in (table.hash_key_attr, table.range_key_attr) if name)
    schemas: Schemas = {None: own}
    for index in table.all_indexes():
        names = [key["AttributeName"] for kind in ("HASH", "RANGE") for key in index.schema if key["KeyType"] == kind]
        schemas[index.name] = (*names, *own)
    present: Orders | None = table.__dict__.get("lab_orders")
    if present is None or present.schemas != schemas:
        present = table.__dict__["lab_orders"] = Orders(table, schemas)
    return present


def _candidates_if_any(original: Any) -> Any:
    def items(table: Any, *arguments: Any) -> Any:
        candidates = table.__dict__.get(CANDIDATES)
        return candidates if candidates is not None else original(table, *arguments)

    return items


def _as_they_are(original: Any) -> Any:
    def sorted_items(table: Any, hashes: Any, ranges: Any, items: Any) -> Any:
        """Candidates of a scan come in their order; those of a query are few."""
        return items if isinstance(items, Iterator) else original(table, hashes, ranges, items)

    return sorted_items


@contextmanager
def _narrowed(table: Any, candidates: Any) -> Any:
    table.__dict__[CANDIDATES] = candidates
    try:
        yield
    finally:
        table.__dict__[CANDIDATES] = None


def _from_the_start(original: Any) -> Any:
    def scan(
        table: Any, filters: Any, limit: Any, start: Any, condition: Any, index: Any, *rest: Any, **more: Any
    ) -> Any:
        index = more.pop("index_name", index)
        orders = _orders(table)
        if index is not None and index not in orders.schemas:
            return original(table, filters, limit, start, condition, index, *rest, **more)  # which refuses it
        place = _start(orders, index, start)
        items = orders.sorted[index]
        candidates = (items[each] for each in items.irange(place, None, (False, True)))
        with _narrowed(table, candidates):
            return original(table, filters, limit, start, condition, index, *rest, **more)

    return scan


def _start(orders: Orders, index: str | None, start: dict[str, Any] | None) -> Place | None:
    return _place({name: DynamoType(value) for name, value in start.items()}, orders.schemas[index]) if start else None


def _in_a_window(original: Any) -> Any:
    def query(table: Any, hash_key: DynamoType | None, *rest: Any, **kwargs: Any) -> Any:
        # query(hash_key, comparison, range_objs, limit, start_key, forward, projection, index_name, ...)
        index = kwargs.get("index_name") or (rest[6] if len(rest) > 6 else None)
        conditions = kwargs.get("hash_key_conditions") or []
        ranges = kwargs.get("range_key_conditions") or []
        hashes = [value for _, value in conditions] or ([hash_key] if hash_key is not None else [])
        orders = _orders(table)
        if not hashes or index not in orders.schemas:
            return original(table, hash_key, *rest, **kwargs)
        others = set(kwargs) - KNOWN
        page = rest[2] if not others else None  # upstream does not count what a QueryFilter leaves out
        candidates = list(_window(orders, index, hashes, _bounds(ranges, rest), page, rest[3], rest[4], bool(others)))
        with _narrowed(table, candidates):
            return original(table, hash_key, *rest, **kwargs)

    return query


KNOWN = {
    *("index_name", "consistent_read", "filter_expression", "hash_key_conditions", "range_key_conditions"),
    *("expr_names", "expr_values", "projection_expressions"),
}
Bounds = tuple[list[Any], str | None, list[Any]]  # equal values before the last condition, its operator and values


def _bounds(ranges: Any, rest: Any) -> Bounds:
    before = [_comparable(values[0]) for _, _, values in ranges[:-1]]
    return before, rest[0], [_comparable(value) for value in rest[1] or []]


def _window(
    orders: Orders, index: Any, hashes: Any, bounds: Bounds, limit: Any, start: Any, forward: bool, is_whole: bool
) -> Iterator[Item]:
    """Items of the hash key within the bounds, from the start key, until the page is certainly full."""
    before, operator, values = bounds
    least, most, inclusive = _ends((*map(_comparable, hashes), *before), operator, values)
    place = _start(orders, index, start)
    if place is not None and forward is not False and place >= least:
        least, inclusive = place, (False, inclusive[1])
    elif place is not None and forward is False and place <= most:
        most, inclusive = place, (inclusive[0], False)
    items, size, number = orders.sorted[index], 0, 0
    for each in items.irange(least, most, inclusive, reverse=forward is False):
        yield items[each]
        size, number = size + items[each].size(), number + 1
        if not is_whole and (size > RESULT_SIZE_LIMIT or (limit is not None and number > limit)):
            return


def _ends(equal: Place, operator: str | None, values: list[Any]) -> tuple[Place, Place, tuple[bool, bool]]:
    """Between which places a key condition holds, and whether at them. A longer place is above its beginning."""
    if operator is None:
        return equal, (*equal, MOST), (True, True)
    first, last = (*equal, values[0]), (*equal, values[-1], MOST)
    if operator in ("=", "EQ", "BETWEEN"):
        return first, last, (True, True)
    if operator in ("<", "LT"):
        return equal, first, (True, False)
    if operator in ("<=", "LE"):
        return equal, last, (True, True)
    if operator == "BEGINS_WITH":
        return first, (*equal, _after(values[0])), (True, True)
    return (last if operator in (">", "GT") else first), (*equal, MOST), (True, True)


def _after(prefix: str | bytes) -> str | bytes:
    """Above whatever begins with the prefix: keys have at most 1,024 bytes."""
    return prefix + chr(0x10FFFF) * 257 if isinstance(prefix, str) else prefix + b"\xff" * 1025


def _filing_the_put(original: Any) -> Any:
    def put_item(table: Any, *arguments: Any, **kwargs: Any) -> Any:
        old = _present(table, arguments[0] if arguments else kwargs["item_attrs"])
        item = original(table, *arguments, **kwargs)
        file(table, (item.hash_key, item.range_key), item, old)
        return item

    return put_item


def _filing_the_delete(original: Any) -> Any:
    def delete_item(table: Any, hash_key: DynamoType, range_key: DynamoType | None) -> Any:
        item = original(table, hash_key, range_key)
        file(table, (hash_key, range_key), None, item)
        return item

    return delete_item


def _present(table: Any, attributes: dict[str, Any]) -> Item | None:
    """The item with the key of these attributes; None for a key that is refused."""
    if not CHANGE_HOOKS or not isinstance(attributes.get(table.hash_key_attr), dict):
        return None
    entry = table.items.get(DynamoType(attributes[table.hash_key_attr]))
    if not table.range_key_attr:
        return entry or None
    ranged = attributes.get(table.range_key_attr)
    return entry.get(DynamoType(ranged)) if entry and isinstance(ranged, dict) else None
