"""Provisioned concurrency: environments of a version or alias that are initialised before anybody calls.

moto 5.2.5 has none of its API calls. A configuration belongs to a qualifier; an alias carries its own to whatever
version it points to.
"""

from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from moto.awslambda.exceptions import InvalidParameterValueException, LambdaClientError
from moto.awslambda.models import LambdaBackend

from shoplib.localaws.functions import account_concurrency, alias_calls, alias_routing
from shoplib.localaws.functions.environments import Environments
from shoplib.localaws.functions.errors import ResourceConflict
from shoplib.localaws.functions.moto_types import Function
from shoplib.localaws.functions.targets import LATEST, FunctionName
from shoplib.localaws.moto_patches import replace_methods

_original_update_alias = LambdaBackend.update_alias
_original_delete_alias = LambdaBackend.delete_alias


@dataclass
class Config:
    requested: int
    changed: str = field(default_factory=lambda: datetime.now(UTC).isoformat(timespec="milliseconds"))


class ConfigNotFound(LambdaClientError):
    code = 404

    def __init__(self) -> None:
        super().__init__(
            "ProvisionedConcurrencyConfigNotFoundException", "No Provisioned Concurrency Config found for this function"
        )


class ProvisionedConcurrency:
    """The API's calls on moto's functions, carried out by `environments`. All raise moto's Lambda exceptions."""

    def __init__(self, environments: Environments) -> None:
        self._environments = environments

    def install(self) -> None:
        """Follow what happens to aliases; give CloudFormation's types their way in. The last one installed wins."""
        manager = self

        def update_alias(backend: LambdaBackend, **arguments: Any) -> Any:
            name = FunctionName.parse(arguments["function_name"], backend.region_name, backend.account_id)
            alias_routing.check(backend, **arguments)
            before = manager._version(backend, name.name, arguments["name"])
            alias = _original_update_alias(backend, **arguments)
            manager._apply(backend, name.name, {before, manager._version(backend, name.name, arguments["name"])})
            return alias

        def delete_alias(backend: LambdaBackend, name: str, function_name: str) -> None:
            function = FunctionName.parse(function_name, backend.region_name, backend.account_id).name
            if name in configs(backend.get_function(function)):
                manager.delete(backend, function, name)
            _original_delete_alias(backend, name, function_name)

        replace_methods(LambdaBackend, update_alias=update_alias, delete_alias=delete_alias)
        replace_methods(LambdaBackend, provisioned_concurrency=lambda _: manager)

    def resume(self, backend: LambdaBackend) -> None:
        """Have the environments that the functions' configurations ask for."""
        for latest in backend.list_functions(None):
            versions = {self._version(backend, latest.function_name, each) for each in configs(latest)}
            self._apply(backend, latest.function_name, versions)

    def put(self, backend: LambdaBackend, function: str, qualifier: str | None, count: int) -> dict[str, Any]:
        if qualifier in (None, LATEST):
            raise InvalidParameterValueException(
                "Provisioned Concurrency Configs cannot be applied to unpublished function versions."
            )
        version = self._version(backend, function, str(qualifier))
        latest = backend.get_function(function)
        self._check(backend, latest, str(qualifier), version, count)
        configs(latest)[str(qualifier)] = Config(count)
        self._apply(backend, function, {version})
        return self._described(backend, latest, str(qualifier)) | {"Status": "IN_PROGRESS"}

    def get(self, backend: LambdaBackend, function: str, qualifier: str | None) -> dict[str, Any]:
        self._require_published(backend, function, qualifier)
        latest = backend.get_function(function)
        if str(qualifier) not in configs(latest):
            raise ConfigNotFound
        return self._described(backend, latest, str(qualifier))

    def list(self, backend: LambdaBackend, function: str) -> list[dict[str, Any]]:
        latest = backend.get_function(function)
        return [
            {"FunctionArn": f"{latest.function_arn}:{qualifier}"} | self._described(backend, latest, qualifier)
            for qualifier in configs(latest)
        ]

    def delete(self, backend: LambdaBackend, function: str, qualifier: str | None) -> None:
        """Nothing there to delete is no error, as on AWS."""
        self._require_published(backend, function, qualifier)
        if configs(backend.get_function(function)).pop(str(qualifier), None):
            self._apply(backend, function, {self._version(backend, function, str(qualifier))})

    def _require_published(self, backend: LambdaBackend, function: str, qualifier: str | None) -> None:
        if qualifier in (None, LATEST):
            raise InvalidParameterValueException(
                "The function resource provided must be an alias or a published version."
            )
        self._version(backend, function, str(qualifier))

    def _check(self, backend: LambdaBackend, latest: Function, qualifier: str, version: str, count: int) -> None:
        others = {other: config.requested for other, config in configs(latest).items() if other != qualifier}
        if any(self._version(backend, latest.function_name, other) == version for other in others):
            raise ResourceConflict(
                "Version is pointed by a Provisioned Concurrency alias"
                if qualifier == version
                else "Alias can't be used for Provisioned Concurrency configuration on an already Provisioned version"
            )
        account_concurrency.require(backend, latest, count, sum(others.values()))

    def _apply(self, backend: LambdaBackend, function: str, versions: set[str]) -> None:
        """Bring the environments of these versions to what all qualifiers together ask for."""
        requested = configs(backend.get_function(function))
        for version in versions:
            count = sum(
                config.requested
                for qualifier, config in requested.items()
                if self._version(backend, function, qualifier) == version
            )
            self._environments.provision(backend.get_function(function, version), count)

    def _described(self, backend: LambdaBackend, latest: Function, qualifier: str) -> dict[str, Any]:
        config = configs(latest)[qualifier]
        version = self._version(backend, latest.function_name, qualifier)
        ready, failing = self._environments.provisioned(backend.get_function(latest.function_name, version))
        ready = min(ready, config.requested)
        status = "READY" if ready == config.requested else "FAILED" if failing else "IN_PROGRESS"
        reason: dict[str, Any] = {"StatusReason": "FUNCTION_ERROR_INIT_FAILURE"} if status == "FAILED" else {}
        return reason | {
            "RequestedProvisionedConcurrentExecutions": config.requested,
            "AvailableProvisionedConcurrentExecutions": ready,
            "AllocatedProvisionedConcurrentExecutions": ready,
            "Status": status,
            "LastModified": config.changed,
        }

    @staticmethod
    def _version(backend: LambdaBackend, function: str, qualifier: str) -> str:
        """The version that a qualifier means; ResourceNotFoundException when there is none."""
        if qualifier.isdigit():
            backend.get_function(function, qualifier)
            return qualifier
        return str(alias_calls.alias_of(backend, function, qualifier).function_version)


def configs(latest: Function) -> dict[str, Config]:
    """A function's configurations by qualifier."""
    if not hasattr(latest, "provisioned_configs"):
        latest.provisioned_configs = {}
    by_qualifier: dict[str, Config] = latest.provisioned_configs
    return by_qualifier
