"""CloudFormation stacks: parse, refuse what cannot be created, create in order, roll back, update, delete.

**How another room adds or corrects a resource type.** Write a *direct* subclass of moto's `CloudFormationModel`
(`class Url(SomethingOfYours, CloudFormationModel)`) in a module that the composition root imports; the last class
imported for a type wins over moto's own. No registration call is needed. The hooks, and what this room promises:

- `cloudformation_type()` -> "AWS::Lambda::Url"; `cloudformation_name_type()` -> the property that names it, or "".
- `create_from_cloudformation_json(resource_name, cloudformation_json, account_id, region_name, **kwargs)` ->
  the resource. `cloudformation_json["Properties"]` is fully resolved (no intrinsic function left, NoValue removed);
  `resource_name` is the name property or a generated name; kwargs hold LogicalId, StackId, ResourceType.
  Any exception becomes CREATE_FAILED with its message, and the stack is rolled back: leave nothing behind on the way.
- `physical_resource_id` on the resource is its Ref; `get_cfn_attribute(name)` is Fn::GetAtt.
- `update_from_cloudformation_json(original_resource, new_resource_name, cloudformation_json, account_id,
  region_name)` -> the resource, called only when the resolved properties changed. `original_resource.properties`
  exists only if you set it. Without this hook the resource is replaced: a new one is created, the old one deleted.
- `delete(account_id, region_name)` on the resource if it has one, else the class's
  `delete_from_cloudformation_json(physical_resource_id, {"Type", "Properties": resolved}, account_id, region_name)`.
  A resource that is already gone is no error. Resources are deleted in the reverse order of their dependencies.
"""


def install() -> None:
    """Put this room in the place of moto's CloudFormation. Other rooms' types are found by themselves: see above."""
    from shoplib.localaws.cloudformation.api import install as install_api
    from shoplib.localaws.cloudformation.types import declare_all

    declare_all()
    install_api()
