"""SNS subscriptions that are HTTP endpoints of this machine: posted after the publisher was answered, and retried.

moto 5.2.5 posts while the publisher waits, whose call fails with the endpoint's; it looks at no answer.
"""

import threading
from collections.abc import Callable
from functools import cached_property
from http import HTTPStatus
from typing import Any
from urllib.parse import urlsplit

import requests

from shoplib.localaws import engine_clock
from shoplib.localaws.loopback import is_loopback, session
from shoplib.localaws.notifications import delivery_policies, envelopes, figures
from shoplib.localaws.notifications.deliveries import Deliveries, Delivery, Undeliverable
from shoplib.localaws.notifications.topic_attributes import is_true

ANSWER_WITHIN_S = 15.0
Redrive = Callable[[str], None]  # is told the reason


class HttpSubscribers:
    def __init__(self, deliveries: Deliveries) -> None:
        self._deliveries = deliveries
        self._free_at: dict[str, float] = {}  # endpoints that are spared, by subscription
        self._lock = threading.Lock()

    @cached_property
    def _session(self) -> requests.Session:
        return session()

    def post(self, subscription: Any, message: str, envelope: envelopes.Envelope, redrive: Redrive) -> None:
        """Later. `redrive` is called when it is given up."""
        raw, policy = (
            is_true(subscription.attributes.get("RawMessageDelivery")),
            delivery_policies.effective(subscription),
        )
        body = (message if raw else envelopes.text(envelope)).encode()
        headers = _headers(subscription, envelope, raw)
        if policy.content_type:
            headers["Content-Type"] = policy.content_type

        def send(attempt: int) -> None:
            try:
                self._post(subscription.endpoint, body, headers)
            except Undeliverable as error:
                redrive(str(error))
            except (requests.RequestException, ConnectionError) as error:
                if attempt <= len(policy.pauses):
                    raise
                redrive(str(error))
            else:
                figures.notification_delivered(subscription.topic)

        self._deliveries.start(
            Delivery(
                subscription.endpoint,
                send,
                envelopes.text(envelope),
                {},
                retries=len(policy.pauses),
                pauses=policy.pauses,
            ),
            self._turn(subscription.arn, policy.per_second),
        )

    def _turn(self, subscription_arn: str, per_second: float | None) -> float:
        """Seconds until the endpoint may get one more."""
        if not per_second:
            return 0.0
        with self._lock:
            now = engine_clock.now()
            at = max(now, self._free_at.get(subscription_arn, now))
            self._free_at[subscription_arn] = at + 1 / per_second
            return at - now

    def _post(self, endpoint: str, body: bytes, headers: dict[str, str]) -> None:
        if not is_loopback(urlsplit(endpoint).hostname or ""):
            raise Undeliverable("NOT_LOCAL", f"{endpoint} is not on this machine; the local AWS sends nothing out")
        status = self._session.post(
            endpoint, data=body, headers=headers, timeout=ANSWER_WITHIN_S, allow_redirects=False
        ).status_code
        if (
            HTTPStatus.BAD_REQUEST <= status < HTTPStatus.INTERNAL_SERVER_ERROR
            and status != HTTPStatus.TOO_MANY_REQUESTS
        ):
            raise Undeliverable("CLIENT_ERROR", f"{endpoint} answered {status}")
        if not HTTPStatus.OK <= status < HTTPStatus.MULTIPLE_CHOICES:
            raise ConnectionError(f"{endpoint} answered {status}")


def _headers(subscription: Any, envelope: envelopes.Envelope, raw: bool) -> dict[str, str]:
    headers = {
        "Content-Type": "text/plain; charset=UTF-8",
        "User-Agent": "Amazon Simple Notification Service Agent",
        "x-amz-sns-message-type": str(envelope["Type"]),
        "x-amz-sns-message-id": str(envelope["MessageId"]),
        "x-amz-sns-topic-arn": subscription.topic.arn,
        "x-amz-sns-subscription-arn": subscription.arn,
    }
    return headers | ({"x-amz-sns-rawdelivery": "true"} if raw else {})
