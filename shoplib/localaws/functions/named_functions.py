"""Functions by every name that AWS takes: name, partial and full ARN, each with or without a qualifier.

moto 5.2.5 raises Python's ValueError of a partial ARN, takes the first word behind a colon for a qualifier, and answers
an alias with the ARN of its version.
"""

import json
from typing import Any

from moto.awslambda.exceptions import InvalidParameterValueException, UnknownFunctionException
from moto.awslambda.models import LambdaBackend, LambdaStorage
from moto.awslambda.responses import LambdaResponse

from shoplib.localaws.functions.moto_types import Function
from shoplib.localaws.functions.requested_function import latest_of, name_of
from shoplib.localaws.functions.targets import FunctionName
from shoplib.localaws.moto_patches import Method, replace_methods, wrap

FUNCTIONS_ONLY = (
    "This operation is permitted on Lambda functions only. Aliases and versions do not support this operation. "
    "Please specify either a function name or an unqualified function ARN."
)


def install() -> None:
    """Idempotent."""
    replace_methods(
        LambdaStorage,
        get_function_by_name_or_arn_with_qualifier=_find,
        get_function_by_name_or_arn_forbid_qualifier=_find_latest,
    )
    replace_methods(
        LambdaResponse,
        get_function=_get,
        get_function_configuration=_get_configuration,
        get_function_code_signing_config=_no_code_signing,
    )
    wrap(LambdaBackend, "delete_function", _deleting)


def _parsed(storage: Any, name_or_arn: str, qualifier: str | None = None) -> FunctionName:
    return FunctionName.parse(name_or_arn, storage.region_name, storage.account_id, qualifier)


def _find(self: LambdaStorage, name_or_arn: str, qualifier: str | None = None) -> Any:
    name = _parsed(self, name_or_arn, qualifier)
    return self.get_function_by_name_with_qualifier(name.name, name.qualifier)


def _find_latest(self: LambdaStorage, name_or_arn: str) -> Any:
    name = _parsed(self, name_or_arn)
    if name.qualifier:
        raise InvalidParameterValueException(FUNCTIONS_ONLY)
    return self.get_function_by_name_forbid_qualifier(name.name)


def _described(request: LambdaResponse) -> tuple[Function, dict[str, Any]]:
    name = name_of(request)
    function: Function = request.backend.get_function(name.name, name.qualifier)
    latest_arn = request.backend.get_function(name.name).function_arn
    arn = f"{latest_arn}:{name.qualifier}" if name.qualifier else latest_arn
    return function, function.get_configuration() | {"FunctionArn": arn}


def _get(self: LambdaResponse) -> str:
    function, configuration = _described(self)
    answer = function.get_code() | {"Configuration": configuration}
    reserved = self.backend.get_function(name_of(self).name).reserved_concurrency
    if reserved is not None:
        answer["Concurrency"] = {"ReservedConcurrentExecutions": int(reserved)}
    return json.dumps(answer)


def _get_configuration(self: LambdaResponse) -> str:
    return json.dumps(_described(self)[1])


def _no_code_signing(self: LambdaResponse) -> str:
    """There are no configurations here that a function could have."""
    latest_of(self)
    return json.dumps({})


def _deleting(original: Method) -> Method:
    def delete_function(self: LambdaBackend, function_name: str, qualifier: str | None = None) -> None:
        """A version that is not there is no error."""
        name = _parsed(self, function_name, qualifier)
        self.get_function(name.name)
        try:
            original(self, name.name, name.qualifier)
        except UnknownFunctionException:
            return

    return delete_function
