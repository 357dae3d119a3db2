"""CloudWatch's figures: what Lambda publishes, and what callers put, asked for over the AWS API."""

import time
import uuid
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from botocore.exceptions import ClientError

from tests.cloud.lambda_room import Room, eventually

Aws = Callable[..., Any]
PLAIN = ["SampleCount", "Sum", "Average", "Minimum", "Maximum"]
HANDLER = """
import time
def handler(event, context):
    time.sleep(event.get("sleep", 0))
    if event.get("fail"):
        raise ValueError("asked for")
"""


def dimensions(given: dict[str, str]) -> list[dict[str, str]]:
    return [{"Name": name, "Value": value} for name, value in given.items()]


def figure(aws: Aws, name: str, statistic: str = "Sum", namespace: str = "AWS/Lambda", **wanted: str) -> float | None:
    """The statistic over the last hour, None without data."""
    now = datetime.now(UTC)
    given = {"ExtendedStatistics" if statistic.startswith("p") else "Statistics": [statistic]}
    points = aws("cloudwatch").get_metric_statistics(
        Namespace=namespace,
        MetricName=name,
        Dimensions=dimensions(wanted),
        StartTime=now - timedelta(minutes=55),
        EndTime=now + timedelta(minutes=5),
        Period=3600,
        **given,
    )["Datapoints"]
    if not points:
        return None
    (point,) = points
    return float(point["ExtendedStatistics"][statistic] if statistic.startswith("p") else point[statistic])


def test_invocations_of_a_function_its_aliases_and_versions(aws: Aws) -> None:
    room, client = Room(aws), aws("lambda")
    name = room.function(HANDLER)
    client.publish_version(FunctionName=name)
    client.create_alias(FunctionName=name, Name="live", FunctionVersion="1")
    for event in ({}, {"fail": True}, {"sleep": 0.2}):
        room.invoke(name, event)
    room.invoke(name, {}, Qualifier="live")
    mine: dict[str, Any] = {"FunctionName": name}
    assert figure(aws, "Invocations", **mine) == 4
    assert figure(aws, "Invocations", **mine, Resource=name) == 3
    assert figure(aws, "Invocations", **mine, Resource=f"{name}:live") == 1
    assert figure(aws, "Invocations", **mine, Resource=f"{name}:live", ExecutedVersion="1") == 1
    assert (figure(aws, "Errors", **mine), figure(aws, "Errors", "SampleCount", **mine)) == (1, 4)
    assert figure(aws, "Errors", **mine, Resource=f"{name}:live") == 0
    assert figure(aws, "Throttles", **mine) == 0
    longest, middle = figure(aws, "Duration", "Maximum", **mine), figure(aws, "Duration", "p50", **mine)
    assert longest and middle and 200 <= longest < 2000 and middle < 200
    assert figure(aws, "Duration", "p100", **mine) == pytest.approx(longest)
    assert figure(aws, "ConcurrentExecutions", "Maximum", **mine) == 1
    assert (figure(aws, "Invocations") or 0) >= 4
    assert (figure(aws, "UnreservedConcurrentExecutions", "Maximum") or 0) >= 1
    listed = aws("cloudwatch").list_metrics(Namespace="AWS/Lambda", Dimensions=dimensions(mine))["Metrics"]
    assert {metric["MetricName"] for metric in listed} >= {"Invocations", "Errors", "Throttles", "Duration"}


