"""A global table in two regions of one engine: writes arrive in the other a moment later, and the last one wins."""

import uuid
from collections.abc import Callable, Iterator
from typing import Any

import boto3
import pytest
from botocore.exceptions import ClientError

from shoplib import localaws
from tests.cloud.lambda_room import eventually

HOME, AWAY = "us-east-1", "eu-west-1"
STREAM = {"StreamEnabled": True, "StreamViewType": "NEW_AND_OLD_IMAGES"}
Client = Callable[[str, str], Any]


@pytest.fixture(scope="module")
def client(engine: localaws.Engine) -> Client:
    session = boto3.Session(engine.key_id, engine.secret)
    return lambda service, region: session.client(service, region, endpoint_url=engine.url)


@pytest.fixture
def table(client: Client) -> Iterator[str]:
    name = f"global-{uuid.uuid4().hex[:8]}"
    home = client("dynamodb", HOME)
    home.create_table(
        TableName=name,
        KeySchema=[{"AttributeName": "id", "KeyType": "HASH"}],
        AttributeDefinitions=[{"AttributeName": "id", "AttributeType": "S"}],
        BillingMode="PAY_PER_REQUEST",
        StreamSpecification=STREAM,
    )
    home.put_item(TableName=name, Item=item("early", "before"))
    home.update_table(TableName=name, ReplicaUpdates=[{"Create": {"RegionName": AWAY}}])
    yield name


def item(id: str, value: str) -> dict[str, Any]:
    return {"id": {"S": id}, "v": {"S": value}}


def value(client: Any, table: str, id: str) -> str | None:
    found = client.get_item(TableName=table, Key={"id": {"S": id}}, ConsistentRead=True).get("Item")
    return found["v"]["S"] if found else None


def test_writes_arrive_in_the_other_region(client: Client, table: str) -> None:
    home, away = client("dynamodb", HOME), client("dynamodb", AWAY)
    described = away.describe_table(TableName=table)["Table"]
    assert described["Replicas"] == [{"RegionName": HOME, "ReplicaStatus": "ACTIVE"}]
    assert (described["GlobalTableVersion"], described["TableArn"].split(":")[3]) == ("2019.11.21", AWAY)
    eventually(lambda: value(away, table, "early") == "before")
    home.put_item(TableName=table, Item=item("a", "1"))
    assert value(away, table, "a") is None  # not at once
    eventually(lambda: value(away, table, "a") == "1")
    change = {"UpdateExpression": "SET v = :v", "ExpressionAttributeValues": {":v": {"S": "2"}}}
    away.update_item(TableName=table, Key={"id": {"S": "a"}}, **change)
    eventually(lambda: value(home, table, "a") == "2")
    home.delete_item(TableName=table, Key={"id": {"S": "a"}})
    eventually(lambda: value(away, table, "a") is None)


def test_the_last_writer_wins_in_both_regions(client: Client, table: str) -> None:
    home, away = client("dynamodb", HOME), client("dynamodb", AWAY)
    home.put_item(TableName=table, Item=item("a", "first"))
    away.put_item(TableName=table, Item=item("a", "last"))
    home.put_item(TableName=table, Item=item("b", "end"))
    eventually(lambda: value(away, table, "b") == "end")
    eventually(lambda: value(home, table, "a") == value(away, table, "a") == "last")


def test_each_replica_has_a_stream(client: Client, table: str) -> None:
    home, away = client("dynamodb", HOME), client("dynamodb", AWAY)
    home.put_item(TableName=table, Item=item("a", "1"))
    eventually(lambda: value(away, table, "a") == "1")
    for region in (HOME, AWAY):
        stream = client("dynamodb", region).describe_table(TableName=table)["Table"]["LatestStreamArn"]
        streams = client("dynamodbstreams", region)
        shard = streams.describe_stream(StreamArn=stream)["StreamDescription"]["Shards"][0]["ShardId"]
        start = {"StreamArn": stream, "ShardId": shard, "ShardIteratorType": "TRIM_HORIZON"}
        records = streams.get_records(ShardIterator=streams.get_shard_iterator(**start)["ShardIterator"])["Records"]
        names = [(each["eventName"], each["dynamodb"]["Keys"]["id"]["S"], each["awsRegion"]) for each in records]
        assert ("INSERT", "a", region) in names


def test_a_replica_ends(client: Client, table: str) -> None:
    home = client("dynamodb", HOME)
    with pytest.raises(ClientError, match="already existed as tables"):
        home.update_table(TableName=table, ReplicaUpdates=[{"Create": {"RegionName": AWAY}}])
    home.update_table(TableName=table, ReplicaUpdates=[{"Delete": {"RegionName": AWAY}}])
    assert "Replicas" not in home.describe_table(TableName=table)["Table"]
    assert table not in client("dynamodb", AWAY).list_tables()["TableNames"]
    with pytest.raises(ClientError, match="does not exist"):
        home.update_table(TableName=table, ReplicaUpdates=[{"Delete": {"RegionName": AWAY}}])


def test_a_replica_needs_a_stream(client: Client) -> None:
    home, name = client("dynamodb", HOME), f"plain-{uuid.uuid4().hex[:8]}"
    home.create_table(
        TableName=name,
        KeySchema=[{"AttributeName": "id", "KeyType": "HASH"}],
        AttributeDefinitions=[{"AttributeName": "id", "AttributeType": "S"}],
        BillingMode="PAY_PER_REQUEST",
    )
    with pytest.raises(ClientError, match="must have DynamoDB Streams enabled"):
        home.update_table(TableName=name, ReplicaUpdates=[{"Create": {"RegionName": AWAY}}])
