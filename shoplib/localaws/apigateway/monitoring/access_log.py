"""Access logs: the line that a stage asks for, written to a CloudWatch log group or a Firehose stream."""

import json
import re
from dataclasses import dataclass
from typing import Any

from moto.firehose.models import firehose_backends

from shoplib.localaws.apigateway.exchange import Exchange
from shoplib.localaws.apigateway.messages import Response
from shoplib.localaws.apigateway.monitoring import log_events
from shoplib.localaws.apigateway.monitoring.log_events import LogEvents
from shoplib.localaws.apigateway.monitoring.log_variables import log_variables
from shoplib.localaws.apigateway.parameters import context_lookup

VARIABLE = re.compile(r"\$context\.[A-Za-z0-9_.-]+")


@dataclass(frozen=True, slots=True)
class FirehoseRecord:
    """One line on its way to a delivery stream."""

    account_id: str
    region: str
    stream: str
    line: str


def access_log(
    exchange: Exchange, settings: dict[str, Any] | None, response: Response
) -> LogEvents | FirehoseRecord | None:
    """The line for a request, or None when the stage writes no access log."""
    if not settings or not settings.get("destinationArn") or not settings.get("format"):
        return None
    destination, line = settings["destinationArn"], access_log_line(settings["format"], exchange, response)
    if ":firehose:" in destination:
        return FirehoseRecord(exchange.account_id, exchange.region, destination.rpartition("/")[2], line)
    group = destination.partition(":log-group:")[2].removesuffix(":*")
    stream = f"{exchange.api_id}/{exchange.stage}"
    return LogEvents(exchange.account_id, exchange.region, group, stream, exchange.epoch_milliseconds, (line,))


def access_log_line(template: str, exchange: Exchange, response: Response) -> str:
    """A stage's log format with its `$context` variables; what has no value is written as `-`."""
    lookup = context_lookup(exchange, **log_variables(exchange, response))
    return VARIABLE.sub(lambda match: _value(lookup(match.group(0)[1:])), template).rstrip("\n")


def _value(text: str) -> str:
    """Maps (`$context.authorizer.claims`) are null, and so written as `-`."""
    return json.dumps(text, ensure_ascii=False)[1:-1] if text and not text.startswith("{") else "-"


def write(entry: LogEvents | FirehoseRecord) -> None:
    if isinstance(entry, LogEvents):
        log_events.write(entry)
        return
    record = {"Data": entry.line.encode()}
    firehose_backends[entry.account_id][entry.region].put_record(entry.stream, record)
