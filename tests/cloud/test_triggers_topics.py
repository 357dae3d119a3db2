"""SNS topics and CloudWatch Logs subscriptions call functions."""

import base64
import gzip
import json
import time
import uuid
from collections.abc import Callable
from typing import Any

import pytest
from botocore.exceptions import ClientError

from tests.cloud.lambda_room import Room
from tests.cloud.triggers_room import Watcher, dead_letter, watcher

Aws = Callable[..., Any]


def topic(aws: Aws) -> str:
    return str(aws("sns").create_topic(Name=f"t-{uuid.uuid4().hex[:8]}")["TopicArn"])


def subscribed(aws: Aws, arn: str, **attributes: Any) -> tuple[Watcher, str]:
    """A function that the topic may call, and its subscription."""
    function = watcher(aws, ("sns", arn))
    given = {name: value if isinstance(value, str) else json.dumps(value) for name, value in attributes.items()}
    answer = aws("sns").subscribe(
        TopicArn=arn, Protocol="lambda", Endpoint=function.arn, Attributes=given, ReturnSubscriptionArn=True
    )
    return function, answer["SubscriptionArn"]


def test_a_function_gets_the_documented_record(aws: Aws) -> None:
    arn = topic(aws)
    function, subscription = subscribed(aws, arn, RawMessageDelivery="true")
    published = aws("sns").publish(
        TopicArn=arn,
        Subject="hello",
        Message=json.dumps({"default": "for all", "lambda": "for functions"}),
        MessageStructure="json",
        MessageAttributes={
            "kind": {"DataType": "String", "StringValue": "order"},
            "raw": {"DataType": "Binary", "BinaryValue": b"\x00\x01"},
        },
    )
    ((record,),) = [event["Records"] for event in function.events()]
    assert {key: record[key] for key in ("EventSource", "EventVersion", "EventSubscriptionArn")} == {
        "EventSource": "aws:sns",
        "EventVersion": "1.0",
        "EventSubscriptionArn": subscription,
    }
    sns = record["Sns"]
    assert set(sns) >= {"Signature", "SigningCertUrl", "UnsubscribeUrl", "SignatureVersion", "Timestamp"}
    assert (sns["Type"], sns["MessageId"], sns["TopicArn"]) == ("Notification", published["MessageId"], arn)
    assert (sns["Subject"], sns["Message"]) == ("hello", "for functions")
    assert sns["MessageAttributes"] == {
        "kind": {"Type": "String", "Value": "order"},
        "raw": {"Type": "Binary", "Value": base64.b64encode(b"\x00\x01").decode()},
    }


@pytest.mark.parametrize("batched", [False, True], ids=["publish", "batch"])
def test_raw_delivery_passes_binary_attributes_on_to_receivers_and_functions(aws: Aws, batched: bool) -> None:
    room, arn = Room(aws), topic(aws)
    urls = {}
    for name in ("received", "mapped"):
        urls[name], queue = room.queue()
        raw = {"RawMessageDelivery": "true"}
        aws("sns").subscribe(TopicArn=arn, Protocol="sqs", Endpoint=queue, Attributes=raw)
    function = watcher(aws)
    mapping = aws("lambda").create_event_source_mapping(FunctionName=function.name, EventSourceArn=queue)
    attributes = {
        "bytes": {"DataType": "Binary", "BinaryValue": b"\x00\xff\x80"},
        "picture": {"DataType": "Binary.gif", "BinaryValue": b"GIF"},
        "kind": {"DataType": "String", "StringValue": "order"},
    }
    entry = {"Message": "raw", "MessageAttributes": attributes}
    if batched:
        aws("sns").publish_batch(TopicArn=arn, PublishBatchRequestEntries=[{"Id": "1", **entry}])
    else:
        aws("sns").publish(TopicArn=arn, **entry)
    (message,) = aws("sqs").receive_message(
        QueueUrl=urls["received"], WaitTimeSeconds=10, MessageAttributeNames=["All"]
    )["Messages"]
    assert (message["Body"], message["MessageAttributes"]) == ("raw", attributes)
    ((record,),) = [event["Records"] for event in function.events()]
    values = {
        name: each.get("binaryValue", each.get("stringValue")) for name, each in record["messageAttributes"].items()
    }
    encoded = {"bytes": base64.b64encode(b"\x00\xff\x80").decode(), "picture": base64.b64encode(b"GIF").decode()}
    assert values == {"kind": "order", **encoded}
    aws("lambda").delete_event_source_mapping(UUID=mapping["UUID"])


