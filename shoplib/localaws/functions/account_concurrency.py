"""How many environments of an account's quota may be provisioned for a function."""

from typing import Any

from moto.awslambda.exceptions import InvalidParameterValueException
from moto.awslambda.models import LambdaBackend

from shoplib.localaws.functions.moto_types import Function

QUOTA = 1000
LEAST_UNRESERVED = 100


def require(backend: LambdaBackend, latest: Function, count: int, of_other_qualifiers: int) -> None:
    """Raises AWS's refusal of more than the function has reserved, or of more than the account has left."""
    reserved = latest.reserved_concurrency
    if reserved is None:
        _require_left(_unreserved(backend, latest) - of_other_qualifiers, count)
    elif count + of_other_qualifiers > int(reserved):
        raise InvalidParameterValueException(
            "Requested Provisioned Concurrency should not be greater than the reservedConcurrentExecution for function"
        )


def _require_left(left: int, count: int) -> None:
    if count > left:
        raise InvalidParameterValueException(
            f"Specified ConcurrentExecutions for function is greater than account's unreserved concurrency [{left}]."
        )
    if left - count < LEAST_UNRESERVED:
        raise InvalidParameterValueException(
            "Specified ConcurrentExecutions for function decreases account's UnreservedConcurrentExecution below its "
            f"minimum value of [{LEAST_UNRESERVED}]."
        )


def _unreserved(backend: LambdaBackend, latest: Function) -> int:
    others = [each for each in backend.list_functions() if each.function_name != latest.function_name]
    return QUOTA - sum(_share(each) for each in others)


def _share(function: Any) -> int:
    """What a function takes of the account's quota: what it reserves, or what is provisioned for it."""
    if function.reserved_concurrency is not None:
        return int(function.reserved_concurrency)
    return sum(config.requested for config in getattr(function, "provisioned_configs", {}).values())
