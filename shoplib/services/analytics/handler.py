"""Stream records -> Parquet by day and hour of the event. Malformed records are set aside and block nobody."""

from typing import Any

from aws_lambda_powertools.metrics import MetricUnit
from botocore.exceptions import BotoCoreError, ClientError

from shoplib.core import telemetry
from shoplib.services.analytics import domain, store

Failures = dict[str, list[dict[str, str]]]


def store_events(event: dict[str, Any], _context: Any) -> Failures:
    batch = domain.batch_of(event)
    try:
        _store(batch)
    except (BotoCoreError, ClientError):
        # From the first record on: whole, the batch overwrites its own objects; in parts it would duplicate them.
        telemetry.logger().exception("The lake did not take the batch; it will be tried again.")
        telemetry.count("BatchesFailed")
        return {"batchItemFailures": [{"itemIdentifier": batch.records[0].sequence}]}
    return {"batchItemFailures": []}


def _store(batch: domain.Batch) -> None:
    table, malformed = domain.read(batch)
    store.put_quarantined(domain.quarantine(batch, one) for one in malformed)
    groups = list(domain.groups(batch, table))
    size = sum(store.put_group(group) for group in groups)
    for one in malformed:
        telemetry.logger().warning("malformed", extra={"error": one.error, "sequence": one.record.sequence})
    telemetry.count("Events", table.num_rows)
    telemetry.count("Malformed", len(malformed))
    telemetry.count("Late", sum(group.table.num_rows for group in groups if group.late))
    telemetry.count("Objects", len(groups))
    telemetry.count("BatchBytes", size, MetricUnit.Bytes)


handler = telemetry.instrumented(store_events)
