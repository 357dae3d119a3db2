"""A mail of text, as SES takes it."""

from collections.abc import Callable
from typing import Any

# The client's own `send_email`, of SES (version 2).
SendEmail = Callable[..., Any]


def send(send_email: SendEmail, sender: str, to: str, subject: str, text: str) -> None:
    """Sends a mail; it raises when that fails."""
    content = {"Subject": {"Data": subject}, "Body": {"Text": {"Data": text}}}
    send_email(FromEmailAddress=sender, Destination={"ToAddresses": [to]}, Content={"Simple": content})
