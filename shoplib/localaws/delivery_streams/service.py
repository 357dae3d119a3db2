"""Firehose streams: accepts records, buffers them according to the buffering hints, and delivers them."""

import gzip
import io
import json
import logging
import threading
import time
import uuid
from base64 import b64decode
from collections.abc import Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Any
from weakref import WeakKeyDictionary

from moto.awslambda.exceptions import LambdaClientError
from moto.core.exceptions import ServiceException
from moto.firehose.exceptions import InvalidArgumentException, ResourceNotFoundException
from moto.firehose.models import DeliveryStream, FirehoseBackend, firehose_backends
from moto.firehose.responses import FirehoseResponse
from moto.kinesis.models import Stream
from werkzeug.exceptions import HTTPException

from shoplib.localaws import engine_clock, request_context
from shoplib.localaws.arns import Arn
from shoplib.localaws.delivery_streams import http_endpoint, refusals, s3
from shoplib.localaws.delivery_streams.buffers import MIB, Buffer, WaitingRecord
from shoplib.localaws.delivery_streams.failures import Failure
from shoplib.localaws.delivery_streams.processing import Origin, process
from shoplib.localaws.functions import Invocation, LambdaService
from shoplib.localaws.moto_patches import after, before, replace
from shoplib.localaws.timetable import Timetable

LOG = logging.getLogger(__name__)
SIZE_MB, INTERVAL_S = 5, 300
LARGEST_BATCH = 4 * MIB
WORKERS = 4
SHORTEST_PAUSE_S = 1
UNDELIVERED = (ServiceException, HTTPException, LambdaClientError)
Hints = tuple[int, int]
_original_delete = FirehoseBackend.delete_delivery_stream


class DeliveryStreams:
    """Accepts records, and delivers them on its own threads."""

    def __init__(self, timetable: Timetable, lambdas: LambdaService) -> None:
        self._timetable, self._lambdas = timetable, lambdas
        self._buffers: WeakKeyDictionary[DeliveryStream, Buffer] = WeakKeyDictionary()
        self._paused: list[Buffer] = []
        self._making = threading.Lock()
        self._ending = threading.Event()
        self._workers = ThreadPoolExecutor(WORKERS, thread_name_prefix="firehose")

    def install(self) -> None:
        """The last one installed is used."""

        def put_record_batch(backend: Any, delivery_stream_name: str, records: list[dict[str, Any]]) -> dict[str, Any]:
            _check_batch(records)
            ids = self.take(_stream(backend, delivery_stream_name), [_data(each) for each in records])
            return {"FailedPutCount": 0, "Encrypted": False, "RequestResponses": [{"RecordId": id} for id in ids]}

        def send_log_event(backend: Any, delivery_stream_arn: str, *subscription: Any, **options: Any) -> None:
            stream = _stream(backend, delivery_stream_arn.rpartition("/")[2])
            self.take(stream, [_log_data(backend.account_id, *subscription, **options)])

        def delete_delivery_stream(backend: Any, delivery_stream_name: str) -> None:
            self._deliver_the_rest(_stream(backend, delivery_stream_name))
            _original_delete(backend, delivery_stream_name)

        replace(FirehoseBackend, "put_record_batch", put_record_batch)
        replace(FirehoseBackend, "send_log_event", send_log_event)
        before(FirehoseResponse, "create_delivery_stream", _check_creation)
        before(FirehoseResponse, "update_destination", _check_update)
        replace(FirehoseBackend, "delete_delivery_stream", delete_delivery_stream)
        after(Stream, "put_record", self._read_source)

    def close(self) -> None:
        self._ending.set()
        self._workers.shutdown(wait=True, cancel_futures=True)

    def pause(self, limit_s: float) -> bool:
        """Pause delivery; False if a delivery does not finish within the limit."""
        end = time.monotonic() + limit_s
        for each in list(self._buffers.values()):
            if not each.delivering.acquire(timeout=max(0.0, end - time.monotonic())):
                return False
            self._paused.append(each)
        return True

    def resume(self) -> None:
        while self._paused:
            self._paused.pop().delivering.release()

    def state(self) -> list[tuple[DeliveryStream, Buffer]]:
        return list(self._buffers.items())

    def restore(self, state: list[tuple[DeliveryStream, Buffer]] | None) -> None:
        self._buffers = WeakKeyDictionary(state or ())
        for stream, _ in state or ():
            self._start_later(stream, _hints(stream)[1])

    def take(self, stream: Any, data: list[bytes], arrival: float | None = None) -> list[str]:
        """Buffers records and returns their IDs."""
        arrived = engine_clock.now() if arrival is None else arrival
        records = [WaitingRecord(uuid.uuid4().hex, each, arrived) for each in data]
        was_empty, size = self._buffer(stream).add(records)
        size_mb, interval_s = _hints(stream)
        if size >= size_mb * MIB or interval_s == 0:
            self._start(stream)
        elif was_empty:
            self._start_later(stream, interval_s)
        return [each.id for each in records]

    def _buffer(self, stream: Any) -> Buffer:
        with self._making:
            return self._buffers.setdefault(stream, Buffer())

    def _start_later(self, stream: Any, seconds: float) -> None:
        self._timetable.set(_key(stream), engine_clock.now() + seconds, lambda: self._start(stream))

    def _start(self, stream: Any) -> None:
        if not self._ending.is_set():
            self._workers.submit(self._deliver, stream).add_done_callback(_log_fault)

    def _deliver(self, stream: Any) -> None:
        buffer = self._buffer(stream)
        with buffer.delivering:
            records = buffer.take()
            if not records:
                return
            try:
                self._deliver_records(stream, records)
                records = []
            except UNDELIVERED as error:
                LOG.warning("%s: not delivered, will be retried: %s", stream.delivery_stream_name, error)
            finally:
                if records:
                    buffer.put_back(records)
                    self._start_later(stream, max(SHORTEST_PAUSE_S, _hints(stream)[1]))

    def _deliver_the_rest(self, stream: Any) -> None:
        self._timetable.drop(_key(stream))
        self._start(stream)

    def _deliver_records(self, stream: Any, records: list[WaitingRecord]) -> None:
        configuration = _destination(stream)
        origin = Origin(stream.delivery_stream_arn, (stream.source or {}).get("KinesisStreamARN", ""))
        done, failed = process(configuration.get("ProcessingConfiguration"), records, origin, self._transform)
        done, without_keys = _with_keys(done, s3.partition_keys(configuration))
        if "EndpointConfiguration" in configuration:
            backup = configuration["S3DestinationDescription"]
            failures = http_endpoint.post(stream.delivery_stream_arn, configuration, done, self._ending) if done else []
            s3.write_failures(stream, backup, "http-endpoint-failed", failures)
            if configuration.get("S3BackupMode") == "AllData":
                s3.write(stream, backup, records)
        else:
            backup = configuration
            s3.write(stream, configuration, done)
            if configuration.get("S3BackupMode") == "Enabled":
                s3.write(stream, configuration["S3BackupDescription"], records)
        s3.write_failures(stream, backup, "processing-failed", [*failed, *without_keys])

    def _transform(self, origin: Origin, function_arn: str, payload: bytes) -> Invocation:
        where = Arn.parse(origin.stream_arn)
        with request_context.on_behalf_of(origin.stream_arn):
            return self._lambdas.invoke(function_arn, payload, region=where.region, account_id=where.account_id)

    def _read_source(
        self, _: Any, kinesis_stream: Any, partition_key: str, explicit: Any, data: str, **__: Any
    ) -> None:
        """Sends records of a Kinesis stream to the Firehose streams that read it."""
        for stream in _readers(kinesis_stream):
            self.take(stream, [b64decode(data)])


