"""Records with lists of items (GA4, Segment, Shopify's API): a sale becomes one row per item."""

import json
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from shoplib.analytics.loading import usual
from shoplib.analytics.loading.columns import plain
from shoplib.analytics.loading.rows import Rows, flat, of_records
from shoplib.core.events import SALES

# Lists whose entries are things that are sold, by the last part of their names.
LISTS = ("items", "products", "lineitems", "lines", "orderitems", "contents", "cartitems", "itemdetails")
MONEY = ("price", "price_minor", "value", "value_minor", "total")
Record = dict[str, Any]


def rows_of(
    name: str,
    records: Sequence[Record],
    lines: Sequence[int],
    broken: list[tuple[int, str, str]],
    renamed: Mapping[str, str] | None,
    name_column: str | None,
    **more: Any,
) -> Rows:
    """Records as rows. `renamed` is the caller's mapping of event names, None if every record is an order;
    `name_column` is the column of the event name, None to detect it.
    """
    rows: list[dict[str, str | None]] = []
    origin, itemised, lists = list[int](), list[bool](), dict[str, None]()
    for number, record in enumerate(records):
        entry = dict(flat(record))
        key = next((each for each, value in entry.items() if _is_items(each, value)), None)
        sold = renamed is None or _is_sale(entry, renamed, name_column)
        for row in _with_items(entry, key, sold):
            rows.append(row)
            origin.append(number)
            itemised.append(sold and key is not None)
        lists |= {f"{key}.": None} if key else {}
    return of_records(
        name,
        rows,
        [lines[number] for number in origin],
        broken=broken,
        exact=frozenset(),
        record=np.array(origin, np.int64),
        itemised=np.array(itemised, bool),
        items=next(iter(lists), ""),
        **more,
    )


def _is_items(name: str, value: Any) -> bool:
    is_list = isinstance(value, list) and bool(value) and all(isinstance(each, dict) for each in value)
    return is_list and plain(name.rpartition(".")[2]) in LISTS


def _is_sale(entry: Record, renamed: Mapping[str, str], column: str | None) -> bool:
    if column is None:
        ways = {plain(name.rpartition(".")[2]): name for name in reversed(entry)} | {
            plain(name): name for name in entry
        }
        column = next((ways[usually] for usually in usual.columns()["event_name"] if usually in ways), "")
    event = str(entry.get(column))
    return renamed.get(event, event) in SALES


def _with_items(entry: Record, key: str | None, sold: bool) -> list[dict[str, str | None]]:
    """One row per item of a sale; for other events the item, if there is exactly one."""
    rest = {name: _text(value) for name, value in entry.items() if name != key}
    if key is None:
        return [rest]
    items = [{f"{key}.{name}": _text(value) for name, value in flat(item)} for item in entry[key]]
    if not sold:
        return [rest | (items[0] if len(items) == 1 else {})]
    if any(_is_money(name) for item in items for name in item):
        return [rest | item for item in items]
    # Values of the whole order stay with its first item.
    bare = {name: value for name, value in rest.items() if not _is_money(name)}
    return [(bare if number else rest) | item for number, item in enumerate(items)]


def _is_money(name: str) -> bool:
    return plain(name.rpartition(".")[2]) in {each for field in MONEY for each in usual.columns()[field]}


def _text(value: Any) -> str | None:
    return value if value is None or isinstance(value, str) else json.dumps(value)
