"""May a service call a function? The function's resource policy says so."""

import re
from collections.abc import Iterable, Mapping
from typing import Any

from moto.awslambda.models import lambda_backends


def may_invoke(function_arn: str, service: str, source_arn: str) -> bool:
    """True when a statement lets `service` (`s3.amazonaws.com`) invoke the function from `source_arn`.

    Raises moto's UnknownFunctionException when there is no such function.
    """
    _, _, _, region, account_id, *_ = function_arn.split(":")
    function = lambda_backends[account_id][region].get_function(function_arn)
    caller = (service, source_arn, account_id)
    found = [each.get("Effect") for each in function.policy.statements if _applies(each, function_arn, caller)]
    return "Allow" in found and "Deny" not in found


def _applies(statement: Mapping[str, Any], function_arn: str, caller: tuple[str, str, str]) -> bool:
    service, source_arn, account_id = caller
    return (
        _principal_fits(statement.get("Principal"), service)
        and any(_fits(action, "lambda:InvokeFunction") for action in _listed(statement.get("Action")))
        and any(_names(pattern, function_arn) for pattern in _resources(statement))
        and _conditions_fit(statement.get("Condition") or {}, source_arn, account_id)
    )


def _principal_fits(principal: Any, service: str) -> bool:
    if isinstance(principal, Mapping):
        return service in _listed(principal.get("Service")) or "*" in _listed(principal.get("AWS"))
    return principal in (service, "*")


def _resources(statement: Mapping[str, Any]) -> list[str]:
    """What moto keeps of a statement's function; CloudFormation's alias is in FunctionName alone."""
    return [*_listed(statement.get("Resource", "*")), *_listed(statement.get("FunctionName"))]


def _names(pattern: str, function_arn: str) -> bool:
    """A statement on the unqualified function covers $LATEST, but no version and no alias."""
    named = pattern.rstrip(":").removesuffix(":$LATEST")
    return _fits(named, function_arn.removesuffix(":$LATEST"))


def _conditions_fit(conditions: Mapping[str, Mapping[str, Any]], source_arn: str, account_id: str) -> bool:
    for tests in conditions.values():
        for key, wanted in tests.items():
            name = key.lower()
            if name == "aws:sourcearn" and not any(_fits(pattern, source_arn) for pattern in _listed(wanted)):
                return False
            if name == "aws:sourceaccount" and account_id not in _listed(wanted):
                return False
    return True


def _fits(pattern: str, text: str) -> bool:
    """IAM's wildcards: `*` any run of characters, `?` any one."""
    expression = "".join({"*": ".*", "?": "."}.get(letter, re.escape(letter)) for letter in pattern)
    return re.fullmatch(expression, text) is not None


def _listed(value: Any) -> list[str]:
    if value is None:
        return []
    return list(value) if isinstance(value, Iterable) and not isinstance(value, str) else [value]
