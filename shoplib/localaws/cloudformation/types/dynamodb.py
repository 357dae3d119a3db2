"""DynamoDB tables."""

import json
from collections.abc import Callable
from dataclasses import replace
from typing import Any

from shoplib.localaws.cloudformation.api_type import ApiType, Aspect, Context, by, prop, succeeds
from shoplib.localaws.cloudformation.errors import ResourceFailed
from shoplib.localaws.cloudformation.intrinsics import text
from shoplib.localaws.cloudformation.resource_providers import PhysicalResource, Properties, Request
from shoplib.localaws.cloudformation.shapes import arguments

UPDATABLE = ("BillingMode", "ProvisionedThroughput", "StreamSpecification", "DeletionProtectionEnabled", "TableClass")
INDEXES, REPLICAS = "GlobalSecondaryIndexes", "Replicas"
REPLICA_SETTINGS = ("PointInTimeRecoverySpecification", "TableClass", "Tags", "DeletionProtectionEnabled")


def _table(properties: Properties) -> Properties:
    shaped = dict(properties)
    if "StreamSpecification" in shaped:
        shaped["StreamSpecification"] = _stream(shaped["StreamSpecification"])
    if "SSESpecification" in shaped:
        renamed = {"SSEEnabled": "Enabled"}
        shaped["SSESpecification"] = {renamed.get(key, key): item for key, item in shaped["SSESpecification"].items()}
    return shaped


def _stream(specification: Properties | None) -> Properties:
    if not specification:
        return {"StreamEnabled": False}
    return {"StreamEnabled": True, "StreamViewType": specification["StreamViewType"]}


def _update(context: Context, before: Properties) -> None:
    now = context.properties
    changed = {name: now[name] for name in UPDATABLE if name in now and now[name] != before.get(name)}
    if now.get("StreamSpecification") != before.get("StreamSpecification"):
        _stop_stream(context, before)
        changed["StreamSpecification"] = _stream(now.get("StreamSpecification"))
        changed = changed if now.get("StreamSpecification") else _without(changed, "StreamSpecification")
    if changed:
        _call(context, changed)
    _update_indexes(context, before)


def _retypes_an_attribute(before: Properties, now: Properties) -> bool:
    earlier = {each["AttributeName"]: each["AttributeType"] for each in before.get("AttributeDefinitions", [])}
    later = {each["AttributeName"]: each["AttributeType"] for each in now.get("AttributeDefinitions", [])}
    return any(later.get(name, kind) != kind for name, kind in earlier.items())


def _without(values: Properties, name: str) -> Properties:
    return {key: value for key, value in values.items() if key != name}


def _stop_stream(context: Context, before: Properties) -> None:
    """A stream's view cannot be changed: it ends and a new one begins."""
    if before.get("StreamSpecification"):
        _call(context, {"StreamSpecification": _stream(None)})


def _update_indexes(context: Context, before: Properties) -> None:
    now = {index["IndexName"]: index for index in context.properties.get(INDEXES, [])}
    earlier = {index["IndexName"]: index for index in before.get(INDEXES, [])}
    attributes = {"AttributeDefinitions": context.properties["AttributeDefinitions"]}
    for name in earlier:
        if name not in now or _keys(now[name]) != _keys(earlier[name]):
            _call(context, {"GlobalSecondaryIndexUpdates": [{"Delete": {"IndexName": name}}]})
    for name, index in now.items():
        if name not in earlier or _keys(index) != _keys(earlier[name]):
            _call(context, {**attributes, "GlobalSecondaryIndexUpdates": [{"Create": index}]})


def _keys(index: Properties) -> tuple[Any, Any]:
    return index["KeySchema"], index["Projection"]


def _call(context: Context, changed: Properties) -> None:
    client = context.client()
    client.update_table(**arguments(client, "update_table", {"TableName": context.ref, **changed}))


def _time_to_live(context: Context, value: Any) -> None:
    present = context.client().describe_time_to_live(TableName=context.ref)["TimeToLiveDescription"]
    enabled = bool(value) and text(value.get("Enabled", True)).lower() == "true"
    was, wished = present.get("AttributeName"), (value or {}).get("AttributeName")
    was_enabled = present["TimeToLiveStatus"] == "ENABLED"
    if was_enabled and not (enabled and wished == was):
        _set_time_to_live(context, was, enabled=False)
    if enabled and wished and not (was_enabled and wished == was):
        _set_time_to_live(context, wished, enabled=True)


def _set_time_to_live(context: Context, name: str, *, enabled: bool) -> None:
    specification = {"Enabled": enabled, "AttributeName": name}
    context.client().update_time_to_live(TableName=context.ref, TimeToLiveSpecification=specification)


def _point_in_time(context: Context, value: Any) -> None:
    specification = value or {"PointInTimeRecoveryEnabled": False}
    client = context.client()
    request = {"TableName": context.ref, "PointInTimeRecoverySpecification": specification}
    client.update_continuous_backups(**arguments(client, "update_continuous_backups", request))


def _tags(context: Context, tags: Any) -> None:
    client, arn = context.client(), context.arn(f"table/{context.ref}")
    present = [tag["Key"] for tag in client.list_tags_of_resource(ResourceArn=arn)["Tags"]]
    if present:
        client.untag_resource(ResourceArn=arn, TagKeys=present)
    if tags:
        client.tag_resource(ResourceArn=arn, Tags=tags)


