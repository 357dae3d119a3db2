"""Events: who is told when something happens. Polled sources, subscriptions, notifications, rules, schedules, pipes."""

import json
from collections.abc import Iterator
from typing import Any

from shoplib.architecture.model import Edge
from shoplib.architecture.reading.world import Resource, World, listed


def edges(world: World) -> Iterator[Edge]:
    for resource in world.resources.values():
        yield from _FAMILIES.get(resource.type, _nothing)(world, resource)


def _nothing(world: World, resource: Resource) -> Iterator[Edge]:
    return iter(())


def _mapping(world: World, mapping: Resource) -> Iterator[Edge]:
    """A poller: AWS Lambda reads the source and calls the function with batches."""
    function, properties = world.owner(mapping.id), mapping.properties
    if not function:
        return
    sources = world.targets([properties.get("EventSourceArn"), properties.get("SelfManagedEventSource")])
    for source in sources:
        yield Edge(source, function, "event", (_batch(world, properties),), (mapping.id,))
    yield from failures(world, function, properties.get("DestinationConfig"), mapping.id)


def _batch(world: World, properties: Any) -> str:
    size = properties.get("BatchSize")
    return f"batch {world.text(size)}" if size is not None else "batches"


def failures(world: World, source: str, destinations: Any, place: str) -> Iterator[Edge]:
    """OnFailure and OnSuccess of a DestinationConfig."""
    if not isinstance(destinations, dict):
        return
    for name, kind, verb in (("OnFailure", "failure", "on failure"), ("OnSuccess", "event", "on success")):
        for target in world.targets(destinations.get(name)):
            yield Edge(source, target, kind, (verb,), (f"{place}.{name}",))


def dead_letters(world: World, source: str | None, target: Any, verb: str, place: str) -> Iterator[Edge]:
    for queue in world.targets(target) if source else ():
        yield Edge(str(source), queue, "failure", (verb,), (place,))


def _queue(world: World, queue: Resource) -> Iterator[Edge]:
    policy = queue.properties.get("RedrivePolicy")
    policy = json.loads(policy) if isinstance(policy, str) else policy
    if isinstance(policy, dict):
        verb = f"after {world.text(policy.get('maxReceiveCount', '?'))} receives"
        target = policy.get("deadLetterTargetArn")
        yield from dead_letters(world, queue.id, target, verb, f"{queue.id}.RedrivePolicy")


def _topic(world: World, topic: Resource) -> Iterator[Edge]:
    for index, subscription in enumerate(listed(topic.properties.get("Subscription"))):
        for target in world.targets(subscription.get("Endpoint")):
            yield Edge(topic.id, target, "event", ("delivers",), (f"{topic.id}.Subscription[{index}]",))


def _subscription(world: World, subscription: Resource) -> Iterator[Edge]:
    properties = subscription.properties
    verb = "delivers, filtered" if properties.get("FilterPolicy") else "delivers"
    for topic in world.targets(properties.get("TopicArn")):
        for target in world.targets(properties.get("Endpoint")):
            yield Edge(topic, target, "event", (verb,), (subscription.id,))
        dead = properties.get("RedrivePolicy")
        yield from dead_letters(world, topic, dead, "undeliverable", f"{subscription.id}.RedrivePolicy")


def _bucket(world: World, bucket: Resource) -> Iterator[Edge]:
    notifications = bucket.properties.get("NotificationConfiguration") or {}
    for kind in ("LambdaConfigurations", "QueueConfigurations", "TopicConfigurations"):
        for index, entry in enumerate(listed(notifications.get(kind))):
            verb = str(entry.get("Event", "s3:*")).removeprefix("s3:")
            for target in world.targets({key: value for key, value in entry.items() if key != "Filter"}):
                yield Edge(bucket.id, target, "event", (verb,), (f"{bucket.id}.{kind}[{index}]",))


def _rule(world: World, rule: Resource) -> Iterator[Edge]:
    properties = rule.properties
    for bus in world.targets(properties.get("EventBusName")):
        yield Edge(bus, rule.id, "event", ("matches",), (f"{rule.id}.EventBusName",))
    for index, entry in enumerate(listed(properties.get("Targets"))):
        yield from _target(world, rule, entry, f"{rule.id}.Targets[{index}]")


def _schedule(world: World, schedule: Resource) -> Iterator[Edge]:
    for entry in listed(schedule.properties.get("Target")):
        yield from _target(world, schedule, entry, f"{schedule.id}.Target")


def _target(world: World, source: Resource, entry: Any, place: str) -> Iterator[Edge]:
    for target in world.targets(entry.get("Arn")):
        yield Edge(source.id, target, "event", ("triggers",), (place,))
    yield from dead_letters(world, source.id, entry.get("DeadLetterConfig"), "undeliverable", place)


def _pipe(world: World, pipe: Resource) -> Iterator[Edge]:
    for source in world.targets(pipe.properties.get("Source")):
        yield Edge(source, pipe.id, "event", ("polls",), (f"{pipe.id}.Source",))
    for step, verb in (("Enrichment", "enriches"), ("Target", "delivers")):
        for target in world.targets(pipe.properties.get(step)):
            yield Edge(pipe.id, target, "event", (verb,), (f"{pipe.id}.{step}",))


def _log_filter(world: World, subscription: Resource) -> Iterator[Edge]:
    source = world.owner(subscription.id)
    for target in world.targets(subscription.properties.get("DestinationArn")) if source else ():
        yield Edge(str(source), target, "event", ("log lines",), (subscription.id,))


def _delivery(world: World, stream: Resource) -> Iterator[Edge]:
    """Firehose: from a stream, into a bucket or another store."""
    for source in world.targets(stream.properties.get("KinesisStreamSourceConfiguration")):
        yield Edge(source, stream.id, "event", ("reads",), (f"{stream.id}.KinesisStreamSourceConfiguration",))
    for name, value in stream.properties.items():
        for target in world.targets(value) if name.endswith("DestinationConfiguration") else ():
            yield Edge(stream.id, target, "event", ("delivers",), (f"{stream.id}.{name}",))


_FAMILIES = {
    "AWS::Events::Rule": _rule,
    "AWS::KinesisFirehose::DeliveryStream": _delivery,
    "AWS::Lambda::EventSourceMapping": _mapping,
    "AWS::Logs::SubscriptionFilter": _log_filter,
    "AWS::Pipes::Pipe": _pipe,
    "AWS::S3::Bucket": _bucket,
    "AWS::SNS::Subscription": _subscription,
    "AWS::SNS::Topic": _topic,
    "AWS::SQS::Queue": _queue,
    "AWS::Scheduler::Schedule": _schedule,
}
