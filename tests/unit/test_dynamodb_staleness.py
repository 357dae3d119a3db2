"""Eventually consistent reads are as old as they are said to be, and consistent ones never."""

from collections.abc import Iterator
from typing import Any

import boto3
import pytest
from moto import mock_aws

from shoplib.localaws import engine_clock, eventual_reads, moto_fixes
from shoplib.localaws.dynamodb.staleness import Staleness
from shoplib.localaws.moto_fixes import dynamodb_lookup

KEY = {"id": {"S": "a"}}


class Clock:
    now = 1_000.0


@pytest.fixture(scope="module")
def client() -> Iterator[Any]:
    with mock_aws(), pytest.MonkeyPatch.context() as patch:
        patch.setattr(engine_clock, "now", lambda: Clock.now)
        moto_fixes.install_all()
        hooks = list(dynamodb_lookup.CHANGE_HOOKS)
        Staleness(0.2).install()
        client = boto3.client("dynamodb", "us-east-1", aws_access_key_id="a", aws_secret_access_key="b")
        client.create_table(
            TableName="aged",
            BillingMode="PAY_PER_REQUEST",
            KeySchema=[{"AttributeName": "id", "KeyType": "HASH"}],
            AttributeDefinitions=[{"AttributeName": n, "AttributeType": "S"} for n in ("id", "v")],
            GlobalSecondaryIndexes=[
                {
                    "IndexName": "by-v",
                    "KeySchema": [{"AttributeName": "v", "KeyType": "HASH"}],
                    "Projection": {"ProjectionType": "ALL"},
                }
            ],
        )
        yield client
        dynamodb_lookup.CHANGE_HOOKS[:] = hooks


def read(client: Any, consistent: bool) -> str | None:
    found = client.get_item(TableName="aged", Key=KEY, ConsistentRead=consistent).get("Item")
    return found["v"]["S"] if found else None


def of_index(client: Any, value: str) -> int:
    values = {":v": {"S": value}}
    condition = {"KeyConditionExpression": "v = :v", "ExpressionAttributeValues": values}
    return int(client.query(TableName="aged", IndexName="by-v", **condition)["Count"])


def test_a_write_is_seen_later(client: Any) -> None:
    client.put_item(TableName="aged", Item=KEY | {"v": {"S": "1"}})
    assert (read(client, False), read(client, True), of_index(client, "1")) == (None, "1", 0)
    Clock.now += 0.1
    change = {"UpdateExpression": "SET v = :v", "ExpressionAttributeValues": {":v": {"S": "2"}}}
    client.update_item(TableName="aged", Key=KEY, **change)
    Clock.now += 0.15
    assert (read(client, False), read(client, True)) == ("1", "2")
    assert (of_index(client, "1"), of_index(client, "2")) == (1, 0)
    Clock.now += 0.1
    assert (read(client, False), of_index(client, "2")) == ("2", 1)
    client.delete_item(TableName="aged", Key=KEY)
    assert (read(client, False), read(client, True)) == ("2", None)
    assert (
        client.scan(TableName="aged")["Count"] == 1 and client.scan(TableName="aged", ConsistentRead=True)["Count"] == 0
    )
    asked = {"aged": {"Keys": [KEY]}}
    assert len(client.batch_get_item(RequestItems=asked)["Responses"]["aged"]) == 1
    asked["aged"]["ConsistentRead"] = True  # type: ignore[assignment]
    assert not client.batch_get_item(RequestItems=asked)["Responses"]["aged"]
    Clock.now += 0.3
    assert read(client, False) is None and client.scan(TableName="aged")["Count"] == 0


@pytest.mark.parametrize(("text", "seconds"), [("200ms", 0.2), ("1.5s", 1.5), ("0ms", 0.0)])
def test_ages_are_durations(text: str, seconds: float) -> None:
    assert eventual_reads.seconds(text) == seconds


def test_what_is_no_duration_is_refused() -> None:
    with pytest.raises(ValueError, match="for example 200ms"):
        eventual_reads.seconds("soon")
