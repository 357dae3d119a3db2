"""SNS subscriptions that are HTTP endpoints of this machine: posted after the publisher was answered, and retried.

moto 5.2.5 posts while the publisher waits, whose call fails with the endpoint's; it looks at no answer.
"""

import logging
from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property, partial
from http import HTTPStatus
from typing import Any

import requests

from shoplib.localaws.loopback import is_here, session
from shoplib.localaws.notifications import delivery_policies, envelopes, figures
from shoplib.localaws.notifications.deliveries import Deliveries, Delivery, Undeliverable
from shoplib.localaws.notifications.rate_limits import RateLimits
from shoplib.localaws.notifications.topic_attributes import is_true

LOG = logging.getLogger(__name__)
ANSWER_WITHIN_S = 15.0
SUBSCRIBED = "SubscriptionConfirmation"
Redrive = Callable[[str], None]  # is told the reason


@dataclass(frozen=True)
class _Post:
    endpoint: str
    body: str
    headers: dict[str, str]


class HttpSubscribers:
    def __init__(self, deliveries: Deliveries) -> None:
        self._deliveries = deliveries
        self._limits = RateLimits()  # of endpoints that are spared, by subscription

    @cached_property
    def _session(self) -> requests.Session:
        return session()

    def post(self, subscription: Any, message: str, envelope: envelopes.Envelope, redrive: Redrive) -> None:
        """Later. `redrive` is called when it is given up."""
        raw, policy = (
            is_true(subscription.attributes.get("RawMessageDelivery")),
            delivery_policies.effective(subscription),
        )
        headers = _headers(subscription, envelope) | _of_notification(subscription, raw)
        if policy.content_type:
            headers["Content-Type"] = policy.content_type
        post = _Post(subscription.endpoint, message if raw else envelopes.text(envelope), headers)
        count = partial(figures.notification_delivered, subscription.topic)
        self._start(
            post,
            policy.pauses,
            count,
            redrive,
            self._limits.take(subscription.arn, policy.per_second) if policy.per_second else 0.0,
        )

    def post_confirmation(self, subscription: Any, envelope: envelopes.Envelope) -> None:
        """As a whole, whatever the subscription says of notifications; no queue gets what the endpoint does not."""
        headers = _headers(subscription, envelope)
        if envelope["Type"] != SUBSCRIBED:
            headers |= _of_notification(subscription, raw=False)
        post = _Post(subscription.endpoint, envelopes.text(envelope), headers)
        lose = partial(LOG.warning, "%s of %s does not reach its endpoint: %s", envelope["Type"], subscription.arn)
        self._start(post, delivery_policies.effective(subscription).pauses, lambda: None, lose)

    def _start(
        self,
        post: _Post,
        pauses: tuple[float, ...],
        succeed: Callable[[], None],
        lose: Redrive,
        wait_s: float = 0.0,
    ) -> None:
        def send(attempt: int) -> None:
            try:
                self._send(post)
            except Undeliverable as error:
                lose(str(error))
            except (requests.RequestException, ConnectionError) as error:
                if attempt <= len(pauses):
                    raise
                lose(str(error))
            else:
                succeed()

        delivery = Delivery(post.endpoint, send, post.body, {}, retries=len(pauses), pauses=pauses)
        self._deliveries.start(delivery, wait_s)

    def _send(self, post: _Post) -> None:
        endpoint = post.endpoint
        if not is_here(endpoint):
            raise Undeliverable("NOT_LOCAL", f"{endpoint} is not on this machine; the local AWS sends nothing out")
        status = self._session.post(
            endpoint, data=post.body.encode(), headers=post.headers, timeout=ANSWER_WITHIN_S, allow_redirects=False
        ).status_code
        if (
            HTTPStatus.BAD_REQUEST <= status < HTTPStatus.INTERNAL_SERVER_ERROR
            and status != HTTPStatus.TOO_MANY_REQUESTS
        ):
            raise Undeliverable("CLIENT_ERROR", f"{endpoint} answered {status}")
        if not HTTPStatus.OK <= status < HTTPStatus.MULTIPLE_CHOICES:
            raise ConnectionError(f"{endpoint} answered {status}")


def _headers(subscription: Any, envelope: envelopes.Envelope) -> dict[str, str]:
    return {
        "Content-Type": "text/plain; charset=UTF-8",
        "User-Agent": "Amazon Simple Notification Service Agent",
        "x-amz-sns-message-type": str(envelope["Type"]),
        "x-amz-sns-message-id": str(envelope["MessageId"]),
        "x-amz-sns-topic-arn": subscription.topic.arn,
    }


def _of_notification(subscription: Any, raw: bool) -> dict[str, str]:
    return {"x-amz-sns-subscription-arn": subscription.arn, **({"x-amz-sns-rawdelivery": "true"} if raw else {})}
