"""Events: who is told when something happens. Polled sources, subscriptions, notifications, rules, schedules, pipes."""

import json
import re
from collections.abc import Iterable, Iterator
from typing import Any

from shoplib.architecture.model import Edge
from shoplib.architecture.reading import naming
from shoplib.architecture.reading.relations import filters
from shoplib.architecture.reading.world import Resource, World, as_list

UNIVERSAL = re.compile(r":aws-sdk:(\w+):(\w+)")  # a schedule that calls any action of AWS
ADDRESSED = ("email", "email-json", "http", "https", "sms")
ANY_BUS = f"events:{naming.ANYTHING}"


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
    verbs, only = (_batch(world, properties),), filters.of_events(properties.get("FilterCriteria"))
    for name in ("EventSourceArn", "SelfManagedEventSource"):
        for source in world.ends(properties.get(name), f"{mapping.id}.{name}"):
            yield Edge(source, function, "event", verbs, (mapping.id,), only)
    yield from failures(world, function, properties.get("DestinationConfig"), mapping.id)


def _batch(world: World, properties: Any) -> str:
    size = properties.get("BatchSize")
    return f"batch {world.text(size)}" if size is not None else "batches"


def failures(world: World, source: str, destinations: Any, place: str) -> Iterator[Edge]:
    """OnFailure and OnSuccess of a DestinationConfig."""
    if not isinstance(destinations, dict):
        return
    for name, kind, verb in (("OnFailure", "failure", "on failure"), ("OnSuccess", "event", "on success")):
        for target in world.ends(destinations.get(name), f"{place}.{name}"):
            yield Edge(source, target, kind, (verb,), (f"{place}.{name}",))


def dead_letters(world: World, source: str | None, target: Any, verb: str, place: str) -> Iterator[Edge]:
    for queue in world.ends(target, place) if source else ():
        yield Edge(str(source), queue, "failure", (verb,), (place,))


def _queue(world: World, queue: Resource) -> Iterator[Edge]:
    policy = queue.properties.get("RedrivePolicy")
    policy = json.loads(policy) if isinstance(policy, str) else policy
    if isinstance(policy, dict):
        verb = f"after {world.text(policy.get('maxReceiveCount', '?'))} receives"
        target = policy.get("deadLetterTargetArn")
        yield from dead_letters(world, queue.id, target, verb, f"{queue.id}.RedrivePolicy")


def _topic(world: World, topic: Resource) -> Iterator[Edge]:
    for index, subscription in enumerate(as_list(topic.properties.get("Subscription"))):
        place = f"{topic.id}.Subscription[{index}]"
        only = filters.of_messages(subscription.get("FilterPolicy"))
        for target in _subscribers(world, subscription, place):
            yield Edge(topic.id, target, "event", ("delivers",), (place,), only)
        dead = subscription.get("RedrivePolicy")
        yield from dead_letters(world, topic.id, dead, "undeliverable", f"{place}.RedrivePolicy")


def _subscription(world: World, subscription: Resource) -> Iterator[Edge]:
    properties = subscription.properties
    only = filters.of_messages(properties.get("FilterPolicy"))
    for topic in world.ends(properties.get("TopicArn"), f"{subscription.id}.TopicArn"):
        for target in _subscribers(world, properties, subscription.id):
            yield Edge(topic, target, "event", ("delivers",), (subscription.id,), only)
        dead = properties.get("RedrivePolicy")
        yield from dead_letters(world, topic, dead, "undeliverable", f"{subscription.id}.RedrivePolicy")


def _subscribers(world: World, subscription: Any, place: str) -> list[str]:
    """Resources; or the addresses of people and of web pages, which no template makes."""
    endpoint = subscription.get("Endpoint")
    if ids := world.targets(endpoint) or world.others(endpoint):
        return ids
    address = naming.plain(naming.spell(endpoint, world.parameters))
    return (
        [address]
        if subscription.get("Protocol") in ADDRESSED and address
        else world.ends(endpoint, f"{place}.Endpoint")
    )


def _bucket(world: World, bucket: Resource) -> Iterator[Edge]:
    notifications = bucket.properties.get("NotificationConfiguration") or {}
    for kind in ("LambdaConfigurations", "QueueConfigurations", "TopicConfigurations"):
        for index, entry in enumerate(as_list(notifications.get(kind))):
            verb = str(entry.get("Event", "s3:*")).removeprefix("s3:")
            place = f"{bucket.id}.{kind}[{index}]"
            destination = {key: value for key, value in entry.items() if key not in ("Event", "Filter", "Id")}
            for target in world.ends(destination, place):
                yield Edge(bucket.id, target, "event", (verb,), (place,), filters.of_keys(entry.get("Filter")))
    for name, verb in (("LoggingConfiguration", "access logs"), ("ReplicationConfiguration", "replicates")):
        for target in world.targets(bucket.properties.get(name)):
            if target != bucket.id:
                yield Edge(bucket.id, target, "event", (verb,), (f"{bucket.id}.{name}",))


def _rule(world: World, rule: Resource) -> Iterator[Edge]:
    properties = rule.properties
    for bus in world.targets(properties.get("EventBusName"), "EventBusName"):
        yield Edge(bus, rule.id, "event", ("matches",), (f"{rule.id}.EventBusName",))
    for source in world.targets(filters.positive_part(properties.get("EventPattern"))):
        if source in world.resources:
            yield Edge(source, rule.id, "event", ("events",), (f"{rule.id}.EventPattern",))
    for index, entry in enumerate(as_list(properties.get("Targets"))):
        yield from _target(world, rule, entry, f"{rule.id}.Targets[{index}]")


def listeners(world: World) -> tuple[str, ...]:
    """Rules that wait for the account's own events on the default bus, which they need not name."""
    return tuple(rule.id for rule in world.of_type("AWS::Events::Rule") if _waits_on_default_bus(world, rule))


