"""The emails and SMS messages that the local AWS was asked to send."""

from typing import TypedDict
from urllib.parse import quote, urlsplit

from shoplib.errors import LabError
from shoplib.provision.patterns import stack_name
from shoplib.provision.stack import read
from shoplib.provision.target import Target

PATH = "/_aws/mailbox"
PAGE_SECONDS = 24 * 3600


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
        raise _no_mailbox(target)
    return messages


def mailbox_page(target: Target) -> str:
    """Return the address of the storefront's mailbox page with a key that reads the mailbox for a day, and does nothing
    else. LabError where there is no such page: on AWS, or before the storefront is deployed.
    """
    if target.is_real:
        raise _no_mailbox(target)
    site = read(stack_name("storefront"), target).outputs["StorefrontUrl"]
    here = urlsplit(site)
    if not (here.hostname or "").endswith(".localhost"):  # another emulator's
        raise _no_mailbox(target)
    key = target.presigned(f"{here.scheme}://{here.netloc}{PATH}", PAGE_SECONDS)
    return f"{site}#/mailbox?{urlsplit(key).query}"


def _no_mailbox(target: Target) -> LabError:
    return LabError(f"{target.banner} has no mailbox", "check the recipients' own mailboxes")
