"""The CloudFormation API: replaces moto's operations on stacks and change sets (`install`)."""

import json
from typing import Any

from moto.cloudformation.models import CloudFormationBackend
from moto.cloudformation.responses import CloudFormationResponse
from moto.core.responses import ActionResult, EmptyResult

from shoplib.localaws.cloudformation import (
    change_sets,
    described,
    operations,
    registry,
    requests,
    stack_policies,
    summary,
)
from shoplib.localaws.cloudformation.errors import ValidationError
from shoplib.localaws.cloudformation.operations import Policies
from shoplib.localaws.cloudformation.requests import NO_STACK, page
from shoplib.localaws.cloudformation.stack import Stack
from shoplib.localaws.moto_patches import replace


def create_stack(request: Any) -> ActionResult:
    policy = stack_policies.of_request(request, "StackPolicy")
    stack = operations.create_stack(
        request.current_account,
        request.region,
        requests.new_name(request),
        requests.template(request),
        operations.parameter_values(request._get_param("Parameters", []), {}),
        requests.options(request),
        requests.Permitted.of(request),
    )
    change_sets.become_obsolete(stack)
    stack.policy = policy or ""
    return ActionResult({"StackId": stack.stack_id})


def update_stack(request: Any) -> ActionResult:
    stack = requests.stack(request, NO_STACK)
    parameters = operations.parameter_values(request._get_param("Parameters", []), stack.parameter_values)
    template, options = requests.template(request, stack), requests.options(request, stack)
    policies = Policies(
        stack_policies.of_request(request, "StackPolicyDuringUpdate"), stack_policies.of_request(request, "StackPolicy")
    )
    operations.update_stack(stack, template, parameters, options, requests.Permitted.of(request), policies)
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
    return page(request, "Stacks", [described.stack(each) for each in stacks])


def list_stacks(request: Any) -> ActionResult:
    statuses = request._get_param("StackStatusFilter", [])
    live = registry.stacks(request.current_account, request.region).values()
    deleted = registry.deleted_stacks(request.current_account, request.region).values()
    summaries = [described.stack_summary(each) for each in [*live, *deleted] if not statuses or each.status in statuses]
    return page(request, "StackSummaries", summaries)


def describe_stack_events(request: Any) -> ActionResult:
    stack = requests.stack(request, NO_STACK)
    return page(request, "StackEvents", [described.event(stack, each) for each in reversed(stack.events)])


def describe_stack_resources(request: Any) -> ActionResult:
    logical_id, physical = request._get_param("LogicalResourceId"), request._get_param("PhysicalResourceId")
    stack = _stack_of_resource(request, physical) if physical else requests.stack(request)
    resources = [each for each in stack.resources.values() if logical_id in (None, each.logical_id)]
    return ActionResult({"StackResources": [described.resource(stack, each) for each in resources]})


def describe_stack_resource(request: Any) -> ActionResult:
    stack, logical_id = requests.stack(request, "Stack '{}' does not exist"), request._get_param("LogicalResourceId")
    if logical_id not in stack.resources:
        raise ValidationError(f"Resource {logical_id} does not exist for stack {request._get_param('StackName')}")
    detail = described.resource(stack, stack.resources[logical_id])
    detail["Metadata"] = stack.resources[logical_id].metadata
    return ActionResult({"StackResourceDetail": detail})


def list_stack_resources(request: Any) -> ActionResult:
    stack = requests.stack(request)
    summaries = [described.resource(stack, each) for each in stack.resources.values()]
    return page(request, "StackResourceSummaries", summaries)


def get_template(request: Any) -> ActionResult:
    name = request._get_param("ChangeSetName")
    if name:
        if not name.startswith("arn:") and not request._get_param("StackName"):
            raise ValidationError("StackName is a required parameter.")
        template = requests.change_set(request).planned
        original, processed = template.text, template.template
    else:
        stack = requests.stack(request)
        original, processed = stack.template_text, stack.template
    body = json.dumps(processed) if request._get_param("TemplateStage") == "Processed" else original
    return ActionResult({"TemplateBody": body, "StagesAvailable": ["Original", "Processed"]})


