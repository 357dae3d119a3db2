"""Services that push to functions and other targets: S3, SNS, EventBridge, CloudWatch Logs. See README.md."""

from shoplib.localaws.notifications import http_targets
from shoplib.localaws.notifications.deliveries import Deliveries, Delivery, TryAgain, Undeliverable
from shoplib.localaws.notifications.event_bus import EventBus, iso_time, service_event
from shoplib.localaws.notifications.inputs import filled_in
from shoplib.localaws.notifications.service import Notifications
from shoplib.localaws.notifications.target_permissions import is_destination, require
from shoplib.localaws.notifications.targets import OF_SCHEDULES, SERVICES, Parcel, Targets, refusal

__all__ = [
    "OF_SCHEDULES",
    "SERVICES",
    "Deliveries",
    "Delivery",
    "EventBus",
    "Notifications",
    "Parcel",
    "Targets",
    "TryAgain",
    "Undeliverable",
    "filled_in",
    "http_targets",
    "is_destination",
    "iso_time",
    "refusal",
    "require",
    "service_event",
]
