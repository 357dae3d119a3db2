"""SES, and what it and SNS send to people: mails and SMS, which end in a mailbox on this machine. See README.md."""

from shoplib.localaws.mailbox.endpoint import MailboxEndpoint
from shoplib.localaws.mailbox.messages import Mailbox
from shoplib.localaws.mailbox.service import MailService

__all__ = ["MailService", "Mailbox", "MailboxEndpoint"]
