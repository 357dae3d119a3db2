"""The addresses that a notification's envelope names: the certificate of its signature, and the way out."""

from collections.abc import Callable, Iterable
from http import HTTPStatus
from typing import Any
from urllib.parse import parse_qs
from uuid import uuid4

from moto.sns.models import sns_backends

from shoplib.localaws.arns import Arn
from shoplib.localaws.notifications.envelopes import CERTIFICATE, Signer
from shoplib.localaws.request_scope import signature

UNSUBSCRIBED = (
    "<UnsubscribeResponse xmlns='http://sns.amazonaws.com/doc/2010-03-31/'>"
    "<ResponseMetadata><RequestId>{}</RequestId></ResponseMetadata></UnsubscribeResponse>"
)
Environ = dict[str, Any]


class NotificationAddresses:
    """A WSGI application for whoever has an envelope, and no keys."""

    def __init__(self, signer: Signer) -> None:
        self._signer = signer

    def matches(self, environ: Environ) -> bool:
        is_plain = environ["REQUEST_METHOD"] == "GET" and signature(environ) is None
        return is_plain and (environ["PATH_INFO"] == f"/{CERTIFICATE}" or _subscription(environ) is not None)

    def __call__(self, environ: Environ, start_response: Callable[..., Any]) -> Iterable[bytes]:
        arn = _subscription(environ)
        if arn is None:
            return _answer(start_response, "application/x-pem-file", self._signer.certificate)
        topic = Arn.parse(arn)
        sns_backends[topic.account_id][topic.region].unsubscribe(arn)
        return _answer(start_response, "text/xml", UNSUBSCRIBED.format(uuid4()).encode())


def _subscription(environ: Environ) -> str | None:
    """The ARN that is to be unsubscribed."""
    query = parse_qs(environ.get("QUERY_STRING", ""))
    arn = query.get("SubscriptionArn", [""])[0]
    is_unsubscribe = environ["PATH_INFO"] == "/" and query.get("Action") == ["Unsubscribe"]
    return arn if is_unsubscribe and arn.startswith("arn:") and arn.count(":") == 6 else None


def _answer(start_response: Callable[..., Any], kind: str, body: bytes) -> Iterable[bytes]:
    status = f"{HTTPStatus.OK.value} {HTTPStatus.OK.phrase}"
    start_response(status, [("Content-Type", kind), ("Content-Length", str(len(body)))])
    return [body]
