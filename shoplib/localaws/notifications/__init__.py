"""Services that push to functions and other targets: S3, SNS, EventBridge, CloudWatch Logs. See README.md."""

from shoplib.localaws.notifications.deliveries import Deliveries, Delivery, Undeliverable
from shoplib.localaws.notifications.event_bus import EventBus, iso_time, service_event
from shoplib.localaws.notifications.inputs import filled_in
from shoplib.localaws.notifications.service import Notifications
from shoplib.localaws.notifications.target_permissions import require
from shoplib.localaws.notifications.targets import Parcel, Targets, refusal

__all__ = [
    "Deliveries",
    "Delivery",
    "EventBus",
    "Notifications",
    "Parcel",
    "Targets",
    "Undeliverable",
    "filled_in",
    "iso_time",
    "refusal",
    "require",
    "service_event",
]
