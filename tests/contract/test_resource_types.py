"""What a CloudFormation type needs beside being created. A failing test names the types that lack it."""

from importlib import import_module
from inspect import isclass
from pkgutil import iter_modules

import pytest

from shoplib.architecture.resource_types import GENERIC, NEVER_DRAWN, OWNER_PROPERTY, kind_of
from shoplib.localaws import absent_operations
from shoplib.localaws.apigateway import resource_types as _gateway_types  # noqa: F401 - importing makes them known
from shoplib.localaws.athena import Athena
from shoplib.localaws.cloudformation import resource_providers
from shoplib.localaws.cloudformation.api_type import ApiType
from shoplib.localaws.cloudformation.types import declare_all
from shoplib.localaws.functions import cloudformation as _lambda_types  # noqa: F401 - the same
from shoplib.provision.checks import CHECKS

# These exist in their stack alone, or are what whoever answers for a custom resource says: nobody could be asked.
NOBODY_TO_ASK = {
    "AWS::ApiGateway::Account",  # a setting of the account
    "AWS::CDK::Metadata",
    "AWS::CloudFormation::CustomResource",
    "AWS::CloudFormation::WaitConditionHandle",
}
# Of the engine's, as long as it runs.
ANSWERED_BY_A_ROOM = {
    ("cloudwatch", "put_composite_alarm"),
    *(("stepfunctions", f"{call}_state_machine_alias") for call in ("create", "update", "delete")),
    *(("stepfunctions", f"{call}_state_machine_version") for call in ("publish", "delete")),
}
CANNOT_BE_DELETED = {"AWS::Batch::JobQueue", "AWS::Redshift::Cluster", "AWS::Route53::RecordSetGroup"}


@pytest.fixture(scope="module", autouse=True)
def declared() -> None:
    declare_all()
    resource_providers._models.cache_clear()


def test_every_type_of_ours_can_be_verified() -> None:
    assert len(own_types()) > 80
    assert not own_types() - set(CHECKS) - NOBODY_TO_ASK, "add the call that finds it to provision/checks.py"


def operations(provider: object) -> set[tuple[str, str]]:
    """Service and operation of the calls that make, change and delete a type."""
    if not isinstance(provider, ApiType):
        return set()
    calls = (provider.create_call, provider.update_call, provider.delete_call)
    return {(provider.service, call) for call in calls if isinstance(call, str) and call}


def answers(service: str) -> set[str]:
    """The operations that moto answers, with what is added to it."""
    package = import_module(f"moto.{service.replace('-', '')}.responses")
    names = [each.name for each in iter_modules(getattr(package, "__path__", []))]
    modules = [package, *(import_module(f"{package.__name__}.{name}") for name in names)]
    return {name for module in modules for kind in vars(module).values() if isclass(kind) for name in dir(kind)}


def test_every_call_that_a_type_needs_is_answered() -> None:
    for service in absent_operations.MODULES:
        absent_operations.install_for(service)
    Athena().install()
    calls = {call for name in resource_providers.types() for call in operations(resource_providers.provider_of(name))}
    answered = {service: answers(service) for service in {service for service, _ in calls}}
    assert len(calls) > 90
    assert not {(service, call) for service, call in calls if call not in answered[service]} - ANSWERED_BY_A_ROOM


def own_types() -> set[str]:
    return {name for name in resource_providers.types() if resource_providers.is_own_type(name)}


def test_every_type_of_ours_has_an_icon_and_a_noun() -> None:
    nameless = {name for name in own_types() if kind_of(name) is GENERIC}
    assert nameless <= NEVER_DRAWN, "add it to KINDS or NEVER_DRAWN of architecture/resource_types.py"


def test_a_policy_is_drawn_with_what_it_is_of() -> None:
    policies = {name for name in own_types() if name.endswith("Policy")}
    assert len(policies) > 8
    assert policies <= NEVER_DRAWN | set(OWNER_PROPERTY), "add it to OWNER_PROPERTY of architecture/resource_types.py"


@pytest.mark.parametrize("name", sorted(CANNOT_BE_DELETED))
def test_a_type_that_could_not_be_deleted_again_cannot_be_created(name: str) -> None:
    assert resource_providers.provider_of(name) is None
    assert name not in resource_providers.types()
