"""All notifications of the engine, wired together."""

import logging

from moto.sns.exceptions import SNSException
from moto.sns.models import sns_backends
from moto.sqs.exceptions import QueueDoesNotExist
from moto.sqs.models import sqs_backends

from shoplib.localaws import request_context
from shoplib.localaws.arns import Arn
from shoplib.localaws.functions import LambdaService
from shoplib.localaws.notifications import topics
from shoplib.localaws.notifications.addresses import NotificationAddresses
from shoplib.localaws.notifications.confirmations import Confirmations
from shoplib.localaws.notifications.deliveries import Deliveries
from shoplib.localaws.notifications.envelopes import Signer
from shoplib.localaws.notifications.event_bus import EventBus
from shoplib.localaws.notifications.http_subscribers import HttpSubscribers
from shoplib.localaws.notifications.logs import subscriptions
from shoplib.localaws.notifications.logs.retention import Retention
from shoplib.localaws.notifications.s3_events import S3Events
from shoplib.localaws.notifications.targets import Targets
from shoplib.localaws.permissions import Access, service_denial
from shoplib.localaws.timetable import Timetable

ACTIONS = {"sqs": "sqs:SendMessage", "sns": "sns:Publish"}
LOG = logging.getLogger(__name__)


class Notifications:
    """What pushes to `lambdas` and other targets. `bus`, `targets` and `deliveries` serve schedules too; `addresses`
    answers what notifications name. `url` is where the engine is, `people` takes what topics send to them."""

    def __init__(self, lambdas: LambdaService, timetable: Timetable, url: str, people: topics.ToPeople) -> None:
        self._lambdas = lambdas
        self._people = people
        self._signer = Signer(url)
        self.targets = Targets(lambdas)
        self.deliveries = Deliveries(timetable)
        self._http = HttpSubscribers(self.deliveries)
        self._confirmations = Confirmations(self._signer, self._http, people, timetable)
        self.addresses = NotificationAddresses(self._signer, self._confirmations)
        self.bus = EventBus(self.targets, self.deliveries)
        self._retention = Retention(timetable)
        self._s3 = S3Events(self._send_record, self.bus.put)

    def install(self) -> None:
        """Take over moto's own ways to notify. Idempotent."""
        topics.install(self._lambdas, self._signer, self._http, self._people)
        self._confirmations.install()
        subscriptions.install()
        self._retention.install()
        self.bus.install()
        self._s3.install()

    def state(self) -> None:
        """moto has it all."""

    def restore(self, state: None) -> None:
        self._retention.plan_all()
        self._confirmations.plan_all()

    def close(self) -> None:
        """Deliveries that wait are dropped."""
        self.deliveries.close()

    def _send_record(self, arn: str, text: str) -> None:
        """An S3 record for a function, queue or topic. S3's caller gets no error for one that is deleted."""
        _, service, region, account_id, name = Arn.parse(arn)
        bucket = request_context.current().caller
        if service in ACTIONS and service_denial("s3.amazonaws.com", bucket, Access(ACTIONS[service], arn)):
            LOG.warning("A notification of S3 to %s is dropped: its policy does not let %s send it", arn, bucket)
            return
        try:
            if service == "lambda":
                self._lambdas.notify(arn, text.encode(), region=region, account_id=account_id)
            elif service == "sqs":
                sqs_backends[account_id][region].send_message(name, text)
            else:
                sns_backends[account_id][region].publish(text, arn=arn, subject="Amazon S3 Notification")
        except (QueueDoesNotExist, SNSException) as error:
            LOG.warning("A notification of S3 to %s is dropped: %s", arn, error)
