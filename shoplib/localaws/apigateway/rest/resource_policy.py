"""Resource policies of REST APIs (`Policy`, x-amazon-apigateway-policy)."""

from typing import Any

from shoplib.localaws.apigateway.errors import GatewayError, internal_error
from shoplib.localaws.apigateway.exchange import Exchange
from shoplib.localaws.apigateway.policies import InvalidPolicy, Verdict, evaluate, listed


def check(exchange: Exchange, policy: dict[str, Any] | None) -> None:
    """Pass, or raise ACCESS_DENIED as AWS words it."""
    if not policy:
        return
    arn = exchange.arn(exchange.request.method, exchange.request.path)
    facts = {"aws:sourceip": exchange.request.source_ip, "aws:useragent": exchange.request.header("user-agent") or ""}
    try:
        verdict = evaluate(_expanded(policy, exchange), arn, facts)
    except InvalidPolicy as error:
        raise internal_error(f"resource policy of API {exchange.api_id}: {error}") from error
    if verdict is Verdict.ALLOW:
        return
    message = f"User: anonymous is not authorized to perform: execute-api:Invoke on resource: {arn}"
    if verdict is Verdict.EXPLICIT_DENY:
        message += " with an explicit deny"
    raise GatewayError("ACCESS_DENIED", message, "resource policy")


def _expanded(policy: dict[str, Any], exchange: Exchange) -> dict[str, Any]:
    """Policies may write `execute-api:/stage/GET/path` for the ARN of their own API."""
    statements = []
    for statement in listed(policy.get("Statement")):
        full = dict(statement)
        for key in ("Resource", "NotResource"):
            if key in full:
                full[key] = [_full_arn(str(resource), exchange) for resource in listed(full[key])]
        statements.append(full)
    return {**policy, "Statement": statements}


def _full_arn(resource: str, exchange: Exchange) -> str:
    if resource.startswith("execute-api:/"):
        return f"{exchange.api_arn}/{resource.removeprefix('execute-api:/')}"
    return resource