def _resource_policy(context: Context, value: Any) -> None:
    client, arn = context.client(), context.arn(f"table/{context.ref}")
    if value:
        client.put_resource_policy(ResourceArn=arn, Policy=json.dumps(value["PolicyDocument"]))
    else:
        client.delete_resource_policy(ResourceArn=arn)


def _kinesis_stream(context: Context, stream: Any) -> None:
    client = context.client()
    present = client.describe_kinesis_streaming_destination(TableName=context.ref)["KinesisDataStreamDestinations"]
    for each in present:
        if each["DestinationStatus"] == "ACTIVE":
            client.disable_kinesis_streaming_destination(TableName=context.ref, StreamArn=each["StreamArn"])
    if stream:
        settings = {name: value for name, value in stream.items() if name != "StreamArn"}
        client.enable_kinesis_streaming_destination(
            TableName=context.ref, StreamArn=stream["StreamArn"], EnableKinesisStreamingConfiguration=settings
        )


def _stream_arn(context: Context) -> str:
    arn = context.client().describe_table(TableName=context.ref)["Table"].get("LatestStreamArn")
    if not arn:
        raise ResourceFailed(f"table {context.ref} has no stream: StreamArn needs a StreamSpecification")
    return str(arn)


def _unsupported(property: str) -> Callable[[Context, Any], None]:
    def put(context: Context, value: Any) -> None:
        if value is not None:
            raise ResourceFailed(f"{context.type}: {property} is not supported by the local AWS")

    return put


def _insights(context: Context, value: Any) -> None:
    """Contributor insights only cost money and show graphs on AWS: nothing of the table's behaviour depends on them."""


class GlobalTable(ApiType):
    """The replica of the stack's region is a table, and its settings are the table's; the others are made from it."""

    def create(self, request: Request) -> PhysicalResource:
        return super().create(replace(request, properties=_as_table(request)))

    def update(self, current: PhysicalResource, old: Properties, request: Request) -> PhysicalResource | None:
        return super().update(current, old, replace(request, properties=_as_table(request)))


def _as_table(request: Request) -> Properties:
    properties = dict(request.properties)
    replicas = properties.pop(REPLICAS, [])
    own = [replica for replica in replicas if replica["Region"] == request.region]
    others = [replica for replica in replicas if replica["Region"] != request.region]
    if not own:
        raise ResourceFailed(f"{request.type}: one of the Replicas has to be in the stack's region, {request.region}")
    for name in ("WriteProvisionedThroughputSettings", "WriteOnDemandThroughputSettings"):
        properties.pop(name, None)  # capacity never limits anything here
    settings = {name: value for name, value in own[0].items() if name in REPLICA_SETTINGS}
    more = {REPLICAS: others} if others else {}
    return {"BillingMode": "PAY_PER_REQUEST", **properties, **settings, **more}


def _replicas(context: Context, value: Any) -> None:
    """Those in other regions; one replica at a time, as the API wants it."""
    listed = {replica["Region"] for replica in value or []}
    for region in _regions(context) - listed:
        _call(context, {"ReplicaUpdates": [{"Delete": {"RegionName": region}}]})
    for region in sorted(listed - _regions(context)):
        _call(context, {"ReplicaUpdates": [{"Create": {"RegionName": region}}]})
    for replica in value or []:
        _set_up_replica(replace(context, request=replace(context.request, region=replica["Region"])), replica)


def _set_up_replica(context: Context, replica: Properties) -> None:
    _point_in_time(context, replica.get("PointInTimeRecoverySpecification"))
    _tags(context, replica.get("Tags"))
    _call(context, {"DeletionProtectionEnabled": replica.get("DeletionProtectionEnabled", False)})


def _regions(context: Context) -> set[str]:
    table = context.client().describe_table(TableName=context.ref)["Table"]
    return {replica["RegionName"] for replica in table.get(REPLICAS, [])}


def _end_replicas(context: Context) -> None:
    _replicas(context, None)


def _table_type(kind: type[ApiType], before_delete: Callable[[Context], None] | None = None) -> ApiType:
    return kind(
        service="dynamodb",
        create_call="create_table",
        shape=_table,
        update_call=_update,
        name="TableName",
        exists=succeeds("describe_table", TableName="TableName"),
        fixed=frozenset({"KeySchema", "LocalSecondaryIndexes"}),
        replaces=_retypes_an_attribute,
        ref=prop("TableName"),
        before_delete=before_delete,
        delete_call="delete_table",
        key=by("TableName"),
        attributes={"Arn": lambda context: context.arn(f"table/{context.ref}"), "StreamArn": _stream_arn},
        aspects=(
            Aspect("TimeToLiveSpecification", _time_to_live),
            Aspect("PointInTimeRecoverySpecification", _point_in_time),
            Aspect("Tags", _tags),
            Aspect("ResourcePolicy", _resource_policy),
            Aspect("ContributorInsightsSpecification", _insights),
            Aspect("ImportSourceSpecification", _unsupported("ImportSourceSpecification")),
            Aspect("KinesisStreamSpecification", _kinesis_stream),
            Aspect(REPLICAS, _replicas),
        ),
    )


TYPES = {
    "AWS::DynamoDB::Table": _table_type(ApiType),
    "AWS::DynamoDB::GlobalTable": _table_type(GlobalTable, _end_replicas),
}
