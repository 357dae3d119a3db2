"""Resource policies of REST APIs (`Policy`, x-amazon-apigateway-policy)."""

from typing import Any

from shoplib.localaws.apigateway.errors import GatewayError, internal_error
from shoplib.localaws.apigateway.exchange import Exchange
from shoplib.localaws.apigateway.policy_facts import INVOKE, facts_of
from shoplib.localaws.apigateway.snapshots.rest import Method
from shoplib.localaws.permissions import caller_of
from shoplib.localaws.policies import ANYBODY, InvalidPolicy, Policy, Request, Verdict, evaluate, listed, statements_of


def check(exchange: Exchange, method: Method, policy: dict[str, Any] | None) -> None:
    """Pass, or raise ACCESS_DENIED as AWS words it."""
    if not policy or _is_decided_with_the_caller(exchange, method):
        return
    arn = exchange.arn(exchange.request.method, exchange.request.path)
    principal = _principal(exchange, method)
    try:
        verdict = evaluate(_expanded(policy, exchange), Request(INVOKE, arn, principal, facts_of(exchange)))
    except InvalidPolicy as error:
        raise internal_error(f"resource policy of API {exchange.api_id}: {error}") from error
    if verdict is Verdict.ALLOW:
        return
    user = "anonymous" if principal == ANYBODY else principal
    message = f"User: {user} is not authorized to perform: execute-api:Invoke on resource: {arn}"
    if verdict is Verdict.EXPLICIT_DENY:
        message += " with an explicit deny"
    raise GatewayError("ACCESS_DENIED", exchange.masked(message), "resource policy")


def policy_of(policy: dict[str, Any] | None, exchange: Exchange) -> Policy | None:
    """The API's policy, for a caller whose own policies decide with it."""
    if not policy:
        return None
    try:
        return Policy(statements_of(_expanded(policy, exchange)))
    except InvalidPolicy as error:
        raise internal_error(f"resource policy of API {exchange.api_id}: {error}") from error


def _is_decided_with_the_caller(exchange: Exchange, method: Method) -> bool:
    return method.authorization == "AWS_IAM" and caller_of(exchange.request.access_key) is not None


def _principal(exchange: Exchange, method: Method) -> str:
    """Only AWS_IAM asks who signed: a user or role is asked for with its own policies, any other key is the account."""
    signed = method.authorization == "AWS_IAM" and exchange.request.access_key
    return f"arn:aws:iam::{exchange.account_id}:root" if signed else ANYBODY


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
