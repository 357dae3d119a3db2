"""Backups and point-in-time recovery: a new table with what the source held then."""

import time
import uuid
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from botocore.exceptions import ClientError

from tests.cloud.lambda_room import eventually

Aws = Callable[..., Any]
KEYS = [{"AttributeName": "id", "KeyType": "HASH"}, {"AttributeName": "n", "KeyType": "RANGE"}]
TYPES = [{"AttributeName": name, "AttributeType": kind} for name, kind in (("id", "S"), ("n", "N"), ("by", "S"))]
INDEX = {
    "IndexName": "by-by",
    "KeySchema": [{"AttributeName": "by", "KeyType": "HASH"}],
    "Projection": {"ProjectionType": "KEYS_ONLY"},
}


class Source:
    def __init__(self, aws: Aws) -> None:
        self.client, self.name = aws("dynamodb"), f"source-{uuid.uuid4().hex[:8]}"
        self.client.create_table(
            TableName=self.name,
            KeySchema=KEYS,
            AttributeDefinitions=TYPES,
            GlobalSecondaryIndexes=[INDEX],
            BillingMode="PAY_PER_REQUEST",
            StreamSpecification={"StreamEnabled": True, "StreamViewType": "NEW_IMAGE"},
        )

    def put(self, id: str, by: str) -> None:
        self.client.put_item(TableName=self.name, Item={"id": {"S": id}, "n": {"N": "1"}, "by": {"S": by}})

    def enable(self) -> None:
        enabled = {"PointInTimeRecoveryEnabled": True}
        self.client.update_continuous_backups(TableName=self.name, PointInTimeRecoverySpecification=enabled)

    def restore(self, **when: Any) -> dict[str, str]:
        """The items of a table that is restored, by id."""
        target = f"restored-{uuid.uuid4().hex[:8]}"
        self.client.restore_table_to_point_in_time(SourceTableName=self.name, TargetTableName=target, **when)
        return self.items(target)

    def items(self, table: str) -> dict[str, str]:
        items = self.client.scan(TableName=table)["Items"]
        return {item["id"]["S"]: item["by"]["S"] for item in items}

    def refusal(self, call: str, **parameters: Any) -> tuple[str, str]:
        with pytest.raises(ClientError) as caught:
            getattr(self.client, call)(**parameters)
        error = caught.value.response["Error"]
        return error["Code"], error["Message"]


@pytest.fixture
def source(aws: Aws) -> Iterator[Source]:
    yield Source(aws)


def next_second() -> datetime:
    """The second that has just ended, once it has."""
    second = int(time.time())
    eventually(lambda: time.time() >= second + 1.05)
    return datetime.fromtimestamp(second + 1, UTC)


def test_a_table_is_restored_to_a_second(source: Source) -> None:
    source.put("before", "a")
    source.enable()
    source.put("changed", "old")
    then = next_second()
    source.put("changed", "new")
    source.put("later", "b")
    source.client.delete_item(TableName=source.name, Key={"id": {"S": "before"}, "n": {"N": "1"}})
    assert source.restore(RestoreDateTime=then) == {"before": "a", "changed": "old"}
    assert source.restore(UseLatestRestorableTime=True) == {"changed": "new", "later": "b"}
    assert source.items(source.name) == {"changed": "new", "later": "b"}


