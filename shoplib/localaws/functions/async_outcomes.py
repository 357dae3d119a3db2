"""What becomes of an asynchronous event after each attempt: retry, dead-letter queue, destinations."""

import logging
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from shoplib.localaws import engine_clock, request_context
from shoplib.localaws.arns import Arn
from shoplib.localaws.functions.async_queue import RETRY_DELAYS_S, QueuedEvent, throttle_delay
from shoplib.localaws.functions.blueprint import Outcome
from shoplib.localaws.functions.destinations import Destinations, UnknownDestination, as_json
from shoplib.localaws.functions.errors import TooManyRequestsException
from shoplib.localaws.functions.event_invoke_config import effective
from shoplib.localaws.functions.observation import Observed, Observer
from shoplib.localaws.functions.targets import Target, resolve
from shoplib.localaws.json_text import compact

LOG = logging.getLogger(__name__)


@dataclass(frozen=True)
class Attempt:
    """One run of an event and its answer; no answer when the event grew too old before it ran."""

    event: QueuedEvent
    target: Target
    outcome: Outcome | None


class AsyncInvocations:
    """Runs queued events with `run` and settles them. Its `attempt` is what the queue calls."""

    def __init__(
        self, run: Callable[[QueuedEvent, Target], Outcome], destinations: Destinations, observe: Observer
    ) -> None:
        self._run = run
        self._observe = observe
        self._destinations = destinations

    def attempt(self, event: QueuedEvent) -> float | None:
        """One attempt; the seconds until the next one, None when the event is settled."""
        try:
            target = resolve(event.name)
        except Exception as error:  # noqa: BLE001 - moto's error for a function deleted while its event waited
            LOG.warning("The event %s of %s is dropped: %s", event.request_id, event.name.name, error)
            return None
        config = effective(target.latest, event.name.qualifier)
        if engine_clock.now() - event.queued_at > config["MaximumEventAgeInSeconds"]:
            self._fail(Attempt(event, target, None), config, "EventAgeExceeded")
            return None
        age_ms = (engine_clock.now() - event.queued_at) * 1000
        try:
            outcome = self._run(event, target)
        except TooManyRequestsException:
            event.throttled += 1
            return throttle_delay(event.throttled)
        if not event.attempts:
            self._observe(Observed.of(event.name, "async_age", age_ms))
        return self._settle(Attempt(event, target, outcome), outcome.error, config)

    def _settle(self, attempt: Attempt, error: str | None, config: dict[str, Any]) -> float | None:
        attempt.event.attempts += 1
        if error is None:
            self._send(attempt, config, "OnSuccess", "Success")
            return None
        if attempt.event.attempts > config["MaximumRetryAttempts"]:
            self._fail(attempt, config, "RetriesExhausted")
        elif attempt.event.age_at_retry_s() > config["MaximumEventAgeInSeconds"]:
            self._fail(attempt, config, "EventAgeExceeded")  # without waiting for it, as on AWS
        else:
            return RETRY_DELAYS_S[attempt.event.attempts - 1]
        return None

    def _fail(self, attempt: Attempt, config: dict[str, Any], condition: str) -> None:
        self._observe(Observed.of(attempt.event.name, "async_dropped"))
        self._send(attempt, config, "OnFailure", condition)
        dead_letters = attempt.target.latest.extra_properties.get("DeadLetterConfig", {}).get("TargetArn")
        if not dead_letters:
            return
        attributes = {
            "RequestID": ("String", attempt.event.request_id),
            "ErrorCode": ("Number", "200"),
            "ErrorMessage": ("String", _error_message(attempt.outcome)),
        }
        text = attempt.event.payload.decode("utf-8", "replace")
        if not self._deliver(attempt, dead_letters, lambda: self._destinations.send(dead_letters, text, attributes)):
            self._observe(Observed.of(attempt.event.name, "dead_letter_error"))

    def _send(self, attempt: Attempt, config: dict[str, Any], key: str, condition: str) -> None:
        arn = ((config.get("DestinationConfig") or {}).get(key) or {}).get("Destination")
        if arn:
            text = compact(_record(attempt, condition))
            if not self._deliver(attempt, arn, lambda: self._send_record(attempt, arn, key, text)):
                self._observe(Observed.of(attempt.event.name, "destination_failure"))

    def _send_record(self, attempt: Attempt, arn: str, key: str, text: str) -> None:
        service = Arn.parse(arn).service
        if service == "events":
            detail_type = f"Lambda Function Invocation Result - {'Success' if key == 'OnSuccess' else 'Failure'}"
            self._destinations.put_event(arn, detail_type, text, [arn, _qualified(attempt.target)])
        elif service == "s3":
            name = attempt.event.name
            path = f"aws/lambda/async/{name.name}/{datetime.now(UTC):%Y/%m/%d}/"
            key = f"{path}{datetime.now(UTC):%Y-%m-%dT%H.%M.%S}-{attempt.event.request_id}"
            self._destinations.put_object(arn, key, text, name.account_id, name.region)
        else:
            self._destinations.send(arn, text)

    def _deliver(self, attempt: Attempt, arn: str, send: Callable[[], None]) -> bool:
        """False when the destination did not take it; on AWS too the record is then lost, and a metric counts it."""
        try:
            with request_context.on_behalf_of(attempt.target.latest.function_arn, attempt.event.acting.trace):
                send()
            return True
        except UnknownDestination:
            LOG.error("A Lambda destination cannot be of this kind: %s", arn)
        except Exception:  # any refusal of moto's services
            LOG.exception("The Lambda destination %s did not take its record", arn)
        return False


def _record(attempt: Attempt, condition: str) -> dict[str, Any]:
    """AWS's invocation record, version 1.0."""
    record: dict[str, Any] = {
        "version": "1.0",
        "timestamp": datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%S.%f")[:-3] + "Z",
        "requestContext": {
            "requestId": attempt.event.request_id,
            "functionArn": _qualified(attempt.target),
            "condition": condition,
            "approximateInvokeCount": attempt.event.attempts,
        },
        "requestPayload": as_json(attempt.event.payload),
    }
    if attempt.outcome:
        context: dict[str, Any] = {"statusCode": 200, "executedVersion": attempt.target.version}
        if attempt.outcome.error:
            context["functionError"] = attempt.outcome.error
        record |= {"responseContext": context, "responsePayload": as_json(attempt.outcome.payload)}
    return record


def _qualified(target: Target) -> str:
    return target.invoked_arn if target.invoked_arn.count(":") > 6 else f"{target.invoked_arn}:$LATEST"


def _error_message(outcome: Outcome | None) -> str:
    answer = as_json(outcome.payload if outcome else b"null")
    message = answer.get("errorMessage", "") if isinstance(answer, dict) else str(answer)
    return str(message)[:1024] or "unknown"
