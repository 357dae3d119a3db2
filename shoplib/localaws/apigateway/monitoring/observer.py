"""What the gateway reports to CloudWatch after each request, on a thread of its own so that no client waits for it."""

import logging
import queue
import threading
from collections.abc import Callable
from dataclasses import replace
from typing import Any

from shoplib.localaws import engine_clock, request_context
from shoplib.localaws.apigateway.exchange import Exchange
from shoplib.localaws.apigateway.messages import Response
from shoplib.localaws.apigateway.monitoring import access_log, execution_log, metrics, tracing
from shoplib.localaws.apigateway.monitoring.access_log import FirehoseRecord
from shoplib.localaws.apigateway.monitoring.log_events import LogEvents
from shoplib.localaws.apigateway.monitoring.metrics import Measured, Totals
from shoplib.localaws.apigateway.throttling import method_settings, route_settings
from shoplib.localaws.call_record import CLIENTS, CallRecord, excerpt

LOG = logging.getLogger(__name__)
IDLE = 0.3  # seconds without a request after which finished seconds are written
BUSY = 5.0  # seconds after which they are written under constant traffic
Record = Callable[[CallRecord], None]
Trace = Callable[[str, str, dict[str, Any]], None]  # account, region and segment of a request that is traced
Note = Measured | LogEvents | FirehoseRecord | threading.Event | None


class Observer:
    """Metrics of every request and the access logs that stages ask for."""

    def __init__(self, record: Record = lambda _: None, trace: Trace = lambda *_: None) -> None:
        self._record = record
        self._trace = trace
        self._notes: queue.SimpleQueue[Note] = queue.SimpleQueue()
        self._totals = Totals()
        self._writer = threading.Thread(target=self._write_all, name="apigateway-observer", daemon=True)
        self._writer.start()

    def close(self) -> None:
        self._notes.put(None)
        self._writer.join(timeout=5)

    def flush(self, timeout: float = 5.0) -> bool:
        """Wait until everything noted so far is written; False when that takes longer than `timeout` seconds."""
        written = threading.Event()
        self._notes.put(written)
        return written.wait(timeout)

    def rest_api(self, exchange: Exchange, stage: Any, api_name: str, response: Response) -> None:
        if segment := tracing.end(exchange, api_name, response):
            self._trace(exchange.account_id, exchange.region, segment)
        detailed = str(method_settings(stage, exchange).get("metricsEnabled")).lower() == "true"
        self._record(_seen(exchange, response))
        self._notes.put(metrics.of_rest_api(exchange, api_name, detailed, response.status))
        self._put(access_log.access_log(exchange, stage.access_log_settings, response))
        self._put(execution_log.execution_log(exchange, stage, response))

    def http_api(self, exchange: Exchange, stage: Any, response: Response) -> None:
        self._record(_seen(exchange, response))
        self._notes.put(metrics.of_http_api(exchange, _is_detailed(stage, exchange), response.status))
        self._put(access_log.access_log(exchange, stage.access_log_settings, response))

    def web_socket(self, exchange: Exchange, stage: Any, response: Response) -> None:
        """A connection, a message or the end of a connection."""
        self._record(_seen(exchange, response))
        self._notes.put(metrics.of_web_socket_api(exchange, _is_detailed(stage, exchange), response.status))
        self._put(access_log.access_log(exchange, stage.access_log_settings, response))
        self._put(execution_log.of_web_socket(exchange, stage, response))

    def connections(self, exchange: Exchange, stage: Any, response: Response) -> None:
        """A call of `@connections`; what is posted is a message, too."""
        self._record(replace(_seen(exchange, response), operation="ManageConnections"))
        if exchange.request.method == "POST" and response.status == 200:
            self._notes.put(metrics.of_posted_message(exchange))

    def _put(self, entry: LogEvents | FirehoseRecord | None) -> None:
        if entry is not None:
            self._notes.put(entry)

    def _write_all(self) -> None:
        written = engine_clock.now()
        while True:
            try:
                note = self._notes.get(timeout=IDLE)
            except queue.Empty:
                self._attempt(self._totals.write, engine_clock.now())
                continue
            if note is None:
                return
            self._handle(note)
            if engine_clock.now() >= written + BUSY:
                written = engine_clock.now()
                self._attempt(self._totals.write, written)

    def _handle(self, note: Measured | LogEvents | FirehoseRecord | threading.Event) -> None:
        if isinstance(note, Measured):
            self._totals.add(note)
        elif isinstance(note, LogEvents | FirehoseRecord):
            self._attempt(access_log.write, note)
        else:
            self._attempt(self._totals.write, float("inf"))
            note.set()

    def _attempt(self, write: Any, argument: Any) -> None:
        try:
            write(argument)
        except Exception:
            LOG.exception("API Gateway could not write to CloudWatch")


def _is_detailed(stage: Any, exchange: Exchange) -> bool:
    return str(route_settings(stage, exchange).get("detailedMetricsEnabled")).lower() == "true"


def _seen(exchange: Exchange, response: Response) -> CallRecord:
    """An API's client need not sign its request: then who sends it is not known here. The latency is CloudWatch's."""
    request = exchange.request
    call = (
        request_context.current().caller or CLIENTS,
        "execute-api",
        f"{request.method} {exchange.resource_path or request.path}",
        exchange.api_id,
    )
    error = str(response.status) if response.status >= 400 else ""
    ms, trace = float(exchange.latency_milliseconds), request.header("x-amzn-trace-id") or ""
    payload, answer = excerpt(request.body), excerpt(response.body)
    return CallRecord(request.received_at, *call, ms, error, trace, payload=payload, answer=answer)
