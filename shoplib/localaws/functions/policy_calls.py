"""AddPermission, GetPolicy and RemovePermission: a function, its versions and its aliases have a policy each.

moto 5.2.5 has one policy for all of them, with a revision of its own. Here too the statements are kept together with
the function; their Resource says whose they are.
"""

import json
import re
import uuid
from typing import Any
from urllib.parse import unquote

from moto.awslambda.exceptions import (
    InvalidParameterValueException,
    UnknownFunctionException,
    UnknownPolicyException,
)
from moto.awslambda.responses import LambdaResponse

from shoplib.localaws.functions.alias_calls import find
from shoplib.localaws.functions.errors import ResourceNotFound
from shoplib.localaws.functions.moto_types import Function
from shoplib.localaws.functions.requested_function import latest_of, name_of
from shoplib.localaws.functions.targets import LATEST
from shoplib.localaws.functions.updates import require_revision
from shoplib.localaws.moto_patches import replace_methods
from shoplib.localaws.permissions.function_policies import as_policy

PRINCIPAL = re.compile(r"\*|\d{12}|arn:aws[\w-]*:(iam|sts)::.+|A[A-Z0-9]{15,}|[\w.-]+\.amazon(aws)?\.com(\.cn)?")
ALIAS = re.compile(r"(?!\d+$)[\w-]+")


def install() -> None:
    """Idempotent."""
    replace_methods(LambdaResponse, add_permission=_add, get_policy=_get, remove_permission=_remove)


def remove(latest: Function, qualifier: str | None, statement_id: str) -> None:
    """Raises ResourceNotFound when there is no such statement."""
    there = statements(latest, qualifier)
    if not there:
        raise UnknownPolicyException
    statement = next((each for each in there if each.get("Sid") == statement_id), None)
    if statement is None:
        raise ResourceNotFound(f"Statement {statement_id} is not found in resource policy.")
    latest.policy.statements.remove(statement)


def statements(latest: Function, qualifier: str | None) -> list[dict[str, Any]]:
    """Of the function itself, or of one of its versions or aliases."""
    resource = f"{latest.function_arn}:{qualifier}" if qualifier else latest.function_arn
    return [each for each in latest.policy.statements if resource in as_policy(each)["Resource"]]


def _holder(request: LambdaResponse) -> Any:
    """What has the policy, and the revision that changes with it: the function, a version or an alias."""
    name = name_of(request)
    if name.qualifier and ALIAS.fullmatch(name.qualifier):
        return find(request, name.qualifier)
    return request.backend.get_function(name.name, name.qualifier)


def _add(self: LambdaResponse) -> tuple[int, dict[str, Any], str]:
    body, name, latest = self.json_body, name_of(self), latest_of(self)
    if name.qualifier == LATEST:
        raise InvalidParameterValueException(f"We currently do not support adding policies for {LATEST}.")
    if not PRINCIPAL.fullmatch(str(body.get("Principal"))):
        raise InvalidParameterValueException(
            "The provided principal was invalid. Please check the principal and try again."
        )
    holder = _holder(self)
    require_revision(body.pop("RevisionId", None), holder.revision_id)
    statement, _ = latest.policy.add_statement(json.dumps(body), name.qualifier)
    holder.revision_id = str(uuid.uuid4())
    return 201, {"status": 201}, json.dumps({"Statement": json.dumps(statement)})


def _get(self: LambdaResponse) -> str:
    there = statements(latest_of(self), name_of(self).qualifier)
    if not there:
        raise ResourceNotFound
    policy = {"Version": "2012-10-17", "Id": "default", "Statement": there}
    return json.dumps({"Policy": json.dumps(policy), "RevisionId": _holder(self).revision_id})


def _remove(self: LambdaResponse) -> tuple[int, dict[str, Any], str]:
    try:
        latest = latest_of(self)
    except UnknownFunctionException as error:
        raise ResourceNotFound(error.message.replace("Function not found", "No policy found for")) from None
    holder = _holder(self)
    require_revision(self.querystring.get("RevisionId", [None])[0], holder.revision_id)
    remove(latest, name_of(self).qualifier, unquote(self.path.rstrip("/").rsplit("/", 1)[-1]))
    holder.revision_id = str(uuid.uuid4())
    return 204, {"status": 204}, ""
