"""Usage of a resource, in AWS's billing units."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import ROUND_CEILING, Decimal, InvalidOperation
from typing import Any

from shoplib.costs.resources import Resource
from shoplib.errors import LabError

FUNCTION, STREAM, QUEUE = "AWS::Lambda::Function", "AWS::Kinesis::Stream", "AWS::SQS::Queue"
TABLE, TOPIC, MACHINE = "AWS::DynamoDB::Table", "AWS::SNS::Topic", "AWS::StepFunctions::StateMachine"
MEMORY_MB, STORAGE_MB = 128, 512  # of a function that says nothing
KB_PER_GB = 1024 * 1024
HOURS = 730  # of a month, as AWS's calculator has it
SECONDS = HOURS * 3600


@dataclass(frozen=True)
class Usage:
    """A quantity of one dimension of a resource, on the connection from `source` to `target` (node IDs). Without a
    `source` it is independent of traffic.
    """

    source: str
    target: str
    resource: Resource
    dimension: str
    quantity: Decimal


def exact(value: Any) -> Decimal:
    return value if isinstance(value, Decimal) else Decimal(str(value))


def number(resource: Resource, value: Any) -> Decimal:
    """Return a property as a number. LabError if it is known only after deployment."""
    try:
        return exact(value)
    except InvalidOperation:
        what = f"{resource.id}: {json.dumps(value, default=str)} is known only when it is deployed"
        raise LabError(what, "give the parameter a default, or ask for the stack") from None


def rounded_up(value: Decimal) -> Decimal:
    return value.to_integral_value(ROUND_CEILING)


def is_on_demand(resource: Resource) -> bool:
    """Whether a stream or table is in on-demand mode."""
    if resource.type == STREAM:
        mode = (resource.properties.get("StreamModeDetails") or {}).get("StreamMode")
        return mode == "ON_DEMAND" or (mode is None and "ShardCount" not in resource.properties)
    return resource.properties.get("BillingMode") == "PAY_PER_REQUEST"


def of_function(resource: Resource, requests: Decimal, billed_ms: Decimal) -> dict[str, Decimal]:
    """`billed_ms` is the sum over all invocations."""
    memory = number(resource, resource.properties.get("MemorySize") or MEMORY_MB)
    disk = number(resource, (resource.properties.get("EphemeralStorage") or {}).get("Size") or STORAGE_MB)
    seconds = billed_ms / 1000
    quantities = {"requests": requests, "gb_seconds": seconds * memory / 1024}
    return quantities | ({"storage_gb_seconds": seconds * (disk - STORAGE_MB) / 1024} if disk > STORAGE_MB else {})


def of_stream(resource: Resource, records: Decimal, kb: Decimal) -> dict[str, Decimal]:
    """Usage of putting records of `kb` KB each."""
    if is_on_demand(resource):
        return {"gb_in": records * rounded_up(kb) / KB_PER_GB}
    return {"payload_units": records * rounded_up(kb / 25)}


def of_stream_reader(resource: Resource, records: Decimal, kb: Decimal) -> dict[str, Decimal]:
    """Usage of one consumer that reads them; reading provisioned streams is free."""
    return {"gb_out": records * rounded_up(kb) / KB_PER_GB} if is_on_demand(resource) else {}


def chunks(requests: Decimal, kb: Decimal, size: int = 64) -> dict[str, Decimal]:
    """The number of billed requests if each `size` KB counts as one."""
    return {"requests": requests * max(rounded_up(kb / size), Decimal(1))}


def usages(source: str, target: str, resource: Resource, quantities: Mapping[str, Decimal]) -> list[Usage]:
    return [Usage(source, target, resource, name, quantity) for name, quantity in quantities.items() if quantity]
