"""Items whose time is over leave, and the stream says who took them."""

import json
import time
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from botocore.exceptions import ClientError

from tests.cloud.tables import STREAMED, table
from tests.cloud.triggers_room import watcher
from tests.processes import wait_until

Aws = Callable[..., Any]
NAME = "expiring"


@pytest.fixture
def dynamodb(aws: Aws) -> Iterator[Any]:
    with table(aws("dynamodb"), NAME, **STREAMED) as client:
        yield client


def ids(client: Any) -> set[str]:
    return {item["id"]["S"] for item in client.scan(TableName=NAME)["Items"]}


def records(streams: Any, arn: str) -> list[dict[str, Any]]:
    shard = streams.describe_stream(StreamArn=arn)["StreamDescription"]["Shards"][0]["ShardId"]
    start = streams.get_shard_iterator(StreamArn=arn, ShardId=shard, ShardIteratorType="TRIM_HORIZON")
    found: list[dict[str, Any]] = streams.get_records(ShardIterator=start["ShardIterator"])["Records"]
    return found


def test_what_has_expired_is_removed_by_the_service(dynamodb: Any, aws: Aws) -> None:
    now = time.time()
    moments = {"past": now - 60, "soon": now + 1, "later": now + 3600, "ancient": now - 6 * 365 * 86400}
    for name, moment in moments.items():
        dynamodb.put_item(TableName=NAME, Item={"id": {"S": name}, "until": {"N": str(int(moment))}})
    dynamodb.put_item(TableName=NAME, Item={"id": {"S": "text"}, "until": {"S": str(int(now - 60))}})
    dynamodb.put_item(TableName=NAME, Item={"id": {"S": "none"}})
    wanted = {"Enabled": True, "AttributeName": "until"}
    dynamodb.update_time_to_live(TableName=NAME, TimeToLiveSpecification=wanted)
    left = {"later", "ancient", "text", "none"}
    wait_until(lambda: ids(dynamodb) == left, "expired items leave", 30)
    arn = dynamodb.describe_table(TableName=NAME)["Table"]["LatestStreamArn"]
    removed = [each for each in records(aws("dynamodbstreams"), arn) if each["eventName"] == "REMOVE"]
    assert {each["dynamodb"]["Keys"]["id"]["S"] for each in removed} == {"past", "soon"}
    identity = {"PrincipalId": "dynamodb.amazonaws.com", "Type": "Service"}
    assert all(each["userIdentity"] == identity for each in removed)


def test_a_function_filters_what_has_expired(dynamodb: Any, aws: Aws) -> None:
    """As AWS documents the archive of expired items: by who deleted them."""
    function = watcher(aws)
    pattern = {"userIdentity": {"type": ["Service"], "principalId": ["dynamodb.amazonaws.com"]}}
    mapping = aws("lambda").create_event_source_mapping(
        FunctionName=function.name,
        EventSourceArn=dynamodb.describe_table(TableName=NAME)["Table"]["LatestStreamArn"],
        StartingPosition="TRIM_HORIZON",
        FilterCriteria={"Filters": [{"Pattern": json.dumps(pattern)}]},
    )
    for name in ("by-hand", "expired"):
        dynamodb.put_item(TableName=NAME, Item={"id": {"S": name}, "until": {"N": str(int(time.time()) - 60)}})
    dynamodb.delete_item(TableName=NAME, Key={"id": {"S": "by-hand"}})
    wanted = {"Enabled": True, "AttributeName": "until"}
    dynamodb.update_time_to_live(TableName=NAME, TimeToLiveSpecification=wanted)
    [event] = function.events()
    [record] = event["Records"]
    assert (record["eventName"], record["dynamodb"]["Keys"]) == ("REMOVE", {"id": {"S": "expired"}})
    assert record["userIdentity"] == {"type": "Service", "principalId": "dynamodb.amazonaws.com"}
    aws("lambda").delete_event_source_mapping(UUID=mapping["UUID"])


def test_a_deletion_by_hand_is_nobodys_service(dynamodb: Any, aws: Aws) -> None:
    dynamodb.put_item(TableName=NAME, Item={"id": {"S": "x"}})
    dynamodb.delete_item(TableName=NAME, Key={"id": {"S": "x"}})
    arn = dynamodb.describe_table(TableName=NAME)["Table"]["LatestStreamArn"]
    assert "userIdentity" not in records(aws("dynamodbstreams"), arn)[-1]


def test_it_is_enabled_once(dynamodb: Any) -> None:
    wanted = {"Enabled": True, "AttributeName": "until"}
    dynamodb.update_time_to_live(TableName=NAME, TimeToLiveSpecification=wanted)
    with pytest.raises(ClientError, match="TimeToLive is already enabled"):
        dynamodb.update_time_to_live(TableName=NAME, TimeToLiveSpecification=wanted)
    assert dynamodb.describe_time_to_live(TableName=NAME)["TimeToLiveDescription"]["TimeToLiveStatus"] == "ENABLED"
    for call in (dynamodb.describe_time_to_live, dynamodb.update_time_to_live):
        more = {"TimeToLiveSpecification": wanted} if call == dynamodb.update_time_to_live else {}
        with pytest.raises(ClientError, match="ResourceNotFoundException"):
            call(TableName="nowhere", **more)
