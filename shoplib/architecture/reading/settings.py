"""The few settings of a resource that a reader of a picture asks for, the most telling first."""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping

from shoplib.architecture.model import Badge
from shoplib.architecture.reading.world import Resource, World, as_list
from shoplib.architecture.resource_types import KINDS

DAY = 86400
USUAL_VISIBILITY = "30"
BULKHEAD = re.compile(r"at most (\d+) at once")


def settings_of(world: World, resource: Resource) -> tuple[str, ...]:
    """Short texts, each true on its own. A type that nobody knows is told by its name."""
    read = _READERS.get(resource.type)
    if read:
        return tuple(text for text in read(world, resource) if text)
    return () if resource.type in KINDS else (short_type(resource.type),)


def short_type(resource_type: str) -> str:
    """AWS::Batch::JobQueue -> Batch JobQueue."""
    return " ".join(part for part in resource_type.split("::") if part != "AWS")


def badges_of(world: World, resource: Resource) -> tuple[Badge, ...]:
    """Logs and alarms that belong to `resource`."""
    owned = [
        other for other in world.resources.values() if other.id != resource.id and world.owner(other.id) == resource.id
    ]
    logs = [Badge("logs", _retention(world, group)) for group in owned if group.type == "AWS::Logs::LogGroup"]
    alarms = [Badge("alarm", alarm.id) for alarm in owned if alarm.type == "AWS::CloudWatch::Alarm"]
    return tuple(logs + alarms)


def _retention(world: World, group: Resource) -> str:
    days = group.properties.get("RetentionInDays")
    return f"logs kept {world.text(days)} days" if days else "logs kept for ever"


def _function(world: World, function: Resource) -> Iterator[str]:
    properties = function.properties
    yield f"{world.text(properties.get('MemorySize', 128))} MB"
    yield f"{world.text(properties.get('Timeout', 3))} s"
    yield "image" if properties.get("PackageType") == "Image" else world.text(properties.get("Runtime", ""))
    yield world.text(properties.get("Handler", ""))
    yield _bulkhead(world, function)


def _bulkhead(world: World, function: Resource) -> str:
    """How many of it run at the same time: a template may leave that to a condition."""
    limits = [world.text(limit) for limit in as_list(function.properties.get("ReservedConcurrentExecutions"))]
    return next((f"at most {limit} at once" for limit in limits if limit.isdigit()), "")


def bulkhead_of(settings: Iterable[str]) -> str:
    """How many of a function run at the same time, as its settings have it; empty when nothing limits them."""
    return next((limit[1] for text in settings if (limit := BULKHEAD.fullmatch(text))), "")


def _table(world: World, table: Resource) -> Iterator[str]:
    keys = as_list(table.properties.get("KeySchema"))
    names = [
        world.text(key.get("AttributeName")) for kind in ("HASH", "RANGE") for key in keys if key.get("KeyType") == kind
    ]
    yield f"key {' + '.join(names)}" if names else ""
    indexes = len(as_list(table.properties.get("GlobalSecondaryIndexes")))
    yield f"{indexes} index{'es' if indexes > 1 else ''}" if indexes else ""
    yield "stream" if table.properties.get("StreamSpecification") else ""
    yield "on demand" if table.properties.get("BillingMode") == "PAY_PER_REQUEST" else "provisioned"


def _queue(world: World, queue: Resource) -> Iterator[str]:
    properties = queue.properties
    yield "FIFO" if str(properties.get("FifoQueue", "")).lower() == "true" else ""
    visibility = properties.get("VisibilityTimeout")
    yield f"visibility {world.text(visibility)} s" if str(visibility) not in ("None", USUAL_VISIBILITY) else ""
    yield _retention_text(world.text(properties.get("MessageRetentionPeriod", 4 * DAY)))


def _retention_text(seconds: str) -> str:
    if not seconds.isdigit():
        return ""
    days, rest = divmod(int(seconds), DAY)
    return f"kept {days} day{'s' if days > 1 else ''}" if days and not rest else f"kept {seconds} s"


def _stream(world: World, stream: Resource) -> Iterator[str]:
    yield _capacity(world, stream)
    yield f"{world.text(stream.properties.get('RetentionPeriodHours', 24))} h"


def _capacity(world: World, stream: Resource) -> str:
    """A template may leave the mode to a condition; a parameter that says 0 shards then means none but on demand."""
    modes = as_list((stream.properties.get("StreamModeDetails") or {}).get("StreamMode"))
    shards = world.text(next(iter(as_list(stream.properties.get("ShardCount", 1))), 1))
    if "ON_DEMAND" in modes and (len(modes) == 1 or shards == "0"):
        return "on demand"
    return f"{shards} shard{'s' if shards != '1' else ''}"


def _bucket(world: World, bucket: Resource) -> Iterator[str]:
    versioning = (bucket.properties.get("VersioningConfiguration") or {}).get("Status")
    yield "versioned" if versioning == "Enabled" else ""


def _rest_api(world: World, api: Resource) -> Iterator[str]:
    yield "REST"
    yield from _routes(world, api, "AWS::ApiGateway::Method")


def _http_api(world: World, api: Resource) -> Iterator[str]:
    yield world.text(api.properties.get("ProtocolType", "HTTP"))
    yield from _routes(world, api, "AWS::ApiGatewayV2::Route")


def _routes(world: World, api: Resource, route_type: str) -> Iterator[str]:
    body = api.properties.get("Body")
    paths = body.get("paths", {}) if isinstance(body, dict) else {}
    count = sum(1 for path in paths.values() for method in path if method != "options")
    count += sum(1 for route in world.of_type(route_type) if world.owner(route.id) == api.id)
    yield f"{count} route{'s' if count != 1 else ''}" if count else ""


def _rule(world: World, rule: Resource) -> Iterator[str]:
    yield world.text(rule.properties.get("ScheduleExpression") or "")
    pattern = rule.properties.get("EventPattern")
    if isinstance(pattern, dict):
        yield ", ".join(str(item) for item in as_list(pattern.get("detail-type") or pattern.get("source")))


def _machine(world: World, machine: Resource) -> Iterator[str]:
    yield str(machine.properties.get("StateMachineType", "STANDARD")).lower()


def _topic(world: World, topic: Resource) -> Iterator[str]:
    yield "FIFO" if str(topic.properties.get("FifoTopic", "")).lower() == "true" else ""


_READERS: Mapping[str, Callable[[World, Resource], Iterator[str]]] = {
    "AWS::ApiGateway::RestApi": _rest_api,
    "AWS::ApiGatewayV2::Api": _http_api,
    "AWS::DynamoDB::Table": _table,
    "AWS::DynamoDB::GlobalTable": _table,
    "AWS::Events::Rule": _rule,
    "AWS::Kinesis::Stream": _stream,
    "AWS::Lambda::Function": _function,
    "AWS::S3::Bucket": _bucket,
    "AWS::SNS::Topic": _topic,
    "AWS::SQS::Queue": _queue,
    "AWS::Scheduler::Schedule": _rule,
    "AWS::StepFunctions::StateMachine": _machine,
}
