"""What AWS refuses of an alias's routing; moto 5.2.5 stores anything."""

from typing import Any

from moto.awslambda.exceptions import ConflictException, InvalidParameterValueException
from moto.awslambda.models import LambdaBackend

from shoplib.localaws.functions.errors import ResourceConflict
from shoplib.localaws.functions.targets import LATEST
from shoplib.localaws.moto_patches import replace_methods

MOST_WEIGHTS = 1
_original_create = LambdaBackend.create_alias


def install() -> None:
    """Check new aliases. Idempotent. Updates are checked by `provisioned`, which follows them."""
    replace_methods(LambdaBackend, create_alias=_create)


def _create(self: LambdaBackend, **arguments: Any) -> Any:
    check(self, **arguments)
    try:
        return _original_create(self, **arguments)
    except ConflictException as error:
        raise ResourceConflict(error.message) from error


def check(backend: LambdaBackend, *, function_name: str, function_version: str, routing_config: Any, **_: Any) -> None:
    weights = (routing_config or {}).get("AdditionalVersionWeights") or {}
    backend.get_function(function_name, function_version)
    if len(weights) > MOST_WEIGHTS:
        raise InvalidParameterValueException(
            f"Number of items in AdditionalVersionWeights cannot be greater than {MOST_WEIGHTS}"
        )
    if weights and function_version == LATEST:
        raise InvalidParameterValueException(f"{LATEST} is not supported for an alias pointing to more than 1 version")
    for version in weights:
        if version == function_version:
            raise InvalidParameterValueException(
                f"Invalid function version {version}. Function version {version} is already included in routing "
                "configuration."
            )
        backend.get_function(function_name, version)
