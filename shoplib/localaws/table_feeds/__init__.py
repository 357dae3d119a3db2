"""Changes of DynamoDB tables as records in Kinesis streams: see README.md."""

from moto.dynamodb.models.table import Table
from moto.dynamodb.responses import DynamoHandler

from shoplib.localaws.moto_patches import replace, wrap
from shoplib.localaws.table_feeds import api
from shoplib.localaws.table_feeds.feed import keep_feeding


def install() -> None:
    """Teach moto's DynamoDB the calls, and tables to feed their destinations."""
    for name, method in api.METHODS.items():
        replace(DynamoHandler, name, method)
    wrap(Table, "set_stream_specification", keep_feeding)


__all__ = ["install"]
