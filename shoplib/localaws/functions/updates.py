"""Calls that change a function: on the condition of a revision, and answered as AWS does while the change is under way.

moto 5.2.5 knows no RevisionId and no CodeSha256, reads new code twice, and answers as if everything were in force.
"""

import json
import uuid
from collections.abc import Callable
from typing import Any

from moto.awslambda.exceptions import InvalidParameterValueException
from moto.awslambda.models import LambdaBackend
from moto.awslambda.responses import LambdaResponse

from shoplib.localaws.functions.errors import PreconditionFailed
from shoplib.localaws.functions.moto_model import CREATION
from shoplib.localaws.functions.moto_types import Function
from shoplib.localaws.functions.requested_function import latest_of
from shoplib.localaws.moto_patches import Method, replace_methods, wrap

UNDER_WAY = {
    "LastUpdateStatus": "InProgress",
    "LastUpdateStatusReason": CREATION["StateReason"],
    "LastUpdateStatusReasonCode": CREATION["StateReasonCode"],
}


def install() -> None:
    """Idempotent."""
    replace_methods(LambdaBackend, update_function_code=_update_code)
    wrap(LambdaResponse, "create_function", _settling)
    wrap(LambdaResponse, "update_function_code", _changing_code)
    wrap(LambdaResponse, "update_function_configuration", _changing_configuration)
    wrap(LambdaResponse, "publish_version", _publishing)


def require_revision(stated: str | None, current: str) -> None:
    """Raises PreconditionFailed when the caller states another revision than the current one."""
    if stated and stated != current:
        raise PreconditionFailed


def settle(function: Function) -> None:
    """A change that AWS has answered is a revision, and the change in force another."""
    function.revision_id = str(uuid.uuid4())


def _update_code(self: LambdaBackend, function_name: str, qualifier: str, body: dict[str, Any]) -> Any:
    function: Function = self.get_function(function_name, qualifier)
    configuration = function.update_function_code(body)
    if body.get("Publish") and not body.get("DryRun"):
        return self.publish_version(function_name).get_configuration()  # type: ignore[union-attr]
    return configuration


def _settling(original: Method) -> Method:
    def create_function(request: LambdaResponse) -> Any:
        answer = original(request)
        settle(request.backend.get_function(json.loads(answer[2])["FunctionName"]))
        return answer

    return create_function


def _changing_code(original: Method) -> Method:
    return _conditional(original, lambda body: CREATION if body.get("Publish") else UNDER_WAY)


def _changing_configuration(original: Method) -> Method:
    return _conditional(original, lambda body: UNDER_WAY)


def _conditional(original: Method, state: Callable[[dict[str, Any]], dict[str, str]]) -> Method:
    def method(request: LambdaResponse) -> Any:
        body, latest = request.json_body, latest_of(request)
        require_revision(body.get("RevisionId"), latest.revision_id)
        status, headers, text = original(request)
        if body.get("DryRun"):
            return status, headers, text
        settle(latest)
        answer = json.loads(text)
        answer.pop("LastUpdateStatus", None)
        return status, headers, json.dumps(answer | state(body))

    return method


def _publishing(original: Method) -> Method:
    def publish_version(request: LambdaResponse) -> Any:
        body, latest = json.loads(request.body or "{}"), latest_of(request)
        require_revision(body.get("RevisionId"), latest.revision_id)
        _require_code(body.get("CodeSha256"), latest.code_sha_256)
        return original(request)

    return publish_version


def _require_code(stated: str | None, current: str) -> None:
    if stated and stated != current:
        raise InvalidParameterValueException(
            f"CodeSHA256 ({stated}) is different from current CodeSHA256 in $LATEST ({current}). "
            "Please try again with the CodeSHA256 in $LATEST."
        )
