"""May a service call a function? The function's resource policy says so."""

from collections.abc import Iterable, Mapping
from typing import Any

from moto.awslambda.exceptions import UnknownFunctionException
from moto.awslambda.models import lambda_backends

from shoplib.localaws.arns import Arn
from shoplib.localaws.permissions.function_policies import as_policy
from shoplib.localaws.policies import ANYBODY, Request, Verdict, evaluate

INVOKE = "lambda:InvokeFunction"
INVOKE_URL = "lambda:InvokeFunctionUrl"


def may_invoke(function_arn: str, service: str, source_arn: str) -> bool:
    """True when a statement lets `service` (`s3.amazonaws.com`) invoke the function from `source_arn`.

    Raises moto's UnknownFunctionException when there is no such function, nor such a region.
    """
    target = Arn.parse(function_arn)
    try:
        function = lambda_backends[target.account_id][target.region].get_function(function_arn)
    except KeyError:
        raise UnknownFunctionException(function_arn) from None
    return permits(function.policy.statements, function_arn, service, source_arn)


def permits(statements: Iterable[Mapping[str, Any]], function_arn: str, service: str, source_arn: str) -> bool:
    # Buckets belong to an account, but their ARNs do not say to which; here it is the function's.
    account = Arn.parse(source_arn).account_id or Arn.parse(function_arn).account_id
    facts = {"aws:sourcearn": source_arn, "aws:sourceaccount": account, "aws:principalservicename": service}
    request = Request(INVOKE, function_arn.removesuffix(":$LATEST"), service, facts)
    return evaluate({"Statement": [as_policy(each) for each in statements]}, request) is Verdict.ALLOW


def is_public_url(statements: Iterable[Mapping[str, Any]], function_arn: str) -> bool:
    """Whether everybody may call a function's URL of AuthType NONE. For URLs made since October 2025 AWS asks for
    lambda:InvokeFunction as well, which is not asked here."""
    request = Request(INVOKE_URL, function_arn, ANYBODY, {"lambda:functionurlauthtype": "NONE"})
    return evaluate({"Statement": [as_policy(each) for each in statements]}, request) is Verdict.ALLOW
