"""SubscribeToShard: pushes a shard's records to a consumer over its own connection, for five minutes."""

import json
import threading
from collections.abc import Callable, Iterable, Iterator
from typing import Any

from moto.core.eventstream import EventStreamEncoder
from moto.core.exceptions import JsonRESTError
from moto.core.utils import get_service_model, unix_time
from moto.kinesis.exceptions import InvalidArgumentError, ResourceNotFoundError, ShardNotFoundError
from moto.kinesis.models import KinesisBackend, Stream, kinesis_backends

from shoplib.localaws import engine_clock
from shoplib.localaws.accounts import account_of
from shoplib.localaws.ingress.refusals import Refusal
from shoplib.localaws.moto_fixes.kinesis_records import horizon, last_number, number_before
from shoplib.localaws.moto_fixes.kinesis_shards import child_shards
from shoplib.localaws.moto_patches import Method, wrap
from shoplib.localaws.request_scope import signature
from shoplib.localaws.streams import encryption
from shoplib.localaws.streams.cbor import EVENTS, FLAG, TYPE, encode

TARGET = "Kinesis_20131202.SubscribeToShard"
LIFE_S = 300.0
TAKEOVER_S = 5.0  # a newer call replaces a subscription, but only after this time
SILENCE_S = 5.0  # between two events without records
AT_ONCE = 1_000
IN_USE = "ResourceInUseException"
Environ = dict[str, Any]
Event = dict[str, Any]


class Subscriptions:
    """A WSGI application for this operation."""

    def __init__(self) -> None:
        wrap(Stream, "put_record", _announced)
        self._current: dict[tuple[str, str], Subscription] = {}
        self._lock = threading.Lock()

    def matches(self, environ: Environ) -> bool:
        return bool(environ.get("HTTP_X_AMZ_TARGET") == TARGET)

    def __call__(self, environ: Environ, start_response: Callable[..., Any]) -> Iterable[bytes]:
        try:
            subscription = self._begin(environ)
        except JsonRESTError as error:
            raise Refusal(error.error_type, error.message) from error
        start_response("200 OK", [("Content-Type", EVENTS)])
        return _written(subscription, bool(environ.get(FLAG)))

    def _begin(self, environ: Environ) -> "Subscription":
        request = json.loads(environ["wsgi.input"].read(int(environ.get("CONTENT_LENGTH") or 0)) or b"{}")
        new = _subscription(_backend(environ), request)
        place = new.consumer_arn, new.shard.shard_id
        with self._lock:
            present = self._current.get(place)
            if present and not present.ended and new.began - present.began < TAKEOVER_S:
                text = f"Another active subscription exists for this consumer: {new.consumer_arn}"
                raise Refusal(IN_USE, text)
            self._current[place] = new
        if present:
            present.taken_over = True
        return new


class Subscription:
    def __init__(self, backend: KinesisBackend, stream: Any, shard: Any, consumer_arn: str, after: int) -> None:
        self.consumer_arn, self.shard = consumer_arn, shard
        self._backend, self._stream, self._after = backend, stream, after
        self.began = engine_clock.now()
        self.taken_over = self.ended = False

    def events(self) -> Iterator[Event]:
        """An event as soon as there are records, and without records every few seconds."""
        try:
            while engine_clock.now() - self.began < LIFE_S and not self.taken_over:
                self._wait()
                event = self._next()
                yield event
                if "ChildShards" in event:
                    return
        finally:
            self.ended = True

    def failure(self) -> tuple[str, str] | None:
        """Why it ended early, or None."""
        if self.taken_over:
            return IN_USE, f"Another subscription replaced this one: {self.consumer_arn}"
        if self._backend.streams.get(self._stream.stream_name) is not self._stream:
            return "ResourceNotFoundException", f"Stream {self._stream.stream_name} was deleted."
        return None

    def _wait(self) -> None:
        arrivals = _arrivals(self._stream)
        with arrivals:
            arrivals.wait_for(self._has_news, SILENCE_S)

    def _has_news(self) -> bool:
        return self.taken_over or not self.shard.is_open or last_number(self.shard) > self._after

    def _next(self) -> Event:
        records, _, behind = self.shard.get_records(str(self._after), AT_ONCE)
        if records:
            self._after = records[-1].sequence_number
        event: Event = {
            "Records": [_record(each) for each in records],
            "ContinuationSequenceNumber": str(self._after),
            "MillisBehindLatest": behind,
        }
        ended = not self.shard.is_open and self._after >= last_number(self.shard)
        return {**event, "ChildShards": child_shards(self._stream, self.shard)} if ended else event


