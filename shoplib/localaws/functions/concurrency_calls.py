"""Reserved concurrency is a function's, not a version's, and no less than what is provisioned for its versions."""

from typing import Any

from moto.awslambda.exceptions import InvalidParameterValueException, UnknownFunctionException
from moto.awslambda.responses import LambdaResponse

from shoplib.localaws.functions.named_functions import FUNCTIONS_ONLY
from shoplib.localaws.functions.provisioned import configs
from shoplib.localaws.functions.requested_function import latest_of, name_of
from shoplib.localaws.functions.targets import LATEST
from shoplib.localaws.moto_patches import before


def install() -> None:
    """Idempotent."""
    for method in ("get_function_concurrency", "put_function_concurrency", "delete_function_concurrency"):
        before(LambdaResponse, method, _require_function)
    before(LambdaResponse, "put_function_concurrency", _require_enough)


def _require_function(request: LambdaResponse) -> None:
    if name_of(request).qualifier:
        raise InvalidParameterValueException(FUNCTIONS_ONLY)


def _require_enough(request: LambdaResponse) -> None:
    try:
        latest = latest_of(request)
    except UnknownFunctionException as error:
        raise UnknownFunctionException(f"{error.message.removeprefix('Function not found: ')}:{LATEST}") from None
    reserve, provisioned = int(request.json_body["ReservedConcurrentExecutions"]), _provisioned(latest)
    if reserve < provisioned:
        raise InvalidParameterValueException(
            f" ReservedConcurrentExecutions  {reserve} should not be lower than function's total provisioned "
            f"concurrency [{provisioned}]."
        )


def _provisioned(latest: Any) -> int:
    return sum(config.requested for config in configs(latest).values())