def test_filter_policies_choose_by_attributes_or_by_body(aws: Aws) -> None:
    sns, arn = aws("sns"), topic(aws)
    by_attributes, _ = subscribed(aws, arn, FilterPolicy={"kind": ["order"], "n": [{"numeric": [">=", 2]}]})
    body_policy = {"detail": {"kind": [{"prefix": "or"}]}}
    by_body, _ = subscribed(aws, arn, FilterPolicy=body_policy, FilterPolicyScope="MessageBody")
    for kind, number in (("order", 1), ("order", 2), ("return", 3)):
        sns.publish(
            TopicArn=arn,
            Message=json.dumps({"detail": {"kind": kind}, "n": number}),
            MessageAttributes={
                "kind": {"DataType": "String", "StringValue": kind},
                "n": {"DataType": "Number", "StringValue": str(number)},
            },
        )
    bodies = by_body.events(2)
    chosen = [json.loads(event["Records"][0]["Sns"]["Message"])["n"] for event in by_attributes.events()]
    assert (chosen, sorted(json.loads(event["Records"][0]["Sns"]["Message"])["n"] for event in bodies)) == ([2], [1, 2])


def test_filter_policies_have_or_null_cidr_and_letters_of_any_case(aws: Aws) -> None:
    sns, arn = aws("sns"), topic(aws)
    either = {"$or": [{"ip": [{"cidr": "10.0.0.0/8"}]}, {"who": [{"equals-ignore-case": "ann"}]}]}
    by_attributes, _ = subscribed(aws, arn, FilterPolicy=either)
    body = {"a": {"b": [None, {"exists": False}]}}
    by_body, _ = subscribed(aws, arn, FilterPolicy=body, FilterPolicyScope="MessageBody")
    messages: dict[str, dict[str, str]] = {
        '{"a": {"b": null}}': {"ip": "10.1.2.3"},
        '{"a": {"b": 1}}': {"who": "ANN"},
        '{"c": [[{"d": 1}]]}': {"ip": "11.1.2.3", "who": "bob"},
    }
    for message, attributes in messages.items():
        given = {name: {"DataType": "String", "StringValue": value} for name, value in attributes.items()}
        sns.publish(TopicArn=arn, Message=message, MessageAttributes=given)

    def seen(events: list[Any]) -> set[str]:
        return {event["Records"][0]["Sns"]["Message"] for event in events}

    first, second, third = messages
    assert seen(by_attributes.events(2)) == {first, second}
    assert seen(by_body.events(2)) == {first, third}


@pytest.mark.parametrize(
    ("policy", "reason"),
    [
        ({"a": [str(number) for number in range(151)]}, "FilterPolicy: Filter policy is too complex"),
        ({name: ["x"] for name in "abcdef"}, "FilterPolicy: Filter policy can not have more than 5 keys"),
        ({"a": {"b": ["x"]}}, "Filter policy scope MessageAttributes does not support nested filter policy"),
        ({"a": [{"anything-but": {"suffix": "x"}}]}, "FilterPolicy: Unsupported anything-but pattern: suffix"),
    ],
)
def test_a_wrong_filter_policy_is_refused_before_there_is_a_subscription(aws: Aws, policy: Any, reason: str) -> None:
    sns, arn = aws("sns"), topic(aws)
    with pytest.raises(ClientError) as refused:
        subscribed(aws, arn, FilterPolicy=policy)
    assert refused.value.response["Error"]["Code"] == "InvalidParameter"
    assert refused.value.response["Error"]["Message"] == f"Invalid parameter: Attributes Reason: {reason}"
    assert sns.list_subscriptions_by_topic(TopicArn=arn)["Subscriptions"] == []
    _, subscription = subscribed(aws, arn)
    with pytest.raises(ClientError) as refused:
        sns.set_subscription_attributes(
            SubscriptionArn=subscription, AttributeName="FilterPolicy", AttributeValue=json.dumps(policy)
        )
    assert refused.value.response["Error"]["Message"] == f"Invalid parameter: {reason}"


