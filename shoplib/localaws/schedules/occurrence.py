"""One run of a schedule: what its target receives, and what a dead-letter queue receives if delivery fails."""

import uuid
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

from moto.scheduler.models import Schedule

from shoplib.localaws.arns import Arn
from shoplib.localaws.json_text import compact
from shoplib.localaws.notifications import Delivery, Parcel, Targets, iso_time, require, service_event
from shoplib.localaws.schedules import universal


class Occurrence:
    """`due` is the scheduled time; `settled` is called once the event is delivered or given up."""

    def __init__(self, schedule: Schedule, due: datetime, targets: Targets, settled: Callable[[], None]) -> None:
        self.execution_id = str(uuid.uuid4())
        self._schedule = schedule
        self._target: dict[str, Any] = dict(schedule.target)
        self._time = iso_time(due.astimezone(UTC).timestamp())
        self._targets = targets
        self._settled = settled

    def delivery(self) -> Delivery:
        policy = self._target["RetryPolicy"]
        return Delivery(
            target_arn=self._target["Arn"],
            send=self._send,
            dead_letter_body=self._text(1),
            dead_letter_attributes={
                "SCHEDULE_ARN": self._schedule.arn,
                "EXECUTION_ID": self.execution_id,
                "SCHEDULED_TIME": self._time,
                "IS_PAYLOAD_TRUNCATED": "false",
            },
            dead_letter_queue=(self._target.get("DeadLetterConfig") or {}).get("Arn"),
            require_dead_letter=lambda queue: require(
                self._schedule.arn, queue, {"RoleArn": self._target.get("RoleArn")}
            ),
            retries=int(policy.get("MaximumRetryAttempts", 185)),
            maximum_age_s=float(policy.get("MaximumEventAgeInSeconds", 86_400)),
            settled=self._settled,
        )

    def _send(self, attempt: int) -> None:
        arn, text = self._target["Arn"], self._text(attempt)
        _, _, region, account_id, _ = Arn.parse(self._schedule.arn)
        if universal.is_universal(arn):
            universal.call(arn, text, account_id, region, str(self._target.get("RoleArn") or ""))
        else:
            self._targets.send(Parcel(self._schedule.arn, arn, text, self._target, {"id": self.execution_id}))

    def _text(self, attempt: int) -> str:
        """The target's Input with AWS's context attributes filled in, or AWS's default event."""
        text = self._target.get("Input")
        if not text:
            return compact(self._event())
        attributes = {
            "schedule-arn": self._schedule.arn,
            "scheduled-time": self._time,
            "execution-id": self.execution_id,
            "attempt-number": str(attempt),
        }
        for name, value in attributes.items():
            text = text.replace(f"<aws.scheduler.{name}>", value)
        return str(text)

    def _event(self) -> dict[str, Any]:
        arn = self._schedule.arn
        _, _, region, account_id, _ = Arn.parse(arn)
        return service_event(
            "aws.scheduler", "Scheduled Event", account_id, region, time=self._time, resources=[arn], detail="{}"
        )
