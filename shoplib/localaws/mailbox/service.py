"""SES: moto keeps identities and send statistics; emails go to the mailbox; parameters that would be ignored are
refused.
"""

import json
import re
from collections.abc import Callable, Iterable
from typing import Any

from shoplib.localaws.ingress.aws_call import AwsCall, call_of
from shoplib.localaws.ingress.json_service import place_of
from shoplib.localaws.ingress.refusals import Refusal
from shoplib.localaws.mailbox import parsing
from shoplib.localaws.mailbox.messages import Mailbox, Message
from shoplib.localaws.mailbox.parsing import Mail
from shoplib.localaws.request_scope import signature

Environ = dict[str, Any]
WSGI = Callable[..., Iterable[bytes]]
SEND = frozenset({"SendEmail", "SendRawEmail"})
# The supported operations, by both versions' names; all others are refused.
SUPPORTED = SEND | {
    *("CreateEmailIdentity", "GetEmailIdentity", "ListEmailIdentities", "DeleteEmailIdentity"),
    *("VerifyEmailIdentity", "VerifyDomainIdentity", "ListIdentities", "DeleteIdentity"),
    *("GetIdentityVerificationAttributes", "GetSendQuota", "TagResource", "UntagResource", "ListTagsForResource"),
}
# Parameters of SendEmail and CreateEmailIdentity that would be ignored.
IGNORED = frozenset(
    {
        "ConfigurationSetName",
        "ListManagementOptions",
        "EndpointId",
        "DkimSigningAttributes",
        "ReturnPath",
        "ReturnPathArn",
    }
)
MOST_RECEIVERS = 50
_ID = re.compile(rb"<MessageId>([^<]+)</MessageId>")


class MailService:
    """A WSGI application in front of moto's SES."""

    def __init__(self, mailbox: Mailbox, moto: WSGI) -> None:
        self._mailbox = mailbox
        self._moto = moto

    def matches(self, environ: Environ) -> bool:
        signed = signature(environ)
        return signed is not None and signed.service in ("ses", "email")

    def __call__(self, environ: Environ, start_response: Callable[..., Any]) -> Iterable[bytes]:
        call = call_of(environ)
        parameters = _parameters(call)
        _require_support(call, parameters)
        if call.operation not in SEND:
            return self._moto(environ, start_response)
        mail = _mail_of(call, parameters)
        _require_identity(environ, mail)
        return self._send(environ, start_response, mail)

    def _send(self, environ: Environ, start_response: Callable[..., Any], mail: Mail) -> Iterable[bytes]:
        begun: list[Any] = []
        body = b"".join(self._moto(environ, lambda *answer: begun.extend(answer)))
        if str(begun[0]).startswith("200"):
            self._mailbox.put(_message(mail, _id_of(body)))
        start_response(*begun)
        return [body]


def _parameters(call: AwsCall) -> dict[str, Any]:
    return call.parameters() if call.model is not None and call.model.input_shape is not None else {}


def _require_support(call: AwsCall, parameters: dict[str, Any]) -> None:
    if call.model is not None and call.operation not in SUPPORTED:
        raise NotImplementedError(call.name)
    content = parameters.get("Content") or {}
    unsupported = [*(IGNORED & parameters.keys()), *({"Template"} & content.keys())]
    unsupported += {"Attachments", "Headers"} & (content.get("Simple") or {}).keys()
    if unsupported:
        names = ", ".join(sorted(unsupported))
        raise Refusal("NotImplemented", f"The local SES does not implement {names} of {call.operation}.", 501)


def _mail_of(call: AwsCall, parameters: dict[str, Any]) -> Mail:
    mail = (
        parsing.of_version_2(parameters)
        if call.service == "sesv2"
        else parsing.of_version_1(call.operation, parameters)
    )
    if not mail.to:
        raise Refusal("InvalidParameterValue", "Missing final '@domain'")
    if len(mail.to) > MOST_RECEIVERS:
        raise Refusal("MessageRejected", f"Recipient count exceeds {MOST_RECEIVERS}.")
    return mail


def _require_identity(environ: Environ, mail: Mail) -> None:
    from moto.ses.models import ses_backends

    place = place_of(environ)
    source = next(iter(parsing.addresses((mail.source,))), "")
    if not source:
        raise Refusal("BadRequestException", "Missing required header 'From'.")
    identities = ses_backends[place.account_id][place.region].email_identities
    if source not in identities and source.rpartition("@")[2] not in identities:
        text = "Email address is not verified. The following identities failed the check in region"
        raise Refusal("MessageRejected", f"{text} {place.region.upper()}: {mail.source}")


def _message(mail: Mail, message_id: str) -> Message:
    to = parsing.addresses(mail.to)
    return Message(message_id, "email", mail.source, to, mail.text, mail.subject, mail.html)


def _id_of(body: bytes) -> str:
    match = _ID.search(body)
    return match[1].decode() if match else str(json.loads(body)["MessageId"])
