"""Resource types: what can be created, whichever way it is written."""

from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cache, partial
from inspect import signature
from typing import Any, Protocol

from moto.cloudformation.custom_model import CustomModel
from moto.cloudformation.exceptions import UnformattedGetAttTemplateException
from moto.cloudformation.parsing import generate_resource_name, get_model_list
from moto.core.common_models import CloudFormationModel

from shoplib.localaws.cloudformation import property_support
from shoplib.localaws.cloudformation.deletions import DELETIONS, delete
from shoplib.localaws.cloudformation.errors import ResourceFailed, ValidationError

Properties = dict[str, Any]
LONGEST_NAMES = {"AWS::Lambda::Function": 64, "AWS::IAM::Role": 64}


@dataclass(frozen=True)
class Request:
    """What a type gets to know about the resource that it shall make: resolved properties, a name, and where."""

    type: str
    logical_id: str
    properties: Properties
    name: str
    account_id: str
    region: str
    stack_id: str


@dataclass
class PhysicalResource:
    """A resource that exists: its Ref, its Fn::GetAtt values, and what its type needs to find it again."""

    physical_id: str
    attribute: Callable[[str], Any]
    handle: Any = field(default=None, repr=False)
    # After an update: another resource than before, which is to be deleted.
    replaces: bool = False


class ResourceProvider(Protocol):
    """One resource type. Every method may raise; the message becomes the reason of the *_FAILED event."""

    def create(self, request: Request) -> PhysicalResource: ...

    def update(self, current: PhysicalResource, old: Properties, request: Request) -> PhysicalResource | None:
        """Change it in place (the physical id may change); None when it has to be replaced."""

    def delete(self, current: PhysicalResource, request: Request) -> None:
        """Something that has already gone is no error."""


_declared: dict[str, ResourceProvider] = {}


def declare(type_name: str, kind: ResourceProvider) -> None:
    """Add or replace a type; it wins over moto's own."""
    _declared[type_name] = kind


def provider_of(type_name: str) -> ResourceProvider | None:
    """The type's implementation, or None when it cannot be created here."""
    if not property_support.is_known(type_name):
        return None
    if type_name.startswith("Custom::"):
        type_name = "AWS::CloudFormation::CustomResource"
    model = _models().get(type_name)
    if model and model.__module__.startswith("shoplib."):
        return MotoModel(model)
    return _declared.get(type_name) or (MotoModel(model) if model and _can_be_deleted(model) else None)


def moto_model(type_name: str) -> type[CloudFormationModel]:
    """moto's own class of a type."""
    return _models()[type_name]


def is_own_type(type_name: str) -> bool:
    """Whether the local AWS implements the type itself; moto implements the others."""
    model = _models().get(type_name)
    return type_name in _declared or (model is not None and model.__module__.startswith("shoplib."))


def types() -> list[str]:
    """All types that can be created, and deleted again."""
    return sorted(name for name in {*_models(), *_declared} if provider_of(name))


@cache
def _models() -> dict[str, type[CloudFormationModel]]:
    """The last class defined for a type wins: rooms that are imported later correct moto."""
    get_model_list.cache_clear()
    models = {model.cloudformation_type(): model for model in CloudFormationModel.__subclasses__()}
    return {name: model for name, model in models.items() if name.count("::") == 2 and model is not CustomModel}


@dataclass(frozen=True)
class MotoModel:
    """A type written as a subclass of moto's CloudFormationModel."""

    model: type[CloudFormationModel]

    @property
    def name(self) -> str:
        """The property that names it."""
        return self.model.cloudformation_name_type() or ""

    def create(self, request: Request) -> PhysicalResource:
        ids = {"LogicalId": request.logical_id, "StackId": request.stack_id, "ResourceType": request.type}
        resource = self.model.create_from_cloudformation_json(
            self._name(request), self._json(request), request.account_id, request.region, **ids
        )
        return self._to_physical(resource)

    def update(self, current: PhysicalResource, old: Properties, request: Request) -> PhysicalResource | None:
        hook = self.model.update_from_cloudformation_json
        if hasattr(hook, "__isabstractmethod__"):
            return None
        name = self._name(request) if self._has_name(request) else current.physical_id
        changed = hook(
            original_resource=current.handle,
            new_resource_name=name,
            cloudformation_json=self._json(request),
            account_id=request.account_id,
            region_name=request.region,
        )
        return self._to_physical(changed)

    def delete(self, current: PhysicalResource, request: Request) -> None:
        own = getattr(current.handle, "delete", None)
        if own and _takes_account_and_region(type(current.handle).delete):
            own(request.account_id, request.region)
            return
        if request.type in DELETIONS:
            delete(request.type, current.physical_id, request.properties, request.account_id, request.region)
            return
        hook = self.model.delete_from_cloudformation_json
        hook(current.physical_id, self._json(request), request.account_id, request.region)

    def _to_physical(self, resource: Any) -> PhysicalResource:
        if resource is None or resource.physical_resource_id is None:
            raise ResourceFailed(f"{self.model.cloudformation_type()} was not created")
        return PhysicalResource(str(resource.physical_resource_id), partial(_moto_attribute, resource), resource)

    def _has_name(self, request: Request) -> bool:
        return (self.model.cloudformation_name_type() or None) in request.properties

    def _name(self, request: Request) -> str:
        return str(request.properties.get(self.model.cloudformation_name_type() or "", request.name))

    @staticmethod
    def _json(request: Request) -> dict[str, Any]:
        return {"Type": request.type, "Properties": request.properties}


def _takes_account_and_region(method: Callable[..., Any]) -> bool:
    """moto calls some `delete` methods of models with the place, others with nothing of the kind."""
    return list(signature(method).parameters)[1:2] == ["account_id"]


def _can_be_deleted(model: type[CloudFormationModel]) -> bool:
    """A stack that could not be deleted again is refused before anything is created."""
    own = getattr(model, "delete", None)
    hook = model.delete_from_cloudformation_json
    return (
        model.cloudformation_type() in DELETIONS
        or (own is not None and _takes_account_and_region(own))
        or not hasattr(hook, "__isabstractmethod__")
    )


def _moto_attribute(resource: Any, name: str) -> Any:
    try:
        value = resource.get_cfn_attribute(name)
    except (UnformattedGetAttTemplateException, NotImplementedError, AttributeError):
        value = None
    if value is None:
        kind = type(resource).cloudformation_type()
        raise ValidationError(f"Template error: resource type {kind} does not support attribute {name} in Fn::GetAtt")
    return value


def generated_name(type_name: str, stack_name: str, logical_id: str) -> str:
    """`stack-LogicalId-RANDOM`, both parts shortened where the type's names are."""
    name = str(generate_resource_name(type_name, stack_name, logical_id))
    if len(name) <= LONGEST_NAMES.get(type_name, len(name)):
        return name
    random = name.rpartition("-")[2]
    room = LONGEST_NAMES[type_name] - len(random) - 2
    stack = stack_name[: room - min(len(logical_id), room // 2)]
    return f"{stack}-{logical_id[: room - len(stack)]}-{random}"
