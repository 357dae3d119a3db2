"""Mails and SMS of orders' changes. Each is sent once, but for a crash between sending it and remembering that."""

from collections.abc import Callable
from typing import Any

from aws_lambda_powertools.utilities.data_classes.sqs_event import SQSRecord

from shoplib.core import batches, checks, clock, order_changes, telemetry
from shoplib.core.order_changes import OrderChange
from shoplib.services.notifications import domain, store
from shoplib.services.notifications.domain import Message


def send_mails(event: dict[str, Any], context: Any) -> Any:
    return _each(event, context, domain.mail, store.send_mail)


mail = telemetry.instrument(send_mails)


def send_sms(event: dict[str, Any], context: Any) -> Any:
    return _each(event, context, domain.sms, store.send_sms)


sms = telemetry.instrument(send_sms)


def _each(
    event: dict[str, Any],
    context: Any,
    write: Callable[[OrderChange], Message | None],
    send: Callable[[Message], None],
) -> Any:
    def handle(record: SQSRecord) -> None:
        message = write(order_changes.parse(checks.json_object(record.body)))
        if message and not store.is_sent(message):
            send(message)
            store.mark_sent(message, clock.now())
            telemetry.count("MessagesSent")
            telemetry.logger().info("sent", extra={"order_id": message.order_id, "channel": message.channel})

    return batches.each(event, context, handle)
