"""What S3 tells functions, queues, topics and EventBridge of its objects."""

import json
import uuid
from collections.abc import Callable
from typing import Any

import pytest
from botocore.exceptions import ClientError

from tests.cloud.lambda_room import Room, eventually
from tests.cloud.roles import open_to_services
from tests.cloud.triggers_room import watcher

Aws = Callable[..., Any]
UNREACHABLE = "Unable to validate the following destination configurations"


def bucket(aws: Aws, *, versioned: bool = False) -> str:
    s3, name = aws("s3"), f"b-{uuid.uuid4().hex[:10]}"
    s3.create_bucket(Bucket=name)
    if versioned:
        s3.put_bucket_versioning(Bucket=name, VersioningConfiguration={"Status": "Enabled"})
    return name


def notify(aws: Aws, name: str, **configuration: Any) -> None:
    aws("s3").put_bucket_notification_configuration(Bucket=name, NotificationConfiguration=configuration)


def to_function(arn: str, *events: str, prefix: str = "", suffix: str = "", **more: Any) -> dict[str, Any]:
    found = {"LambdaFunctionArn": arn, "Events": list(events or ["s3:ObjectCreated:*"])} | more
    rules = [{"Name": name, "Value": value} for name, value in (("prefix", prefix), ("suffix", suffix)) if value]
    return found | ({"Filter": {"Key": {"FilterRules": rules}}} if rules else {})


def records(events: list[Any]) -> list[Any]:
    """Each event has one record."""
    return sorted((event["Records"][0] for event in events), key=sequence_of)


def sequence_of(record: Any) -> str:
    """Changes of an object's state have none, and come last here."""
    return str(record["s3"]["object"].get("sequencer", "~"))


def test_every_kind_of_change_is_told_in_aws_shape(aws: Aws) -> None:
    s3, name = aws("s3"), bucket(aws, versioned=True)
    function = watcher(aws, ("s3", f"arn:aws:s3:::{name}"))
    events = ["s3:ObjectCreated:*", "s3:ObjectRemoved:*", "s3:ObjectTagging:*"]
    notify(aws, name, LambdaFunctionConfigurations=[to_function(function.arn, *events, Id="mine")])
    put = s3.put_object(Bucket=name, Key="in/a b+c/ü=1.txt", Body=b"four")
    s3.copy_object(Bucket=name, Key="copy", CopySource={"Bucket": name, "Key": "in/a b+c/ü=1.txt"})
    s3.put_object_tagging(Bucket=name, Key="copy", Tagging={"TagSet": [{"Key": "k", "Value": "v"}]})
    upload = s3.create_multipart_upload(Bucket=name, Key="parts")["UploadId"]
    part = s3.upload_part(Bucket=name, Key="parts", UploadId=upload, PartNumber=1, Body=b"x" * 10)
    done = {"Parts": [{"ETag": part["ETag"], "PartNumber": 1}]}
    s3.complete_multipart_upload(Bucket=name, Key="parts", UploadId=upload, MultipartUpload=done)
    marker = s3.delete_object(Bucket=name, Key="copy")["VersionId"]
    s3.delete_object(Bucket=name, Key="copy", VersionId=marker)
    s3.delete_objects(Bucket=name, Delete={"Objects": [{"Key": "parts"}]})
    found = records(function.events(7))
    assert [record["eventName"] for record in found] == [
        *("ObjectCreated:Put", "ObjectCreated:Copy", "ObjectCreated:CompleteMultipartUpload"),
        *("ObjectRemoved:DeleteMarkerCreated", "ObjectRemoved:Delete", "ObjectRemoved:DeleteMarkerCreated"),
        "ObjectTagging:Put",
    ]
    first, marked, removed = found[0], found[3]["s3"]["object"], found[4]["s3"]["object"]
    assert {key: first[key] for key in ("eventVersion", "eventSource", "awsRegion")} == {
        "eventVersion": "2.1",
        "eventSource": "aws:s3",
        "awsRegion": "us-east-1",
    }
    assert set(first) >= {"eventTime", "userIdentity", "requestParameters", "responseElements"}
    s3_part = first["s3"]
    assert (s3_part["s3SchemaVersion"], s3_part["configurationId"]) == ("1.0", "mine")
    assert (s3_part["bucket"]["name"], s3_part["bucket"]["arn"]) == (name, f"arn:aws:s3:::{name}")
    assert s3_part["object"] == {
        "key": "in/a+b%2Bc/%C3%BC%3D1.txt",
        "size": 4,
        "eTag": put["ETag"].strip('"'),
        "versionId": put["VersionId"],
        "sequencer": s3_part["object"]["sequencer"],
    }
    assert (marked["versionId"], marked["eTag"]) == (marker, "d41d8cd98f00b204e9800998ecf8427e")
    assert "size" not in marked and set(removed) == {"key", "versionId", "sequencer"}
    assert (found[6]["eventVersion"], set(found[6]["s3"]["object"])) == ("2.3", {"key", "eTag", "versionId"})


def test_prefix_and_suffix_choose_the_function(aws: Aws) -> None:
    s3, name = aws("s3"), bucket(aws)
    images, texts = (watcher(aws, ("s3", f"arn:aws:s3:::{name}")) for _ in range(2))
    notify(
        aws,
        name,
        LambdaFunctionConfigurations=[
            to_function(images.arn, prefix="in/", suffix=".png"),
            to_function(texts.arn, prefix="in/", suffix=".txt"),
        ],
    )
    for key in ("in/a.png", "out/a.png", "in/b.txt", "in/c.gif", "in/d.png"):
        s3.put_object(Bucket=name, Key=key, Body=b"")
    keys = [[record["s3"]["object"]["key"] for record in records(each)] for each in (images.events(2), texts.events())]
    assert keys == [["in/a.png", "in/d.png"], ["in/b.txt"]]


