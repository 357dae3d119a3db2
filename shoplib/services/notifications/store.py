"""What was sent, one item each for a while; and SES and SNS, which send it."""

from datetime import datetime, timedelta
from functools import cache
from typing import Any

import boto3

from shoplib.core import clock, config, mails
from shoplib.services.notifications.config import Config, MailConfig
from shoplib.services.notifications.domain import Message

REMEMBERED = timedelta(days=30)


@cache
def table() -> Any:
    return boto3.resource("dynamodb").Table(config.load(Config).messages_table_name)


@cache
def ses() -> Any:
    return boto3.client("sesv2")


@cache
def sns() -> Any:
    return boto3.client("sns")


def is_sent(message: Message) -> bool:
    """Whether a message went out already."""
    return "Item" in table().get_item(Key={"message_id": message.message_id}, ConsistentRead=True)


def mark_sent(message: Message, now: datetime) -> None:
    """Remembers that a message went out. Not to whom, nor what it said."""
    item = {
        "message_id": message.message_id,
        "order_id": message.order_id,
        "channel": message.channel,
        "sent_at": clock.timestamp(now),
        "expires_at": clock.epoch_seconds(now + REMEMBERED),
    }
    table().put_item(Item=item)


def send_mail(message: Message) -> None:
    """Sends a mail by SES; it raises when that fails."""
    mails.send(ses().send_email, config.load(MailConfig).sender_address, message.to, message.subject, message.text)


def send_sms(message: Message) -> None:
    """Sends an SMS by SNS; it raises when that fails."""
    sns().publish(PhoneNumber=message.to, Message=message.text)
