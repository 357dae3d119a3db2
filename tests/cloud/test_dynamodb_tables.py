"""What DynamoDB says of tables and of an account, and what it refuses of tables as a whole."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest

from tests.cloud.refusals import code_and_message
from tests.cloud.tables import table

Aws = Callable[..., Any]
NAME = "described"


@pytest.fixture
def dynamodb(aws: Aws) -> Iterator[Any]:
    with table(aws("dynamodb"), NAME) as client:
        yield client


def test_a_table_has_an_id_and_only_what_it_was_given(dynamodb: Any) -> None:
    first, second = (dynamodb.describe_table(TableName=NAME)["Table"] for _ in range(2))
    assert first["TableId"] == second["TableId"]
    assert first["BillingModeSummary"]["BillingMode"] == "PAY_PER_REQUEST"
    assert not {"GlobalSecondaryIndexes", "LocalSecondaryIndexes", "TableClassSummary"} & set(first)


def test_the_class_and_the_encryption_of_a_table_change(dynamodb: Any) -> None:
    rare = {"TableClass": "STANDARD_INFREQUENT_ACCESS"}
    dynamodb.update_table(TableName=NAME, **rare)
    assert dynamodb.describe_table(TableName=NAME)["Table"]["TableClassSummary"] == rare
    answer = dynamodb.update_table(TableName=NAME, SSESpecification={"Enabled": True})
    assert answer["TableDescription"]["SSEDescription"]["Status"] == "UPDATING"
    encryption = dynamodb.describe_table(TableName=NAME)["Table"]["SSEDescription"]
    assert (encryption["Status"], encryption["SSEType"]) == ("ENABLED", "KMS")


def test_a_table_is_protected_or_is_not_there(dynamodb: Any) -> None:
    dynamodb.update_table(TableName=NAME, DeletionProtectionEnabled=True)
    code, text = code_and_message(dynamodb.delete_table, TableName=NAME)
    assert (code, "currently protected against deletion" in text) == ("ValidationException", True)
    dynamodb.update_table(TableName=NAME, DeletionProtectionEnabled=False)
    missing = ("ResourceNotFoundException", "Requested resource not found: Table: nowhere not found")
    for call in (dynamodb.delete_table, dynamodb.describe_time_to_live):
        assert code_and_message(call, TableName="nowhere") == missing


def test_an_account_has_limits(dynamodb: Any) -> None:
    limits = dynamodb.describe_limits()
    assert (limits["AccountMaxReadCapacityUnits"], limits["TableMaxReadCapacityUnits"]) == (80_000, 40_000)
