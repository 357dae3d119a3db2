"""Data at rest: tables of the catalog that lie over buckets, and query engines that leave their answers there."""

from collections.abc import Iterator
from typing import Any

from shoplib.architecture.model import Edge
from shoplib.architecture.reading.world import World, as_list


def edges(world: World) -> Iterator[Edge]:
    for table in world.of_type("AWS::Glue::Table"):
        if catalog := world.owner(table.id):
            yield from _table(world, catalog, table.properties.get("TableInput", {}), table.id)
    for database in world.of_type("AWS::Glue::Database"):
        for entry in as_list(database.properties.get("Tables")):
            yield from _table(world, database.id, entry, f"{database.id}.{entry['Name']}")
    for group in world.of_type("AWS::Athena::WorkGroup"):
        for bucket in world.targets(group.properties.get("WorkGroupConfiguration")):
            yield Edge(group.id, bucket, "call", ("answers",), (f"{group.id}.OutputLocation",))


def _table(world: World, catalog: str, table: dict[str, Any], place: str) -> Iterator[Edge]:
    for bucket in world.targets(table.get("StorageDescriptor", {}).get("Location")):
        yield Edge(catalog, bucket, "reference", ("describes",), (place,))