def test_the_calls_of_a_table(aws: Aws) -> None:
    dynamodb, name = aws("dynamodb"), f"t-{uuid.uuid4()}"
    key = [{"AttributeName": "id", "KeyType": "HASH"}]
    attributes = [{"AttributeName": "id", "AttributeType": "S"}]
    dynamodb.create_table(TableName=name, KeySchema=key, AttributeDefinitions=attributes, BillingMode="PAY_PER_REQUEST")
    item = {"id": {"S": "a"}, "text": {"S": "x" * 2000}}
    dynamodb.put_item(TableName=name, Item=item)
    dynamodb.put_item(TableName=name, Item={"id": {"S": "b"}})
    dynamodb.get_item(TableName=name, Key={"id": {"S": "a"}}, ConsistentRead=True)
    dynamodb.query(TableName=name, KeyConditionExpression="id = :id", ExpressionAttributeValues={":id": {"S": "a"}})
    dynamodb.scan(TableName=name)
    dynamodb.transact_write_items(
        TransactItems=[{"Put": {"TableName": name, "Item": {"id": {"S": each}}}} for each in ("c", "d")]
    )
    with pytest.raises(ClientError, match="ConditionalCheckFailed"):
        dynamodb.put_item(TableName=name, Item=item, ConditionExpression="attribute_not_exists(id)")
    with pytest.raises(ClientError, match="ValidationException"):
        dynamodb.get_item(TableName=name, Key={"wrong": {"S": "a"}})
    mine = {"namespace": "AWS/DynamoDB", "TableName": name}
    assert figure(aws, "ConsumedWriteCapacityUnits", **mine) == 2 + 1 + 4
    assert figure(aws, "ConsumedReadCapacityUnits", **mine) == 1 + 0.5 + 0.5
    assert figure(aws, "SuccessfulRequestLatency", "SampleCount", **mine, Operation="PutItem") == 2
    assert (figure(aws, "SuccessfulRequestLatency", "Maximum", **mine, Operation="Query") or 0) > 0
    assert figure(aws, "ReturnedItemCount", **mine, Operation="Scan") == 2
    assert figure(aws, "ConditionalCheckFailedRequests", **mine) == 1
    assert (figure(aws, "UserErrors", namespace="AWS/DynamoDB") or 0) >= 1


def test_rules_of_a_bus_and_messages_of_a_topic(aws: Aws) -> None:
    room, events, sns = Room(aws), aws("events"), aws("sns")
    name, (url, arn) = f"r-{uuid.uuid4()}", room.queue()
    events.create_event_bus(Name=name)
    own = {"EventBusName": name, "Name": name}
    events.put_rule(**own, EventPattern='{"source": ["shop"]}')
    gone = "arn:aws:sqs:us-east-1:123456789012:gone"
    targets = [{"Id": "a", "Arn": arn}, {"Id": "b", "Arn": gone}]
    events.put_targets(Rule=name, EventBusName=name, Targets=targets)
    entry = {"EventBusName": name, "DetailType": "t", "Detail": "{}"}
    events.put_events(Entries=[{**entry, "Source": "shop"}, {**entry, "Source": "other"}])
    assert room.received(url)
    rule = {"namespace": "AWS/Events", "EventBusName": name, "RuleName": name}
    eventually(lambda: figure(aws, "Invocations", **rule) == 2)
    assert [figure(aws, each, **rule) for each in ("TriggeredRules", "MatchedEvents", "FailedInvocations")] == [1, 1, 1]
    topic = sns.create_topic(Name=name)["TopicArn"]
    policy = {"FilterPolicy": '{"kind": ["wanted"]}'}
    for endpoint, attributes in ((arn, {}), (gone, {}), (room.queue()[1], policy)):
        sns.subscribe(TopicArn=topic, Protocol="sqs", Endpoint=endpoint, Attributes=attributes)
    sns.publish(TopicArn=topic, Message="four")
    mine = {"namespace": "AWS/SNS", "TopicName": name}
    assert (figure(aws, "NumberOfMessagesPublished", **mine), figure(aws, "PublishSize", **mine)) == (1, 4)
    counts = [figure(aws, f"NumberOfNotifications{each}", **mine) for each in ("Delivered", "Failed", "FilteredOut")]
    assert counts == [1, 1, 1]


def test_throttles_and_asynchronous_events(aws: Aws) -> None:
    room, client = Room(aws), aws("lambda")
    name, mine = room.function(HANDLER), {}
    mine = {"FunctionName": name}
    client.put_function_concurrency(FunctionName=name, ReservedConcurrentExecutions=0)
    with pytest.raises(ClientError, match="TooManyRequestsException"):
        room.invoke(name, {})
    assert figure(aws, "Throttles", **mine) == 1 and figure(aws, "Invocations", **mine) is None
    client.delete_function_concurrency(FunctionName=name)
    gone = "arn:aws:sqs:us-east-1:123456789012:gone"
    client.update_function_configuration(FunctionName=name, DeadLetterConfig={"TargetArn": gone})
    destinations = {"OnFailure": {"Destination": gone}}
    client.put_function_event_invoke_config(FunctionName=name, MaximumRetryAttempts=0, DestinationConfig=destinations)
    for event in (b"{}", b'{"fail": true}'):
        client.invoke(FunctionName=name, InvocationType="Event", Payload=event)
    eventually(lambda: figure(aws, "DeadLetterErrors", **mine))
    assert figure(aws, "AsyncEventsReceived", **mine) == 2
    assert figure(aws, "AsyncEventsDropped", **mine) == 1
    assert figure(aws, "DestinationDeliveryFailures", **mine) == 1
    age = eventually(lambda: figure(aws, "AsyncEventAge", "Maximum", **mine))
    assert 0 < age < 5000


