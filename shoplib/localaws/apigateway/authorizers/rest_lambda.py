"""Lambda authorizers of REST APIs: TOKEN and REQUEST, with cached answers and policy evaluation."""

import json
import time
import uuid
from typing import Any

from shoplib.localaws.apigateway import event_v1
from shoplib.localaws.apigateway.authorizers.invocation import invoke
from shoplib.localaws.apigateway.errors import GatewayError
from shoplib.localaws.apigateway.exchange import Exchange
from shoplib.localaws.apigateway.lambda_functions import InvokeFailed, InvokeTimedOut, LambdaCaller
from shoplib.localaws.apigateway.parameters import context_lookup, request_parameter, text
from shoplib.localaws.apigateway.policy_facts import INVOKE, facts_of
from shoplib.localaws.apigateway.snapshots.rest import Authorizer
from shoplib.localaws.client_expressions import expression
from shoplib.localaws.policies import InvalidPolicy, Request, Verdict, evaluate

AUTHORIZER_LIMIT = 29.0  # seconds
UNAUTHORIZED = "Unauthorized"


def authorize(
    exchange: Exchange, authorizer: Authorizer, caller: LambdaCaller, event: dict[str, Any] | None = None
) -> None:
    """Let the request pass and note who it is in `exchange.authorizer`, or raise GatewayError (401, 403, 500).

    `event` is what the function gets, a REST API's unless another is given."""
    sources = _identity(exchange, authorizer)
    key = (exchange.stage, *sources)
    answer = _cached(authorizer, key)
    latency = 0
    if answer is None:
        started = time.perf_counter()
        answer = _ask(exchange, authorizer, event or _event(exchange, authorizer, sources), caller)
        latency = int((time.perf_counter() - started) * 1000)
        if exchange.authorization is not None:
            exchange.authorization.integration_milliseconds = latency
        if authorizer.ttl > 0 and sources:
            authorizer.cache[key] = (time.monotonic() + authorizer.ttl, answer)
    _judge(exchange, answer)
    exchange.usage_identifier = answer.get("usageIdentifierKey")
    exchange.authorizer = _context(answer, latency)


def ask(exchange: Exchange, authorizer: Authorizer, caller: LambdaCaller) -> dict[str, Any]:
    """What the function answers to this request, without judging it. Raises GatewayError."""
    sources = _identity(exchange, authorizer)
    return _ask(exchange, authorizer, _event(exchange, authorizer, sources), caller)


def _identity(exchange: Exchange, authorizer: Authorizer) -> list[str]:
    """Values of the identity sources, all present and not empty; otherwise 401 without calling the function."""
    values = [_source(exchange, source) for source in authorizer.identity_sources]
    missing = [s for s, value in zip(authorizer.identity_sources, values, strict=True) if not value]
    if missing:
        raise GatewayError("UNAUTHORIZED", UNAUTHORIZED, f"identity source missing: {', '.join(missing)}")
    identity = [value or "" for value in values]
    pattern = authorizer.validation_expression
    if authorizer.type == "TOKEN" and pattern and not expression(pattern).fits(identity[0]):
        raise GatewayError("UNAUTHORIZED", UNAUTHORIZED, f"the token does not match {pattern!r}")
    return identity


def _source(exchange: Exchange, source: str) -> str | None:
    if source.startswith("method.request."):
        return request_parameter(source.removeprefix("method.request."), exchange)
    return context_lookup(exchange)(source)


def _cached(authorizer: Authorizer, key: tuple[str, ...]) -> dict[str, Any] | None:
    expiry, answer = authorizer.cache.get(key, (0.0, None))
    return answer if expiry > time.monotonic() else None


def _ask(exchange: Exchange, authorizer: Authorizer, event: dict[str, Any], caller: LambdaCaller) -> dict[str, Any]:
    try:
        called = _note_call(exchange)
        invocation = invoke(exchange, authorizer, event, caller, limit=AUTHORIZER_LIMIT, request_id=called)
    except (InvokeFailed, InvokeTimedOut) as error:
        raise GatewayError("AUTHORIZER_CONFIGURATION_ERROR", None, str(error)) from error
    return _answer(invocation, authorizer)


def _note_call(exchange: Exchange) -> str:
    request_id = str(uuid.uuid4())
    if exchange.authorization is not None:
        exchange.authorization.request_id = request_id
    return request_id


def _event(exchange: Exchange, authorizer: Authorizer, sources: list[str]) -> dict[str, Any]:
    method_arn = exchange.method_arn
    if authorizer.type == "TOKEN":
        return {"type": "TOKEN", "methodArn": method_arn, "authorizationToken": sources[0]}
    event: dict[str, Any] = {"type": "REQUEST", "methodArn": method_arn}
    event.update(event_v1.request_fields(exchange, empty={}))
    event["requestContext"] = event_v1.request_context(exchange)
    return event


def _answer(invocation: Any, authorizer: Authorizer) -> dict[str, Any]:
    try:
        answer = json.loads(invocation.payload or b"null")
    except ValueError:
        answer = None
    if invocation.function_error:
        message = answer.get("errorMessage") if isinstance(answer, dict) else None
        if message == UNAUTHORIZED:  # the documented way to answer 401
            raise GatewayError("UNAUTHORIZED", UNAUTHORIZED, f"authorizer {authorizer.name} raised Unauthorized")
        raise GatewayError("AUTHORIZER_FAILURE", None, f"authorizer {authorizer.name} failed: {message}")
    if not isinstance(answer, dict) or not answer.get("principalId"):
        reason = f"authorizer {authorizer.name} must return principalId and policyDocument, not {answer!r:.120}"
        raise GatewayError("AUTHORIZER_CONFIGURATION_ERROR", None, reason)
    return answer


def _judge(exchange: Exchange, answer: dict[str, Any]) -> None:
    """A cached policy is evaluated again for each method, so it should cover all that its caller may do."""
    method_arn = exchange.method_arn
    try:
        verdict = evaluate(answer.get("policyDocument"), Request(INVOKE, method_arn, facts=facts_of(exchange)))
    except InvalidPolicy as error:
        raise GatewayError("AUTHORIZER_CONFIGURATION_ERROR", None, str(error)) from error
    if verdict is Verdict.ALLOW:
        return
    message = "User is not authorized to access this resource"
    if verdict is Verdict.EXPLICIT_DENY:
        message += " with an explicit deny"
    raise GatewayError("ACCESS_DENIED", message, f"policy of principal {answer['principalId']!r} on {method_arn}")


def _context(answer: dict[str, Any], latency: int) -> dict[str, Any]:
    """REST APIs hand every context value on as text and accept no objects or lists."""
    context = answer.get("context") or {}
    nested = [key for key, value in context.items() if isinstance(value, dict | list)]
    if nested:
        reason = f"authorizer context values must be strings, numbers or booleans: {nested}"
        raise GatewayError("AUTHORIZER_CONFIGURATION_ERROR", None, reason)
    texts = {key: text(value) for key, value in context.items()}
    return {**texts, "principalId": str(answer["principalId"]), "integrationLatency": latency}
