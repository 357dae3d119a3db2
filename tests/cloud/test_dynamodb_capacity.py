"""Consumed capacity as AWS counts it: units of 4 KB read and of 1 KB written, of the table and of each index."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest

Aws = Callable[..., Any]
NAME = "capacity"
KB = 1024


@pytest.fixture(scope="module")
def dynamodb(aws: Aws) -> Iterator[Any]:
    client = aws("dynamodb")
    hash_key, range_key = {"AttributeName": "id", "KeyType": "HASH"}, {"AttributeName": "n", "KeyType": "RANGE"}
    kept = {"ProjectionType": "INCLUDE", "NonKeyAttributes": ["kept"]}
    client.create_table(
        TableName=NAME,
        AttributeDefinitions=[{"AttributeName": name, "AttributeType": "S"} for name in ("id", "n", "g", "l")],
        KeySchema=[hash_key, range_key],
        GlobalSecondaryIndexes=[
            {"IndexName": "by-g", "KeySchema": [{"AttributeName": "g", "KeyType": "HASH"}], "Projection": kept}
        ],
        LocalSecondaryIndexes=[
            {
                "IndexName": "by-l",
                "KeySchema": [hash_key, {"AttributeName": "l", "KeyType": "RANGE"}],
                "Projection": {"ProjectionType": "KEYS_ONLY"},
            }
        ],
        BillingMode="PAY_PER_REQUEST",
    )
    for number in range(5):
        client.put_item(TableName=NAME, Item=key("read", str(number)) | {"text": text(5 * KB), "g": {"S": "all"}})
    yield client
    client.delete_table(TableName=NAME)


def key(name: str, number: str = "0") -> dict[str, Any]:
    return {"id": {"S": name}, "n": {"S": number}}


def text(size: int) -> dict[str, Any]:
    return {"S": "x" * size}


def consumed(call: Callable[..., Any], detail: str = "TOTAL", **parameters: Any) -> Any:
    where = {} if {"RequestItems", "TransactItems"} & set(parameters) else {"TableName": NAME}
    return call(**where, **parameters, ReturnConsumedCapacity=detail)["ConsumedCapacity"]


def total(units: float) -> dict[str, Any]:
    return {"TableName": NAME, "CapacityUnits": units}


def test_reads_of_one_item(dynamodb: Any) -> None:
    assert consumed(dynamodb.get_item, Key=key("read")) == total(1.0)  # 5 KB are two units, halved
    assert consumed(dynamodb.get_item, Key=key("read"), ConsistentRead=True) == total(2.0)
    assert consumed(dynamodb.get_item, Key=key("read"), ProjectionExpression="id", ConsistentRead=True) == total(2.0)
    assert consumed(dynamodb.get_item, Key=key("nobody"), ConsistentRead=True) == total(1.0)
    by_table = {"Table": {"CapacityUnits": 0.5}}
    assert consumed(dynamodb.get_item, "INDEXES", Key=key("nobody")) == total(0.5) | by_table


def test_a_page_is_measured_before_it_is_filtered(dynamodb: Any) -> None:
    asked = {"KeyConditionExpression": "id = :id", "ExpressionAttributeValues": {":id": {"S": "read"}}}
    whole = total(3.5)  # five times 5 KB are seven units, halved
    assert consumed(dynamodb.query, **asked) == whole
    filtered = asked | {"ExpressionAttributeValues": asked["ExpressionAttributeValues"] | {":t": {"S": "none"}}}
    assert (
        consumed(dynamodb.query, **filtered, FilterExpression="#t = :t", ExpressionAttributeNames={"#t": "text"})
        == whole
    )
    assert consumed(dynamodb.query, **asked, Select="COUNT", ConsistentRead=True) == total(7.0)
    assert consumed(dynamodb.query, **asked, Limit=1) == total(1.0)
    assert consumed(dynamodb.query, **asked | {"ExpressionAttributeValues": {":id": {"S": "none"}}}) == total(0.5)


def test_a_page_of_an_index_is_the_index_own(dynamodb: Any) -> None:
    asked = {"KeyConditionExpression": "g = :g", "ExpressionAttributeValues": {":g": {"S": "all"}}}
    of_index = {"Table": {"CapacityUnits": 0.0}, "GlobalSecondaryIndexes": {"by-g": {"CapacityUnits": 0.5}}}
    assert consumed(dynamodb.query, "INDEXES", IndexName="by-g", **asked) == total(0.5) | of_index


def test_writes_take_the_larger_of_old_and_new(dynamodb: Any) -> None:
    item = key("written") | {"text": text(2 * KB)}
    assert consumed(dynamodb.put_item, Item=item) == total(3.0)
    assert consumed(dynamodb.put_item, Item=key("written")) == total(3.0)
    assert consumed(dynamodb.put_item, Item=key("written")) == total(1.0)
    change = {"UpdateExpression": "SET #t = :t", "ExpressionAttributeNames": {"#t": "text"}}
    assert consumed(
        dynamodb.update_item, Key=key("written"), **change, ExpressionAttributeValues={":t": text(KB)}
    ) == total(2.0)
    assert consumed(dynamodb.delete_item, Key=key("written")) == total(2.0)
    assert consumed(dynamodb.delete_item, Key=key("written")) == total(1.0)


def test_an_index_is_written_where_its_entry_changes(dynamodb: Any) -> None:
    def put(**attributes: str) -> dict[str, float]:
        item = key("indexed") | {name: {"S": value} for name, value in attributes.items()}
        answer = consumed(dynamodb.put_item, "INDEXES", Item=item)
        indexes = answer.get("GlobalSecondaryIndexes", {}) | answer.get("LocalSecondaryIndexes", {})
        units = {name: each["CapacityUnits"] for name, each in indexes.items()}
        assert answer["CapacityUnits"] == answer["Table"]["CapacityUnits"] + sum(units.values())
        return units

    assert put() == {}
    assert put(g="one", l="one") == {"by-g": 1.0, "by-l": 1.0}
    assert put(g="one", l="one", other="x") == {}
    assert put(g="one", l="one", kept="x") == {"by-g": 1.0}
    assert put(g="two", l="one", kept="x") == {"by-g": 2.0}
    assert put() == {"by-g": 1.0, "by-l": 1.0}
    dynamodb.delete_item(TableName=NAME, Key=key("indexed"))


def test_batches_and_transactions(dynamodb: Any) -> None:
    keys = {NAME: {"Keys": [key("read", "1"), key("nobody")], "ConsistentRead": True}}
    assert consumed(dynamodb.batch_get_item, RequestItems=keys) == [total(3.0)]
    puts = {NAME: [{"PutRequest": {"Item": key("batch", n) | {"text": text(KB)}}} for n in "ab"]}
    assert consumed(dynamodb.batch_write_item, RequestItems=puts) == [total(4.0)]
    gets = [{"Get": {"TableName": NAME, "Key": key("read", "1")}}]
    assert consumed(dynamodb.transact_get_items, TransactItems=gets) == [total(4.0) | {"ReadCapacityUnits": 4.0}]
    deletes = [{"Delete": {"TableName": NAME, "Key": key("batch", n)}} for n in "ab"]
    written = [total(8.0) | {"WriteCapacityUnits": 8.0}]
    assert consumed(dynamodb.transact_write_items, TransactItems=deletes) == written
