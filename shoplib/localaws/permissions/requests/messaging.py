"""Queues, topics, streams and buses, and the batches that they take."""

import base64
import binascii
import re
from collections.abc import Iterable
from functools import partial

from shoplib.localaws.permissions.requests import tables
from shoplib.localaws.permissions.requests.accesses import ANY, Access, Call, Facts

QUEUE = re.compile(r"(?:/queue/(?P<region>[a-z0-9-]+))?/(?P<account>\d{12})/(?P<name>[\w.-]+)/?$")
# SQS has no actions for batches.
BATCH = "Batch"


def of_queues(call: Call) -> list[Access]:
    action = call.operation.removesuffix(BATCH)
    parameters = call.parameters
    if source := parameters.get("SourceArn"):
        return [call.access(action, str(source))]
    address = str(parameters.get("QueueUrl") or call.environ.get("PATH_INFO") or "")
    match = QUEUE.search(address)
    if match is None:
        name = parameters.get("QueueName")
        return [call.access(action, call.place.arn(str(name)) if name else ANY)]
    region, account, name = match["region"] or call.place.region, match["account"], match["name"]
    return [call.access(action, f"arn:{call.place.partition}:sqs:{region}:{account}:{name}")]


def of_topics(call: Call) -> list[Access]:
    def facts() -> Facts:
        keys = {"sns:protocol": "Protocol", "sns:endpoint": "Endpoint"}
        return {key: str(call.parameters[name]) for key, name in keys.items() if call.parameters.get(name)}

    return [Access(each.action, each.resource, facts) for each in tables.accesses(call)]


def of_streams(call: Call) -> list[Access]:
    iterator = call.parameters.get("ShardIterator")
    if iterator and not call.parameters.get("StreamARN"):
        try:
            name = base64.b64decode(str(iterator)).decode().partition(":")[0]
        except (binascii.Error, UnicodeDecodeError):
            return []  # no iterator, which Kinesis refuses
        return [call.access(call.operation, name if name.startswith("arn:") else call.place.arn(f"stream/{name}"))]
    return tables.accesses(call)


def of_events(call: Call) -> list[Access]:
    parameters = call.parameters
    if call.operation == "PutEvents":
        return list(_of_put_events(call))
    if arn := parameters.get("ResourceARN") or parameters.get("EventSourceArn"):
        return [call.access(call.operation, str(arn))]
    if "Archive" in call.operation and (name := parameters.get("ArchiveName")):
        return [call.access(call.operation, call.place.arn(f"archive/{name}"))]
    if "Replay" in call.operation and (name := parameters.get("ReplayName")):
        return [call.access(call.operation, call.place.arn(f"replay/{name}"))]
    for kind, resource in (("ApiDestination", "api-destination"), ("Connection", "connection")):
        if kind in call.operation and parameters.get("Name"):
            return [call.access(call.operation, call.place.arn(f"{resource}/{parameters['Name']}/*"))]
    if "EventBus" in call.operation or call.operation in ("PutPermission", "RemovePermission"):
        name = str(parameters.get("Name") or parameters.get("EventBusName") or "default")
        return [call.access(call.operation, _bus(call, name))]
    rule = parameters.get("Rule") or parameters.get("Name")
    bus = str(parameters.get("EventBusName") or "default").rpartition("/")[2]
    place = "" if bus == "default" else f"{bus}/"
    return [call.access(call.operation, call.place.arn(f"rule/{place}{rule}") if rule else ANY)]


def _of_put_events(call: Call) -> Iterable[Access]:
    accesses = {}
    for entry in call.parameters.get("Entries") or ():
        resource = _bus(call, str(entry.get("EventBusName") or "default"))
        facts = {"events:source": str(entry.get("Source")), "events:detail-type": str(entry.get("DetailType"))}
        accesses[resource, *facts.values()] = call.access("PutEvents", resource, partial(dict, facts))
    return accesses.values()


def _bus(call: Call, name: str) -> str:
    return name if name.startswith("arn:") else call.place.arn(f"event-bus/{name}")
