"""Who sent a request, by each name that a person has for them: a function and its role, by name and by ARN."""

from typing import Any

from moto.awslambda.models import lambda_backends
from moto.iam.models import iam_backends
from moto.sts.models import sts_backends

from shoplib.localaws import request_context
from shoplib.localaws.request_scope import signature


def callers_of(environ: dict[str, Any]) -> frozenset[str]:
    """Of the request at work: the function, its role or the assumed role."""
    signed = signature(environ)
    role = _assumed_role(signed.access_key) if signed else ""
    return frozenset(_names(request_context.current().caller) | _names(role))


def names_of(principal: str, account_id: str) -> frozenset[str]:
    """Empty when the account has no such role and no such function."""
    roles = iam_backends[account_id]["aws"].roles.values()
    functions = [each for backend in list(lambda_backends[account_id].values()) for each in backend.list_functions()]
    arns = [str(role.arn) for role in roles] + [str(each.function_arn) for each in functions]
    return frozenset(name for arn in arns for name in _names(arn) if principal in _names(arn))


def _names(arn: str) -> set[str]:
    return {arn, arn.rpartition("/")[2].rpartition(":")[2]} if arn else set()


def _assumed_role(access_key: str) -> str:
    for account in list(sts_backends.values()):
        for backend in list(account.values()):
            if role := backend.get_assumed_role_from_access_key(access_key):
                return str(role.role_arn)
    return ""
