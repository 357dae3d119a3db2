"""Deliveries that happen after their producer was answered: tried again, and at last sent to a dead-letter queue."""

import itertools
import logging
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextvars import Context, copy_context
from dataclasses import dataclass, field

from moto.sqs.models import sqs_backends

from shoplib.localaws.arns import Arn
from shoplib.localaws.timetable import Timetable
from shoplib.localaws.turns import AtWork

LOG = logging.getLogger(__name__)
WORKERS = 8
FIRST_PAUSE_S, LONGEST_PAUSE_S = 1.0, 60.0
TOO_OLD = "the event waited for its turn longer than it may"
RETRIES, MAXIMUM_AGE_S = 185, 86_400  # AWS's limits, and its defaults


class Undeliverable(Exception):
    """No later attempt can succeed: the target is gone, forbidden, or not to be given this text."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code


class TryAgain(Exception):
    """A later attempt may succeed, after `wait_s` at the earliest."""

    def __init__(self, code: str, message: str, wait_s: float = 0.0) -> None:
        super().__init__(message)
        self.code, self.wait_s = code, wait_s


@dataclass(frozen=True)
class Failure:
    """Why a delivery was given up. `exhausted` names the retry limit that ended it, if one did."""

    code: str
    message: str
    exhausted: str | None
    retries: int

    def attributes(self) -> dict[str, str]:
        """The message attributes that say so in a dead-letter queue."""
        attributes = {
            "ERROR_CODE": self.code,
            "ERROR_MESSAGE": self.message[:1024] or self.code,
            "RETRY_ATTEMPTS": str(self.retries),
        }
        return attributes | ({"EXHAUSTED_RETRY_CONDITION": self.exhausted} if self.exhausted else {})


@dataclass
class Delivery:
    """One text on its way to one target. `send` gets the number of the attempt, from 1."""

    target_arn: str
    send: Callable[[int], None]
    dead_letter_body: str
    dead_letter_attributes: Mapping[str, str]
    dead_letter_queue: str | None = None  # ARN
    require_dead_letter: Callable[[str], object] = lambda queue: None  # raises Undeliverable where it may not be sent
    retries: int = RETRIES
    pauses: tuple[float, ...] = ()  # seconds before each retry; beyond them 1, 2, 4 ... 60
    maximum_age_s: float = MAXIMUM_AGE_S
    settled: Callable[[], None] = lambda: None
    outcome: Callable[[bool], None] = lambda failed: None  # is told once, whether it was given up
    attempts: int = field(default=0, init=False)
    context: Context = field(default_factory=copy_context, init=False, repr=False)  # the trace it began on
    started_at: float = field(default=0.0, init=False)

    def pause(self) -> float:
        """Before the next attempt, in seconds."""
        if self.attempts <= len(self.pauses):
            return self.pauses[self.attempts - 1]
        return min(LONGEST_PAUSE_S, FIRST_PAUSE_S * 2 ** min(self.attempts - 1, 10))


class Deliveries:
    """Delivers on threads of its own; pauses between attempts are kept by the timetable."""

    def __init__(self, timetable: Timetable) -> None:
        self._timetable = timetable
        self._workers = ThreadPoolExecutor(WORKERS, thread_name_prefix="delivery")
        self._numbers = itertools.count()
        self._at_work = AtWork()
        self.pause, self.resume = self._at_work.pause, self._at_work.resume

    def start(self, delivery: Delivery, wait_s: float = 0.0) -> None:
        delivery.started_at = self._timetable.clock.now()
        if wait_s:
            self._timetable.set(self._new_key(), delivery.started_at + wait_s, lambda: self._submit(delivery))
        else:
            self._submit(delivery)

    def _new_key(self) -> str:
        return f"delivery {next(self._numbers)}"

    def close(self) -> None:
        self._workers.shutdown(wait=False, cancel_futures=True)

    def _submit(self, delivery: Delivery) -> None:
        self._at_work.add(1)
        try:
            self._workers.submit(delivery.context.copy().run, self._attempt_counted, delivery)
        except RuntimeError:
            self._at_work.add(-1)
            LOG.info("The delivery to %s is dropped: the engine ends", delivery.target_arn)

    def _attempt_counted(self, delivery: Delivery) -> None:
        try:
            self._attempt(delivery)
        finally:
            self._at_work.add(-1)

    def _attempt(self, delivery: Delivery) -> None:
        if not delivery.attempts and self._timetable.clock.now() - delivery.started_at > delivery.maximum_age_s:
            self._give_up(delivery, Failure("THROTTLING", TOO_OLD, "MaximumEventAgeInSeconds", delivery.attempts))
            return
        delivery.attempts += 1
        try:
            delivery.send(delivery.attempts)
        except Undeliverable as error:
            self._give_up(delivery, Failure(error.code, str(error), None, delivery.attempts - 1))
        except Exception as error:  # noqa: BLE001 - whatever a target raises is a failed attempt
            self._failed(delivery, error)
        else:
            delivery.outcome(False)
            delivery.settled()

    def _failed(self, delivery: Delivery, error: Exception) -> None:
        retry = error if isinstance(error, TryAgain) else TryAgain("ERROR_FROM_TARGET", str(error))
        pause = max(delivery.pause(), retry.wait_s)
        again_at = self._timetable.clock.now() + pause
        exhausted = None
        if delivery.attempts > delivery.retries:
            exhausted = "MaximumRetryAttempts"
        elif again_at - delivery.started_at > delivery.maximum_age_s:
            exhausted = "MaximumEventAgeInSeconds"
        if exhausted:
            self._give_up(delivery, Failure(retry.code, str(error), exhausted, delivery.attempts - 1))
        else:
            self._timetable.set(self._new_key(), again_at, lambda: self._submit(delivery))

    def _give_up(self, delivery: Delivery, failure: Failure) -> None:
        LOG.warning("Not delivered to %s: %s %s", delivery.target_arn, failure.code, failure.message)
        delivery.outcome(True)
        try:
            if delivery.dead_letter_queue:
                delivery.require_dead_letter(delivery.dead_letter_queue)
                _send(delivery, delivery.dead_letter_queue, failure)
        except Exception:  # as on AWS the event is lost when its dead-letter queue does not take it
            LOG.exception("The dead-letter queue %s did not take its message", delivery.dead_letter_queue)
        finally:
            delivery.settled()


def _send(delivery: Delivery, queue_arn: str, failure: Failure) -> None:
    _, _, region, account_id, name = Arn.parse(queue_arn)
    attributes = {**delivery.dead_letter_attributes, "TARGET_ARN": delivery.target_arn} | failure.attributes()
    sqs_backends[account_id][region].send_message(
        name,
        delivery.dead_letter_body,
        message_attributes={
            each: {"DataType": "String", "StringValue": value} for each, value in sorted(attributes.items())
        },
    )
