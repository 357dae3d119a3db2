"""From what a caller names (name, ARN, version, alias) to the one version of the one function that runs."""

import random
import re
from dataclasses import dataclass
from typing import Any

from moto.awslambda.exceptions import InvalidParameterValueException, UnknownFunctionException
from moto.awslambda.models import LambdaBackend, lambda_backends

from shoplib.localaws.functions.errors import OtherRegion
from shoplib.localaws.functions.moto_types import Function

LATEST = "$LATEST"
ACCOUNT = re.compile(r"\d{12}")


@dataclass(frozen=True)
class FunctionName:
    """A parsed `function` argument. `qualifier` is a version, an alias or None."""

    account_id: str
    region: str
    name: str
    qualifier: str | None

    @classmethod
    def parse(cls, function: str, region: str, account_id: str, qualifier: str | None = None) -> "FunctionName":
        """Accepts name, account:name, account:function:name and full ARNs, each with or without `:qualifier`."""
        parts = function.split(":")
        if parts[0] == "arn":
            region, account_id = parts[3], parts[4]
        elif ACCOUNT.fullmatch(parts[0]) and len(parts) > 1:
            account_id, parts = parts[0], parts[1:]
        rest = parts[parts.index("function") + 1 :] if "function" in parts else parts
        derived = rest[1] if len(rest) > 1 else None
        if derived and qualifier and derived != qualifier:
            raise InvalidParameterValueException(
                "The derived qualifier from the function name does not match the specified qualifier."
            )
        return cls(account_id, region, rest[0], derived or qualifier)

    @property
    def backend(self) -> LambdaBackend:
        return lambda_backends[self.account_id][self.region]


def require_region(function: str, region: str) -> None:
    """Raises OtherRegion for an ARN of another region."""
    parts = function.split(":")
    if parts[0] == "arn" and len(parts) > 3 and parts[3] != region:
        raise OtherRegion(parts[3], region)


@dataclass(frozen=True)
class Target:
    """The function version to run, its $LATEST, and the ARN under which the handler sees itself invoked."""

    function: Function
    latest: Function
    invoked_arn: str

    @property
    def version(self) -> str:
        return str(self.function.version)

    @property
    def is_traced(self) -> bool:
        """Whether it samples traces that nobody has decided upon."""
        return bool(self.function.tracing_config.get("Mode") == "Active")


def resolve(name: FunctionName) -> Target:
    """Raises moto's UnknownFunctionException (ResourceNotFoundException) when function or qualifier do not exist."""
    latest = _latest(name)
    if name.qualifier is None:
        return Target(latest, latest, latest.function_arn)
    version = _weighted_version(name)
    function = name.backend.get_function(name.name, version)
    return Target(function, latest, f"{latest.function_arn}:{name.qualifier}")


def _latest(name: FunctionName) -> Function:
    """Whoever invokes a function that is not there has asked for its $LATEST."""
    try:
        return name.backend.get_function(name.name)
    except UnknownFunctionException as error:
        arn = error.message.removeprefix("Function not found: ")
        raise UnknownFunctionException(f"{arn}:{name.qualifier or LATEST}") from None


def _weighted_version(name: FunctionName) -> str:
    """The qualifier itself, or for an alias with routing weights one of its versions by chance."""
    qualifier = name.qualifier or LATEST
    alias = next((alias for alias in name.backend.list_aliases(name.name) if alias.name == qualifier), None)
    if alias is None:
        return qualifier
    routing: Any = alias.routing_config or {}
    weights = routing.get("AdditionalVersionWeights") or {}
    point = random.random()
    for version, weight in weights.items():
        point -= weight
        if point < 0:
            return str(version)
    return str(alias.function_version)
