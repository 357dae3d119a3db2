"""Errors in XML: moto 5.2.5 writes the message of a modelled error twice, as `Message` and as `message`."""

from typing import Any

from moto.core.serialize import BaseXMLSerializer

from shoplib.localaws.moto_patches import Method, wrap


def install() -> None:
    wrap(BaseXMLSerializer, "_serialize_error_metadata", _once)


def _once(original: Method) -> Method:
    def serialize(self: Any, serialized: Any, error: Exception, shape: Any) -> None:
        original(self, serialized, error, shape)
        if "Message" in serialized:
            serialized.pop("message", None)

    return serialize
