"""What a Map goes through: items of its input, or a data set in Amazon S3 that its ItemReader names."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from shoplib.localaws.state_machines.integrations import Buckets, ObjectFailure
from shoplib.localaws.state_machines.language import Language, Scope, StateFailure
from shoplib.localaws.state_machines.language.failures import READER
from shoplib.localaws.state_machines.map_runs import datasets

OF_INPUT = "STATE_DATA"  # the source of items that are not of a data set
Reader = Mapping[str, Any]


@dataclass(frozen=True)
class Item:
    """As the context object shows it; `key` is that of a member of an object."""

    value: Any
    source: str
    key: str | None = None

    def context(self, index: int) -> dict[str, Any]:
        key = {} if self.key is None else {"Key": self.key}
        return {"Item": {"Index": index, **key, "Value": self.value, "Source": self.source}}


def items_of(values: Any, source: str) -> list[Item]:
    """Of an object, its members."""
    if isinstance(values, dict):
        return [Item(value, source, key) for key, value in values.items()]
    return [Item(value, source) for value in values]


async def read(buckets: Buckets, reader: Reader, scope: Scope, language: Language, most: int | None) -> list[Item]:
    """At most so many; all for None and 0. Raises StateFailure."""
    if most is not None and most < 0:
        raise StateFailure(READER, "field MaxItems must be positive")
    name = language.arguments_field
    where = language.part(reader, name, scope, f"ItemReader/{name}") if name in reader else {}
    try:
        items = await _read(buckets, reader["Resource"], where, reader.get("ReaderConfig") or {}, most or None)
    except (ObjectFailure, datasets.Unreadable) as error:
        raise StateFailure(READER, str(error)) from None
    return items[: most or None]


async def _read(buckets: Buckets, resource: str, where: dict[str, Any], config: Reader, most: int | None) -> list[Item]:
    if resource.endswith(":listObjectsV2"):
        return await _of_listing(buckets, where, config, most)
    body, source = await buckets.get_object(where), f"s3://{where.get('Bucket')}/{where.get('Key')}"
    if config.get("ManifestType") == "ATHENA_DATA":
        return await _of_files(buckets, datasets.files_of_query(body), config)
    if config["InputType"] == "MANIFEST":
        return await _of_inventory(buckets, where["Bucket"], body)
    return items_of(datasets.items_of(body, config), source)


async def _of_listing(buckets: Buckets, where: dict[str, Any], config: Reader, most: int | None) -> list[Item]:
    """The objects themselves, or what is in them."""
    is_flat = config.get("Transformation") == "LOAD_AND_FLATTEN"
    entries = await buckets.list_objects(where, None if is_flat else most)
    if is_flat:
        return await _of_files(buckets, [(where["Bucket"], entry["Key"]) for entry in entries], config)
    return [Item(_entry(entry), f"s3://{where['Bucket']}") for entry in entries]


def _entry(entry: dict[str, Any]) -> dict[str, Any]:
    return {
        "Etag": entry["ETag"],
        "LastModified": int(entry["LastModified"].timestamp()),
        "Key": entry["Key"],
        "Size": entry["Size"],
        "StorageClass": entry.get("StorageClass", "STANDARD"),
    }


async def _of_files(buckets: Buckets, files: list[tuple[str, str]], config: Reader) -> list[Item]:
    items = []
    for bucket, key in files:
        body = await buckets.get_object({"Bucket": bucket, "Key": key})
        items += items_of(datasets.items_of(body, config), f"s3://{bucket}/{key}")
    return items


async def _of_inventory(buckets: Buckets, bucket: str, manifest: bytes) -> list[Item]:
    columns, keys = datasets.inventory(manifest)
    items = []
    for key in keys:
        body = await buckets.get_object({"Bucket": bucket, "Key": key})
        items += items_of(datasets.inventory_rows(body, columns), f"s3://{bucket}/{key}")
    return items