def test_a_restored_table_is_like_its_source(source: Source) -> None:
    source.enable()
    source.put("one", "me")
    target = f"{source.name}-again"
    restore = {"SourceTableName": source.name, "TargetTableName": target, "UseLatestRestorableTime": True}
    table = source.client.restore_table_to_point_in_time(**restore)["TableDescription"]
    assert table["RestoreSummary"]["SourceTableArn"].endswith(source.name)
    table = source.client.describe_table(TableName=target)["Table"]
    assert (table["KeySchema"], table["BillingModeSummary"]["BillingMode"]) == (KEYS, "PAY_PER_REQUEST")
    assert [index["IndexName"] for index in table["GlobalSecondaryIndexes"]] == ["by-by"]
    assert "LatestStreamArn" not in table
    recovery = source.client.describe_continuous_backups(TableName=target)["ContinuousBackupsDescription"]
    assert recovery["PointInTimeRecoveryDescription"]["PointInTimeRecoveryStatus"] == "DISABLED"
    condition = {"KeyConditionExpression": "#b = :me", "ExpressionAttributeNames": {"#b": "by"}}
    values = {":me": {"S": "me"}}
    found = source.client.query(TableName=target, IndexName="by-by", ExpressionAttributeValues=values, **condition)
    assert found["Count"] == 1
    source.client.put_item(TableName=target, Item={"id": {"S": "two"}, "n": {"N": "1"}, "by": {"S": "x"}})
    assert "two" not in source.items(source.name)
    assert source.refusal("restore_table_to_point_in_time", **restore)[0] == "TableAlreadyExistsException"
    without = {**restore, "TargetTableName": f"{target}-bare", "GlobalSecondaryIndexOverride": []}
    table = source.client.restore_table_to_point_in_time(**without)["TableDescription"]
    assert not table.get("GlobalSecondaryIndexes")


def test_what_cannot_be_restored_is_refused(source: Source) -> None:
    target = {"TargetTableName": f"{source.name}-x"}
    latest = {**target, "SourceTableName": source.name, "UseLatestRestorableTime": True}
    assert source.refusal("restore_table_to_point_in_time", **latest)[0] == "PointInTimeRecoveryUnavailableException"
    nowhere = {**latest, "SourceTableName": "nowhere"}
    assert source.refusal("restore_table_to_point_in_time", **nowhere)[0] == "SourceTableNotFoundException"
    source.enable()
    for moment in (datetime.now(UTC) - timedelta(days=1), datetime.now(UTC) + timedelta(hours=1)):
        when = {**target, "SourceTableName": source.name, "RestoreDateTime": moment}
        assert source.refusal("restore_table_to_point_in_time", **when)[0] == "InvalidRestoreTimeException"
    described = source.client.describe_continuous_backups(TableName=source.name)["ContinuousBackupsDescription"]
    recovery = described["PointInTimeRecoveryDescription"]
    assert recovery["EarliestRestorableDateTime"] <= recovery["LatestRestorableDateTime"]
    disabled = {"PointInTimeRecoveryEnabled": False}
    source.client.update_continuous_backups(TableName=source.name, PointInTimeRecoverySpecification=disabled)
    assert source.refusal("restore_table_to_point_in_time", **latest)[0] == "PointInTimeRecoveryUnavailableException"


def test_a_backup_is_of_its_moment(source: Source) -> None:
    source.put("one", "a")
    backup = source.client.create_backup(TableName=source.name, BackupName="first")["BackupDetails"]
    assert (backup["BackupStatus"], backup["BackupType"]) == ("AVAILABLE", "USER") and backup["BackupSizeBytes"] == 10
    source.put("two", "b")
    target = f"{source.name}-from-backup"
    source.client.restore_table_from_backup(TargetTableName=target, BackupArn=backup["BackupArn"])
    assert source.items(target) == {"one": "a"}
    table = source.client.describe_table(TableName=target)["Table"]
    assert table["RestoreSummary"]["SourceBackupArn"] == backup["BackupArn"]
    assert (table["ItemCount"], table["BillingModeSummary"]["BillingMode"]) == (1, "PAY_PER_REQUEST")
    listed = source.client.list_backups(TableName=source.name)["BackupSummaries"]
    assert [each["BackupName"] for each in listed] == ["first"]
    source.client.delete_table(TableName=source.name)  # a backup outlives its table
    again = {"TargetTableName": f"{target}-2", "BackupArn": backup["BackupArn"]}
    source.client.restore_table_from_backup(**again)
    source.client.delete_backup(BackupArn=backup["BackupArn"])
    assert source.refusal("restore_table_from_backup", **again)[0] == "BackupNotFoundException"
