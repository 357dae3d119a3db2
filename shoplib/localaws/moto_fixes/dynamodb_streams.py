"""Streams of DynamoDB by names that are none: moto 5.2.5 asserts that a shard is there, and reads texts as numbers.

On AWS a stream or a shard that is not there is ResourceNotFoundException, a sequence number or an iterator that is none
a ValidationException.
"""

from typing import Any

from moto.dynamodb.exceptions import MockValidationException, ResourceNotFoundException
from moto.dynamodbstreams.models import DynamoDBStreamsBackend

from shoplib.localaws.arns import is_arn
from shoplib.localaws.moto_patches import before


def install() -> None:
    before(DynamoDBStreamsBackend, "_get_table_from_arn", _require_stream)
    before(DynamoDBStreamsBackend, "get_shard_iterator", _require_shard)
    before(DynamoDBStreamsBackend, "get_records", _require_iterator)


def _require_stream(backend: Any, arn: str) -> None:
    if not is_arn(arn):
        raise MockValidationException(f"Invalid StreamArn: {arn}")
    name = arn.partition(":table/")[2].partition("/")[0]
    if name not in backend.dynamodb.tables or not backend.dynamodb.tables[name].latest_stream_label:
        raise ResourceNotFoundException(f"Requested resource not found: Stream: {arn} not found")


def _require_shard(
    backend: Any, arn: str, shard_id: str, shard_iterator_type: str, sequence_number: Any = None
) -> None:
    if backend._get_table_from_arn(arn).stream_shard.id != shard_id:
        raise ResourceNotFoundException(f"Requested resource not found: Shard does not exist: {shard_id}")


def _require_iterator(backend: Any, iterator_arn: str, limit: int) -> None:
    if iterator_arn not in backend.shard_iterators:
        raise MockValidationException("Invalid ShardIterator")
