"""Current storage, which costs every month until it is deleted."""

from collections.abc import Callable, Iterable, Mapping
from decimal import Decimal
from typing import TYPE_CHECKING

from shoplib.architecture.identity import Ids, key_of, name_of
from shoplib.costs import usage as counting
from shoplib.costs.resources import Resource, Resources
from shoplib.costs.usage import TABLE, Usage

if TYPE_CHECKING:
    from shoplib.provision import Stack, Target

BUCKET, METRIC = "AWS::S3::Bucket", "AWS::CloudWatch::Metric"
GB = 1024**3
HALF_UNIT_BYTES = 2 * 4096  # that an eventually consistent read of one unit covers


def storage_of(target: "Target", stacks: "Iterable[Stack]", ids: Ids, resources: Resources) -> list[Usage]:
    """The GB-months of tables and buckets, and the custom metrics of the whole account."""
    usages: list[Usage] = []
    for each in (each for stack in stacks for each in stack.resources):
        resource, size = resources.get(ids.get(key_of(each.type, each.physical_id), "")), _SIZES.get(each.type)
        if resource and size:
            gb = Decimal(size(target, name_of(each.physical_id))) / GB
            usages += counting.usages("", resource.id, resource, {"gb_months": gb})
    return usages + _metrics(target)


def _table_bytes(target: "Target", name: str) -> int:
    """The size of a table in bytes. DynamoDB updates it every six hours; the local AWS does not, but reading the items
    there is free.
    """
    client = target.client("dynamodb")
    size: int = client.describe_table(TableName=name)["Table"].get("TableSizeBytes", 0)
    if size or target.is_real:
        return size
    pages = client.get_paginator("scan").paginate(TableName=name, Select="COUNT", ReturnConsumedCapacity="TOTAL")
    return int(sum(page["ConsumedCapacity"]["CapacityUnits"] * HALF_UNIT_BYTES for page in pages))


def _bucket_bytes(target: "Target", name: str) -> int:
    pages = target.client("s3").get_paginator("list_objects_v2").paginate(Bucket=name)
    return sum(entry["Size"] for page in pages for entry in page.get("Contents", ()))


_SIZES: Mapping[str, Callable[["Target", str], int]] = {TABLE: _table_bytes, BUCKET: _bucket_bytes}


def _metrics(target: "Target") -> list[Usage]:
    """The number of metrics: each combination of a name and dimensions is one metric."""
    pages = target.client("cloudwatch").get_paginator("list_metrics").paginate()
    count = sum(not each["Namespace"].startswith("AWS/") for page in pages for each in page["Metrics"])
    metric = Resource("custom metrics", METRIC, {})
    return counting.usages("", metric.id, metric, {"months": Decimal(count)})
