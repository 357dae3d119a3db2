"""The stream of a table can be read while a transaction is writing: it is what it was before."""

from collections.abc import Iterator
from typing import Any

import boto3
import pytest
from moto import mock_aws
from moto.dynamodb.models import dynamodb_backends

from shoplib.localaws.event_sources.dynamodb_source import DynamoDBSource
from shoplib.localaws.moto_fixes import dynamodb_transactions

REGION, ACCOUNT = "us-east-1", "123456789012"


@pytest.fixture
def table(monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.setenv(name, "testing")
    with mock_aws():
        boto3.client("dynamodb", REGION).create_table(
            TableName="orders",
            AttributeDefinitions=[{"AttributeName": "id", "AttributeType": "S"}],
            KeySchema=[{"AttributeName": "id", "KeyType": "HASH"}],
            BillingMode="PAY_PER_REQUEST",
            StreamSpecification={"StreamEnabled": True, "StreamViewType": "NEW_IMAGE"},
        )
        yield dynamodb_backends[ACCOUNT][REGION].tables["orders"]


def test_a_stream_is_read_during_a_transaction(table: Any) -> None:
    source = DynamoDBSource(f"{table.table_arn}/stream/{table.latest_stream_label}")
    (shard,) = source.shard_ids()
    before = source.start_after(shard, "LATEST", None)
    pending = dynamodb_transactions.begin(table)
    table.put_item({"id": {"S": "one"}})
    assert source.shard_ids() == [shard]
    assert source.start_after(shard, "LATEST", None) == before
    assert source.read(shard, before, 10) == []
    dynamodb_transactions.end(pending)
    dynamodb_transactions.publish(pending)
    (record,) = source.read(shard, before, 10)
    assert record.event["dynamodb"]["NewImage"] == {"id": {"S": "one"}}