def _subscription(backend: KinesisBackend, request: Event) -> Subscription:
    arn, shard_id = str(request.get("ConsumerARN")), str(request.get("ShardId"))
    stream: Any = next((each for each in backend.streams.values() if each.get_consumer_by_arn(arn)), None)
    if stream is None:
        raise ResourceNotFoundError(message=f"Consumer {arn} not found.")
    try:
        shard = stream.get_shard(shard_id)
    except ShardNotFoundError as error:
        text = f"Shard {shard_id} in stream {stream.stream_name} under account {backend.account_id} does not exist"
        raise ResourceNotFoundError(message=text) from error
    return Subscription(backend, stream, shard, arn, _position(shard, request.get("StartingPosition") or {}))


def _position(shard: Any, starting: Event) -> int:
    """The number of the last record before the starting position."""
    kind = starting.get("Type")
    if kind == "TRIM_HORIZON":
        return horizon(shard)
    if kind == "LATEST":
        return last_number(shard)
    if kind == "AT_TIMESTAMP" and "Timestamp" in starting:
        return number_before(shard, float(starting["Timestamp"]))
    if kind in ("AT_SEQUENCE_NUMBER", "AFTER_SEQUENCE_NUMBER") and str(starting.get("SequenceNumber", "")).isdigit():
        return int(starting["SequenceNumber"]) - (kind == "AT_SEQUENCE_NUMBER")
    raise InvalidArgumentError(f"Invalid StartingPosition: {kind} needs its SequenceNumber or Timestamp.")


def _record(record: Any) -> Event:
    arrived = unix_time(record.created_at_datetime)
    return {
        "SequenceNumber": str(record.sequence_number),
        "ApproximateArrivalTimestamp": int(arrived * 1000) / 1000,
        "Data": record.data,
        "PartitionKey": record.partition_key,
        **({"EncryptionType": encryption.KMS} if encryption.is_encrypted(record) else {}),
    }


def _written(subscription: Subscription, as_cbor: bool) -> Iterator[bytes]:
    encoder = EventStreamEncoder()
    shape = get_service_model("kinesis").shape_for("SubscribeToShardEvent")
    kind = TYPE if as_cbor else "application/json"

    def message(payload: bytes, **headers: str) -> bytes:
        event_headers = {f":{name.replace('_', '-')}": value for name, value in headers.items()}
        return encoder.encode_message({**event_headers, ":content-type": kind}, payload)

    yield message(b"\xa0" if as_cbor else b"{}", message_type="event", event_type="initial-response")
    for event in subscription.events():
        payload = encode(event, shape) if as_cbor else json.dumps(event).encode()
        yield message(payload, message_type="event", event_type="SubscribeToShardEvent")
    if failed := subscription.failure():
        content = json.dumps({"message": failed[1]}).encode()
        yield message(content, message_type="exception", exception_type=failed[0])


def _backend(environ: Environ) -> KinesisBackend:
    signed = signature(environ)
    if signed is None:
        raise Refusal("MissingAuthenticationTokenException", "Missing Authentication Token", 403)
    account_id = environ.get("HTTP_X_MOTO_ACCOUNT_ID") or account_of(signed.access_key)
    backend: KinesisBackend = kinesis_backends[account_id][signed.region]
    return backend


def _arrivals(stream: Any) -> threading.Condition:
    """Notified of each record. Created for the first subscriber: most streams have none."""
    arrivals: threading.Condition = stream.__dict__.setdefault("lab_arrivals", threading.Condition())
    return arrivals


def _announced(original: Method) -> Method:
    def put_record(stream: Any, *arguments: Any, **kwargs: Any) -> Any:
        result = original(stream, *arguments, **kwargs)
        if arrivals := stream.__dict__.get("lab_arrivals"):
            with arrivals:
                arrivals.notify_all()
        return result

    return put_record
