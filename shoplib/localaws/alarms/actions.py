"""What happens when an alarm changes its state: an event, and the actions that were asked for."""

import json
from collections.abc import Callable
from copy import copy
from functools import partial

from moto.sns.models import sns_backends

from shoplib.localaws import request_context
from shoplib.localaws.alarms import history, messages, topic_access
from shoplib.localaws.alarms.alarm import Alarm, State
from shoplib.localaws.arns import Arn
from shoplib.localaws.notifications import Delivery, Notifications, Parcel, service_event

ACTING = ("sns", "lambda")  # a scaling policy of moto's scales nothing
CALLER = "lambda.alarms.cloudwatch.amazonaws.com"


class Actions:
    """Tells topics, functions and EventBridge, on the threads of deliveries."""

    def __init__(self, notifications: Notifications) -> None:
        self._notifications = notifications

    def announce(self, alarm: Alarm, before: State) -> None:
        """Tell EventBridge that the alarm has changed to what it is now."""
        account_id, region = alarm.place
        event = service_event(
            "aws.cloudwatch",
            "CloudWatch Alarm State Change",
            account_id,
            region,
            resources=[alarm.alarm_arn],
            detail=messages.detail(alarm, before),
        )
        self._notifications.bus.put(account_id, region, event)

    def act(self, alarm: Alarm, before: State) -> None:
        """Do what was asked for; a later change of the alarm must not show in it."""
        alarm = copy(alarm)
        for arn in (each for each in alarm.actions() if Arn.parse(each).service in ACTING):
            send = partial(self._attempt, alarm, arn, self._way(alarm, before, arn))
            self._notifications.deliveries.start(Delivery(arn, send, "", {}, retries=0))

    def _way(self, alarm: Alarm, before: State, arn: str) -> Callable[[], None]:
        if Arn.parse(arn).service == "sns":
            return partial(_publish, arn, messages.subject(alarm), messages.notification(alarm, before), alarm)
        text = json.dumps(messages.function_event(alarm, before))
        return partial(self._notifications.targets.send, Parcel(alarm.alarm_arn, arn, text, {}, {}, CALLER))

    def _attempt(self, alarm: Alarm, arn: str, send: Callable[[], None], _: int) -> None:
        try:
            send()
        except Exception as error:
            history.acted(alarm, arn, str(error))
            raise
        history.acted(alarm, arn, None)


def _publish(arn: str, subject: str, document: messages.Document, alarm: Alarm) -> None:
    _, _, region, account_id, _ = Arn.parse(arn)
    topic_access.require(alarm.alarm_arn, arn)
    with request_context.on_behalf_of(alarm.alarm_arn):
        sns_backends[account_id][region].publish(json.dumps(document), arn=arn, subject=subject)
