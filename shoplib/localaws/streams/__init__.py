"""The Kinesis Data Streams API: see README.md."""

from shoplib.localaws.streams.cbor import in_cbor
from shoplib.localaws.streams.shapes import install
from shoplib.localaws.streams.subscriptions import Subscriptions

__all__ = ["Subscriptions", "in_cbor", "install"]
