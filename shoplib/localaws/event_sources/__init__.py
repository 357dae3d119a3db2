"""Event source mappings of the local AWS: SQS, Kinesis and DynamoDB Streams feed functions. See README.md."""

from shoplib.localaws.event_sources.pending_endpoint import PendingEndpoint
from shoplib.localaws.event_sources.pollers import EventSources

__all__ = ["EventSources", "PendingEndpoint"]
