"""Corrects names and fields in which moto's Kinesis differs from AWS."""

import uuid
from base64 import b64decode, b64encode
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

from moto.core.exceptions import JsonRESTError
from moto.core.utils import unix_time
from moto.kinesis import models, utils
from moto.kinesis.models import Consumer, KinesisBackend, Stream
from moto.kinesis.responses import KinesisResponse

from shoplib.localaws import engine_clock
from shoplib.localaws.moto_patches import before, replace, wrap
from shoplib.localaws.streams import encryption, refusals, tags

ITERATOR_SECONDS = 300
TIME = 3  # its position in the parts of an iterator
JAVAS_DATE = "%a %b %d %H:%M:%S UTC %Y"


def install() -> None:
    tags.install()
    refusals.install()
    encryption.install()
    wrap(Consumer, "__init__", _dated)
    wrap(KinesisBackend, "create_stream", _on_demand_without_shards)
    before(KinesisResponse, "create_stream", _require_name)
    wrap(KinesisBackend, "get_shard_iterator", _with_the_streams_name)
    wrap(Stream, "to_json", _with_mode)
    wrap(Stream, "to_json_summary", _with_consumers)
    for place in (utils, models):
        replace(place, "compose_shard_iterator", compose_shard_iterator)
        replace(place, "decompose_shard_iterator", decompose_shard_iterator)


def compose_shard_iterator(stream_name: str | None, shard: Any, last_sequence_id: int) -> str:
    """Each iterator is unique, even without new records. The second to last part is its creation time."""
    words = (stream_name, shard.shard_id, last_sequence_id, engine_clock.now(), uuid.uuid4())
    return b64encode(":".join(map(str, words)).encode()).decode()


def decompose_shard_iterator(shard_iterator: str) -> list[str]:
    """Stream, shard and number. As on AWS, an iterator may be in quotes; it expires after five minutes."""
    words = b64decode(shard_iterator.strip('"'), validate=True).decode().split(":")
    if len(words) > TIME and engine_clock.now() - float(words[TIME]) > ITERATOR_SECONDS:
        raise JsonRESTError("ExpiredIteratorException", _expired(float(words[TIME])))
    return words[:TIME]


def _expired(created_at: float) -> str:
    there, now = (datetime.fromtimestamp(at, UTC).strftime(JAVAS_DATE) for at in (created_at, engine_clock.now()))
    return (
        f"Iterator expired. The iterator was created at time {there} while right now it is {now} which is further in "
        f"the future than the tolerated delay of {ITERATOR_SECONDS * 1000} milliseconds."
    )


def _dated(original: Callable[..., None]) -> Callable[..., None]:
    """A consumer's ARN ends with the time of its registration in seconds."""

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


def _with_the_streams_name(original: Callable[..., str]) -> Callable[..., str]:
    """GetRecords needs only the iterator, even if it was made with the stream's ARN."""

    def get_shard_iterator(
        backend: Any, stream_arn: str | None, stream_name: str | None, *rest: Any, **kwargs: Any
    ) -> str:
        name = stream_name or (stream_arn or "").rpartition("/")[2]
        return original(backend, stream_arn, name, *rest, **kwargs)

    return get_shard_iterator


def _with_mode(original: Callable[..., Any]) -> Callable[..., Any]:
    def to_json(stream: Any, *arguments: Any, **kwargs: Any) -> Any:
        described = original(stream, *arguments, **kwargs)
        described["StreamDescription"]["StreamModeDetails"] = stream.stream_mode
        return described

    return to_json


def _with_consumers(original: Callable[..., Any]) -> Callable[..., Any]:
    def to_json_summary(stream: Any) -> Any:
        described = original(stream)
        described["StreamDescriptionSummary"]["ConsumerCount"] = len(stream.consumers)
        return described

    return to_json_summary


def _require_name(request: KinesisResponse) -> None:
    if request._get_param("StreamName") is None:
        raise JsonRESTError(
            "ValidationException",
            "1 validation error detected: Value null at 'streamName' failed to satisfy constraint: "
            "Member must not be null",
        )
