"""Answers of methods that a stage keeps for a while: API Gateway's response cache."""

import threading
import time
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any
from weakref import WeakKeyDictionary

from shoplib.localaws.apigateway.errors import GatewayError
from shoplib.localaws.apigateway.exchange import Exchange
from shoplib.localaws.apigateway.messages import Response
from shoplib.localaws.apigateway.parameters import context_lookup, request_parameter, resolve_parameter
from shoplib.localaws.apigateway.snapshots.rest import Method
from shoplib.localaws.apigateway.snapshots.stage_caches import flush_count
from shoplib.localaws.apigateway.throttling import method_key, method_settings

LARGEST_ENTRY = 1_048_576
MOST_BYTES = 64 * 1024 * 1024  # of a stage, whatever size its cluster says
DEFAULT_TTL = 300
FAIL, WARN = "FAIL_WITH_403", "SUCCEED_WITH_RESPONSE_HEADER"
INVALIDATE = "execute-api:InvalidateCache"
WARNING = "199 Cache-control headers were ignored because the caller was unauthorized."
Key = tuple[str | None, ...]


@dataclass(slots=True)
class Entry:
    response: Response
    expires: float

    @property
    def size(self) -> int:
        return len(self.response.body) + sum(len(name) + len(value) for name, value in self.response.headers)


@dataclass
class Cache:
    """Of one stage; the entry that was used longest ago goes first."""

    flushes: int
    entries: OrderedDict[Key, Entry] = field(default_factory=OrderedDict)
    size: int = 0
    lock: threading.Lock = field(default_factory=threading.Lock)

    def get(self, key: Key) -> Response | None:
        with self.lock:
            entry = self.entries.get(key)
            if entry is None or entry.expires <= time.monotonic():
                return None
            self.entries.move_to_end(key)
            return _copy(entry.response)

    def put(self, key: Key, response: Response, ttl: int) -> None:
        entry = Entry(_copy(response), time.monotonic() + ttl)
        if entry.size > LARGEST_ENTRY:
            return
        with self.lock:
            self._drop(key)
            self.entries[key] = entry
            self.size += entry.size
            while self.size > MOST_BYTES:
                self._drop(next(iter(self.entries)))

    def _drop(self, key: Key) -> None:
        if (entry := self.entries.pop(key, None)) is not None:
            self.size -= entry.size


class ResponseCaches:
    """The caches of all stages; each goes with its stage, and begins anew when it is flushed."""

    def __init__(self) -> None:
        self._caches: WeakKeyDictionary[Any, Cache] = WeakKeyDictionary()
        self._changing = threading.Lock()

    def answer(self, exchange: Exchange, method: Method, stage: Any, integrate: Callable[[], Response]) -> Response:
        """The stage's own answer if it has one for this request, else that of `integrate`."""
        settings = _settings(exchange, stage)
        if settings is None:
            return integrate()
        key, cache = _key(exchange, method), self._cache_of(stage)
        must_reload, warning = _reload(exchange, method, settings)
        response = None if must_reload else cache.get(key)
        exchange.cache_hit = response is not None
        if response is None:
            response = integrate()
            cache.put(key, response, _ttl(settings))
        if warning:
            response.headers.append(("Warning", WARNING))
        return response

    def _cache_of(self, stage: Any) -> Cache:
        flushes = flush_count(stage)
        with self._changing:
            cache = self._caches.get(stage)
            if cache is None or cache.flushes != flushes:
                cache = self._caches[stage] = Cache(flushes)
            return cache


def _settings(exchange: Exchange, stage: Any) -> dict[str, Any] | None:
    """Those of this method when its answers are kept. Settings for all methods mean GET alone."""
    if not stage.cache_cluster_enabled or not stage.method_settings:
        return None
    settings = method_settings(stage, exchange)
    own = stage.method_settings.get(method_key(exchange.resource_path, exchange.request.method)) or {}
    is_meant = exchange.request.method == "GET" or "cachingEnabled" in own
    is_on = str(settings.get("cachingEnabled")).lower() == "true" and _ttl(settings) > 0
    return settings if is_meant and is_on else None


def _ttl(settings: dict[str, Any]) -> int:
    return int(settings.get("cacheTtlInSeconds", DEFAULT_TTL))


def _key(exchange: Exchange, method: Method) -> Key:
    """What is no cache key parameter makes no difference, not even the path."""
    integration = method.integration
    namespace = (integration and integration.cache_namespace) or exchange.resource_id
    parameters = integration.cache_key_parameters if integration else []
    return exchange.request.method, namespace, *(_value(each, exchange, method) for each in parameters)


def _value(parameter: str, exchange: Exchange, method: Method) -> str | None:
    if parameter.startswith("method.request."):
        return request_parameter(parameter.removeprefix("method.request."), exchange)
    source = method.integration.request_parameters.get(parameter, "") if method.integration else ""
    return resolve_parameter(source, exchange, context_lookup(exchange))


def _reload(exchange: Exchange, method: Method, settings: dict[str, Any]) -> tuple[bool, bool]:
    """Whether the client asks for a new answer and may, and whether it is to be warned that it may not."""
    if (exchange.request.header("cache-control") or "").replace(" ", "").lower() != "max-age=0":
        return False, False
    needs_authorization = str(settings.get("requireAuthorizationForCacheControl", True)).lower() == "true"
    is_allowed = method.authorization == "AWS_IAM" and not exchange.request.refusal(INVALIDATE, exchange.method_arn)
    if not needs_authorization or is_allowed:
        return True, False
    strategy = settings.get("unauthorizedCacheControlHeaderStrategy", WARN)
    if strategy == FAIL:
        arn = exchange.method_arn
        message = f"User: anonymous is not authorized to perform: execute-api:InvalidateCache on resource: {arn}"
        raise GatewayError("ACCESS_DENIED", exchange.masked(message), "Cache-Control: max-age=0")
    return False, strategy == WARN


def _copy(response: Response) -> Response:
    return Response(response.status, list(response.headers), response.body)
