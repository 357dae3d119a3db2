"""Token buckets and quotas: stage and method throttling (429 Too Many Requests), usage plans (429 Limit Exceeded)."""

import threading
import time
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any

from shoplib.localaws.apigateway.errors import GatewayError
from shoplib.localaws.apigateway.exchange import Exchange


@dataclass(slots=True)
class Bucket:
    tokens: float
    filled: float


class Throttles:
    """Request counts of this engine, by whatever they are counted for."""

    def __init__(self) -> None:
        self._buckets: dict[tuple[str, ...], Bucket] = {}
        self._quotas: dict[tuple[str, ...], tuple[str, int]] = {}
        self._days: dict[tuple[str, ...], dict[date, tuple[int, int]]] = {}  # used, and what remained
        self._lock = threading.Lock()

    def state(self) -> Any:
        """What quotas have counted; buckets of throttling fill up in seconds."""
        with self._lock:
            return dict(self._quotas), {key: dict(days) for key, days in self._days.items()}

    def restore(self, state: Any) -> None:
        with self._lock:
            self._buckets.clear()
            self._quotas, self._days = state or ({}, {})

    def check_method(self, exchange: Exchange, stage: Any) -> None:
        """Stage settings such as `*/*` or `~1items/GET`: throttlingRateLimit per second, throttlingBurstLimit."""
        settings = stage.method_settings
        if not settings:
            return
        for key in (method_key(exchange.resource_path, exchange.request.method), "*/*"):
            limits = settings.get(key)
            if limits and "throttlingRateLimit" in limits:
                rate, burst = float(limits["throttlingRateLimit"]), int(limits.get("throttlingBurstLimit", 5000))
                self.take(("method", exchange.api_id, exchange.stage, key), rate, burst)
                return

    def take(self, key: tuple[str, ...], rate: float, burst: int) -> None:
        """Take one request from the bucket `key` or raise 429 Too Many Requests."""
        with self._lock:
            now = time.monotonic()
            bucket = self._buckets.setdefault(key, Bucket(burst, now))
            bucket.tokens = min(float(burst), bucket.tokens + (now - bucket.filled) * rate)
            bucket.filled = now
            if bucket.tokens < 1:
                raise GatewayError("THROTTLED", "Too Many Requests", f"{rate:g}/s, burst {burst}: {'/'.join(key)}")
            bucket.tokens -= 1

    def count(self, key: tuple[str, ...], limit: int, period: str, offset: int = 0) -> None:
        """Count one request of a DAY, WEEK or MONTH quota or raise 429 Limit Exceeded. `offset` requests of the very
        first period are taken for used."""
        now = datetime.now(UTC)
        window = quota_window(period, now)
        with self._lock:
            used = self._used(key, window, offset)
            if used >= limit:
                raise GatewayError(
                    "QUOTA_EXCEEDED", "Limit Exceeded", f"quota of {limit} per {period}: {'/'.join(key)}"
                )
            self._quotas[key] = (window, used + 1)
            days = self._days.setdefault(key, {})
            days[now.date()] = (days.get(now.date(), (0, 0))[0] + 1, limit - used - 1)

    def set_remaining(self, key: tuple[str, ...], limit: int, period: str, remaining: int) -> None:
        """Of the current period."""
        now = datetime.now(UTC)
        with self._lock:
            self._quotas[key] = (quota_window(period, now), limit - remaining)
            days = self._days.setdefault(key, {})
            days[now.date()] = (days.get(now.date(), (0, 0))[0], remaining)

    def daily_usage(self, key: tuple[str, ...], limit: int, days: list[date]) -> list[list[int]]:
        """For each day how much was used, and what remained at its end."""
        with self._lock:
            known = dict(self._days.get(key, {}))
        rows: list[list[int]] = []
        for day in days:
            before = [each for each in known if each < day]
            remaining = known[max(before)][1] if before else limit
            rows.append(list(known.get(day, (0, remaining))))
        return rows

    def _used(self, key: tuple[str, ...], window: str, offset: int) -> int:
        if key not in self._quotas:
            return offset
        current_window, used = self._quotas[key]
        return used if current_window == window else 0


def method_settings(stage: Any, exchange: Exchange) -> dict[str, Any]:
    """The stage's settings for all methods, and over them those of this one."""
    settings = stage.method_settings or {}
    keys = ("*/*", method_key(exchange.resource_path, "*"), method_key(exchange.resource_path, exchange.request.method))
    return {name: value for key in keys for name, value in (settings.get(key) or {}).items()}


def route_settings(stage: Any, exchange: Exchange) -> dict[str, Any]:
    """Of the route of an HTTP or WebSocket API: its own, else those of all routes."""
    return (stage.route_settings or {}).get(exchange.method) or stage.default_route_settings or {}


def quota_window(period: str, now: datetime) -> str:
    return now.strftime({"DAY": "%Y-%m-%d", "WEEK": "%G-W%V"}.get(period, "%Y-%m"))


def method_key(resource_path: str, http_method: str) -> str:
    """Key of a method's stage settings: `~1items~1{id}/GET`."""
    return resource_path.replace("/", "~1") + "/" + http_method
