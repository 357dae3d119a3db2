"""Kinesis data streams for DynamoDB: changes of tables as records in streams. See README.md."""

from moto.dynamodb.models.table import Table
from moto.dynamodb.responses import DynamoHandler

from shoplib.localaws.moto_patches import replace, wrap
from shoplib.localaws.table_feeds import api
from shoplib.localaws.table_feeds.feed import keep_feeding


def install() -> None:
    """Add the API operations to moto's DynamoDB, and make tables write to their destinations."""
    for name, method in api.METHODS.items():
        replace(DynamoHandler, name, method)
    wrap(Table, "set_stream_specification", keep_feeding)


__all__ = ["install"]
