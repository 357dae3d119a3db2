"""Statements of a function's resource policy as AWS writes them.

moto 5.2.5 keeps FunctionUrlAuthType and InvokedViaFunctionUrl as members that no policy has, drops EventSourceToken,
leaves principals as they were typed and a colon behind the resource, and takes one StatementId twice.
https://docs.aws.amazon.com/lambda/latest/dg/access-control-resource-based.html
"""

import json
import re
from typing import Any

from moto.awslambda.exceptions import LambdaClientError
from moto.awslambda.policy import Policy

from shoplib.localaws.moto_patches import Method, wrap

ACCOUNT = re.compile(r"\d{12}")
# Parameters of AddPermission that are conditions of the statement: operator and key.
CONDITIONS = {
    "FunctionUrlAuthType": ("StringEquals", "lambda:FunctionUrlAuthType"),
    "EventSourceToken": ("StringEquals", "lambda:EventSourceToken"),
    "InvokedViaFunctionUrl": ("Bool", "lambda:InvokedViaFunctionUrl"),
}


class StatementExists(LambdaClientError):
    def __init__(self, statement_id: str) -> None:
        text = (
            f"The statement id ({statement_id}) provided already exists. Please provide a new statement id, or remove"
        )
        super().__init__("ResourceConflictException", f"{text} the existing statement.")


def install() -> None:
    """Idempotent."""
    wrap(Policy, "add_statement", _as_aws_writes_it)


def _as_aws_writes_it(original: Method) -> Method:
    def add_statement(policy: Any, raw: str, qualifier: str | None = None) -> Any:
        parameters = json.loads(raw)
        if any(each.get("Sid") == parameters.get("StatementId") for each in policy.statements):
            raise StatementExists(parameters["StatementId"])
        statement, revision = original(policy, raw, qualifier)
        _add_conditions(statement, parameters)
        statement["Principal"] = _principal(statement.get("Principal"))
        statement["Resource"] = str(statement["Resource"]).rstrip(":")
        return statement, revision

    return add_statement


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
