"""What the lake's orders hold, read with as few columns as it takes."""

from collections.abc import Iterator
from datetime import date

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from shoplib.core.lake import compaction, manifests
from shoplib.core.lake.objects import Objects

COLUMNS = ["event_name", "order_id", "product_id", "is_bot"]


def products_by_order(objects: Objects, days: int) -> dict[str, set[str]]:
    """Products bought by people, by order, on the newest `days` that have events."""
    orders: dict[str, set[str]] = {}
    for day in manifests.days(objects)[-days:]:
        for table in _of_day(objects, day):
            for order, product in _purchases(table):
                orders.setdefault(order, set()).add(product)
    return orders


def _of_day(objects: Objects, day: date) -> Iterator[pa.Table]:
    """Curated events of a day: its parts, or the whole day anew when something has arrived since."""
    arrivals = manifests.arrivals_of(objects, day)
    manifest, _ = manifests.sound(manifests.current(objects, day)[0], manifests.sizes(objects, day), arrivals)
    if waiting := manifests.waiting(manifest, arrivals):
        yield compaction.merge(objects, day, manifest, waiting)[0].select(COLUMNS)
    else:
        for part in manifest.parts:
            yield pq.read_table(pa.BufferReader(objects.read(part.key)), columns=COLUMNS)


def _purchases(table: pa.Table) -> Iterator[tuple[str, str]]:
    there = pc.and_(pc.is_valid(table["order_id"]), pc.is_valid(table["product_id"]))
    people = pc.and_(pc.equal(table["event_name"], "purchase"), pc.invert(table["is_bot"]))
    lines = table.filter(pc.and_(there, people))
    return zip(lines["order_id"].to_pylist(), lines["product_id"].to_pylist(), strict=True)
