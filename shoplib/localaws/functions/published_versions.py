"""Published versions stay as they are: moto 5.2.5 changes them, and deletes what an alias points to."""

from collections.abc import Callable
from typing import Any

from moto.awslambda.exceptions import InvalidParameterValueException
from moto.awslambda.responses import LambdaResponse

from shoplib.localaws.functions.errors import ResourceConflict
from shoplib.localaws.functions.requested_function import name_of
from shoplib.localaws.functions.targets import LATEST, FunctionName
from shoplib.localaws.moto_patches import Method, wrap


def install() -> None:
    """Idempotent."""
    for method, check in (
        ("update_function_configuration", _require_latest),
        ("update_function_code", _require_latest),
        ("delete_function", _require_deletable),
    ):
        wrap(LambdaResponse, method, _checked_by(check))


def _checked_by(check: Callable[[LambdaResponse, FunctionName], None]) -> Callable[[Method], Method]:
    def around(original: Method) -> Method:
        def method(request: LambdaResponse) -> Any:
            check(request, name_of(request))
            return original(request)

        return method

    return around


def _require_latest(request: LambdaResponse, name: FunctionName) -> None:
    if name.qualifier not in (None, LATEST):
        raise InvalidParameterValueException(
            f"The resource operation is not permitted on a published version or an alias: {name.qualifier}. "
            "Published versions cannot be changed; change $LATEST and publish another version."
        )


def _require_deletable(request: LambdaResponse, name: FunctionName) -> None:
    if name.qualifier == LATEST:
        raise InvalidParameterValueException("$LATEST version cannot be deleted without deleting the function.")
    if name.qualifier is None:
        return
    pointing = [each.name for each in request.backend.list_aliases(name.name) if _points_to(each, name.qualifier)]
    if pointing:
        arn = request.backend.get_function(name.name).function_arn
        raise ResourceConflict(
            f"Function version {arn}:{name.qualifier} is referenced by the alias {', '.join(pointing)}"
        )


def _points_to(alias: Any, version: str) -> bool:
    weights = (alias.routing_config or {}).get("AdditionalVersionWeights") or {}
    return str(alias.function_version) == version or version in weights
