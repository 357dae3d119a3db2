"""Whole stacks: create, update, delete, and roll back what failed."""

from collections.abc import Callable

from shoplib.localaws.cloudformation import registry, schemas, stack_policies, steps
from shoplib.localaws.cloudformation.errors import ResourceFailed, ValidationError
from shoplib.localaws.cloudformation.intrinsics import resolve
from shoplib.localaws.cloudformation.plan import Plan
from shoplib.localaws.cloudformation.resource_providers import PhysicalResource, Properties
from shoplib.localaws.cloudformation.stack import Output, Resource, Stack

Undo = Callable[[], None]


def create(stack: Stack, plan: Plan) -> None:
    """CREATE_IN_PROGRESS -> CREATE_COMPLETE, or what OnFailure asks for: ROLLBACK, DELETE or DO_NOTHING."""
    _adopt(stack, plan)
    try:
        for logical_id in plan.order:
            _require_not_cancelled(stack)
            _create_one(stack, plan, logical_id)
        _require_not_cancelled(stack)
        stack.outputs = _outputs(stack, plan)
    except (ResourceFailed, ValidationError) as error:
        _create_failed(stack, error)
        return
    stack.became("CREATE_COMPLETE")


def update(stack: Stack, plan: Plan) -> None:
    """UPDATE_IN_PROGRESS -> UPDATE_COMPLETE, or UPDATE_ROLLBACK_COMPLETE with everything as it was before."""
    before = (stack.template_text, stack.template, stack.parameter_values, stack.parameters, stack.outputs)
    undo: list[Undo] = []
    leftovers: list[Undo] = []
    _adopt(stack, plan)
    try:
        for resource in _newest_first(stack, retain=frozenset(plan.order)):
            stack_policies.require_allowed(stack, resource, stack_policies.DELETE)
        for logical_id in plan.order:
            _update_one(stack, plan, logical_id, undo, leftovers)
        stack.outputs = _outputs(stack, plan)
    except (ResourceFailed, ValidationError) as error:
        stack.template_text, stack.template, stack.parameter_values, stack.parameters, stack.outputs = before
        _roll_update_back(stack, error, undo)
        return
    _clean_up(stack, plan, leftovers)


def delete(stack: Stack, retain: frozenset[str] = frozenset()) -> None:
    """DELETE_IN_PROGRESS -> DELETE_COMPLETE, or DELETE_FAILED with what could not be deleted."""
    failed = [resource.logical_id for resource in _newest_first(stack, retain) if not steps.delete(stack, resource)]
    if failed:
        stack.became("DELETE_FAILED", f"The following resource(s) failed to delete: [{', '.join(failed)}]. ")
        return
    stack.outputs = []
    stack.became("DELETE_COMPLETE")
    registry.archive_deleted(stack)


def _require_not_cancelled(stack: Stack) -> None:
    if stack.cancelled:
        raise ValidationError("Resource creation cancelled: the stack was deleted meanwhile")


def _newest_first(stack: Stack, retain: frozenset[str] = frozenset()) -> list[Resource]:
    return [resource for name, resource in reversed(stack.resources.items()) if name not in retain]


def _adopt(stack: Stack, plan: Plan) -> None:
    stack.template_text, stack.template, stack.parameter_values = plan.text, plan.template, plan.parameter_values
    stack.parameters, stack.imported = plan.described_parameters, plan.imported


def _create_one(stack: Stack, plan: Plan, logical_id: str) -> Resource:
    definition = plan.definition(logical_id)
    resource = Resource(
        logical_id, definition["Type"], definition, public_properties=plan.public_properties(definition)
    )
    stack.resources.pop(logical_id, None)
    stack.resources[logical_id] = resource
    steps.create(stack, resource, plan.scope)
    resource.metadata = plan.metadata(definition)
    return resource


def _outputs(stack: Stack, plan: Plan) -> list[Output]:
    outputs = plan.outputs()
    _require_unchanged_imports(stack, {output.export: output.value for output in outputs if output.export})
    for output in outputs:
        owner = registry.exporter(stack.account_id, stack.region, output.export) if output.export else None
        if owner and owner.stack_id != stack.stack_id:
            raise ValidationError(f"Export with name {output.export} is already exported by stack {owner.name}.")
    return outputs


def _require_unchanged_imports(stack: Stack, exports: dict[str, str]) -> None:
    """What another stack imports stays as it is."""
    for output in stack.outputs:
        users = registry.importers(stack, output.export) if output.export else []
        if users and exports.get(str(output.export)) != output.value:
            verb = "updated" if output.export in exports else "deleted"
            names = ", ".join(user.name for user in users)
            raise ValidationError(f"Export {output.export} cannot be {verb} as it is in use by {names}")