def _with_keys(records: list[WaitingRecord], names: set[str]) -> tuple[list[WaitingRecord], list[Failure]]:
    lacking = [each for each in records if not names <= set(dict(each.keys))]
    text = f"The function returned no partition keys {', '.join(sorted(names))}"
    failures = [Failure(each, "DynamicPartitioning.PartitionKeysMissing", text) for each in lacking]
    return [each for each in records if each not in lacking] if lacking else records, failures


def _log_fault(delivery: Future[None]) -> None:
    if not delivery.cancelled() and (error := delivery.exception()):
        LOG.error("A delivery of Firehose failed", exc_info=error)


def _readers(kinesis_stream: Any) -> list[Any]:
    backend = firehose_backends[kinesis_stream.account_id][kinesis_stream.region]
    streams = list(backend.delivery_streams.values())
    return [each for each in streams if each.source and each.source["KinesisStreamARN"] == kinesis_stream.arn]


def _stream(backend: Any, name: str) -> Any:
    if name not in backend.delivery_streams:
        raise ResourceNotFoundException(f"Firehose {name} under account {backend.account_id} not found.")
    return backend.delivery_streams[name]


def _data(record: Mapping[str, Any]) -> bytes:
    data = record["Data"]
    return data if isinstance(data, bytes) else b64decode(data)


def _check_batch(records: list[dict[str, Any]]) -> None:
    if sum(len(_data(each)) for each in records) > LARGEST_BATCH:
        raise InvalidArgumentException("A batch has at most 4 MiB")


def _check_creation(response: Any) -> None:
    refusals.check(response._get_param, "Configuration")


def _check_update(response: Any) -> None:
    refusals.check(response._get_param, "Update")


def _destination(stream: Any) -> Mapping[str, Any]:
    (destination,) = stream.destinations
    for name in ("ExtendedS3", "S3", "HttpEndpoint"):
        if name in destination:
            configuration: Mapping[str, Any] = destination[name]
            return configuration
    raise ServiceException("InvalidArgumentException", f"{stream.delivery_stream_name} has no destination")


def _hints(stream: Any) -> Hints:
    hints = _destination(stream).get("BufferingHints") or {}
    return hints.get("SizeInMBs", SIZE_MB), hints.get("IntervalInSeconds", INTERVAL_S)


def _key(stream: Any) -> str:
    return f"firehose {stream.delivery_stream_arn}"


def _log_data(
    account_id: str, filter_name: str, log_group_name: str, log_stream_name: str, log_events: list[dict[str, Any]]
) -> bytes:
    """The data as CloudWatch Logs sends it: compressed JSON."""
    message = {
        "messageType": "DATA_MESSAGE",
        "owner": account_id,
        "logGroup": log_group_name,
        "logStream": log_stream_name,
        "subscriptionFilters": [filter_name],
        "logEvents": log_events,
    }
    out = io.BytesIO()
    with gzip.GzipFile(fileobj=out, mode="w") as file:
        file.write(json.dumps(message, separators=(",", ":")).encode())
    return out.getvalue()