def get_template_summary(request: Any) -> ActionResult:
    if not request._get_param("StackName"):
        return ActionResult(summary.of_template(requests.template(request)))
    stack = requests.stack(request)
    if stack.status == "REVIEW_IN_PROGRESS":
        raise ValidationError("GetTemplateSummary cannot be called on REVIEW_IN_PROGRESS stacks.")
    return ActionResult(summary.of_template(stack.template_text))


def validate_template(request: Any) -> ActionResult:
    return ActionResult(summary.validated(requests.template(request)))


def list_exports(request: Any) -> ActionResult:
    live = registry.stacks(request.current_account, request.region).values()
    exports = [
        {"ExportingStackId": stack.stack_id, "Name": output.export, "Value": output.value}
        for stack in list(live)
        for output in stack.outputs
        if output.export
    ]
    return page(request, "Exports", exports)


def list_imports(request: Any) -> ActionResult:
    name = request._get_param("ExportName")
    owner = registry.exporter(request.current_account, request.region, name)
    users = registry.importers(owner, name) if owner else []
    if not users:
        raise ValidationError(f"Export '{name}' is not imported by any stack.")
    return page(request, "Imports", [user.name for user in users])


def create_change_set(request: Any) -> ActionResult:
    stack, kind = _stack_to_change(request), requests.change_set_kind(request)
    new = change_sets.create(
        stack,
        request._get_param("ChangeSetName"),
        kind,
        requests.template(request, stack),
        operations.parameter_values(request._get_param("Parameters", []), stack.parameter_values),
        requests.options(request, stack),
        request._get_param("Description"),
        requests.Permitted.of(request, expands=True),
    )
    live = registry.stacks(stack.account_id, stack.region)
    if stack.stack_id not in live:
        live[stack.stack_id] = stack
        stack.became("REVIEW_IN_PROGRESS", "User Initiated")
    return ActionResult({"Id": new.change_set_id, "StackId": stack.stack_id})


def _stack_to_change(request: Any) -> Stack:
    """One that is there, or, for a change set that creates it, a new one."""
    kind, name = requests.change_set_kind(request), requests.new_name(request)
    account_id, region = request.current_account, request.region
    stack = registry.find(account_id, region, name)
    if kind != "CREATE":
        return registry.existing(account_id, region, name, NO_STACK)
    if stack is None:
        return operations.new_stack(account_id, region, name, requests.options(request))
    if stack.status != "REVIEW_IN_PROGRESS":
        again = f"cannot be created again with the changeSet [{request._get_param('ChangeSetName')}]."
        raise ValidationError(f"Stack [{name}] already exists and {again}")
    return stack


def describe_change_set(request: Any) -> ActionResult:
    of_values = request._get_bool_param("IncludePropertyValues", False)
    return ActionResult(described.change_set(requests.change_set(request), of_values))


def execute_change_set(request: Any) -> EmptyResult:
    change_sets.execute(requests.change_set(request))
    return EmptyResult()


def delete_change_set(request: Any) -> EmptyResult:
    change_set = requests.change_set_if_any(request)
    if change_set:
        change_sets.delete(change_set)
    return EmptyResult()


def list_change_sets(request: Any) -> ActionResult:
    change_sets_of = change_sets.of_stack(requests.stack(request, NO_STACK))
    return page(request, "Summaries", [described.change_set_summary(each) for each in change_sets_of])


def update_termination_protection(request: Any) -> ActionResult:
    stack = requests.stack(request)
    stack.options.termination_protection = request._get_bool_param("EnableTerminationProtection", False)
    return ActionResult({"StackId": stack.stack_id})


def get_stack_policy(request: Any) -> ActionResult:
    stack = requests.stack(request)
    return ActionResult({"StackPolicyBody": stack.policy_during_update or stack.policy or None})


def set_stack_policy(request: Any) -> EmptyResult:
    requests.stack(request).policy = stack_policies.of_request(request, "StackPolicy") or ""
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


def _stack_of_resource(request: Any, physical_id: str) -> Stack:
    for stack in registry.stacks(request.current_account, request.region).values():
        if any(each.physical_id == physical_id for each in stack.resources.values()):
            return stack
    raise ValidationError(f"Stack for {physical_id} does not exist")
