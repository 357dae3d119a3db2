"""What a CloudFormation type needs beside being created. A failing test names the types that lack it."""

import pytest

from shoplib.localaws.apigateway import resource_types as _gateway_types  # noqa: F401 - importing makes them known
from shoplib.localaws.cloudformation import resource_providers
from shoplib.localaws.cloudformation.types import declare_all
from shoplib.localaws.functions import cloudformation as _lambda_types  # noqa: F401 - the same
from shoplib.provision.checks import CHECKS

# These exist in their stack alone, or are what whoever answers for a custom resource says: nobody could be asked.
NOBODY_TO_ASK = {
    "AWS::ApiGateway::Account",  # a setting of the account
    "AWS::CDK::Metadata",
    "AWS::CloudFormation::CustomResource",
    "AWS::CloudFormation::WaitConditionHandle",
    "AWS::Logs::QueryDefinition",  # moto has no call that lists them
}
CANNOT_BE_DELETED = {"AWS::Batch::JobQueue", "AWS::Redshift::Cluster", "AWS::Route53::RecordSetGroup"}


@pytest.fixture(scope="module", autouse=True)
def declared() -> None:
    declare_all()
    resource_providers._models.cache_clear()


def test_every_type_of_ours_can_be_verified() -> None:
    ours = {name for name in resource_providers.types() if resource_providers.is_own_type(name)}
    assert len(ours) > 80
    assert not ours - set(CHECKS) - NOBODY_TO_ASK, "add the call that finds it to provision/checks.py"


@pytest.mark.parametrize("name", sorted(CANNOT_BE_DELETED))
def test_a_type_that_could_not_be_deleted_again_cannot_be_created(name: str) -> None:
    assert resource_providers.provider_of(name) is None
    assert name not in resource_providers.types()
