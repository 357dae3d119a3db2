"""Statements of a function's resource policy as AWS writes them.

moto 5.2.5 keeps FunctionUrlAuthType and InvokedViaFunctionUrl as members that no policy has, drops EventSourceToken,
leaves principals as they were typed and a colon behind the resource, and takes one StatementId twice.
https://docs.aws.amazon.com/lambda/latest/dg/access-control-resource-based.html
"""

import json
import re
from typing import Any

from moto.awslambda.policy import Policy

from shoplib.localaws.functions.errors import ResourceConflict
from shoplib.localaws.moto_patches import Method, wrap
from shoplib.localaws.permissions.function_policies import as_policy

ACCOUNT = re.compile(r"\d{12}")
# Parameters of AddPermission that are conditions of the statement: operator and key.
CONDITIONS = {
    "FunctionUrlAuthType": ("StringEquals", "lambda:FunctionUrlAuthType"),
    "EventSourceToken": ("StringEquals", "lambda:EventSourceToken"),
    "PrincipalOrgID": ("StringEquals", "aws:PrincipalOrgID"),  # moto loses it beside another StringEquals
    "InvokedViaFunctionUrl": ("Bool", "lambda:InvokedViaFunctionUrl"),
}


def statement_exists(statement_id: str) -> ResourceConflict:
    return ResourceConflict(
        f"The statement id ({statement_id}) provided already exists. Please provide a new statement id, or remove the "
        "existing statement."
    )


def install() -> None:
    """Idempotent."""
    wrap(Policy, "add_statement", _as_aws_writes_it)


def _as_aws_writes_it(original: Method) -> Method:
    def add_statement(policy: Any, raw: str, qualifier: str | None = None) -> Any:
        parameters = json.loads(raw)
        if any(each.get("Sid") == parameters.get("StatementId") for each in _beside(policy, qualifier)):
            raise statement_exists(parameters["StatementId"])
        statement, revision = original(policy, raw, qualifier)
        _add_conditions(statement, parameters)
        statement["Principal"] = _principal(statement.get("Principal"))
        statement["Resource"] = str(statement["Resource"]).rstrip(":")
        return statement, revision

    return add_statement


def _beside(policy: Any, qualifier: str | None) -> list[dict[str, Any]]:
    """The statements that are in one policy with one of this qualifier."""
    arn = getattr(policy.parent, "function_arn", None) or policy.parent.arn
    resource = f"{arn}:{qualifier}" if qualifier else arn
    return [each for each in policy.statements if resource in as_policy(each)["Resource"]]


def _add_conditions(statement: dict[str, Any], parameters: dict[str, Any]) -> None:
    for name, (operator, key) in CONDITIONS.items():
        statement.pop(name, None)
        if (value := parameters.get(name)) not in (None, ""):
            text = str(value).lower() if isinstance(value, bool) else value
            statement.setdefault("Condition", {}).setdefault(operator, {})[key] = text


def _principal(principal: Any) -> Any:
    if not isinstance(principal, str) or principal == "*":
        return principal
    if ACCOUNT.fullmatch(principal):
        return {"AWS": f"arn:aws:iam::{principal}:root"}
    return {"AWS": principal} if principal.startswith("arn:") else {"Service": principal}
