"""Event source mappings: poll SQS, Kinesis and DynamoDB Streams, and invoke functions. See README.md."""

from shoplib.localaws.event_sources.delivery import Answer, Delivery
from shoplib.localaws.event_sources.mapping import Mapping, service_of
from shoplib.localaws.event_sources.on_failure import OnFailure, iso_time
from shoplib.localaws.event_sources.pending_endpoint import PendingEndpoint
from shoplib.localaws.event_sources.pollers import EventSources

__all__ = [
    "Answer",
    "Delivery",
    "EventSources",
    "Mapping",
    "OnFailure",
    "PendingEndpoint",
    "iso_time",
    "service_of",
]
