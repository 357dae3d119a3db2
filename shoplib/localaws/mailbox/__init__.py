"""SES, and a local mailbox for the emails and SMS of SES and SNS. See README.md."""

from shoplib.localaws.mailbox.endpoint import MailboxEndpoint
from shoplib.localaws.mailbox.messages import Mailbox
from shoplib.localaws.mailbox.service import MailService

__all__ = ["MailService", "Mailbox", "MailboxEndpoint"]
