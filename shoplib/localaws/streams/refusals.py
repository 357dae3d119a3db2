"""Validates requests as Kinesis does: parameters against AWS's model, and whether streams and consumers exist.

moto 5.2.5 accepts any name, creates a consumer twice, and by name deregisters all consumers except the named one.
"""

from typing import Any

from moto.core.exceptions import JsonRESTError
from moto.kinesis.exceptions import ConsumerNotFound, InvalidArgumentError, ResourceInUseError, StreamNotFoundError
from moto.kinesis.models import KinesisBackend
from moto.kinesis.responses import KinesisResponse

from shoplib.localaws.json_text import object_in
from shoplib.localaws.model_constraints import breaches
from shoplib.localaws.moto_patches import Method, before, replace_methods, wrap

# The parameter that each iterator type requires.
NEEDED = {
    "AT_SEQUENCE_NUMBER": ("StartingSequenceNumber", "startingSequenceNumber"),
    "AFTER_SEQUENCE_NUMBER": ("StartingSequenceNumber", "startingSequenceNumber"),
    "AT_TIMESTAMP": ("Timestamp", "timestampInMillis"),
}


def install() -> None:
    before(KinesisResponse, "get_shard_iterator", _require_start)
    wrap(KinesisResponse, "register_stream_consumer", _not_yet_active)
    for name in [each for each in vars(KinesisResponse) if not each.startswith("_") and each != "kinesis_backend"]:
        wrap(KinesisResponse, name, _with_checks)
    before(KinesisBackend, "create_stream", _require_new_name)
    before(KinesisBackend, "register_stream_consumer", _require_new_consumer)
    replace_methods(KinesisBackend, deregister_stream_consumer=_deregister)


def _with_checks(original: Method) -> Method:
    """Wraps each operation, so that the fast path also validates."""
    operation = "".join(part.capitalize() for part in original.__name__.split("_"))

    def answer(self: Any) -> Any:
        if objection := breaches("kinesis", operation, _parameters(self.body)):
            raise JsonRESTError("ValidationException", objection)
        return original(self)

    return answer


def _parameters(body: Any) -> dict[str, Any]:
    """The parameters; the fast path passes them parsed. Data is base64 here, which the model's limit allows for."""
    if isinstance(body, str | bytes):
        return object_in(body)
    return body if isinstance(body, dict) else {}


def _require_start(self: Any) -> None:
    kind = self._get_param("ShardIteratorType")
    parameter, name = NEEDED.get(kind, (None, ""))
    if parameter and self._get_param(parameter) is None:
        raise InvalidArgumentError(
            f"Must specify {name} parameter for iterator of type {kind}. Current request has no {name} parameter."
        )


def _not_yet_active(original: Method) -> Method:
    """AWS responds before a consumer is active; here it is active by the next request."""

    def register_stream_consumer(self: Any) -> Any:
        answer: Any = original(self)
        answer.result["Consumer"] |= {"ConsumerStatus": "CREATING"}
        return answer

    return register_stream_consumer


def _require_new_name(self: Any, stream_name: str, *_: Any, **__: Any) -> None:
    if stream_name in self.streams:
        raise ResourceInUseError(f"Stream {stream_name} under account {self.account_id} already exists.")


def _require_new_consumer(self: Any, stream_arn: str, consumer_name: str) -> None:
    for consumer in _stream(self, stream_arn).consumers:
        if consumer.consumer_name == consumer_name:
            raise ResourceInUseError(
                f"Consumer {consumer_name} under stream {stream_arn} already exists for account {self.account_id}."
            )


def _deregister(
    self: KinesisBackend, stream_arn: str | None, consumer_name: str | None, consumer_arn: str | None
) -> None:
    streams = [_stream(self, stream_arn)] if stream_arn else list(self.streams.values())
    for stream in streams:
        for consumer in list(stream.consumers):
            if consumer.consumer_arn == consumer_arn or (stream_arn and consumer.consumer_name == consumer_name):
                stream.consumers.remove(consumer)
                return
    raise ConsumerNotFound(consumer=str(consumer_name or consumer_arn), account_id=self.account_id)


def _stream(backend: KinesisBackend, arn: str) -> Any:
    name = arn.rsplit("/", 1)[-1]
    if name not in backend.streams:
        raise StreamNotFoundError(name, backend.account_id)
    return backend.streams[name]
