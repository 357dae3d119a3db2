"""Reads a Kinesis stream in moto's backend, as Lambda reads it."""

import base64
from collections.abc import Mapping, Sequence
from typing import Any

from moto.kinesis.models import Record, Shard, kinesis_backends

from shoplib.localaws.arns import Arn
from shoplib.localaws.event_sources.stream_source import StreamRecord
from shoplib.localaws.moto_fixes.kinesis_records import horizon
from shoplib.localaws.trace_propagation import trace_of

RECORD_OVERHEAD = 1024  # bytes of a record in addition to its data


class KinesisSource:
    """A stream, by its ARN or that of one of its consumers; `role` is the function's execution role."""

    batch_info_name = "KinesisBatchInfo"
    filter_key = "data"

    def __init__(self, arn: str, role: str) -> None:
        self._arn = arn.split("/consumer/")[0]
        self._role = role
        source = Arn.parse(self._arn)
        self._region, self._account_id, self._name = source.region, source.account_id, source.name

    def shard_ids(self) -> list[str]:
        return list(self._shards())

    def parents(self, shard_id: str) -> set[str]:
        shard = self._shards().get(shard_id)
        return {parent for parent in (shard.parent, shard.adjacent_parent) if parent} if shard is not None else set()

    def is_closed(self, shard_id: str) -> bool:
        shard = self._shards().get(shard_id)
        return shard is None or not shard.is_open

    def start_after(self, shard_id: str, position: str, timestamp: float | None) -> int:
        shard = self._shards().get(shard_id)
        if shard is None:
            return 0
        if position == "TRIM_HORIZON":
            return horizon(shard)
        if position == "AT_TIMESTAMP":
            return int(shard.get_sequence_number_at(float(timestamp or 0)))
        return int(shard.get_max_sequence_number())

    def read(self, shard_id: str, after: int, limit: int) -> Sequence[StreamRecord]:
        shard = self._shards().get(shard_id)
        if shard is None:
            return []
        records, _, _ = shard.get_records(str(after), limit)
        return [self._record(shard_id, record) for record in records]

    def filterable(self, record: StreamRecord) -> Mapping[str, Any]:
        kinesis = record.event["kinesis"]
        return {**kinesis, "data": base64.b64decode(kinesis["data"]).decode("utf-8", "replace")}

    def _shards(self) -> dict[str, Shard]:
        stream = kinesis_backends[self._account_id][self._region].streams.get(self._name)
        return stream.shards if stream is not None else {}

    def _record(self, shard_id: str, record: Record) -> StreamRecord:
        kinesis: dict[str, Any] = {
            "kinesisSchemaVersion": "1.0",
            "partitionKey": record.partition_key,
            "sequenceNumber": str(record.sequence_number),
            "data": record.data,
            "approximateArrivalTimestamp": round(record.created_at, 3),
        }
        event = {
            "kinesis": kinesis,
            "eventSource": "aws:kinesis",
            "eventVersion": "1.0",
            "eventID": f"{shard_id}:{record.sequence_number}",
            "eventName": "aws:kinesis:record",
            "invokeIdentityArn": self._role,
            "awsRegion": self._region,
            "eventSourceARN": self._arn,
        }
        size = len(record.data) + RECORD_OVERHEAD
        return StreamRecord(
            record.sequence_number, record.partition_key, record.created_at, event, size, trace_of(record)
        )
