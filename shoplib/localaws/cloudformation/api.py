"""The CloudFormation API: replaces moto's operations on stacks and change sets (`install`)."""

import json
from typing import Any

from moto.cloudformation.models import CloudFormationBackend
from moto.cloudformation.responses import CloudFormationResponse
from moto.core.responses import ActionResult, EmptyResult

from shoplib.localaws.cloudformation import change_sets, described, operations, registry, summary, template_urls
from shoplib.localaws.cloudformation.errors import ValidationError
from shoplib.localaws.cloudformation.stack import Options, Stack
from shoplib.localaws.moto_patches import replace

PAGE = 100


def create_stack(request: Any) -> ActionResult:
    stack = operations.create_stack(
        request.current_account,
        request.region,
        request._get_param("StackName"),
        _template(request),
        operations.parameter_values(request._get_param("Parameters", []), {}),
        _options(request),
    )
    stack.policy = request._get_param("StackPolicyBody") or ""
    return ActionResult({"StackId": stack.stack_id})


def update_stack(request: Any) -> ActionResult:
    stack = _stack(request)
    parameters = operations.parameter_values(request._get_param("Parameters", []), stack.parameter_values)
    operations.update_stack(stack, _template(request, stack), parameters, _options(request, stack))
    return ActionResult({"StackId": stack.stack_id})


def delete_stack(request: Any) -> EmptyResult:
    stack = registry.find(request.current_account, request.region, request._get_param("StackName"))
    if stack:
        operations.delete_stack(stack, frozenset(request._get_param("RetainResources", [])))
    return EmptyResult()


def describe_stacks(request: Any) -> ActionResult:
    name = request._get_param("StackName")
    if name:
        stacks = [registry.existing(request.current_account, request.region, name)]
    else:
        stacks = list(registry.stacks(request.current_account, request.region).values())
    return _page(request, "Stacks", [described.stack(each) for each in stacks])


def list_stacks(request: Any) -> ActionResult:
    statuses = request._get_param("StackStatusFilter", [])
    live = registry.stacks(request.current_account, request.region).values()
    deleted = registry.deleted_stacks(request.current_account, request.region).values()
    summaries = [described.stack_summary(each) for each in [*live, *deleted] if not statuses or each.status in statuses]
    return _page(request, "StackSummaries", summaries)


def describe_stack_events(request: Any) -> ActionResult:
    stack = _stack(request)
    return _page(request, "StackEvents", [described.event(stack, each) for each in reversed(stack.events)])


def describe_stack_resources(request: Any) -> ActionResult:
    logical_id, physical = request._get_param("LogicalResourceId"), request._get_param("PhysicalResourceId")
    stack = _stack_of_resource(request, physical) if physical else _stack(request)
    resources = [each for each in stack.resources.values() if logical_id in (None, each.logical_id)]
    return ActionResult({"StackResources": [described.resource(stack, each) for each in resources]})


def describe_stack_resource(request: Any) -> ActionResult:
    stack, logical_id = _stack(request), request._get_param("LogicalResourceId")
    if logical_id not in stack.resources:
        raise ValidationError(f"Resource {logical_id} does not exist for stack {stack.name}")
    detail = described.resource(stack, stack.resources[logical_id])
    detail["Metadata"] = json.dumps(stack.resources[logical_id].definition.get("Metadata", {}))
    return ActionResult({"StackResourceDetail": detail})


def list_stack_resources(request: Any) -> ActionResult:
    stack = _stack(request)
    summaries = [described.resource(stack, each) for each in stack.resources.values()]
    return _page(request, "StackResourceSummaries", summaries)


def get_template(request: Any) -> ActionResult:
    name = request._get_param("ChangeSetName")
    if name:
        template = _change_set(request).planned
        original, processed = template.text, template.template
    else:
        stack = _stack(request)
        original, processed = stack.template_text, stack.template
    body = json.dumps(processed) if request._get_param("TemplateStage") == "Processed" else original
    return ActionResult({"TemplateBody": body, "StagesAvailable": ["Original", "Processed"]})


def get_template_summary(request: Any) -> ActionResult:
    name = request._get_param("StackName")
    text = _stack(request).template_text if name else _template(request)
    return ActionResult(summary.of_template(text))


def validate_template(request: Any) -> ActionResult:
    return ActionResult(summary.validated(_template(request)))


def list_exports(request: Any) -> ActionResult:
    live = registry.stacks(request.current_account, request.region).values()
    exports = [
        {"ExportingStackId": stack.stack_id, "Name": output.export, "Value": output.value}
        for stack in list(live)
        for output in stack.outputs
        if output.export
    ]
    return _page(request, "Exports", exports)


def list_imports(request: Any) -> ActionResult:
    name = request._get_param("ExportName")
    owner = registry.exporter(request.current_account, request.region, name)
    users = registry.importers(owner, name) if owner else []
    if not users:
        raise ValidationError(f"Export '{name}' is not imported by any stack.")
    return _page(request, "Imports", [user.name for user in users])