def test_queues_topics_and_eventbridge_hear_of_objects(aws: Aws) -> None:
    s3, room, name = aws("s3"), Room(aws), bucket(aws)
    (url, arn), (behind, behind_arn) = room.queue(), room.queue()
    topic = aws("sns").create_topic(Name=f"t-{name}", Attributes={"Policy": open_to_services("sns:Publish")})[
        "TopicArn"
    ]
    aws("sns").subscribe(TopicArn=topic, Protocol="sqs", Endpoint=behind_arn)
    events = aws("events")
    pattern = {"source": ["aws.s3"], "detail": {"bucket": {"name": [name]}, "object": {"key": [{"prefix": "a"}]}}}
    rule = events.put_rule(Name=name, EventPattern=json.dumps(pattern))["RuleArn"]
    function = watcher(aws, ("events", rule))
    events.put_targets(Rule=name, Targets=[{"Id": "1", "Arn": function.arn}])
    notify(
        aws,
        name,
        QueueConfigurations=[{"QueueArn": arn, "Events": ["s3:ObjectCreated:Put"]}],
        TopicConfigurations=[{"TopicArn": topic, "Events": ["s3:ObjectRemoved:Delete"]}],
        EventBridgeConfiguration={},
    )
    assert [each["Event"] for each in room.received(url)] == ["s3:TestEvent"]
    assert json.loads(room.received(behind)[0]["Message"])["Event"] == "s3:TestEvent"
    s3.put_object(Bucket=name, Key="a b", Body=b"12")
    s3.put_object(Bucket=name, Key="other", Body=b"")
    s3.delete_object(Bucket=name, Key="a b")
    created, removed = sorted(function.events(2), key=lambda event: event["detail"]["object"]["sequencer"])
    assert (created["detail-type"], created["resources"]) == ("Object Created", [f"arn:aws:s3:::{name}"])
    assert (created["detail"]["object"]["key"], created["detail"]["object"]["size"]) == ("a b", 2)
    assert (created["detail"]["reason"], removed["detail"]["reason"]) == ("PutObject", "DeleteObject")
    assert (removed["detail-type"], removed["detail"]["deletion-type"]) == ("Object Deleted", "Permanently Deleted")
    assert [each["Records"][0]["s3"]["object"]["key"] for each in room.received(url)] == ["a+b", "other"]
    told = room.received(behind)[0]
    assert told["Subject"] == "Amazon S3 Notification"
    assert json.loads(told["Message"])["Records"][0]["eventName"] == "ObjectRemoved:Delete"


def test_a_configuration_that_cannot_work_is_refused(aws: Aws) -> None:
    name = bucket(aws)
    here = f"arn:aws:s3:::{name}"
    stranger, elsewhere, allowed = (
        watcher(aws),
        watcher(aws, ("s3", "arn:aws:s3:::another")),
        watcher(aws, ("s3", here)),
    )
    kept = to_function(allowed.arn, Id="kept")
    notify(aws, name, LambdaFunctionConfigurations=[kept])
    gone = stranger.arn.replace(stranger.name, "gone")
    for arn in (stranger.arn, elsewhere.arn, gone):
        with pytest.raises(ClientError, match=UNREACHABLE) as refused:
            notify(aws, name, LambdaFunctionConfigurations=[to_function(arn)])
        assert refused.value.response["Error"]["Code"] == "InvalidArgument"
    with pytest.raises(ClientError, match=UNREACHABLE):
        queue = {"QueueArn": "arn:aws:sqs:us-east-1:123456789012:gone", "Events": ["s3:ObjectCreated:*"]}
        notify(aws, name, QueueConfigurations=[queue])
    overlapping = [to_function(allowed.arn, "s3:ObjectCreated:Put", prefix="a/b"), to_function(allowed.arn, prefix="a")]
    with pytest.raises(ClientError, match="Configuration is ambiguously defined"):
        notify(aws, name, LambdaFunctionConfigurations=overlapping)
    stored = aws("s3").get_bucket_notification_configuration(Bucket=name)["LambdaFunctionConfigurations"]
    assert [each["Id"] for each in stored] == ["kept"]


def test_a_function_that_fails_is_retried_and_its_event_ends_in_its_queue(aws: Aws) -> None:
    room, name = Room(aws), bucket(aws)
    url, queue = room.queue()
    function = watcher(aws, ("s3", f"arn:aws:s3:::{name}"))
    aws("lambda").put_function_event_invoke_config(
        FunctionName=function.name,
        MaximumRetryAttempts=0,
        DestinationConfig={"OnFailure": {"Destination": queue}},
    )
    aws("lambda").update_function_configuration(FunctionName=function.name, Handler="app.missing")
    notify(aws, name, LambdaFunctionConfigurations=[to_function(function.arn)])
    aws("s3").put_object(Bucket=name, Key="k", Body=b"")
    (record,) = eventually(lambda: room.received(url))
    assert record["requestContext"]["condition"] == "RetriesExhausted"
    assert record["requestPayload"]["Records"][0]["s3"]["object"]["key"] == "k"
