"""What moto's Kinesis names and writes otherwise than AWS."""

import uuid
from base64 import b64decode, b64encode
from collections.abc import Callable
from typing import Any

from moto.core.exceptions import JsonRESTError
from moto.core.utils import unix_time
from moto.kinesis import models, utils
from moto.kinesis.models import Consumer, KinesisBackend, Stream
from moto.kinesis.responses import KinesisResponse

from shoplib.localaws.moto_patches import before, replace, wrap
from shoplib.localaws.streams import refusals


def install() -> None:
    refusals.install()
    wrap(Consumer, "__init__", _dated)
    wrap(KinesisBackend, "create_stream", _on_demand_without_shards)
    before(KinesisResponse, "create_stream", _require_name)
    wrap(Stream, "to_json", _with_mode)
    for place in (utils, models):
        replace(place, "compose_shard_iterator", compose_shard_iterator)
        replace(place, "decompose_shard_iterator", decompose_shard_iterator)


def compose_shard_iterator(stream_name: str | None, shard: Any, last_sequence_id: int) -> str:
    """No two are alike, also where nothing came between them."""
    return b64encode(f"{stream_name}:{shard.shard_id}:{last_sequence_id}:{uuid.uuid4()}".encode()).decode()


def decompose_shard_iterator(shard_iterator: str) -> list[str]:
    """Stream, shard and number; AWS takes an iterator in quotes, too."""
    return b64decode(shard_iterator.strip('"'), validate=True).decode().split(":")[:3]


def _dated(original: Callable[..., None]) -> Callable[..., None]:
    """A consumer's ARN ends with the second of its registration."""

    def initialise(consumer: Any, *arguments: Any, **kwargs: Any) -> None:
        original(consumer, *arguments, **kwargs)
        consumer.consumer_arn += f":{int(unix_time(consumer.created))}"

    return initialise


def _on_demand_without_shards(original: Callable[..., Any]) -> Callable[..., Any]:
    def create_stream(
        backend: Any, stream_name: str, shard_count: int | None, stream_mode: Any = None, *rest: Any, **kwargs: Any
    ) -> Any:
        if shard_count is None and stream_mode is None:
            stream_mode = {"StreamMode": "ON_DEMAND"}
        return original(backend, stream_name, shard_count, stream_mode, *rest, **kwargs)

    return create_stream


def _with_mode(original: Callable[..., Any]) -> Callable[..., Any]:
    def to_json(stream: Any, *arguments: Any, **kwargs: Any) -> Any:
        described = original(stream, *arguments, **kwargs)
        described["StreamDescription"]["StreamModeDetails"] = stream.stream_mode
        return described

    return to_json


def _require_name(request: KinesisResponse) -> None:
    if request._get_param("StreamName") is None:
        raise JsonRESTError(
            "ValidationException",
            "1 validation error detected: Value null at 'streamName' failed to satisfy constraint: "
            "Member must not be null",
        )