def test_the_age_of_stream_records_and_the_traffic_of_queues(aws: Aws) -> None:
    room, name = Room(aws), Room(aws).function(HANDLER)
    kinesis = aws("kinesis")
    kinesis.create_stream(StreamName=name, ShardCount=1)
    for _ in range(2):
        kinesis.put_record(StreamName=name, Data=b"{}", PartitionKey="k")
    stream = kinesis.describe_stream(StreamName=name)["StreamDescription"]["StreamARN"]
    aws("lambda").create_event_source_mapping(
        FunctionName=name, EventSourceArn=stream, StartingPosition="TRIM_HORIZON", BatchSize=1
    )
    eventually(lambda: figure(aws, "IteratorAge", "SampleCount", FunctionName=name) == 2)
    assert (figure(aws, "IteratorAge", "Maximum", FunctionName=name) or 0) > 0
    own = {"namespace": "AWS/Kinesis", "StreamName": name}
    assert figure(aws, "IncomingRecords", **own) == figure(aws, "PutRecord.Success", **own) == 2
    kinesis.put_records(StreamName=name, Records=[{"Data": b"{}", "PartitionKey": "k"}] * 3)
    assert figure(aws, "PutRecords.TotalRecords", **own) == figure(aws, "PutRecords.SuccessfulRecords", **own) == 3
    assert figure(aws, "WriteProvisionedThroughputExceeded", **own) == 0
    url, arn = room.queue()
    for _ in range(3):
        aws("sqs").send_message(QueueUrl=url, MessageBody="four")
    queue = {"namespace": "AWS/SQS", "QueueName": arn.split(":")[-1]}
    assert figure(aws, "ApproximateNumberOfMessagesVisible", "Maximum", **queue) == 3
    assert 0 < (figure(aws, "ApproximateAgeOfOldestMessage", "Maximum", **queue) or 0) < 20
    assert len(room.received(url)) == 3 and not room.received(url, 0)
    assert figure(aws, "SentMessageSize", "Average", **queue) == 4
    assert [figure(aws, f"NumberOfMessages{each}", **queue) for each in ("Sent", "Received", "Deleted")] == [3, 3, 3]
    assert figure(aws, "NumberOfEmptyReceives", **queue) == 1


def test_what_callers_put_is_found_by_its_exact_dimensions(aws: Aws) -> None:
    cloudwatch, namespace = aws("cloudwatch"), f"Shop/{uuid.uuid4().hex[:6]}"
    both = {"Country": "UK", "Channel": "web"}
    for given, value in ((both, 1.0), ({"Country": "UK"}, 10.0), ({}, 100.0)):
        datum = {"MetricName": "Orders", "Dimensions": dimensions(given), "Value": value, "Unit": "Count"}
        cloudwatch.put_metric_data(Namespace=namespace, MetricData=[datum])
    found = [figure(aws, "Orders", namespace=namespace, **wanted) for wanted in (both, {"Country": "UK"}, {})]
    assert found == [1.0, 10.0, 100.0]
    assert figure(aws, "Orders", namespace=namespace, Channel="web") is None
    listed = cloudwatch.list_metrics(Namespace=namespace, Dimensions=[{"Name": "Country"}])["Metrics"]
    assert sorted(len(metric["Dimensions"]) for metric in listed) == [1, 2]


