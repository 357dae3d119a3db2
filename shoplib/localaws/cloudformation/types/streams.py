"""Kinesis streams and their consumers, Firehose delivery streams."""

from typing import Any

from shoplib.localaws.cloudformation.api_type import ApiType, Aspect, Context, by, from_answer, prop, short, succeeds
from shoplib.localaws.cloudformation.resource_providers import Properties
from shoplib.localaws.cloudformation.types import tagging

DEFAULT_HOURS = 24


def _stream(properties: Properties) -> Properties:
    mode = properties.get("StreamModeDetails") or {"StreamMode": "PROVISIONED"}
    shards = {"ShardCount": properties.get("ShardCount", 1)} if mode["StreamMode"] == "PROVISIONED" else {}
    return {"StreamName": properties["Name"], "StreamModeDetails": mode, **shards}


def _update(context: Context, before: Properties) -> None:
    client, target = context.client(), _stream(context.properties)
    if target["StreamModeDetails"] != _stream({**before, "Name": context.ref})["StreamModeDetails"]:
        arn = context.arn(f"stream/{context.ref}")
        client.update_stream_mode(StreamARN=arn, StreamModeDetails=target["StreamModeDetails"])
    if "ShardCount" in target and int(target["ShardCount"]) != int(before.get("ShardCount", 1)):
        client.update_shard_count(
            StreamName=context.ref, TargetShardCount=int(target["ShardCount"]), ScalingType="UNIFORM_SCALING"
        )


def _retention(context: Context, hours: Any) -> None:
    client, target = context.client(), int(hours or DEFAULT_HOURS)
    present = client.describe_stream_summary(StreamName=context.ref)["StreamDescriptionSummary"]["RetentionPeriodHours"]
    if target > present:
        client.increase_stream_retention_period(StreamName=context.ref, RetentionPeriodHours=target)
    elif target < present:
        client.decrease_stream_retention_period(StreamName=context.ref, RetentionPeriodHours=target)


def _encryption(context: Context, settings: Any) -> None:
    client = context.client()
    if settings:
        client.start_stream_encryption(
            StreamName=context.ref, EncryptionType=settings["EncryptionType"], KeyId=settings["KeyId"]
        )
    else:
        client.stop_stream_encryption(StreamName=context.ref, EncryptionType="KMS", KeyId="alias/aws/kinesis")


TYPES = {
    "AWS::Kinesis::Stream": ApiType(
        service="kinesis",
        create_call="create_stream",
        shape=_stream,
        update_call=_update,
        name="Name",
        exists=succeeds("describe_stream_summary", StreamName="Name"),
        ref=prop("Name"),
        delete_call="delete_stream",
        key=lambda context: {"StreamName": context.ref, "EnforceConsumerDeletion": True},
        attributes={"Arn": lambda context: context.arn(f"stream/{context.ref}")},
        aspects=(Aspect("RetentionPeriodHours", _retention), Aspect("StreamEncryption", _encryption), tagging.STREAM),
    ),
    "AWS::Kinesis::StreamConsumer": ApiType(
        service="kinesis",
        create_call="register_stream_consumer",
        name="ConsumerName",
        ref=from_answer("Consumer", "ConsumerARN"),
        delete_call="deregister_stream_consumer",
        key=by("ConsumerARN"),
        attributes={
            "ConsumerARN": lambda context: context.ref,
            "ConsumerName": prop("ConsumerName"),
            "ConsumerStatus": lambda context: "ACTIVE",
            "StreamARN": prop("StreamARN"),
        },
    ),
    "AWS::KinesisFirehose::DeliveryStream": ApiType(
        service="firehose",
        create_call="create_delivery_stream",
        name="DeliveryStreamName",
        generated=short(64),
        ref=prop("DeliveryStreamName"),
        delete_call="delete_delivery_stream",
        key=by("DeliveryStreamName"),
        attributes={"Arn": from_answer("DeliveryStreamARN")},
    ),
}
