"""CloudWatch metrics of APIs (namespace AWS/ApiGateway), summed up per second before moto gets them."""

from collections import Counter
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from moto.cloudwatch.models import cloudwatch_backends

from shoplib.localaws.apigateway.exchange import Exchange

NAMESPACE = "AWS/ApiGateway"
UNITS = {"Latency": "Milliseconds", "IntegrationLatency": "Milliseconds"}
Dimensions = tuple[tuple[str, str], ...]
Key = tuple[str, str, int, Dimensions, str]  # account, region, second, dimensions, metric


@dataclass(frozen=True, slots=True)
class Measured:
    """One answered request; each value counts once for every set of dimensions."""

    account_id: str
    region: str
    second: int
    dimension_sets: tuple[Dimensions, ...]
    values: dict[str, float]


def of_rest_api(exchange: Exchange, api_name: str, detailed: bool, status: int) -> Measured:
    api, stage = ("ApiName", api_name), ("Stage", exchange.stage)
    sets: list[Dimensions] = [(api,), (api, stage)]
    if detailed:
        sets.append((api, stage, ("Resource", exchange.resource_path), ("Method", exchange.request.method)))
    measured = _measured(exchange, sets, status, ("4XXError", "5XXError"))
    if exchange.cache_hit is not None:
        measured.values["CacheHitCount" if exchange.cache_hit else "CacheMissCount"] = 1.0
    return measured


def of_http_api(exchange: Exchange, detailed: bool, status: int) -> Measured:
    api, stage = ("ApiId", exchange.api_id), ("Stage", exchange.stage)
    sets: list[Dimensions] = [(api,), (api, stage)]
    if detailed and exchange.method:
        method, _, path = exchange.method.rpartition(" ")
        sets.append((api, ("Method", method), ("Resource", path), stage))
    return _measured(exchange, sets, status, ("4xx", "5xx"))


def of_web_socket_api(exchange: Exchange, detailed: bool, status: int) -> Measured:
    """A refusal of the gateway's own is the client's error, a failing call an execution error; what the integration
    answers is its own."""
    kind = exchange.connection.get("eventType")
    refused, called = "message" in exchange.error, exchange.integration_status is not None
    values = {
        **({"ConnectCount": 1.0} if kind == "CONNECT" else {}),
        **({"MessageCount": 1.0} if kind == "MESSAGE" else {}),
        "ClientError": float(refused and status < 500),
        "ExecutionError": float(refused and status >= 500),
        "IntegrationError": float(called and (exchange.integration_status or 0) >= 400),
    }
    if exchange.endpoint is not None:
        values["IntegrationLatency"] = float(exchange.integration_milliseconds)
    return _of_web_socket(exchange, values, (("Route", exchange.method),) if detailed else ())


def of_posted_message(exchange: Exchange) -> Measured:
    return _of_web_socket(exchange, {"MessageCount": 1.0})


def _of_web_socket(exchange: Exchange, values: dict[str, float], route: Dimensions = ()) -> Measured:
    api, stage = ("ApiId", exchange.api_id), ("Stage", exchange.stage)
    second = int(exchange.request.received_at)
    sets = ((api,), (api, stage), *([(api, *route, stage)] if route else []))
    return Measured(exchange.account_id, exchange.region, second, sets, values)


def _measured(exchange: Exchange, sets: list[Dimensions], status: int, error_names: tuple[str, str]) -> Measured:
    values = {
        "Count": 1.0,
        "Latency": float(exchange.latency_milliseconds),
        error_names[0]: float(400 <= status < 500),
        error_names[1]: float(status >= 500),
    }
    if exchange.integration_status is not None:
        values["IntegrationLatency"] = float(exchange.integration_milliseconds)
    second = int(exchange.request.received_at)
    return Measured(exchange.account_id, exchange.region, second, tuple(sets), values)


@dataclass
class Totals:
    """How often each value was there, not yet written."""

    _counts: dict[Key, Counter[float]] = field(default_factory=dict)

    def add(self, measured: Measured) -> None:
        for dimensions in measured.dimension_sets:
            for name, value in measured.values.items():
                key = (measured.account_id, measured.region, measured.second, dimensions, name)
                self._counts.setdefault(key, Counter())[value] += 1

    def write(self, before: float) -> None:
        """Hand every second that ended before the Unix time `before` to moto."""
        for key in [key for key in self._counts if key[2] + 1 <= before]:
            account_id, region, *_ = key
            datum = _datum(key, self._counts.pop(key))
            cloudwatch_backends[account_id][region].put_metric_data(NAMESPACE, [datum])


def _datum(key: Key, counts: Counter[float]) -> dict[str, Any]:
    _, _, second, dimensions, name = key
    return {
        "MetricName": name,
        "Unit": UNITS.get(name, "Count"),
        "Timestamp": datetime.fromtimestamp(second, UTC).replace(tzinfo=None),
        "Dimensions": [{"Name": key, "Value": text} for key, text in dimensions],
        "Values": list(counts),
        "Counts": [float(count) for count in counts.values()],
    }