def test_statistics_percentiles_and_units(aws: Aws) -> None:
    cloudwatch, namespace = aws("cloudwatch"), f"Shop/{uuid.uuid4().hex[:6]}"
    start = datetime.fromtimestamp(int(time.time()) // 300 * 300 - 600, UTC)
    values = {"Values": [float(number) for number in range(1, 101)], "Counts": [1.0] * 100, "Unit": "Milliseconds"}
    late = {"Value": 5.0, "Timestamp": start + timedelta(minutes=5), "Unit": "Milliseconds"}
    sets = {
        "StatisticValues": {"SampleCount": 4, "Sum": 40, "Minimum": 1, "Maximum": 20},
        "Timestamp": start,
        "Unit": "Bytes",
    }
    data = [{"MetricName": "T", **each} for each in ({**values, "Timestamp": start}, late, sets)]
    cloudwatch.put_metric_data(Namespace=namespace, MetricData=data)
    asked = {"Namespace": namespace, "MetricName": "T", "StartTime": start, "EndTime": start + timedelta(minutes=10)}
    points = cloudwatch.get_metric_statistics(Period=300, Unit="Milliseconds", Statistics=PLAIN, **asked)["Datapoints"]
    first, second = sorted(points, key=lambda point: point["Timestamp"])
    assert [first[name] for name in PLAIN] == [100, 5050, 50.5, 1, 100]
    assert (second["Sum"], second["Timestamp"]) == (5, start + timedelta(minutes=5))
    percentiles = cloudwatch.get_metric_statistics(
        Period=60, Unit="Milliseconds", ExtendedStatistics=["p50", "p90", "p99", "p99.9"], **asked
    )["Datapoints"]
    assert min(percentiles, key=lambda point: point["Timestamp"])["ExtendedStatistics"] == {
        "p50": 50,
        "p90": 90,
        "p99": 99,
        "p99.9": 100,
    }
    units = cloudwatch.get_metric_statistics(Period=600, Statistics=["Average"], **asked)["Datapoints"]
    assert {point["Unit"]: point["Average"] for point in units} == {
        "Milliseconds": pytest.approx(5055 / 101),
        "Bytes": 10,
    }
    with pytest.raises(ClientError, match="xm90"):
        cloudwatch.get_metric_statistics(Period=60, ExtendedStatistics=["xm90"], **asked)


def test_metric_data_with_math(aws: Aws) -> None:
    cloudwatch, namespace = aws("cloudwatch"), f"Shop/{uuid.uuid4().hex[:6]}"
    start = datetime.fromtimestamp(int(time.time()) // 60 * 60 - 120, UTC)
    for minute, (orders, failed) in enumerate(((10.0, 1.0), (20.0, 5.0))):
        when = start + timedelta(minutes=minute)
        data = [
            {"MetricName": name, "Value": value, "Timestamp": when} for name, value in (("O", orders), ("F", failed))
        ]
        cloudwatch.put_metric_data(Namespace=namespace, MetricData=data)

    def stat(name: str) -> dict[str, Any]:
        return {"Metric": {"Namespace": namespace, "MetricName": name}, "Period": 60, "Stat": "Sum"}

    queries = [
        {"Id": "rate", "Expression": "100 * failed / orders", "Label": "failed %"},
        {"Id": "orders", "MetricStat": stat("O"), "ReturnData": False},
        {"Id": "failed", "MetricStat": stat("F")},
    ]
    asked = {"StartTime": start, "EndTime": start + timedelta(minutes=5)}
    found = cloudwatch.get_metric_data(MetricDataQueries=queries, ScanBy="TimestampAscending", **asked)
    assert [(each["Id"], each["Label"], each["Values"]) for each in found["MetricDataResults"]] == [
        ("rate", "failed %", [10.0, 25.0]),
        ("failed", "F", [1.0, 5.0]),
    ]
    assert found["MetricDataResults"][0]["Timestamps"] == [start, start + timedelta(minutes=1)]
    newest = cloudwatch.get_metric_data(MetricDataQueries=queries, **asked)["MetricDataResults"][0]["Values"]
    assert newest == [25.0, 10.0]
    label = "${PROP('MetricName')} ${MAX} ${AVG} at ${LAST_TIME} of ${DATAPOINT_COUNT}, ${OTHER}"
    labelled = cloudwatch.get_metric_data(MetricDataQueries=[{**queries[2], "Label": label}], **asked)
    expected = f"F 5 3 at {start + timedelta(minutes=1):%Y-%m-%dT%H:%M:%SZ} of 2, ${{OTHER}}"
    assert labelled["MetricDataResults"][0]["Label"] == expected
    first = cloudwatch.get_metric_data(MetricDataQueries=queries, MaxDatapoints=3, **asked)
    assert [each["Values"] for each in first["MetricDataResults"]] == [[25, 10], [5]]
    assert [each["StatusCode"] for each in first["MetricDataResults"]] == ["Complete", "PartialData"]
    rest = cloudwatch.get_metric_data(MetricDataQueries=queries, NextToken=first["NextToken"], **asked)
    assert [each["Values"] for each in rest["MetricDataResults"]] == [[], [1]] and "NextToken" not in rest
    for wrong in ("SEARCH('{AWS/Lambda} Errors', 'Sum')", "SELECT COUNT(*) FROM S", "nowhere * 2", "SORT(failed, MAX)"):
        with pytest.raises(ClientError, match="ValidationError"):
            cloudwatch.get_metric_data(MetricDataQueries=[*queries, {"Id": "x", "Expression": wrong}], **asked)


@pytest.mark.parametrize(
    ("datum", "message"),
    [
        ({}, "is required"),
        ({"Value": 1, "Values": [1]}, "mutually exclusive"),
        ({"Value": float("inf")}, "is invalid"),
        ({"Value": 1, "Unit": "Furlongs"}, "enum value set"),
        ({"Value": 1, "StorageResolution": 7}, "must be 1 or 60"),
        ({"Value": 1, "Dimensions": dimensions({str(each): "x" for each in range(31)})}, "less than or equal to 30"),
        ({"Values": [1.0] * 151}, "size greater than 150"),
        ({"Value": 1, "Timestamp": datetime.now(UTC) + timedelta(hours=3)}, "within the next two hours"),
        ({"Value": 1, "Timestamp": datetime.now(UTC) - timedelta(days=15)}, "within the past two weeks"),
    ],
)
def test_data_that_cloudwatch_does_not_take(aws: Aws, datum: dict[str, Any], message: str) -> None:
    namespace, cloudwatch = f"n-{uuid.uuid4()}", aws("cloudwatch")
    data = [{"MetricName": "M", "Value": 1.0}, {"MetricName": "M", **datum}]
    with pytest.raises(ClientError, match=message):
        cloudwatch.put_metric_data(Namespace=namespace, MetricData=data)
    assert figure(aws, "M", namespace=namespace) is None
    with pytest.raises(ClientError, match="The value AWS/Mine for parameter Namespace is invalid"):
        cloudwatch.put_metric_data(Namespace="AWS/Mine", MetricData=data[:1])


def test_of_several_units_one_is_taken_and_all_are_told(aws: Aws) -> None:
    cloudwatch, namespace, now = aws("cloudwatch"), f"test-{uuid.uuid4()}", datetime.now(UTC)
    data = [
        {"MetricName": "time", "Timestamp": now, "Value": value, "Unit": unit}
        for value, unit in ((60, "Seconds"), (60_000, "Milliseconds"), (7, "None"), (60_000, "Milliseconds"))
    ]
    cloudwatch.put_metric_data(Namespace=namespace, MetricData=data)

    def answer(*stats: tuple[str, int], **more: Any) -> Any:
        metric = {"Namespace": namespace, "MetricName": "time"}
        queries = [
            {"Id": f"q{number}", "MetricStat": {"Metric": metric, "Stat": stat, "Period": period, **more}}
            for number, (stat, period) in enumerate(stats)
        ]
        return cloudwatch.get_metric_data(
            MetricDataQueries=queries, StartTime=now - timedelta(minutes=2), EndTime=now + timedelta(minutes=2)
        )

    whole = answer(("Sum", 600))
    (result,) = whole["MetricDataResults"]
    told = [{"Code": "MultipleUnits", "Value": "Multiple units returned: '[Milliseconds, Seconds, None]'"}]
    assert (whole["Messages"], result["Messages"], result["Values"]) == ([], told, [120_000.0])
    (result,) = answer(("Sum", 600), Unit="Seconds")["MetricDataResults"]
    assert ("Messages" in result, result["Values"]) == (False, [60.0])
    labels = {
        (("Sum", 60), ("Minimum", 30)): ["time Sum 60", "time Minimum 30"],
        (("Sum", 60), ("Minimum", 60)): ["time Sum", "time Minimum"],
        (("Sum", 60), ("Sum", 30)): ["time 60", "time 30"],
        (("Sum", 60), ("Sum", 60)): ["time", "time"],
    }
    for stats, expected in labels.items():
        assert [each["Label"] for each in answer(*stats)["MetricDataResults"]] == expected
