"""The envelope of a notification: its fields, its signature, and the addresses in it, which this engine answers.

moto 5.2.5 makes a certificate for every message, signs as a newer topic would, and names addresses of AWS's.
"""

import base64
import json
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from functools import cached_property
from typing import Any
from uuid import uuid4

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import padding, rsa
from cryptography.x509.oid import NameOID

from shoplib.localaws import engine_clock
from shoplib.localaws.notifications.publications import sequence_number

# Of notifications and of confirmations: those that an envelope has, in this order.
SIGNED = ("Message", "MessageId", "Subject", "SubscribeURL", "Timestamp", "Token", "TopicArn", "Type")
CERTIFICATE = "SimpleNotificationService-7ff5318490ec183fbaddaa2a969abfda.pem"
OLDER, NEWER = "1", "2"  # versions of signatures: with SHA-1 and with SHA-256
Envelope = dict[str, Any]


class Signer:
    """This engine's key, made when the first message needs it. `url` is where the engine is."""

    def __init__(self, url: str) -> None:
        self.url = url

    @cached_property
    def certificate(self) -> bytes:
        name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "sns.amazonaws.com")])
        today = datetime.now(UTC) - timedelta(days=1)
        builder = x509.CertificateBuilder().subject_name(name).issuer_name(name).public_key(self._key.public_key())
        dated = builder.serial_number(x509.random_serial_number()).not_valid_before(today)
        signed = dated.not_valid_after(today + timedelta(days=365)).sign(self._key, hashes.SHA256())
        return signed.public_bytes(serialization.Encoding.PEM)

    @cached_property
    def _key(self) -> rsa.RSAPrivateKey:
        return rsa.generate_private_key(public_exponent=65_537, key_size=2_048)

    def signature(self, envelope: Envelope) -> str:
        text = "".join(f"{name}\n{envelope[name]}\n" for name in SIGNED if envelope.get(name) is not None)
        digest = hashes.SHA256() if envelope["SignatureVersion"] == NEWER else hashes.SHA1()
        return base64.b64encode(self._key.sign(text.encode(), padding.PKCS1v15(), digest)).decode()


def envelope(
    signer: Signer,
    subscription: Any,
    message: str,
    message_id: str,
    subject: str | None,
    attributes: Mapping[str, Any] | None,
) -> Envelope:
    """In AWS's order."""
    written: Envelope = {
        "Type": "Notification",
        "MessageId": message_id,
        "SequenceNumber": sequence_number(subscription.topic, message_id),
        "TopicArn": subscription.topic.arn,
        "Subject": subject,
        "Message": message,
        "Timestamp": _now(),
    }
    if not subscription.topic.fifo_topic:  # nobody but queues gets those, and queues need no signature
        _sign(signer, subscription.topic, written)
    written["UnsubscribeURL"] = f"{signer.url}/?Action=Unsubscribe&SubscriptionArn={subscription.arn}"
    if attributes:
        written["MessageAttributes"] = {name: attribute(value) for name, value in attributes.items()}
    return {name: value for name, value in written.items() if value is not None}


def confirmation(signer: Signer, topic: Any, kind: str, message: str, token: str) -> Envelope:
    """Of a subscription that begins or ends (`kind`), in AWS's order."""
    written: Envelope = {
        "Type": kind,
        "MessageId": str(uuid4()),
        "Token": token,
        "TopicArn": topic.arn,
        "Message": message,
        "SubscribeURL": f"{signer.url}/?Action=ConfirmSubscription&TopicArn={topic.arn}&Token={token}",
        "Timestamp": _now(),
    }
    _sign(signer, topic, written)
    return written


def _sign(signer: Signer, topic: Any, written: Envelope) -> None:
    written["SignatureVersion"] = getattr(topic, "signature_version", OLDER)
    written["Signature"] = signer.signature(written)
    written["SigningCertURL"] = f"{signer.url}/{CERTIFICATE}"


def _now() -> str:
    return datetime.fromtimestamp(engine_clock.now(), UTC).isoformat(timespec="milliseconds")[:-6] + "Z"


def text(written: Envelope) -> str:
    """As AWS writes it into a queue."""
    return json.dumps(written, indent=2, separators=(",", " : "), ensure_ascii=False)


def record(subscription: Any, written: Envelope) -> dict[str, Any]:
    """What a function gets: the same with other names of the addresses, and all members there."""
    content = {"Subject": None, "MessageAttributes": {}, **written}
    content["SigningCertUrl"], content["UnsubscribeUrl"] = content.pop("SigningCertURL"), content.pop("UnsubscribeURL")
    return {
        "EventSource": "aws:sns",
        "EventVersion": "1.0",
        "EventSubscriptionArn": subscription.arn,
        "Sns": content,
    }


def attribute(sent: Mapping[str, Any]) -> dict[str, Any]:
    """moto names the parts differently with the protocol of the caller."""
    kind = sent.get("type") or sent.get("Type") or sent.get("DataType")
    value = next((sent[key] for key in ("value", "Value", "StringValue", "BinaryValue") if key in sent), None)
    return {"Type": kind, "Value": value.decode() if isinstance(value, bytes) else value}