def of_default_bus(rules: Iterable[str], edges: Iterable[Edge]) -> Iterator[Edge]:
    """To the listeners: it is drawn, or any bus, where something of the picture's own puts events there."""
    touched = {edge.target for edge in edges} & {naming.DEFAULT_BUS, ANY_BUS}
    for bus in sorted(touched)[-1:]:  # the default one, if both are
        yield from (Edge(bus, rule, "event", ("matches",), (f"{rule}.EventPattern",)) for rule in rules)


def _waits_on_default_bus(world: World, rule: Resource) -> bool:
    bus = naming.spell(rule.properties.get("EventBusName"), world.parameters)
    return bus.rpartition("/")[2] in ("", "default") and filters.takes_own_events(rule.properties)


def _schedule(world: World, schedule: Resource) -> Iterator[Edge]:
    for entry in as_list(schedule.properties.get("Target")):
        action = UNIVERSAL.search(naming.spell(entry.get("Arn"), world.parameters))
        if not action:
            yield from _target(world, schedule, entry, f"{schedule.id}.Target")
            continue
        service, verb = action[1].lower(), action[2][:1].upper() + action[2][1:]
        for target in world.targets(entry.get("Input")) or [f"{naming.SDK_NAMES.get(service, service)}:*"]:
            yield Edge(schedule.id, target, "event", (verb,), (f"{schedule.id}.Target",))


def _target(world: World, source: Resource, entry: Any, place: str) -> Iterator[Edge]:
    for target in world.ends(entry.get("Arn"), place):
        yield Edge(source.id, target, "event", ("triggers",), (place,))
    yield from dead_letters(world, source.id, entry.get("DeadLetterConfig"), "undeliverable", place)


def _pipe(world: World, pipe: Resource) -> Iterator[Edge]:
    parameters = pipe.properties.get("SourceParameters") or {}
    only = filters.of_events(parameters.get("FilterCriteria"))
    for source in world.ends(pipe.properties.get("Source"), f"{pipe.id}.Source"):
        yield Edge(source, pipe.id, "event", ("polls",), (f"{pipe.id}.Source",), only)
    for name, of_source in parameters.items():  # DynamoDBStreamParameters and the like
        dead_letter_queue = of_source.get("DeadLetterConfig") if isinstance(of_source, dict) else None
        yield from dead_letters(world, pipe.id, dead_letter_queue, "on failure", f"{pipe.id}.{name}.DeadLetterConfig")
    for step, verb in (("Enrichment", "enriches"), ("Target", "delivers")):
        for target in world.ends(pipe.properties.get(step), f"{pipe.id}.{step}"):
            yield Edge(pipe.id, target, "event", (verb,), (f"{pipe.id}.{step}",))


def _destination(world: World, destination: Resource) -> Iterator[Edge]:
    """An API destination calls what its endpoint names, with its connection's credentials, which are not drawn."""
    properties = destination.properties
    for target in world.targets(properties.get("InvocationEndpoint")):
        verb = world.text(properties.get("HttpMethod", "POST"))
        yield Edge(destination.id, target, "request", (verb,), (f"{destination.id}.InvocationEndpoint",))


def _log_filter(world: World, subscription: Resource) -> Iterator[Edge]:
    source = world.owner(subscription.id)
    for target in world.ends(subscription.properties.get("DestinationArn"), subscription.id) if source else ():
        yield Edge(str(source), target, "event", ("log lines",), (subscription.id,))


def _delivery(world: World, stream: Resource) -> Iterator[Edge]:
    """Firehose: from a stream, into a bucket or another store."""
    for source in world.targets(stream.properties.get("KinesisStreamSourceConfiguration")):
        yield Edge(source, stream.id, "event", ("reads",), (f"{stream.id}.KinesisStreamSourceConfiguration",))
    for name, value in stream.properties.items():
        for target in world.targets(value) if name.endswith("DestinationConfiguration") else ():
            yield Edge(stream.id, target, "event", ("delivers",), (f"{stream.id}.{name}",))


def _alarm(world: World, alarm: Resource) -> Iterator[Edge]:
    """Whom an alarm tells; it belongs to the resource that it watches."""
    source = world.owner(alarm.id) or alarm.id
    for name in ("AlarmActions", "OKActions", "InsufficientDataActions"):
        for target in world.targets(alarm.properties.get(name)):
            if target != source:
                yield Edge(source, target, "event", ("alarm",), (f"{alarm.id}.{name}",))


def _table(world: World, table: Resource) -> Iterator[Edge]:
    """Changes of items, into a stream of Kinesis; those in its own stream are read by mappings."""
    place = f"{table.id}.KinesisStreamSpecification"
    for holder in (table.properties, *as_list(table.properties.get("Replicas"))):
        specification = holder.get("KinesisStreamSpecification") or {}
        for stream in world.ends(specification.get("StreamArn"), place):
            yield Edge(table.id, stream, "event", ("changes",), (place,))


def _topic_rule(world: World, rule: Resource) -> Iterator[Edge]:
    """IoT: what happens with messages that a rule selects."""
    payload = rule.properties.get("TopicRulePayload") or {}
    for name, kind, verb in (("Actions", "event", "triggers"), ("ErrorAction", "failure", "on failure")):
        for target in world.targets(payload.get(name)):
            yield Edge(rule.id, target, kind, (verb,), (f"{rule.id}.{name}",))


_FAMILIES = {
    "AWS::IoT::TopicRule": _topic_rule,
    "AWS::CloudWatch::Alarm": _alarm,
    "AWS::DynamoDB::GlobalTable": _table,
    "AWS::DynamoDB::Table": _table,
    "AWS::Events::ApiDestination": _destination,
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
