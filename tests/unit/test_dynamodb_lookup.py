"""Pages of queries and scans: the same items, whatever the size of a page, the direction and the condition."""

from collections.abc import Callable, Iterator
from typing import Any

import boto3
import pytest
from moto import mock_aws

from shoplib.localaws.moto_fixes import dynamodb_lookup

ROWS = [("ab"[n % 2], n, "x" if n % 3 else None) for n in range(30)]
CONDITIONS: dict[str, Callable[[int], bool]] = {
    "r < :r": lambda n: n < 10,
    "r <= :r": lambda n: n <= 10,
    "r > :r": lambda n: n > 10,
    "r >= :r": lambda n: n >= 10,
    "r = :r": lambda n: n == 10,
    "r BETWEEN :r AND :q": lambda n: 10 <= n <= 17,
}


@pytest.fixture(scope="module")
def client() -> Iterator[Any]:
    with mock_aws():
        dynamodb_lookup.install()
        client = boto3.client("dynamodb", "us-east-1", aws_access_key_id="a", aws_secret_access_key="b")
        client.create_table(
            TableName="rows",
            BillingMode="PAY_PER_REQUEST",
            AttributeDefinitions=[{"AttributeName": n, "AttributeType": t} for n, t in zip("hrg", "SNS", strict=True)],
            KeySchema=[{"AttributeName": "h", "KeyType": "HASH"}, {"AttributeName": "r", "KeyType": "RANGE"}],
            GlobalSecondaryIndexes=[
                {
                    "IndexName": "by-g",
                    "KeySchema": [
                        {"AttributeName": "g", "KeyType": "HASH"},
                        {"AttributeName": "r", "KeyType": "RANGE"},
                    ],
                    "Projection": {"ProjectionType": "ALL"},
                }
            ],
        )
        client.scan(TableName="rows")  # what comes after is filed write by write
        for h, r, g in ROWS:
            client.put_item(TableName="rows", Item=item(h, r) | ({"g": {"S": g}} if g else {}))
        yield client


def item(h: str, r: int) -> dict[str, Any]:
    return {"h": {"S": h}, "r": {"N": str(r)}}


def read(client: Any, operation: str, size: int, **options: Any) -> list[int]:
    numbers: list[int] = []
    start: dict[str, Any] = {}
    while True:
        page = getattr(client, operation)(TableName="rows", Limit=size, **options, **start)
        assert len(page["Items"]) <= size
        numbers += [int(each["r"]["N"]) for each in page["Items"]]
        if "LastEvaluatedKey" not in page:
            return numbers
        start = {"ExclusiveStartKey": page["LastEvaluatedKey"]}


@pytest.mark.parametrize("size", [1, 4, 100])
@pytest.mark.parametrize("forward", [True, False])
@pytest.mark.parametrize("condition", CONDITIONS)
def test_a_query_reads_what_its_condition_says(client: Any, condition: str, forward: bool, size: int) -> None:
    values = {":h": {"S": "a"}, ":r": {"N": "10"}} | ({":q": {"N": "17"}} if ":q" in condition else {})
    expected = [n for h, n, _ in ROWS if h == "a" and CONDITIONS[condition](n)]
    options = {"KeyConditionExpression": f"h = :h AND {condition}", "ExpressionAttributeValues": values}
    found = read(client, "query", size, ScanIndexForward=forward, **options)
    assert found == (expected if forward else expected[::-1])
    by_index = options | {"KeyConditionExpression": f"g = :h AND {condition}", "IndexName": "by-g"}
    by_index["ExpressionAttributeValues"] = values | {":h": {"S": "x"}}
    expected = [n for _, n, g in ROWS if g and CONDITIONS[condition](n)]
    assert read(client, "query", size, ScanIndexForward=forward, **by_index) == (
        expected if forward else expected[::-1]
    )


@pytest.mark.parametrize("size", [1, 7, 100])
def test_a_scan_reads_everything_once(client: Any, size: int) -> None:
    assert sorted(read(client, "scan", size)) == list(range(30))
    assert sorted(read(client, "scan", size, IndexName="by-g")) == [n for _, n, g in ROWS if g]
    segments = [read(client, "scan", size, Segment=number, TotalSegments=3) for number in range(3)]
    assert sorted(sum(segments, [])) == list(range(30))


def test_a_page_follows_what_is_changed_and_deleted(client: Any) -> None:
    condition = {
        "KeyConditionExpression": "g = :g",
        "ExpressionAttributeValues": {":g": {"S": "y"}},
        "IndexName": "by-g",
    }
    client.put_item(TableName="rows", Item=item("c", 1) | {"g": {"S": "y"}})
    assert read(client, "query", 5, **condition) == [1]
    client.delete_item(TableName="rows", Key=item("c", 1))
    assert read(client, "query", 5, **condition) == []
