"""The emails and SMS messages that the local AWS was asked to send."""

from typing import TypedDict
from urllib.parse import quote

from shoplib.errors import LabError
from shoplib.provision.target import Target

PATH = "/_aws/mailbox"


class SentMessage(TypedDict):
    """`channel` is email or sms; `source` an address, a topic, or SNS; `sent_at` is UTC."""

    message_id: str
    channel: str
    source: str
    to: list[str]
    subject: str | None
    text: str
    html: str | None
    sent_at: str


def mailbox(to: str | None, target: Target) -> list[SentMessage]:
    """Return the messages to an email address or phone number, or all; oldest first. LabError on any other target."""
    messages: list[SentMessage] | None = target.ask(PATH + (f"?to={quote(to, safe='')}" if to else ""))
    if messages is None:
        raise LabError(f"{target.banner} has no mailbox", "check the recipients' own mailboxes")
    return messages
