"""Subscriptions of addresses outside the account: each gets a token, and whoever brings it back confirms.

moto 5.2.5 gives out no token, and delivers at once. What is pending stands in moto's own objects, so that it is saved
with them: `confirmed` and `tokens` (when each ends) of a subscription, `unsubscribed` of a topic.

https://docs.aws.amazon.com/sns/latest/dg/SendMessageToHttp.prepare.html
"""

import re
import secrets
from collections.abc import Iterator
from typing import Any

from moto.core.responses import ActionResult
from moto.sns.exceptions import SNSException
from moto.sns.models import SNSBackend, sns_backends
from moto.sns.responses import SNSResponse

from shoplib.localaws.moto_patches import after, replace_methods
from shoplib.localaws.notifications import envelopes
from shoplib.localaws.notifications.http_subscribers import SUBSCRIBED, HttpSubscribers
from shoplib.localaws.notifications.publications import invalid
from shoplib.localaws.notifications.topic_attributes import is_pending, is_true
from shoplib.localaws.notifications.topics import ToPeople
from shoplib.localaws.timetable import Timetable

LIFETIME_S = 48 * 3600.0
TOKEN_BYTES = 144
TOKEN = re.compile(r"[0-9a-f]{64,}")
UNSUBSCRIBED = "UnsubscribeConfirmation"
SUBJECT = "AWS Notification - Subscription Confirmation"
QUESTION = (
    "You have chosen to subscribe to the topic {}.\n"
    "To confirm the subscription, visit the SubscribeURL included in this message."
)
FAREWELL = (
    "You have chosen to deactivate subscription {}.\n"
    "To cancel this operation and restore the subscription, visit the SubscribeURL included in this message."
)
MAIL = "The topic {} is to send its messages to this address.\nTo confirm the subscription, visit\n\n{}\n"


class Confirmations:
    def __init__(self, signer: envelopes.Signer, http: HttpSubscribers, people: ToPeople, timetable: Timetable) -> None:
        self._signer = signer
        self._http = http
        self._people = people
        self._timetable = timetable

    def install(self) -> None:
        """After all that looks at requests. Idempotent; the last one installed wins."""
        after(SNSResponse, "subscribe", self._after_subscribe)
        replace_methods(SNSResponse, confirm_subscription=lambda request: self._answer(request))
        replace_methods(SNSBackend, unsubscribe=lambda backend, arn: self._unsubscribe(backend, arn))

    def plan_all(self) -> None:
        """The ends of all tokens, after they were loaded."""
        for subscription in _everywhere():
            for token in list(_tokens(subscription)):
                self._plan(subscription, token)

    def ask(self, subscription: Any) -> None:
        """Whether its endpoint wants it: once more of one that did not answer."""
        topic = subscription.topic
        question = self._envelope(subscription, SUBSCRIBED, QUESTION.format(topic.arn))
        if subscription.protocol in ("http", "https"):
            self._http.post_confirmation(subscription, question)
        else:
            text = MAIL.format(topic.arn, question["SubscribeURL"])
            self._people(subscription, text, SUBJECT, envelopes.text(question))

    def confirm(self, backend: SNSBackend, topic_arn: str, token: str, *, signed: bool, locked: bool = False) -> str:
        """The ARN of the subscription whose token it is. From then on one that is `locked` is ended by a signed call
        alone."""
        topic = backend.topics.get(topic_arn)
        bearer = next((each for each in _of_topic(backend, topic) if token in _tokens(each)), None)
        if bearer is None:
            raise invalid("Token")
        subscription = _restored(backend, bearer)
        if is_pending(subscription):
            subscription.attributes["ConfirmationWasAuthenticated"] = signed
            subscription.locked = locked
            subscription.confirmed = True
        return str(subscription.arn)

    def _after_subscribe(self, answer: ActionResult, request: Any) -> None:
        result: Any = answer.result
        subscription = request.backend.subscriptions[result["SubscriptionArn"]]
        if is_pending(subscription):
            self.ask(subscription)
            if not is_true(request._get_param("ReturnSubscriptionArn")):
                result["SubscriptionArn"] = "pending confirmation"

    def _answer(self, request: Any) -> ActionResult:
        """To ConfirmSubscription: every call of the API is signed."""
        token = request._get_param("Token") or ""
        if not TOKEN.fullmatch(token):
            raise SNSException("InvalidParameter", "Invalid token")
        locked = is_true(request._get_param("AuthenticateOnUnsubscribe"))
        arn = self.confirm(request.backend, request._get_param("TopicArn"), token, signed=True, locked=locked)
        return ActionResult({"SubscriptionArn": arn})

    def _unsubscribe(self, backend: SNSBackend, subscription_arn: str) -> None:
        """An HTTP endpoint is told, and may take it back."""
        subscription: Any = backend.subscriptions.pop(subscription_arn, None)
        if subscription is None or subscription.protocol not in ("http", "https") or needs_signature(subscription):
            return
        _tokens(subscription).clear()
        subscription.confirmed = False
        _unsubscribed(subscription.topic)[subscription_arn] = subscription
        farewell = self._envelope(subscription, UNSUBSCRIBED, FAREWELL.format(subscription_arn))
        self._http.post_confirmation(subscription, farewell)

    def _envelope(self, subscription: Any, kind: str, message: str) -> envelopes.Envelope:
        token = secrets.token_hex(TOKEN_BYTES)
        _tokens(subscription)[token] = self._timetable.clock.now() + LIFETIME_S
        self._plan(subscription, token)
        return envelopes.confirmation(self._signer, subscription.topic, kind, message, token)

    def _plan(self, subscription: Any, token: str) -> None:
        at = _tokens(subscription)[token]
        self._timetable.set(f"confirmation {token}", at, lambda: _expire(subscription, token))


def needs_signature(subscription: Any) -> bool:
    """To be ended: AWS ends queues' and those that asked for it for their owner alone."""
    return subscription.protocol == "sqs" or getattr(subscription, "locked", False)


def _expire(subscription: Any, token: str) -> None:
    """With its last token a pending subscription goes, and so does the way back to one that was ended."""
    tokens = _tokens(subscription)
    tokens.pop(token, None)
    if not tokens and is_pending(subscription):
        subscription.topic.sns_backend.subscriptions.pop(subscription.arn, None)
        _unsubscribed(subscription.topic).pop(subscription.arn, None)


def _restored(backend: SNSBackend, subscription: Any) -> Any:
    """One that was ended is there again, unless its endpoint has a newer one."""
    if _unsubscribed(subscription.topic).pop(subscription.arn, None) is None:
        return subscription
    newer = backend._find_subscription(subscription.topic.arn, subscription.endpoint, subscription.protocol)
    if newer is None:
        backend.subscriptions[subscription.arn] = subscription
    return newer or subscription


def _of_topic(backend: SNSBackend, topic: Any) -> Iterator[Any]:
    if topic is not None:
        yield from [each for each in list(backend.subscriptions.values()) if each.topic is topic]
        yield from list(_unsubscribed(topic).values())


def _everywhere() -> Iterator[Any]:
    for account in list(sns_backends.values()):
        for backend in list(account.values()):
            for topic in list(backend.topics.values()):
                yield from _of_topic(backend, topic)


def _tokens(subscription: Any) -> dict[str, float]:
    """When each of them ends, on the engine's clock."""
    tokens: dict[str, float] = subscription.__dict__.setdefault("tokens", {})
    return tokens


def _unsubscribed(topic: Any) -> dict[str, Any]:
    """What its endpoints may take back, by ARN."""
    subscriptions: dict[str, Any] = topic.__dict__.setdefault("unsubscribed", {})
    return subscriptions
