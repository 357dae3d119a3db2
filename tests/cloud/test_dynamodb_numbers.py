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
        ({"NS": ["1", "1.0"]}, "Input collection contains duplicates"),
        ({"SS": ["a", "b", "a"]}, "Input collection .* contains duplicates"),
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


INVALID = "One or more parameter values were invalid: Input collection"
NO_NUMBER = "The parameter cannot be converted to a numeric value"
OVERFLOW = "Number overflow. Attempting to store a number with magnitude larger than supported range"


@pytest.mark.parametrize(
    ("value", "message", "in_batch"),
    [
        (
            {"SS": ["b", "a", "b"]},
            f'{INVALID} ["a", "b", "b"] contains duplicates.',
            f"{INVALID} [b, a, b] contains duplicates.",
        ),
        (
            {"BS": [b"\xff", b"\0", b"\0"]},
            f'{INVALID} ["AA==","/w==","AA=="]of type BS contains duplicates.',
            f"{INVALID} [/w==, AA==, AA==]of type BS contains duplicates.",
        ),
        ({"NS": ["2", "1", "2"]}, f"{INVALID} contains duplicates.", "Input collection contains duplicates"),
        ({"N": "abc"}, f"{NO_NUMBER}: abc", f"{NO_NUMBER}: abc"),
        ({"N": ""}, f"{NO_NUMBER}: ", NO_NUMBER),
        ({"N": "1e99999999999"}, OVERFLOW, OVERFLOW),
    ],
)
def test_operations_have_words_of_their_own(dynamodb: Any, value: Any, message: str, in_batch: str) -> None:
    item = {"id": {"N": "1"}, "it": value}
    of_filter: dict[str, Any] = {
        "KeyConditionExpression": "id = :id",
        "FilterExpression": "it = :it",
        "ExpressionAttributeValues": {":id": {"N": "1"}, ":it": value},
    }
    for call, words in (
        (lambda: dynamodb.put_item(TableName=NAME, Item=item), f"1 validation error detected: {message}"),
        (lambda: dynamodb.get_item(TableName=NAME, Key={"id": value}), message),
        (lambda: dynamodb.query(TableName=NAME, **of_filter), message),
        (lambda: dynamodb.batch_write_item(RequestItems={NAME: [{"PutRequest": {"Item": item}}]}), in_batch),
    ):
        with pytest.raises(ClientError) as caught:
            call()
        assert caught.value.response["Error"]["Message"] == words


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
