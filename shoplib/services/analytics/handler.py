"""Stream records -> Parquet by day and hour of the event, and days of it -> few files. Malformed records are set aside
and block nobody."""

from datetime import date, datetime
from typing import Any

from aws_lambda_powertools.metrics import MetricUnit
from botocore.exceptions import BotoCoreError, ClientError

from shoplib.core import clock, telemetry
from shoplib.core.lake import compaction
from shoplib.services.analytics import compacting, domain, store

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


def compact_days(request: dict[str, Any], _context: Any) -> dict[str, Any]:
    """Compacts the days of `{"days": ["2026-01-31"]}`, or all that wait; see compacting.answer.

    With `"strict": true`, as the schedule has it, a day that failed, or an object that had to be set aside, fails the
    run when all is done.
    """
    now = clock.now()
    days = compacting.days_of(request) or compaction.days_waiting(store.lake(), now)
    done = [_compact(day, now) for day in days[: compacting.MOST_DAYS]]
    return compacting.answer(request, done, days[compacting.MOST_DAYS :])


def _compact(day: date, now: datetime) -> compaction.Outcome | compacting.Failed:
    try:
        outcome = compaction.compact(store.lake(), day, now)
    except compaction.Busy as error:
        # Other days do not wait for it.
        telemetry.logger().exception("not compacted", extra={"day": f"{day}"})
        return compacting.Failed(day, str(error))
    telemetry.logger().info("compacted", extra={"day": f"{day}", "objects": outcome.objects, "parts": outcome.parts})
    for one in outcome.quarantined:
        telemetry.logger().error("quarantined", extra={"object": one.key, "error": one.reason})
    telemetry.count("ObjectsCompacted", outcome.objects)
    telemetry.count("ObjectsQuarantined", len(outcome.quarantined))
    return outcome


handler = telemetry.instrument(store_events)
compact = telemetry.instrument(compact_days)
