"""DynamoDB tables of tests."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

STREAMED = {"StreamSpecification": {"StreamEnabled": True, "StreamViewType": "NEW_AND_OLD_IMAGES"}}


@contextmanager
def table(client: Any, name: str, key_type: str = "S", **options: Any) -> Iterator[Any]:
    """A table with the key `id`, deleted at the end; the client that made it."""
    client.create_table(
        TableName=name,
        AttributeDefinitions=[{"AttributeName": "id", "AttributeType": key_type}],
        KeySchema=[{"AttributeName": "id", "KeyType": "HASH"}],
        BillingMode="PAY_PER_REQUEST",
        **options,
    )
    yield client
    client.delete_table(TableName=name)
