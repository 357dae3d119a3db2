"""A table's stream tells of each change once, as AWS does, in the region where the table is."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from botocore.exceptions import ClientError

from tests.cloud.tables import STREAMED, table

Aws = Callable[..., Any]
NAME = "streamed"
KEY = {"id": {"S": "1"}}


@pytest.fixture(params=["us-east-1", "eu-central-1"])
def region(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture
def dynamodb(aws: Aws, region: str) -> Iterator[Any]:
    with table(aws("dynamodb", region_name=region), NAME, **STREAMED) as client:
        yield client


@pytest.fixture
def records(aws: Aws, region: str, dynamodb: Any) -> Callable[[], list[tuple[str, Any, Any]]]:
    def read() -> list[tuple[str, Any, Any]]:
        streams = aws("dynamodbstreams", region_name=region)
        arn = dynamodb.describe_table(TableName=NAME)["Table"]["LatestStreamArn"]
        (shard,) = streams.describe_stream(StreamArn=arn)["StreamDescription"]["Shards"]
        start = {"StreamArn": arn, "ShardId": shard["ShardId"], "ShardIteratorType": "TRIM_HORIZON"}
        found = streams.get_records(ShardIterator=streams.get_shard_iterator(**start)["ShardIterator"])["Records"]
        assert {record["awsRegion"] for record in found} <= {region}
        return [
            (each["eventName"], each["dynamodb"].get("OldImage"), each["dynamodb"].get("NewImage")) for each in found
        ]

    return read


def update(amount: str) -> dict[str, Any]:
    return {
        "TableName": NAME,
        "Key": KEY,
        "UpdateExpression": "SET amount = :amount",
        "ExpressionAttributeValues": {":amount": {"N": amount}},
    }


def item(amount: str) -> dict[str, Any]:
    return {**KEY, "amount": {"N": amount}}


def test_an_update_that_creates_an_item_is_one_insert(dynamodb: Any, records: Any) -> None:
    dynamodb.update_item(**update("1"))
    assert records() == [("INSERT", None, item("1"))]


def test_in_a_transaction_too(dynamodb: Any, records: Any) -> None:
    other = {"TableName": NAME, "Item": {"id": {"S": "2"}}}
    dynamodb.transact_write_items(TransactItems=[{"Update": update("1")}, {"Put": other}])
    assert records() == [("INSERT", None, item("1")), ("INSERT", None, {"id": {"S": "2"}})]


def test_writes_that_change_nothing_are_not_told(dynamodb: Any, records: Any) -> None:
    dynamodb.put_item(TableName=NAME, Item=item("1"))
    dynamodb.put_item(TableName=NAME, Item=item("1"))
    dynamodb.update_item(**update("1"))
    dynamodb.transact_write_items(TransactItems=[{"Update": update("1")}])
    dynamodb.batch_write_item(RequestItems={NAME: [{"PutRequest": {"Item": item("1")}}]})
    dynamodb.delete_item(TableName=NAME, Key={"id": {"S": "never there"}})
    assert records() == [("INSERT", None, item("1"))]


def test_a_change_and_a_removal_are_told_with_both_images(dynamodb: Any, records: Any) -> None:
    dynamodb.put_item(TableName=NAME, Item=item("1"))
    dynamodb.update_item(**update("2"))
    dynamodb.delete_item(TableName=NAME, Key=KEY)
    assert records()[1:] == [("MODIFY", item("1"), item("2")), ("REMOVE", item("2"), None)]


@pytest.mark.parametrize("before", [None, "5"])
def test_an_update_that_fails_half_way_leaves_nothing(dynamodb: Any, records: Any, before: str | None) -> None:
    if before:
        dynamodb.put_item(TableName=NAME, Item={**item(before), "name": {"S": "a"}})
    told = records()
    failing = update("1") | {"UpdateExpression": "SET amount = :amount ADD #name :amount"}
    with pytest.raises(ClientError, match="ValidationException"):
        dynamodb.update_item(**failing, ExpressionAttributeNames={"#name": "name" if before else "id"})
    found = dynamodb.get_item(TableName=NAME, Key=KEY).get("Item")
    assert found == ({**item(before), "name": {"S": "a"}} if before else None)
    assert records() == told


def test_what_is_no_stream_shard_or_iterator_is_refused(aws: Aws, dynamodb: Any, region: str) -> None:
    streams = aws("dynamodbstreams", region_name=region)
    arn = dynamodb.describe_table(TableName=NAME)["Table"]["LatestStreamArn"]

    def code(call: Callable[..., Any], **parameters: Any) -> str:
        with pytest.raises(ClientError) as caught:
            call(**parameters)
        return str(caught.value.response["Error"]["Code"])

    nowhere = arn.replace(NAME, "nowhere")
    shard = {"ShardId": "shardId-00000000000000000000-00000000", "ShardIteratorType": "LATEST"}
    assert code(streams.describe_stream, StreamArn=nowhere) == "ResourceNotFoundException"
    assert code(streams.get_shard_iterator, StreamArn=arn, **shard) == "ResourceNotFoundException"
    assert code(streams.describe_stream, StreamArn="x" * 40) == "ValidationException"
    assert code(streams.get_records, ShardIterator="none") == "ValidationException"


def test_a_batch_is_told_in_the_order_in_which_it_was_sent(dynamodb: Any, records: Any) -> None:
    dynamodb.put_item(TableName=NAME, Item=item("1"))
    other = {"id": {"S": "2"}}
    requests = [{"DeleteRequest": {"Key": KEY}}, {"PutRequest": {"Item": other}}]
    dynamodb.batch_write_item(RequestItems={NAME: requests})
    assert records()[1:] == [("REMOVE", item("1"), None), ("INSERT", None, other)]


def test_a_record_counts_its_keys_and_images(aws: Aws, dynamodb: Any, region: str) -> None:
    dynamodb.put_item(TableName=NAME, Item=item("1"))
    streams = aws("dynamodbstreams", region_name=region)
    arn = dynamodb.describe_table(TableName=NAME)["Table"]["LatestStreamArn"]
    (shard,) = streams.describe_stream(StreamArn=arn)["StreamDescription"]["Shards"]
    start = {"StreamArn": arn, "ShardId": shard["ShardId"], "ShardIteratorType": "TRIM_HORIZON"}
    (record,) = streams.get_records(ShardIterator=streams.get_shard_iterator(**start)["ShardIterator"])["Records"]
    assert record["eventVersion"] == "1.1"
    # id is 2 and its text 1; amount is 6 and its number 2.
    assert record["dynamodb"]["SizeBytes"] == 3 + (3 + 8)
