"""Sends a record of discarded stream batches to the OnFailure destination, in AWS's format."""

import logging
import uuid
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from typing import Any

from shoplib.localaws.arns import Arn
from shoplib.localaws.event_sources.delivery import Answer
from shoplib.localaws.event_sources.mapping import Mapping
from shoplib.localaws.event_sources.role_rules import reporting_refusal
from shoplib.localaws.event_sources.stream_source import StreamRecord
from shoplib.localaws.functions.destinations import Destinations
from shoplib.localaws.json_text import compact

LOG = logging.getLogger(__name__)
RETRIES, AGE = "RetryAttemptsExhausted", "RecordAgeExceeded"


class OnFailure:
    """Reports the discarded records of one mapping. `info_name` is KinesisBatchInfo or DDBStreamBatchInfo."""

    def __init__(self, mapping: Mapping, destinations: Destinations, info_name: str, role: Callable[[], str]) -> None:
        """`role` returns the role that sends the report, as it is now."""
        self._role = role
        self._mapping = mapping
        self._destinations = destinations
        self._info_name = info_name

    def report(
        self,
        destination: str | None,
        shard_id: str,
        records: Sequence[StreamRecord],
        condition: str,
        invoke_count: int,
        answer: Answer | None,
    ) -> None:
        """Send the record. Without a destination the loss is only logged, as on AWS."""
        LOG.warning("%s: %d records of %s are discarded (%s)", self._mapping.arn, len(records), shard_id, condition)
        if not destination:
            return
        text = self._text(shard_id, records, condition, invoke_count, answer)
        try:
            if refusal := reporting_refusal(self._role(), self._mapping.function_name, destination):
                LOG.warning("%s: %s", self._mapping.arn, refusal)
                return
            self._send(destination, shard_id, text, records)
        except Exception:  # any error of moto's services: AWS also continues with the shard and counts a metric
            LOG.exception("The destination %s did not accept the record of %s", destination, self._mapping.arn)

    def _send(self, destination: str, shard_id: str, text: dict[str, Any], records: Sequence[StreamRecord]) -> None:
        if Arn.parse(destination).service != "s3":
            self._destinations.send(destination, compact(text))
            return
        # Only S3 gets the records themselves; a queue or topic gets their location.
        text["payload"] = compact({"Records": [record.event for record in records]})
        now = datetime.now(UTC)
        key = f"aws/lambda/{self._mapping.uuid}/{shard_id}/{now:%Y/%m/%d/%Y-%m-%dT%H.%M.%S}-{uuid.uuid4()}"
        mapping = self._mapping
        self._destinations.put_object(destination, key, compact(text), mapping.account_id, mapping.region)

    def _text(
        self, shard_id: str, records: Sequence[StreamRecord], condition: str, invoke_count: int, answer: Answer | None
    ) -> dict[str, Any]:
        text: dict[str, Any] = {
            "requestContext": self._context(condition, invoke_count, answer),
            "version": "1.0",
            "timestamp": iso_time(datetime.now(UTC)),
        }
        if answer is not None:
            context = {"statusCode": 200, "executedVersion": answer.version, "functionError": answer.error}
            text["responseContext"] = context
        return text | {self._info_name: self._info(shard_id, records)}

    def _context(self, condition: str, invoke_count: int, answer: Answer | None) -> dict[str, Any]:
        return {
            "requestId": answer.request_id if answer else str(uuid.uuid4()),
            "functionArn": self._mapping.function_arn,
            "condition": condition,
            "approximateInvokeCount": invoke_count,
        }

    def _info(self, shard_id: str, records: Sequence[StreamRecord]) -> dict[str, Any]:
        return {
            "shardId": shard_id,
            "startSequenceNumber": records[0].identifier,
            "endSequenceNumber": records[-1].identifier,
            "approximateArrivalOfFirstRecord": iso_time(datetime.fromtimestamp(records[0].arrival, UTC)),
            "approximateArrivalOfLastRecord": iso_time(datetime.fromtimestamp(records[-1].arrival, UTC)),
            "batchSize": len(records),
            "streamArn": self._mapping.event_source_arn.split("/consumer/")[0],
        }


def iso_time(moment: datetime) -> str:
    return moment.strftime("%Y-%m-%dT%H:%M:%S.%f")[:-3] + "Z"
