"""Access logs: the line that a stage asks for, written to a CloudWatch log group or a Firehose stream."""

import json
import re
from dataclasses import dataclass
from typing import Any

from moto.firehose.models import firehose_backends
from moto.logs.models import logs_backends

from shoplib.localaws.apigateway.exchange import Exchange
from shoplib.localaws.apigateway.messages import Response
from shoplib.localaws.apigateway.parameters import context_lookup

VARIABLE = re.compile(r"\$context\.[A-Za-z0-9_.-]+")


@dataclass(frozen=True, slots=True)
class Logged:
    """One line on its way; `destination` is the ARN of a log group or delivery stream."""

    account_id: str
    region: str
    destination: str
    stream: str
    timestamp: int  # milliseconds
    line: str


def logged(exchange: Exchange, settings: dict[str, Any] | None, response: Response) -> Logged | None:
    """The line for a request, or None when the stage writes no access log."""
    if not settings or not settings.get("destinationArn") or not settings.get("format"):
        return None
    return Logged(
        exchange.account_id,
        exchange.region,
        settings["destinationArn"],
        f"{exchange.api_id}/{exchange.stage}",
        exchange.epoch_milliseconds,
        access_log_line(settings["format"], exchange, response),
    )


def access_log_line(template: str, exchange: Exchange, response: Response) -> str:
    """A stage's log format with its `$context` variables; what has no value is written as `-`."""
    lookup = context_lookup(
        exchange,
        status=response.status,
        responseLength=len(response.body),
        responseLatency=exchange.latency_milliseconds,
        integrationLatency=exchange.integration_milliseconds,
        integrationStatus=exchange.integration_status,
        integrationErrorMessage=exchange.error.get("message", ""),
        integration={"latency": exchange.integration_milliseconds, "status": exchange.integration_status},
    )
    return VARIABLE.sub(lambda match: _value(lookup(match.group(0)[1:])), template).rstrip("\n")


def _value(text: str) -> str:
    return json.dumps(text, ensure_ascii=False)[1:-1] if text else "-"


def write(entry: Logged) -> None:
    """The log stream is created when it is missing, the group is not: as on AWS it must exist."""
    if ":firehose:" in entry.destination:
        stream = entry.destination.rpartition("/")[2]
        record = {"Data": entry.line.encode()}
        firehose_backends[entry.account_id][entry.region].put_record(stream, record)
        return
    group = entry.destination.partition(":log-group:")[2].removesuffix(":*")
    logs = logs_backends[entry.account_id][entry.region]
    if entry.stream not in logs.groups[group].streams:
        logs.create_log_stream(group, entry.stream)
    logs.put_log_events(group, entry.stream, [{"timestamp": entry.timestamp, "message": entry.line}])