def _create_failed(stack: Stack, error: Exception) -> None:
    reason = _reason("create", error)
    if stack.options.on_failure == "DO_NOTHING":
        stack.became("CREATE_FAILED", reason)
        return
    deleting = stack.options.on_failure == "DELETE"
    stack.became("DELETE_IN_PROGRESS" if deleting else "ROLLBACK_IN_PROGRESS", reason)
    if deleting:
        delete(stack)
        return
    for resource in stack.resources.values():
        if resource.definition.get("DeletionPolicy") == "RetainExceptOnCreate":
            resource.definition = {**resource.definition, "DeletionPolicy": "Delete"}
    done = [steps.delete(stack, resource) for resource in _newest_first(stack)]
    stack.became("ROLLBACK_COMPLETE" if all(done) else "ROLLBACK_FAILED")


def _reason(verb: str, error: Exception) -> str:
    if isinstance(error, ResourceFailed):
        return f"The following resource(s) failed to {verb}: [{error}]. Rollback requested by user."
    return steps.reason_of(error)


def _update_one(stack: Stack, plan: Plan, logical_id: str, undo: list[Undo], leftovers: list[Undo]) -> None:
    resource = stack.resources.get(logical_id)
    definition = plan.definition(logical_id)
    if resource is None or resource.physical is None or resource.type != definition["Type"]:
        if resource and resource.physical:
            stack_policies.require_allowed(stack, resource, stack_policies.REPLACE)
        _add(stack, plan, logical_id, undo, leftovers)
        return
    old_definition, old, old_public = resource.definition, resource.properties, resource.public_properties
    properties = schemas.fit(resource.type, resolve(definition["Properties"], plan.scope))
    if properties != old:
        _require_allowed(stack, resource, properties)
    resource.definition, resource.public_properties = definition, plan.public_properties(definition)
    resource.metadata = plan.metadata(definition)
    plan.scope.resources[logical_id] = resource
    if properties == old:
        undo.append(lambda: setattr(resource, "definition", old_definition))
        return
    undo.append(lambda: _revert(stack, resource, old, old_definition, old_public))
    replaced = steps.update(stack, resource, properties)
    if replaced:
        leftovers.append(lambda: steps.delete_replaced(stack, resource, replaced, old))


def _require_allowed(stack: Stack, resource: Resource, properties: Properties) -> None:
    replaced = schemas.requires_replacement(resource.type, resource.properties, properties)
    action = stack_policies.REPLACE if replaced else stack_policies.MODIFY
    stack_policies.require_allowed(stack, resource, action)


def _add(stack: Stack, plan: Plan, logical_id: str, undo: list[Undo], leftovers: list[Undo]) -> None:
    """New in this template; or of another type than before, and then its predecessor goes in the end."""
    former = stack.resources.get(logical_id)

    def remove() -> None:
        steps.delete(stack, stack.resources[logical_id])
        stack.resources.pop(logical_id)
        if former:
            stack.resources[logical_id] = former

    undo.append(remove)
    if former and former.physical:
        resource, properties = former.physical, former.properties
        leftovers.append(lambda: steps.delete_replaced(stack, former, resource, properties))
    _create_one(stack, plan, logical_id)


def _revert(
    stack: Stack, resource: Resource, properties: Properties, definition: dict[str, object], public: str
) -> None:
    resource.definition, resource.public_properties = definition, public
    newer: tuple[PhysicalResource | None, Properties] = (resource.physical, resource.properties)
    replaced = steps.update(stack, resource, properties)
    if replaced and newer[0] is replaced:
        steps.delete_replaced(stack, resource, replaced, newer[1])


def _roll_update_back(stack: Stack, error: Exception, undo: list[Undo]) -> None:
    stack.became("UPDATE_ROLLBACK_IN_PROGRESS", _reason("update", error))
    try:
        for step in reversed(undo):
            step()
    except ResourceFailed as again:
        stack.became("UPDATE_ROLLBACK_FAILED", f"The following resource(s) failed to update: [{again}].")
        return
    stack.became("UPDATE_ROLLBACK_COMPLETE_CLEANUP_IN_PROGRESS")
    stack.became("UPDATE_ROLLBACK_COMPLETE")


def _clean_up(stack: Stack, plan: Plan, leftovers: list[Undo]) -> None:
    stack.became("UPDATE_COMPLETE_CLEANUP_IN_PROGRESS")
    for step in leftovers:
        step()
    for resource in _newest_first(stack, retain=frozenset(plan.order)):
        steps.delete(stack, resource)
        stack.resources.pop(resource.logical_id)
    stack.resources = {name: stack.resources[name] for name in plan.order}
    stack.became("UPDATE_COMPLETE")
