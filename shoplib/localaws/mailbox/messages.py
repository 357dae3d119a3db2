"""The mailbox: messages to people, newest last."""

import threading
import uuid
from collections import deque
from collections.abc import Callable
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from typing import Any

from moto.sns.models import SNSBackend

from shoplib.localaws.moto_patches import after

CAPACITY = 10_000
SUBJECT = "AWS Notification Message"  # for an email without a subject


@dataclass(frozen=True)
class Message:
    """`channel` is email or sms; `source` is an address or a topic."""

    message_id: str
    channel: str
    source: str
    to: tuple[str, ...]
    text: str
    subject: str | None = None
    html: str | None = None
    sent_at: str = ""


class Mailbox:
    """The messages. Thread-safe."""

    def __init__(self, now: Callable[[], float]) -> None:
        self._now = now
        self._messages: deque[Message] = deque(maxlen=CAPACITY)
        self._changing = threading.Lock()

    def install(self) -> None:
        """Receive the SMS that are published to phone numbers. Idempotent; the last mailbox installed is used."""
        after(SNSBackend, "publish", self._take_sms)

    def put(self, message: Message) -> None:
        """Stores a message with its arrival time."""
        moment = datetime.fromtimestamp(self._now(), UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")
        with self._changing:
            self._messages.append(Message(**{**asdict(message), "to": message.to, "sent_at": moment}))

    def put_notification(self, subscription: Any, message: str, subject: str | None, envelope: str) -> None:
        """Stores a topic's message to a subscribed address or phone number."""
        topic, channel = subscription.topic, "sms" if subscription.protocol == "sms" else "email"
        text = envelope if subscription.protocol == "email-json" else message
        if channel == "email":
            subject = subject or SUBJECT
        source = topic.display_name or topic.name
        self.put(Message(str(uuid.uuid4()), channel, source, (subscription.endpoint,), text, subject))

    def _take_sms(self, message_id: str, _backend: Any, message: str, *_rest: Any, **more: Any) -> None:
        if phone := more.get("phone_number"):
            self.put(Message(message_id, "sms", "SNS", (phone,), message))

    def messages(self, to: str | None = None) -> list[Message]:
        """All messages, or those to one address or phone number."""
        with self._changing:
            messages = list(self._messages)
        return [message for message in messages if to is None or to.casefold() in map(str.casefold, message.to)]

    def clear(self) -> None:
        """Deletes all messages."""
        with self._changing:
            self._messages.clear()

    def state(self) -> list[Message]:
        return self.messages()

    def restore(self, state: list[Message] | None) -> None:
        with self._changing:
            self._messages = deque(state or (), maxlen=CAPACITY)
