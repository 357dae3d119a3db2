"""Types that stand for nothing: they exist in the stack alone."""

from shoplib.localaws.cloudformation.errors import ResourceFailed
from shoplib.localaws.cloudformation.resource_providers import PhysicalResource, Properties, Request


class Placeholder:
    """Exists on AWS too only as an entry of the stack."""

    def create(self, request: Request) -> PhysicalResource:
        def attribute(name: str) -> str:
            raise ResourceFailed(f"{request.type} does not support attribute {name} in Fn::GetAtt")

        return PhysicalResource(request.name, attribute)

    def update(self, current: PhysicalResource, old: Properties, request: Request) -> PhysicalResource | None:
        return current

    def delete(self, current: PhysicalResource, request: Request) -> None:
        """Nothing exists outside of the stack."""


TYPES = {"AWS::CDK::Metadata": Placeholder(), "AWS::CloudFormation::WaitConditionHandle": Placeholder()}
