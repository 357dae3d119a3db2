"""The addresses that a topic's envelopes name: the certificate of their signature, the way in, and the way out."""

from collections.abc import Callable, Iterable
from http import HTTPStatus
from typing import Any
from urllib.parse import parse_qsl
from uuid import uuid4

from moto.sns.exceptions import SNSException
from moto.sns.models import SNSBackend, sns_backends

from shoplib.localaws.arns import Arn
from shoplib.localaws.ingress.refusals import Refusal
from shoplib.localaws.notifications.confirmations import Confirmations, needs_signature
from shoplib.localaws.notifications.envelopes import CERTIFICATE, Signer
from shoplib.localaws.request_scope import signature

NAMESPACE = "http://sns.amazonaws.com/doc/2010-03-31/"
ANSWER = "<{0}Response xmlns='{1}'>{2}<ResponseMetadata><RequestId>{3}</RequestId></ResponseMetadata></{0}Response>"
# The parameter that names a topic or a subscription, and how many colons are in its ARN.
ACTIONS = {"ConfirmSubscription": ("TopicArn", 5), "Unsubscribe": ("SubscriptionArn", 6)}
Environ = dict[str, Any]


class NotificationAddresses:
    """A WSGI application for whoever has an envelope, and no keys."""

    def __init__(self, signer: Signer, confirmations: Confirmations) -> None:
        self._signer = signer
        self._confirmations = confirmations

    def matches(self, environ: Environ) -> bool:
        is_plain = environ["REQUEST_METHOD"] == "GET" and signature(environ) is None
        return is_plain and (environ["PATH_INFO"] == f"/{CERTIFICATE}" or _arn(environ) is not None)

    def __call__(self, environ: Environ, start_response: Callable[..., Any]) -> Iterable[bytes]:
        arn = _arn(environ)
        if arn is None:
            return _answer(start_response, "application/x-pem-file", self._signer.certificate)
        query = _query(environ)
        place = Arn.parse(arn)
        result = self._act(sns_backends[place.account_id][place.region], arn, query.get("Token"))
        text = ANSWER.format(query["Action"], NAMESPACE, result, uuid4())
        return _answer(start_response, "text/xml", text.encode())

    def _act(self, backend: SNSBackend, arn: str, token: str | None) -> str:
        """The element that tells the result."""
        if token is not None:
            return self._confirm(backend, arn, token)
        subscription = backend.subscriptions.get(arn)
        if subscription is not None and needs_signature(subscription):
            raise Refusal("AuthorizationError", "This subscription can be deleted by a signed request alone.", 403)
        backend.unsubscribe(arn)
        return ""

    def _confirm(self, backend: SNSBackend, arn: str, token: str) -> str:
        try:
            confirmed = self._confirmations.confirm(backend, arn, token, signed=False)
        except SNSException as error:
            raise Refusal(error.code, error.message, 400) from None
        element = "ConfirmSubscriptionResult"
        return f"<{element}><SubscriptionArn>{confirmed}</SubscriptionArn></{element}>"


def _query(environ: Environ) -> dict[str, str]:
    return dict(parse_qsl(environ.get("QUERY_STRING", "")))


def _arn(environ: Environ) -> str | None:
    """Of what is confirmed or unsubscribed."""
    query = _query(environ)
    name, colons = ACTIONS.get(query.get("Action", ""), ("", 0))
    arn = query.get(name, "")
    fits = environ["PATH_INFO"] == "/" and arn.startswith("arn:") and arn.count(":") == colons
    return arn if fits else None


def _answer(start_response: Callable[..., Any], kind: str, body: bytes) -> Iterable[bytes]:
    status = f"{HTTPStatus.OK.value} {HTTPStatus.OK.phrase}"
    start_response(status, [("Content-Type", kind), ("Content-Length", str(len(body)))])
    return [body]
