"""Kinesis in CBOR: converts requests to JSON and responses to CBOR.

Blobs are bytes, timestamps are milliseconds; the service model says which members are which.
"""

import json
from base64 import b64decode, b64encode
from collections.abc import Callable, Iterable
from io import BytesIO
from typing import Any

from botocore.model import DenormalizedStructureBuilder
from botocore.parsers import BaseCBORParser, ResponseParserError
from botocore.serialize import CBORSerializer
from moto.core.utils import get_service_model

from shoplib.localaws.fast_path.shapes import converter
from shoplib.localaws.ingress.body import BODY
from shoplib.localaws.ingress.faults import answering_faults
from shoplib.localaws.ingress.refusals import Refusal

TYPE = "application/x-amz-cbor-1.1"
PREFIX = "Kinesis_20131202."
EVENTS = "application/vnd.amazon.eventstream"
FLAG = "shoplib.cbor"  # in the environ of a CBOR request
Environ = dict[str, Any]
WSGI = Callable[[Environ, Callable[..., Any]], Iterable[bytes]]
ERROR = DenormalizedStructureBuilder().with_members({"__type": {"type": "string"}, "message": {"type": "string"}})


def in_cbor(application: WSGI) -> WSGI:
    """Adds CBOR to `application`, whose protocol is JSON."""

    def converted(environ: Environ, start_response: Callable[..., Any]) -> Iterable[bytes]:
        if not is_cbor(environ):
            return application(environ, start_response)
        return _converted(answering_faults(_reading_cbor(application)), environ, start_response)

    return converted


def is_cbor(environ: Environ) -> bool:
    return environ.get("CONTENT_TYPE") == TYPE and str(environ.get("HTTP_X_AMZ_TARGET", "")).startswith(PREFIX)


def encode(value: Any, shape: Any) -> bytes:
    """Encodes `value`, plain data as in JSON, by its shape."""
    plain = converter(shape, {"blob": b64decode, "timestamp": lambda seconds: round(seconds * 1000)})(value)
    written = bytearray()
    _Writer()._serialize_data_item(written, plain, shape)
    return bytes(written)


class _Reader(BaseCBORParser):
    """botocore's parser, for requests: a timestamp is a number, with or without a tag."""

    def _parse_datetime(self, value: Any) -> Any:
        return value


class _Writer(CBORSerializer):
    """botocore's serializer, for responses: a timestamp is a number of milliseconds."""

    def _serialize_type_timestamp(self, serialized: Any, value: Any, shape: Any, key: Any) -> None:
        self._serialize_type_integer(serialized, value, shape, key)

    def _serialize_type_structure(self, serialized: Any, value: Any, shape: Any, key: Any) -> None:
        known = {name: item for name, item in value.items() if name in shape.members}
        super()._serialize_type_structure(serialized, known, shape, key)


def _reading_cbor(application: WSGI) -> WSGI:
    def read(environ: Environ, start_response: Callable[..., Any]) -> Iterable[bytes]:
        body = json.dumps(_decoded(environ)).encode()
        own = {"wsgi.input": BytesIO(body), BODY: body, "CONTENT_LENGTH": str(len(body))}
        return application({**environ, **own, "CONTENT_TYPE": "application/x-amz-json-1.1", FLAG: True}, start_response)

    return read


def _decoded(environ: Environ) -> Any:
    raw = environ["wsgi.input"].read(int(environ.get("CONTENT_LENGTH") or 0))
    shape = _model(environ).input_shape
    try:
        value = _read(raw) if raw else {}
        return converter(shape, {"blob": _base64, "timestamp": _seconds})(value)
    except (ResponseParserError, UnicodeError, AttributeError, TypeError, ValueError) as error:
        raise Refusal("SerializationException", "The request does not match the service model.") from error


def _read(raw: bytes) -> Any:
    reader: Any = _Reader()
    return reader.parse_data_item(reader.get_peekable_stream_from_bytes(raw))


def _base64(value: bytes | str) -> str:
    return b64encode(value.encode() if isinstance(value, str) else value).decode()


def _seconds(value: float | str) -> float:
    return float(value) / 1000


def _model(environ: Environ) -> Any:
    operation = environ["HTTP_X_AMZ_TARGET"].removeprefix(PREFIX)
    model = get_service_model("kinesis")
    if operation not in model.operation_names:
        raise Refusal("UnknownOperationException", "The service does not have the requested operation.")
    return model.operation_model(operation)


def _converted(application: WSGI, environ: Environ, start_response: Callable[..., Any]) -> Iterable[bytes]:
    begun: list[Any] = []

    def begin(*arguments: Any, **_: Any) -> None:
        begun[:] = arguments[:2]

    body = application(environ, begin)
    status, fields = begun
    if ("Content-Type", EVENTS) in fields:
        start_response(status, fields)
        return body
    written = _answer(environ, status, b"".join(body))
    others = [each for each in fields if each[0].lower() not in ("content-type", "content-length", "x-amz-crc32")]
    start_response(status, [*others, ("Content-Type", TYPE), ("Content-Length", str(len(written)))])
    return [written]


def _answer(environ: Environ, status: str, body: bytes) -> bytes:
    value = json.loads(body or b"{}")
    if status.startswith("2"):
        shape = _model(environ).output_shape
        return encode(value, shape) if shape is not None else b"\xa0"
    error = {"__type": value.get("__type"), "message": value.get("message") or value.get("Message")}
    return encode(error, ERROR.build_model())