def create_change_set(request: Any) -> ActionResult:
    name, kind = request._get_param("StackName"), request._get_param("ChangeSetType", "UPDATE")
    account_id, region = request.current_account, request.region
    stack = registry.find(account_id, region, name)
    if stack is None or stack.deleted:
        if kind != "CREATE":
            raise ValidationError(f"Stack [{name}] does not exist")
        stack = operations.new_stack(account_id, region, name, _options(request))
    elif kind == "CREATE" and stack.status != "REVIEW_IN_PROGRESS":
        raise ValidationError(f"Stack [{name}] already exists and cannot be created again with the changeSet.")
    new = change_sets.create(
        stack,
        request._get_param("ChangeSetName"),
        kind,
        _template(request, stack),
        operations.parameter_values(request._get_param("Parameters", []), stack.parameter_values),
        _options(request, stack),
        request._get_param("Description"),
    )
    if stack.stack_id not in registry.stacks(account_id, region):
        registry.stacks(account_id, region)[stack.stack_id] = stack
        stack.became("REVIEW_IN_PROGRESS", "User Initiated")
    return ActionResult({"Id": new.change_set_id, "StackId": stack.stack_id})


def describe_change_set(request: Any) -> ActionResult:
    return ActionResult(described.change_set(_change_set(request)))


def execute_change_set(request: Any) -> EmptyResult:
    change_sets.execute(_change_set(request))
    return EmptyResult()


def delete_change_set(request: Any) -> EmptyResult:
    name, stack = request._get_param("ChangeSetName"), request._get_param("StackName")
    change_set = change_sets.find(request.current_account, request.region, name, stack)
    if change_set:
        change_sets.delete(change_set)
    return EmptyResult()


def list_change_sets(request: Any) -> ActionResult:
    change_sets_of = change_sets.of_stack(_stack(request))
    return _page(request, "Summaries", [described.change_set_summary(each) for each in change_sets_of])


def update_termination_protection(request: Any) -> ActionResult:
    stack = _stack(request)
    stack.options.termination_protection = request._get_bool_param("EnableTerminationProtection", False)
    return ActionResult({"StackId": stack.stack_id})


def get_stack_policy(request: Any) -> ActionResult:
    return ActionResult({"StackPolicyBody": _stack(request).policy or None})


def set_stack_policy(request: Any) -> EmptyResult:
    _stack(request).policy = request._get_param("StackPolicyBody") or ""
    return EmptyResult()


OPERATIONS = (
    create_stack,
    update_stack,
    delete_stack,
    describe_stacks,
    list_stacks,
    describe_stack_events,
    describe_stack_resources,
    describe_stack_resource,
    list_stack_resources,
    get_template,
    get_template_summary,
    validate_template,
    list_exports,
    list_imports,
    create_change_set,
    describe_change_set,
    execute_change_set,
    delete_change_set,
    list_change_sets,
    update_termination_protection,
    get_stack_policy,
    set_stack_policy,
)
STACK_SETS = ("create_stack_set", "update_stack_set", "create_stack_instances", "update_stack_instances")


def install() -> None:
    """Put this room's stacks in the place of moto's. Stack sets, which moto deploys with its own, are refused."""
    for operation in OPERATIONS:
        replace(CloudFormationResponse, operation.__name__, operation)
    for name in STACK_SETS:
        replace(CloudFormationResponse, name, _refuse_stack_sets)
    replace(CloudFormationBackend, "describe_stacks", _moto_lookup)
    replace(CloudFormationResponse, "RESPONSE_KEY_PATH_TO_TRANSFORMER", {})


def _refuse_stack_sets(request: Any) -> ActionResult:
    raise NotImplementedError("CloudFormation stack sets")


def _moto_lookup(backend: Any, name_or_stack_id: str) -> list[Stack]:
    """For moto's own readers of stacks."""
    if name_or_stack_id:
        return [registry.existing(backend.account_id, backend.region_name, name_or_stack_id)]
    return list(backend.stacks.values())


def _stack(request: Any) -> Stack:
    return registry.existing(request.current_account, request.region, request._get_param("StackName"))


def _stack_of_resource(request: Any, physical_id: str) -> Stack:
    for stack in registry.stacks(request.current_account, request.region).values():
        if any(each.physical_id == physical_id for each in stack.resources.values()):
            return stack
    raise ValidationError(f"Stack for {physical_id} does not exist")


def _change_set(request: Any) -> change_sets.ChangeSet:
    name, stack = request._get_param("ChangeSetName"), request._get_param("StackName")
    return change_sets.existing(request.current_account, request.region, name, stack)


def _template(request: Any, previous: Stack | None = None) -> str:
    body, url = request._get_param("TemplateBody"), request._get_param("TemplateURL")
    if previous and request._get_bool_param("UsePreviousTemplate", False):
        return previous.template_text
    if url:
        body = template_urls.read(url, request.current_account, request.region)
    if not body:
        raise ValidationError("Either Template URL or Template Body must be specified.")
    return str(body)


def _options(request: Any, previous: Stack | None = None) -> Options:
    tags = {item["Key"]: item["Value"] for item in request._get_param("Tags", [])}
    earlier = previous.options if previous else Options()
    on_failure = request._get_param("OnFailure") or "ROLLBACK"
    if request._get_bool_param("DisableRollback", False):
        on_failure = "DO_NOTHING"
    return Options(
        tags=tags or earlier.tags,
        notification_arns=request._get_param("NotificationARNs") or earlier.notification_arns,
        role_arn=request._get_param("RoleARN") or earlier.role_arn,
        on_failure=on_failure,
        termination_protection=request._get_bool_param("EnableTerminationProtection", earlier.termination_protection),
        timeout_minutes=request._get_param("TimeoutInMinutes"),
    )


def _page(request: Any, key: str, entries: list[Any]) -> ActionResult:
    token = request._get_param("NextToken") or "0"
    if not token.isdecimal():
        raise ValidationError("The NextToken is not one of this operation's.")
    start = int(token)
    rest = len(entries) > start + PAGE
    return ActionResult({key: entries[start : start + PAGE], "NextToken": str(start + PAGE) if rest else None})
