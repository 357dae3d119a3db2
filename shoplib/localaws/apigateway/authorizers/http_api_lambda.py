"""Lambda authorizers of HTTP APIs: simple answers or IAM policies, payload 1.0 or 2.0, cached."""

import json
import time
from typing import Any

from shoplib.localaws.apigateway import event_v1, event_v2
from shoplib.localaws.apigateway.authorizers.invocation import invoke
from shoplib.localaws.apigateway.errors import HttpApiError
from shoplib.localaws.apigateway.exchange import Exchange
from shoplib.localaws.apigateway.lambda_functions import InvokeFailed, InvokeTimedOut, LambdaCaller
from shoplib.localaws.apigateway.parameters import context_lookup
from shoplib.localaws.apigateway.policy_facts import INVOKE, facts_of
from shoplib.localaws.apigateway.snapshots.http_api import Authorizer
from shoplib.localaws.policies import InvalidPolicy, Request, Verdict, evaluate

AUTHORIZER_LIMIT = 10.0  # seconds; AWS gives HTTP API authorizers this long


def authorize(exchange: Exchange, authorizer: Authorizer, caller: LambdaCaller) -> dict[str, Any]:
    """Context that the authorizer hands on; raises HttpApiError 401 (no identity), 403 (denied) or 500 (failed)."""
    sources = [_source(exchange, source) for source in authorizer.identity_sources]
    if not all(sources):
        raise HttpApiError(401, "Unauthorized", f"identity source missing: {authorizer.identity_sources}")
    key = (exchange.stage, *sources)
    expiry, answer = authorizer.cache.get(key, (0.0, None))
    if answer is None or expiry <= time.monotonic():
        answer = _ask(exchange, authorizer, sources, caller)
        if authorizer.ttl > 0 and sources:
            authorizer.cache[key] = (time.monotonic() + authorizer.ttl, answer)
    return _judge(exchange, authorizer, answer)


def _source(exchange: Exchange, source: str) -> str:
    """Value of `$request.header.X`, `$request.querystring.X`, `$context.X` or `$stageVariables.X`; "" if absent."""
    if source.startswith("$request.header."):
        return exchange.request.header(source.removeprefix("$request.header.")) or ""
    if source.startswith("$request.querystring."):
        return dict(exchange.request.query).get(source.removeprefix("$request.querystring."), "")
    return context_lookup(exchange)(source.removeprefix("$"))


def _ask(exchange: Exchange, authorizer: Authorizer, sources: list[str], caller: LambdaCaller) -> dict[str, Any]:
    event = _event_v2(exchange, sources) if authorizer.payload_version == "2.0" else _event_v1(exchange, sources)
    try:
        invocation = invoke(exchange, authorizer, event, caller, limit=AUTHORIZER_LIMIT)
        answer = json.loads(invocation.payload or b"null")
    except (InvokeFailed, InvokeTimedOut, ValueError) as error:
        raise HttpApiError(500, "Internal Server Error", f"authorizer {authorizer.name}: {error}") from error
    if invocation.function_error:
        if isinstance(answer, dict) and answer.get("errorMessage") == "Unauthorized":
            raise HttpApiError(401, "Unauthorized", f"authorizer {authorizer.name} raised Unauthorized")
        raise HttpApiError(500, "Internal Server Error", f"authorizer {authorizer.name} failed: {answer!r:.200}")
    if not isinstance(answer, dict):
        raise HttpApiError(500, "Internal Server Error", f"authorizer {authorizer.name} answered {answer!r:.100}")
    return answer


def _event_v2(exchange: Exchange, sources: list[str]) -> dict[str, Any]:
    arn = _route_arn(exchange)
    event = {"version": "2.0", "type": "REQUEST", "routeArn": arn, "identitySource": sources or None}
    return {**event, **event_v2.request_fields(exchange), "requestContext": event_v2.request_context(exchange)}


def _event_v1(exchange: Exchange, sources: list[str]) -> dict[str, Any]:
    token = ",".join(sources)
    event = {
        "version": "1.0",
        "type": "REQUEST",
        "methodArn": _route_arn(exchange),
        "identitySource": token,
        "authorizationToken": token,
    }
    fields = event_v1.request_fields(exchange, empty={})
    return {**event, **fields, "requestContext": event_v1.request_context(exchange)}


def _route_arn(exchange: Exchange) -> str:
    return exchange.arn(exchange.request.method, exchange.request.path)


def _judge(exchange: Exchange, authorizer: Authorizer, answer: dict[str, Any]) -> dict[str, Any]:
    if authorizer.simple_responses:
        if not isinstance(answer.get("isAuthorized"), bool):
            reason = f"authorizer {authorizer.name} must return isAuthorized (true or false), not {answer!r:.100}"
            raise HttpApiError(500, "Internal Server Error", reason)
        allowed = answer["isAuthorized"]
    else:
        allowed = _policy_allows(exchange, authorizer, answer)
    if not allowed:
        raise HttpApiError(403, "Forbidden", f"authorizer {authorizer.name} denied {_route_arn(exchange)}")
    context = answer.get("context") or {}
    return context if authorizer.simple_responses else {**context, "principalId": answer.get("principalId")}


def _policy_allows(exchange: Exchange, authorizer: Authorizer, answer: dict[str, Any]) -> bool:
    try:
        request = Request(INVOKE, _route_arn(exchange), facts=facts_of(exchange))
        return evaluate(answer.get("policyDocument"), request) is Verdict.ALLOW
    except InvalidPolicy as error:
        raise HttpApiError(500, "Internal Server Error", f"authorizer {authorizer.name}: {error}") from error
