"""The common form of this room's CloudFormation types: moto's hooks on one side, three small functions on the other."""

from typing import Any

from moto.awslambda.models import LambdaBackend, lambda_backends
from moto.cloudformation.exceptions import UnformattedGetAttTemplateException
from moto.core.exceptions import JsonRESTError

Properties = dict[str, Any]


class StackResource:
    """Mixin for types `class X(StackResource, CloudFormationModel)`: they fill in TYPE, `make`, `change`, `remove`.

    `properties` are the resolved ones of the template; `attributes` what Fn::GetAtt answers.
    """

    TYPE = ""
    NAME_PROPERTY = ""

    def __init__(self, backend: LambdaBackend, name: str, properties: Properties) -> None:
        self.backend: Any = backend
        self.properties = properties
        self.physical_resource_id = name
        self.attributes: dict[str, str] = {}

    def make(self) -> None:
        """Create the thing; sets `physical_resource_id` (Ref) and `attributes`."""
        raise NotImplementedError(self.TYPE)

    def remove(self) -> None:
        raise NotImplementedError(self.TYPE)

    def change(self, properties: Properties, name: str) -> None:
        """Bring the thing to other properties. Types that cannot be changed are made anew."""
        self.remove()
        self.properties, self.physical_resource_id = properties, name
        self.make()

    # moto's hooks
    @classmethod
    def cloudformation_name_type(cls) -> str:
        return cls.NAME_PROPERTY

    @classmethod
    def cloudformation_type(cls) -> str:
        return cls.TYPE

    @classmethod
    def has_cfn_attr(cls, attr: str) -> bool:
        return True

    def get_cfn_attribute(self, attribute_name: str) -> str:
        if attribute_name not in self.attributes:
            raise UnformattedGetAttTemplateException()
        return self.attributes[attribute_name]

    @classmethod
    def create_from_cloudformation_json(
        cls, resource_name: str, cloudformation_json: Properties, account_id: str, region_name: str, **kwargs: Any
    ) -> "StackResource":
        backend = lambda_backends[account_id][region_name]
        resource = cls(backend, resource_name, cloudformation_json.get("Properties") or {})
        resource.make()
        return resource

    @classmethod
    def update_from_cloudformation_json(
        cls,
        original_resource: "StackResource",
        new_resource_name: str,
        cloudformation_json: Properties,
        account_id: str,
        region_name: str,
    ) -> "StackResource":
        original_resource.change(cloudformation_json.get("Properties") or {}, new_resource_name)
        return original_resource

    def delete(self, account_id: str, region_name: str) -> None:
        """Called by the stack; something that is gone already is no error."""
        try:
            self.remove()
        except JsonRESTError as error:
            if error.error_type != "ResourceNotFoundException":
                raise

    @classmethod
    def delete_from_cloudformation_json(
        cls, resource_name: str, cloudformation_json: Properties, account_id: str, region_name: str
    ) -> None:
        backend = lambda_backends[account_id][region_name]
        cls(backend, resource_name, cloudformation_json.get("Properties") or {}).delete(account_id, region_name)


def as_tags(tags: Any) -> dict[str, str]:
    """CloudFormation's list of Key and Value as the map of the Lambda API."""
    return {tag["Key"]: str(tag["Value"]) for tag in tags} if isinstance(tags, list) else dict(tags or {})