def test_a_stack_changes_a_filter_policy_and_its_scope(aws: Aws) -> None:
    stacks, sns, name = aws("cloudformation"), aws("sns"), f"filters-{uuid.uuid4().hex[:8]}"
    _, queue = Room(aws).queue()

    def template(**filters: Any) -> str:
        properties = {"TopicArn": {"Ref": "Topic"}, "Protocol": "sqs", "Endpoint": queue, **filters}
        subscription = {"Type": "AWS::SNS::Subscription", "Properties": properties}
        resources = {"Topic": {"Type": "AWS::SNS::Topic"}, "Subscription": subscription}
        outputs = {"Arn": {"Value": {"Ref": "Subscription"}}}
        return json.dumps({"Resources": resources, "Outputs": outputs})

    body = template(FilterPolicy={"a": {"b": ["x"]}}, FilterPolicyScope="MessageBody", RawMessageDelivery=True)
    stacks.create_stack(StackName=name, TemplateBody=body)
    stacks.get_waiter("stack_create_complete").wait(StackName=name, WaiterConfig={"Delay": 1})
    (output,) = stacks.describe_stacks(StackName=name)["Stacks"][0]["Outputs"]
    stacks.update_stack(StackName=name, TemplateBody=template(FilterPolicy={"a": ["x"]}))
    stacks.get_waiter("stack_update_complete").wait(StackName=name, WaiterConfig={"Delay": 1})
    seen = sns.get_subscription_attributes(SubscriptionArn=output["OutputValue"])["Attributes"]
    assert json.loads(seen["FilterPolicy"]) == {"a": ["x"]}
    assert (seen["FilterPolicyScope"], seen["RawMessageDelivery"]) == ("MessageAttributes", "false")
    stacks.delete_stack(StackName=name)


def test_what_a_subscriber_cannot_take_goes_to_its_dead_letter_queue(aws: Aws) -> None:
    sns, room, arn = aws("sns"), Room(aws), topic(aws)
    (url, queue), function = room.queue(), watcher(aws)
    sns.subscribe(
        TopicArn=arn,
        Protocol="lambda",
        Endpoint=function.arn,
        Attributes={"RedrivePolicy": json.dumps({"deadLetterTargetArn": queue})},
    )
    sns.publish(TopicArn=arn, Message="not permitted")
    body, attributes = dead_letter(aws, url)
    assert (body["Message"], body["TopicArn"]) == ("not permitted", arn)
    assert "does not let sns.amazonaws.com invoke it" in attributes["ErrorMessage"]
    other, lost = room.queue()
    aws("sqs").delete_queue(QueueUrl=other)
    sns.subscribe(TopicArn=arn, Protocol="sqs", Endpoint=lost)
    assert sns.publish(TopicArn=arn, Message="its publisher hears nothing")["MessageId"]


@pytest.mark.parametrize("fifo", [False, True], ids=["standard", "fifo"])
@pytest.mark.parametrize("raw", [False, True], ids=["envelope", "raw"])
def test_what_a_queue_cannot_take_comes_as_it_is_to_its_dead_letter_queue(aws: Aws, raw: bool, fifo: bool) -> None:
    sns, room, kind = aws("sns"), Room(aws), {"FifoQueue": "true"} if fifo else {}
    name, fields = f"t-{uuid.uuid4().hex[:8]}", {}
    arn = topic(aws)
    if fifo:
        arn = sns.create_topic(Name=f"{name}.fifo", Attributes={"FifoTopic": "true"})["TopicArn"]
        fields = {"MessageGroupId": "g", "MessageDeduplicationId": "d"}
    (url, queue), (dead, dead_arn) = room.queue(**kind), room.queue(**kind)
    given = {"RawMessageDelivery": str(raw).lower(), "RedrivePolicy": json.dumps({"deadLetterTargetArn": dead_arn})}
    sns.subscribe(TopicArn=arn, Protocol="sqs", Endpoint=queue, Attributes=given)
    aws("sqs").delete_queue(QueueUrl=url)
    sns.publish(
        TopicArn=arn, Message="x", MessageAttributes={"n": {"DataType": "Number", "StringValue": "1"}}, **fields
    )
    (found,) = aws("sqs").receive_message(QueueUrl=dead, WaitTimeSeconds=10, MessageAttributeNames=["All"])["Messages"]
    if raw:
        assert (found["Body"], found["MessageAttributes"]["n"]["StringValue"]) == ("x", "1")
    else:
        assert found["Body"].startswith('{\n  "Type" : "Notification",\n')
        assert (json.loads(found["Body"])["Message"], "MessageAttributes" in found) == ("x", False)


