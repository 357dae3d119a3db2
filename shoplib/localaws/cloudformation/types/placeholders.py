"""Types that stand for nothing: they exist in the stack alone."""

from functools import partial

from shoplib.localaws.cloudformation.errors import ResourceFailed
from shoplib.localaws.cloudformation.resource_providers import PhysicalResource, Properties, Request


def _no_attribute(type_name: str, name: str) -> str:
    raise ResourceFailed(f"{type_name} does not support attribute {name} in Fn::GetAtt")


class Placeholder:
    """Exists on AWS too only as an entry of the stack."""

    def create(self, request: Request) -> PhysicalResource:
        return PhysicalResource(request.name, partial(_no_attribute, request.type))

    def update(self, current: PhysicalResource, old: Properties, request: Request) -> PhysicalResource | None:
        return current

    def delete(self, current: PhysicalResource, request: Request) -> None:
        """Nothing exists outside of the stack."""


TYPES = {"AWS::CDK::Metadata": Placeholder(), "AWS::CloudFormation::WaitConditionHandle": Placeholder()}
