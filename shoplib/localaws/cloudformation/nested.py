"""AWS::CloudFormation::Stack: a stack as a resource of another one."""

from functools import partial
from typing import Any

from shoplib.localaws.cloudformation import deployment, operations, registry, template_urls
from shoplib.localaws.cloudformation.errors import ResourceFailed, ValidationError
from shoplib.localaws.cloudformation.intrinsics import text
from shoplib.localaws.cloudformation.plan import plan
from shoplib.localaws.cloudformation.resource_providers import PhysicalResource, Properties, Request, declare
from shoplib.localaws.cloudformation.stack import Options, Stack

DEEPEST = 5  # levels of stacks within each other


class NestedStack:
    def create(self, request: Request) -> PhysicalResource:
        _require_bounded(request)
        stack = operations.new_stack(request.account_id, request.region, request.name, _options(request.properties))
        stack.parent_id = request.stack_id
        planned = plan(stack, _template(request), _parameter_values(request.properties))
        registry.stacks(request.account_id, request.region)[stack.stack_id] = stack
        stack.became("CREATE_IN_PROGRESS", "User Initiated")
        deployment.create(stack, planned)
        if stack.status != "CREATE_COMPLETE":
            deployment.delete(stack)
            raise ResourceFailed(f"Embedded stack {stack.stack_id} was not successfully created: {_reason(stack)}")
        return _resource(stack)

    def update(self, current: PhysicalResource, old: Properties, request: Request) -> PhysicalResource | None:
        stack: Stack = current.handle
        stack.options = _options(request.properties)
        planned = plan(stack, _template(request), _parameter_values(request.properties))
        stack.became("UPDATE_IN_PROGRESS", "User Initiated")
        deployment.update(stack, planned)
        if stack.status != "UPDATE_COMPLETE":
            raise ResourceFailed(f"Embedded stack {stack.stack_id} was not successfully updated: {_reason(stack)}")
        return _resource(stack)

    def delete(self, current: PhysicalResource, request: Request) -> None:
        stack: Stack = current.handle
        if stack.deleted:
            return
        deployment.delete(stack)
        if not stack.deleted:
            raise ResourceFailed(f"Embedded stack {stack.stack_id} was not successfully deleted: {stack.reason}")


def _require_bounded(request: Request) -> None:
    """A template may name itself as the template of a stack within it."""
    stacks, depth = registry.stacks(request.account_id, request.region), 0
    parent = stacks.get(request.stack_id)
    while parent:
        depth, parent = depth + 1, stacks.get(parent.parent_id or "")
    if depth > DEEPEST:
        raise ResourceFailed(f"Stacks are nested more than {DEEPEST} levels deep")


def _resource(stack: Stack) -> PhysicalResource:
    return PhysicalResource(stack.stack_id, partial(_output, stack), stack)


def _output(stack: Stack, name: str) -> Any:
    outputs = {f"Outputs.{output.key}": output.value for output in stack.outputs}
    if name not in outputs:
        raise ValidationError(f"Template error: nested stack {stack.name} has no output {name}")
    return outputs[name]


def _template(request: Request) -> str:
    return template_urls.read(str(request.properties["TemplateURL"]), request.account_id, request.region)


def _parameter_values(properties: Properties) -> dict[str, str]:
    return {name: text(value) for name, value in (properties.get("Parameters") or {}).items()}


def _options(properties: Properties) -> Options:
    tags = {tag["Key"]: str(tag["Value"]) for tag in properties.get("Tags", [])}
    return Options(tags=tags, notification_arns=properties.get("NotificationARNs") or [])


def _reason(stack: Stack) -> str:
    failed = [event.reason for event in stack.events if event.status in ("CREATE_FAILED", "UPDATE_FAILED")]
    return failed[0] if failed else stack.reason


def install() -> None:
    declare("AWS::CloudFormation::Stack", NestedStack())
