"""What Kinesis refuses: values against AWS's model, streams and consumers that are there or are not.

moto 5.2.5 takes any name, makes a consumer twice, and by name deregisters all consumers but the one that was meant.
"""

import json
from typing import Any

from moto.core.exceptions import JsonRESTError
from moto.kinesis.exceptions import ConsumerNotFound, InvalidArgumentError, ResourceInUseError, StreamNotFoundError
from moto.kinesis.models import KinesisBackend
from moto.kinesis.responses import KinesisResponse

from shoplib.localaws.model_constraints import breaches
from shoplib.localaws.moto_patches import Method, replace_methods, wrap

# What an iterator of these types needs.
NEEDED = {
    "AT_SEQUENCE_NUMBER": ("StartingSequenceNumber", "startingSequenceNumber"),
    "AFTER_SEQUENCE_NUMBER": ("StartingSequenceNumber", "startingSequenceNumber"),
    "AT_TIMESTAMP": ("Timestamp", "timestampInMillis"),
}
OPERATIONS = [name for name in vars(KinesisResponse) if not name.startswith("_") and name != "kinesis_backend"]


def install() -> None:
    wrap(KinesisResponse, "get_shard_iterator", _with_start)
    wrap(KinesisResponse, "register_stream_consumer", _not_yet_active)
    for name in OPERATIONS:
        wrap(KinesisResponse, name, _with_checks)
    wrap(KinesisBackend, "create_stream", _once)
    wrap(KinesisBackend, "register_stream_consumer", _one_of_a_name)
    replace_methods(KinesisBackend, deregister_stream_consumer=_deregister)


def _with_checks(original: Method) -> Method:
    """Around each operation, so that the fast path has it too."""
    operation = "".join(part.capitalize() for part in original.__name__.split("_"))

    def answer(self: Any) -> Any:
        if objection := breaches("kinesis", operation, _parameters(self.body)):
            raise JsonRESTError("ValidationException", objection)
        return original(self)

    return answer


def _parameters(body: Any) -> dict[str, Any]:
    """The fast path brings them read. Data is base64 here, which the model's limit leaves room for."""
    try:
        parameters = json.loads(body or "{}") if isinstance(body, str | bytes) else body
    except ValueError:
        return {}
    return parameters if isinstance(parameters, dict) else {}


def _with_start(original: Method) -> Method:
    def get_shard_iterator(self: Any) -> Any:
        kind = self._get_param("ShardIteratorType")
        parameter, name = NEEDED.get(kind, (None, ""))
        if parameter and self._get_param(parameter) is None:
            raise InvalidArgumentError(
                f"Must specify {name} parameter for iterator of type {kind}. Current request has no {name} parameter."
            )
        return original(self)

    return get_shard_iterator


def _not_yet_active(original: Method) -> Method:
    """AWS answers before a consumer is active; here it is so by the next call."""

    def register_stream_consumer(self: Any) -> Any:
        answer: Any = original(self)
        answer.result["Consumer"] |= {"ConsumerStatus": "CREATING"}
        return answer

    return register_stream_consumer


def _once(original: Method) -> Method:
    def create_stream(self: Any, stream_name: str, *arguments: Any, **named_arguments: Any) -> Any:
        if stream_name in self.streams:
            raise ResourceInUseError(f"Stream {stream_name} under account {self.account_id} already exists.")
        return original(self, stream_name, *arguments, **named_arguments)

    return create_stream


def _one_of_a_name(original: Method) -> Method:
    def register_stream_consumer(self: Any, stream_arn: str, consumer_name: str) -> Any:
        for consumer in _stream(self, stream_arn).consumers:
            if consumer.consumer_name == consumer_name:
                raise ResourceInUseError(
                    f"Consumer {consumer_name} under stream {stream_arn} already exists for account {self.account_id}."
                )
        return original(self, stream_arn, consumer_name)

    return register_stream_consumer


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