def test_a_filter_of_the_body_sees_what_its_protocol_gets(aws: Aws) -> None:
    room, arn = Room(aws), topic(aws)
    url, queue = room.queue()
    given = {"RawMessageDelivery": "true", "FilterPolicyScope": "MessageBody", "FilterPolicy": '{"k": ["v"]}'}
    aws("sns").subscribe(TopicArn=arn, Protocol="sqs", Endpoint=queue, Attributes=given)
    for value in ("w", "v"):
        parts = {"default": '{"k": "v"}', "sqs": json.dumps({"k": value})}
        aws("sns").publish(TopicArn=arn, Message=json.dumps(parts), MessageStructure="json")
    assert room.received(url, 10) == [{"k": "v"}]


def log_group(aws: Aws) -> str:
    name = f"/shop/{uuid.uuid4().hex[:8]}"
    aws("logs").create_log_group(logGroupName=name)
    aws("logs").create_log_stream(logGroupName=name, logStreamName="s")
    return name


def subscribe_logs(aws: Aws, group: str, destination: str, pattern: str, name: str = "f") -> None:
    aws("logs").put_subscription_filter(
        logGroupName=group, filterName=name, filterPattern=pattern, destinationArn=destination
    )


def put_lines(aws: Aws, group: str, *lines: str) -> None:
    now = int(time.time() * 1000)
    events = [{"timestamp": now + number, "message": line} for number, line in enumerate(lines)]
    aws("logs").put_log_events(logGroupName=group, logStreamName="s", logEvents=events)


def test_log_subscriptions_call_functions_with_what_their_pattern_wants(aws: Aws) -> None:
    group = log_group(aws)
    source = f"arn:aws:logs:us-east-1:123456789012:log-group:{group}:*"
    function, structured = watcher(aws, ("logs", source)), watcher(aws, ("logs", source))
    subscribe_logs(aws, group, function.arn, '?ERROR ?"out of stock"', "terms")
    subscribe_logs(aws, group, structured.arn, '{ $.level = "WARN" && $.tries >= 2 }', "json")
    put_lines(aws, group, "INFO fine", "ERROR broken", "it is out of stock", json.dumps({"level": "WARN", "tries": 2}))
    (event,), (other,) = function.events(), structured.events()
    data = json.loads(gzip.decompress(base64.b64decode(event["awslogs"]["data"])))
    lines = data.pop("logEvents")
    assert data == {
        "messageType": "DATA_MESSAGE",
        "owner": "123456789012",
        "logGroup": group,
        "logStream": "s",
        "subscriptionFilters": ["terms"],
    }
    assert [line["message"] for line in lines] == ["ERROR broken", "it is out of stock"]
    assert all(set(line) == {"id", "timestamp", "message"} for line in lines)
    found = json.loads(gzip.decompress(base64.b64decode(other["awslogs"]["data"])))["logEvents"]
    assert [json.loads(line["message"])["tries"] for line in found] == [2]


def test_log_events_are_found_by_the_same_patterns(aws: Aws) -> None:
    group, logs = log_group(aws), aws("logs")
    put_lines(aws, group, "ERROR broken", json.dumps({"level": "WARN", "ms": 30}), "GET /cart 404")

    def found(pattern: str) -> list[str]:
        return [each["message"] for each in logs.filter_log_events(logGroupName=group, filterPattern=pattern)["events"]]

    assert found("?ERROR ?FATAL") == ["ERROR broken"]
    assert found('{ $.level = "W*" && $.ms > 20 }') == ['{"level": "WARN", "ms": 30}']
    assert found("[method, path, status = 4*]") == ["GET /cart 404"]
    with pytest.raises(ClientError, match="InvalidParameterException"):
        found("{ $.level ~ 1 }")


def test_a_function_that_logs_may_not_call_is_refused(aws: Aws) -> None:
    group, stranger = log_group(aws), watcher(aws)
    with pytest.raises(ClientError, match="Could not execute the lambda function") as refused:
        subscribe_logs(aws, group, stranger.arn, "")
    assert refused.value.response["Error"]["Code"] == "InvalidParameterException"
    with pytest.raises(ClientError, match="Invalid filter pattern"):
        subscribe_logs(aws, group, stranger.arn, '{ $.level ~ "x" }')
    stranger.permit("logs", f"arn:aws:logs:us-east-1:123456789012:log-group:{group}:*")
    for _ in range(3):  # the same filter again is an update
        subscribe_logs(aws, group, stranger.arn, "")
    subscribe_logs(aws, group, stranger.arn, "", "second")
    subscribe_logs(aws, group, stranger.arn, "x", "second")
    with pytest.raises(ClientError, match="LimitExceededException"):
        subscribe_logs(aws, group, stranger.arn, "", "third")
