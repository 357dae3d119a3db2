"""Streams of DynamoDB by names that are none: moto 5.2.5 asserts that a shard is there, and reads texts as numbers.

On AWS a stream or a shard that is not there is ResourceNotFoundException, a sequence number or an iterator that is none
a ValidationException.
"""

from typing import Any

from moto.dynamodb.exceptions import MockValidationException, ResourceNotFoundException
from moto.dynamodbstreams.models import DynamoDBStreamsBackend

from shoplib.localaws.arns import is_arn
from shoplib.localaws.moto_patches import Method, wrap


def install() -> None:
    wrap(DynamoDBStreamsBackend, "_get_table_from_arn", _of_a_stream)
    wrap(DynamoDBStreamsBackend, "get_shard_iterator", _of_a_shard)
    wrap(DynamoDBStreamsBackend, "get_records", _of_an_iterator)


def _of_a_stream(original: Method) -> Method:
    def table_of(backend: Any, arn: str) -> Any:
        if not is_arn(arn):
            raise MockValidationException(f"Invalid StreamArn: {arn}")
        name = arn.partition(":table/")[2].partition("/")[0]
        if name not in backend.dynamodb.tables or not backend.dynamodb.tables[name].latest_stream_label:
            raise ResourceNotFoundException(f"Requested resource not found: Stream: {arn} not found")
        return original(backend, arn)

    return table_of


def _of_a_shard(original: Method) -> Method:
    def get_shard_iterator(
        backend: Any, arn: str, shard_id: str, shard_iterator_type: str, sequence_number: Any = None
    ) -> Any:
        if backend._get_table_from_arn(arn).stream_shard.id != shard_id:
            raise ResourceNotFoundException(f"Requested resource not found: Shard does not exist: {shard_id}")
        return original(backend, arn, shard_id, shard_iterator_type, sequence_number)

    return get_shard_iterator


def _of_an_iterator(original: Method) -> Method:
    def get_records(backend: Any, iterator_arn: str, limit: int) -> Any:
        if iterator_arn not in backend.shard_iterators:
            raise MockValidationException("Invalid ShardIterator")
        return original(backend, iterator_arn, limit)

    return get_records
