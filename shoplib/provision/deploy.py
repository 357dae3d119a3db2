"""Carrying a plan out, and taking a stack down again. CloudFormation does the work; we watch, and then check it."""

import json
import time
from collections.abc import Callable
from typing import Any

from botocore.exceptions import ClientError

from shoplib.errors import LabError
from shoplib.provision import artifacts, bundle
from shoplib.provision.plan import Plan, describe
from shoplib.provision.stack import Stack, read
from shoplib.provision.target import Target
from shoplib.provision.verify import verify

# (what is going on, how many are done, of how many)
Progress = Callable[[str, int, int], None]
LIMIT_SECONDS = 900
# CloudFormation takes larger templates from S3 only.
LARGEST_BODY = 51_200
CAPABILITIES = ["CAPABILITY_IAM", "CAPABILITY_NAMED_IAM", "CAPABILITY_AUTO_EXPAND"]


def silent(_what: str, _done: int, _of: int) -> None:
    """For callers that show no progress."""


def apply(plan: Plan, progress: Progress = silent) -> Stack:
    """Create or update the stack, wait for it, and verify that each resource exists.

    LabError names the resource that failed and why; a failed creation leaves no stack behind.
    """
    if not plan.is_empty:
        _remove_failed(plan, progress)
        _submit(plan)
        _wait(plan.stack_name, plan.target, len(plan.body["Resources"]), progress)
    stack = read(plan.stack_name, plan.target)
    verify(stack, plan.target, expected=_expected(plan, stack))
    return stack


def _expected(plan: Plan, stack: Stack) -> set[str]:
    """Resources without a condition must exist; of the others CloudFormation's word is taken."""
    unconditional = {name for name, spec in plan.body["Resources"].items() if "Condition" not in spec}
    return unconditional | {resource.logical_id for resource in stack.resources}


def _remove_failed(plan: Plan, progress: Progress) -> None:
    there = describe(plan.stack_name, plan.target)
    if there and there["StackStatus"] in ("ROLLBACK_COMPLETE", "CREATE_FAILED", "ROLLBACK_FAILED"):
        destroy(plan.stack_name, plan.target, progress)


def _submit(plan: Plan) -> None:
    cloudformation = plan.target.client("cloudformation")
    exists = describe(plan.stack_name, plan.target) is not None
    act = cloudformation.update_stack if exists else cloudformation.create_stack
    try:
        act(
            StackName=plan.stack_name,
            Parameters=[{"ParameterKey": k, "ParameterValue": v} for k, v in plan.parameters.items()],
            Capabilities=CAPABILITIES,
            **_template_argument(plan),
        )
    except ClientError as error:
        if "No updates are to be performed" not in str(error):
            raise LabError(f"{plan.template.path}: {error.response['Error']['Message']}", "mend the template") from None


def _template_argument(plan: Plan) -> dict[str, str]:
    body = json.dumps(plan.body)
    if len(body.encode()) <= LARGEST_BODY:
        return {"TemplateBody": body}
    s3, bucket = plan.target.client("s3"), artifacts.bucket_name(plan.target)
    key = f"{bundle.digest(body.encode())}.template"
    s3.put_object(Bucket=bucket, Key=key, Body=body.encode())
    return {"TemplateURL": s3.generate_presigned_url("get_object", Params={"Bucket": bucket, "Key": key}).split("?")[0]}


def _wait(stack_name: str, target: Target, total: int, progress: Progress) -> None:
    limit = time.monotonic() + LIMIT_SECONDS
    while True:
        status = describe(stack_name, target)
        state = status["StackStatus"] if status else "DELETE_COMPLETE"
        progress(f"{stack_name}: {state.lower().replace('_', ' ')}", _finished(stack_name, target), total)
        if not state.endswith("_IN_PROGRESS"):
            break
        if time.monotonic() > limit:
            raise LabError(f"{stack_name} is still {state} after {LIMIT_SECONDS} s", "look at its events")
        time.sleep(0.1 if target.endpoint_url else 3)
    if state not in ("CREATE_COMPLETE", "UPDATE_COMPLETE"):
        raise LabError(f"{stack_name} ended as {state}: {_reason(stack_name, target)}", "mend it and deploy again")


def _finished(stack_name: str, target: Target) -> int:
    try:
        pages = target.client("cloudformation").get_paginator("list_stack_resources").paginate(StackName=stack_name)
        entries = [entry for page in pages for entry in page["StackResourceSummaries"]]
    except ClientError:
        return 0  # a stack that has just gone has no list
    return sum(entry["ResourceStatus"].endswith("_COMPLETE") for entry in entries)


def _reason(stack_name: str, target: Target) -> str:
    events = target.client("cloudformation").describe_stack_events(StackName=stack_name)["StackEvents"]
    failed = [event for event in events if event["ResourceStatus"].endswith("_FAILED")]
    if not failed:
        return "CloudFormation gives no reason"
    first = failed[-1]  # events come newest first; the oldest failure caused the others
    return f"{first['LogicalResourceId']} ({first['ResourceType']}): {first.get('ResourceStatusReason', 'no reason')}"


def destroy(stack_name: str, target: Target, progress: Progress = silent) -> tuple[str, ...]:
    """Delete a stack and wait until it is gone; answers the physical ids of what its template says to retain.

    LabError when there is no such stack, or when a resource cannot be deleted.
    """
    stack = read(stack_name, target)
    kept = _retained(stack, target)
    cloudformation = target.client("cloudformation")
    cloudformation.delete_stack(StackName=stack_name)
    limit = time.monotonic() + LIMIT_SECONDS
    while there := describe(stack_name, target):
        state = there["StackStatus"]
        if state == "DELETE_FAILED":
            raise LabError(f"{stack_name} was not deleted: {_reason(stack_name, target)}", "empty it and try again")
        if time.monotonic() > limit:
            raise LabError(f"{stack_name} is still {state} after {LIMIT_SECONDS} s", "look at its events")
        progress(f"{stack_name}: {state.lower().replace('_', ' ')}", 0, len(stack.resources))
        time.sleep(0.1 if target.endpoint_url else 3)
    progress(f"{stack_name}: deleted", len(stack.resources), len(stack.resources))
    return kept


def _retained(stack: Stack, target: Target) -> tuple[str, ...]:
    body: Any = target.client("cloudformation").get_template(StackName=stack.name)["TemplateBody"]
    resources = (json.loads(body) if isinstance(body, str) else body)["Resources"]
    keep = {name for name, spec in resources.items() if spec.get("DeletionPolicy") == "Retain"}
    return tuple(r.physical_id for r in stack.resources if r.logical_id in keep)
