"""Amazon Data Firehose: see README.md."""

from shoplib.localaws.delivery_streams.service import DeliveryStreams

__all__ = ["DeliveryStreams"]
