"""Fixed monthly costs, which follow from the template only."""

from collections.abc import Callable, Iterator, Mapping
from decimal import Decimal
from typing import Any

from shoplib.costs.resources import Resource, Resources
from shoplib.costs.usage import FUNCTION, HOURS, MEMORY_MB, SECONDS, STREAM, TABLE, Usage, is_on_demand, number, usages

Quantities = dict[str, Decimal]
HIGH_RESOLUTION_S = 60  # an alarm that looks more often costs more


def standing(resources: Resources) -> Iterator[Usage]:
    """The usage of one month."""
    for resource in resources.values():
        count = _COUNTS.get(resource.type)
        yield from usages("", resource.id, resource, count(resource) if count else {})
    yield from _provisioned(resources)


def _stream(resource: Resource) -> Quantities:
    if is_on_demand(resource):
        return {"stream_hours": Decimal(HOURS)}
    return {"shard_hours": number(resource, resource.properties.get("ShardCount") or 1) * HOURS}


def _table(resource: Resource) -> Quantities:
    """Provisioned capacity, including that of indexes."""
    if is_on_demand(resource):
        return {}
    parts = [resource.properties, *resource.properties.get("GlobalSecondaryIndexes", ())]
    units = [part.get("ProvisionedThroughput") or {} for part in parts]
    names = {"read_capacity_hours": "ReadCapacityUnits", "write_capacity_hours": "WriteCapacityUnits"}
    return {
        dimension: sum((number(resource, each.get(name, 0)) for each in units), Decimal(0)) * HOURS
        for dimension, name in names.items()
    }


def _alarm(resource: Resource) -> Quantities:
    """An alarm on several metrics costs as much as one alarm per metric."""
    parts = resource.properties.get("Metrics") or []
    metrics = [part for part in parts if isinstance(part, dict) and part.get("MetricStat")]
    periods = [part["MetricStat"].get("Period", 60) for part in metrics] or [resource.properties.get("Period", 60)]
    name = (
        "high_resolution_months"
        if min(number(resource, period) for period in periods) < HIGH_RESOLUTION_S
        else "months"
    )
    return {name: Decimal(max(len(metrics), 1))}


def _one(_: Resource) -> Quantities:
    return {"months": Decimal(1)}


def _stage_cache(resource: Resource) -> Quantities:
    size = str(resource.properties.get("CacheClusterSize", "0.5"))
    is_on = str(resource.properties.get("CacheClusterEnabled", "false")).lower() == "true"
    return {f"cache_hours_{size}": Decimal(HOURS)} if is_on else {}


_COUNTS: Mapping[str, Callable[[Resource], Quantities]] = {
    STREAM: _stream,
    TABLE: _table,
    "AWS::ApiGateway::Stage": _stage_cache,
    "AWS::CloudWatch::Alarm": _alarm,
    "AWS::CloudWatch::CompositeAlarm": _one,
    "AWS::CloudWatch::Dashboard": _one,
    "AWS::KMS::Key": _one,
    "AWS::SecretsManager::Secret": _one,
}


def _provisioned(resources: Resources) -> Iterator[Usage]:
    """Provisioned concurrency of a function's alias or version."""
    for resource in resources.values():
        config = resource.properties.get("ProvisionedConcurrencyConfig") or {}
        function = resources.get(_ref(resource.properties.get("FunctionName")))
        if config and function and function.type == FUNCTION:
            memory = number(function, function.properties.get("MemorySize") or MEMORY_MB) / 1024
            ready = number(resource, config["ProvisionedConcurrentExecutions"])
            yield from usages("", function.id, function, {"provisioned_gb_seconds": ready * memory * SECONDS})


def _ref(value: Any) -> str:
    return str(value.get("Ref", "")) if isinstance(value, dict) else ""
