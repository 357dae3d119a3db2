"""Numbers through the API: one form, exact to 38 digits, equal where their values are."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from botocore.exceptions import ClientError

from tests.cloud.tables import table

Aws = Callable[..., Any]
NAME = "numbers"


@pytest.fixture
def dynamodb(aws: Aws) -> Iterator[Any]:
    with table(aws("dynamodb"), NAME, "N") as client:
        yield client


def test_numbers_of_one_value_are_one_number(dynamodb: Any) -> None:
    item = {"id": {"N": "1.0"}, "nested": {"M": {"N": {"N": "0012"}, "list": {"L": [{"N": "1e3"}]}}}}
    dynamodb.put_item(TableName=NAME, Item=item)
    dynamodb.put_item(TableName=NAME, Item=item | {"id": {"N": "01"}})
    assert dynamodb.scan(TableName=NAME)["Count"] == 1
    found = dynamodb.get_item(TableName=NAME, Key={"id": {"N": "1"}})["Item"]
    assert found == {"id": {"N": "1"}, "nested": {"M": {"N": {"N": "12"}, "list": {"L": [{"N": "1000"}]}}}}


@pytest.mark.parametrize(
    ("written", "message"),
    [
        ({"N": "1" * 39}, "38 significant digits"),
        ({"N": "1e126"}, "Number overflow"),
        ({"NS": ["1", "1.0"]}, r"Input collection \[1, 1.0\] contains duplicates"),
        ({"SS": ["a", "b", "a"]}, r"Input collection \[a, b, a\] contains duplicates"),
    ],
)
def test_what_dynamodb_does_not_keep_is_refused(dynamodb: Any, written: dict[str, Any], message: str) -> None:
    for call in (
        lambda: dynamodb.put_item(TableName=NAME, Item={"id": {"N": "1"}, "it": written}),
        lambda: dynamodb.batch_write_item(
            RequestItems={NAME: [{"PutRequest": {"Item": {"id": {"N": "1"}, "it": written}}}]}
        ),
        lambda: dynamodb.transact_write_items(
            TransactItems=[{"Put": {"TableName": NAME, "Item": {"id": {"N": "1"}, "it": written}}}]
        ),
    ):
        with pytest.raises(ClientError, match=message) as caught:
            call()
        assert caught.value.response["Error"]["Code"] == "ValidationException"
    assert dynamodb.scan(TableName=NAME)["Count"] == 0


def test_sums_are_exact(dynamodb: Any) -> None:
    big, small = "12345678901234567890123456789012345.123", "0.001"
    dynamodb.put_item(TableName=NAME, Item={"id": {"N": "1"}, "sum": {"N": big}})
    changed = dynamodb.update_item(
        TableName=NAME,
        Key={"id": {"N": "1"}},
        UpdateExpression="SET #sum = #sum + :small, lower_sum = :big - :small",
        ExpressionAttributeNames={"#sum": "sum"},
        ExpressionAttributeValues={":small": {"N": small}, ":big": {"N": big}},
        ReturnValues="ALL_NEW",
    )["Attributes"]
    assert changed["sum"] == {"N": "12345678901234567890123456789012345.124"}
    assert changed["lower_sum"] == {"N": "12345678901234567890123456789012345.122"}
