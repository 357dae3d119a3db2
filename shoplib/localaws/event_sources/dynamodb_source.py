"""Reads a DynamoDB stream in moto's backend, as Lambda reads it."""

import base64
import json
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from moto.dynamodb.models import dynamodb_backends
from moto.dynamodb.models.table import StreamShard

from shoplib.localaws.arns import Arn
from shoplib.localaws.event_sources.stream_source import StreamRecord
from shoplib.localaws.trace_propagation import trace_of

RECORD_OVERHEAD = 512


class DynamoDBSource:
    """A table's stream, by ARN; moto keeps one shard per table."""

    batch_info_name = "DDBStreamBatchInfo"
    filter_key = "dynamodb"

    def __init__(self, arn: str) -> None:
        self._arn = arn
        source = Arn.parse(arn)
        self._region, self._account_id = source.region, source.account_id
        self._table_name = source.name.split("/")[0]

    def shard_ids(self) -> list[str]:
        shard = self._shard()
        return [shard.id] if shard is not None else []

    def parents(self, shard_id: str) -> set[str]:
        return set()

    def is_closed(self, shard_id: str) -> bool:
        return False

    def start_after(self, shard_id: str, position: str, timestamp: float | None) -> int:
        shard = self._shard()
        if shard is None:
            return 0
        before_the_first = int(shard.starting_sequence_number) - 1
        return before_the_first if position == "TRIM_HORIZON" else before_the_first + len(shard.items)

    def read(self, shard_id: str, after: int, limit: int) -> Sequence[StreamRecord]:
        shard = self._shard()
        if shard is None or shard.id != shard_id:
            return []
        first = max(after + 1, shard.starting_sequence_number)
        start = first - shard.starting_sequence_number
        return [self._record(item.to_json(), trace_of(item)) for item in shard.items[start : start + limit]]

    def filterable(self, record: StreamRecord) -> Mapping[str, Any]:
        return record.event

    def _shard(self) -> StreamShard | None:
        table = dynamodb_backends[self._account_id][self._region].tables.get(self._table_name)
        if table is None or not self._arn.endswith(f"/{table.latest_stream_label}"):
            return None
        return table.stream_shard

    def _record(self, item: dict[str, Any], trace: str | None) -> StreamRecord:
        change = _as_json(item["dynamodb"])
        created = change["ApproximateCreationDateTime"]
        # moto's datetimes are naive; Lambda's events have whole seconds since 1970, as floats.
        arrival = created.replace(tzinfo=UTC).timestamp() if isinstance(created, datetime) else float(created)
        change["ApproximateCreationDateTime"] = float(int(arrival))
        place = {"awsRegion": self._region, "eventSourceARN": self._arn, "eventVersion": "1.1"}
        event = {**item, "dynamodb": change, **place, **_identity(item)}
        key = json.dumps(change["Keys"], sort_keys=True)
        size = int(change["SizeBytes"]) + RECORD_OVERHEAD
        return StreamRecord(int(change["SequenceNumber"]), key, arrival, event, size, trace)


def _identity(item: dict[str, Any]) -> dict[str, Any]:
    """Who made the change, if it was DynamoDB itself; Lambda's events spell it differently from the streams API."""
    known = item.get("userIdentity")
    return {"userIdentity": {"type": known["Type"], "principalId": known["PrincipalId"]}} if known else {}


def _as_json(value: Any) -> Any:
    """A copy with binary attributes (bytes in moto) in base64, as in Lambda's events."""
    if isinstance(value, dict):
        return {name: _as_json(inner) for name, inner in value.items()}
    if isinstance(value, list):
        return [_as_json(inner) for inner in value]
    return base64.b64encode(value).decode() if isinstance(value, bytes) else value
