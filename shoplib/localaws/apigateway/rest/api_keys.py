"""API keys and usage plans: 403 Forbidden without a valid key, 429 beyond its plan."""

from typing import Any

from moto.apigateway.models import apigateway_backends

from shoplib.localaws.apigateway.errors import GatewayError
from shoplib.localaws.apigateway.exchange import Exchange
from shoplib.localaws.apigateway.snapshots.rest import Method, RestSnapshot
from shoplib.localaws.apigateway.throttling import Throttles, method_key


def check(exchange: Exchange, method: Method, snapshot: RestSnapshot, throttles: Throttles) -> None:
    """Count the request against the key's usage plan, or raise GatewayError. Methods without keys pass."""
    if not method.api_key_required:
        return
    admit(exchange, _sent_key(exchange, snapshot.api_key_source), throttles)


def admit(exchange: Exchange, value: str | None, throttles: Throttles) -> None:
    """Count the request against the usage plan of the key that was sent, or raise GatewayError."""
    backend = apigateway_backends[exchange.account_id][exchange.region]
    key = next((k for k in backend.keys.values() if k.value == value and value), None)
    plan = _plan(backend, exchange, key.id) if key is not None and key.enabled else None
    if key is None or plan is None:
        raise GatewayError("INVALID_API_KEY", "Forbidden", "no API key of a usage plan of this stage was sent")
    exchange.identity.update(apiKey=key.value, apiKeyId=key.id)
    _count(exchange, plan, key.id, throttles)


def _sent_key(exchange: Exchange, source: str) -> str | None:
    return exchange.usage_identifier if source == "AUTHORIZER" else exchange.request.header("x-api-key")


def _plan(backend: Any, exchange: Exchange, key_id: str) -> Any | None:
    """Usage plan that holds both this stage and this key."""
    for plan_id, keys in backend.usage_plan_keys.items():
        plan = backend.usage_plans.get(plan_id)
        if key_id in keys and plan is not None and _stage(plan, exchange) is not None:
            return plan
    return None


def _stage(plan: Any, exchange: Exchange) -> dict[str, Any] | None:
    for entry in plan.api_stages:
        if entry.get("apiId") == exchange.api_id and entry.get("stage") == exchange.stage:
            return entry
    return None


def _count(exchange: Exchange, plan: Any, key_id: str, throttles: Throttles) -> None:
    if plan.quota:
        period = str(plan.quota.get("period", "MONTH"))
        throttles.count(
            ("quota", plan.id, key_id), int(plan.quota["limit"]), period, int(plan.quota.get("offset") or 0)
        )
    _take(("plan", plan.id, key_id), plan.throttle, throttles)
    stage = _stage(plan, exchange) or {}
    name = f"{exchange.resource_path}/{exchange.request.method}"
    throttle = stage.get("throttle") or {}
    limits = throttle.get(name) or throttle.get(method_key(exchange.resource_path, exchange.request.method))
    _take(("plan-method", plan.id, key_id, exchange.api_id, name), limits, throttles)


def _take(key: tuple[str, ...], limits: dict[str, Any] | None, throttles: Throttles) -> None:
    if limits:
        rate = float(limits.get("rateLimit", 10_000))
        throttles.take(key, rate, int(limits.get("burstLimit") or max(rate, 1)))
