"""Delete a stack: buckets are emptied only on request, and the deletion is verified."""

from typing import Any

from botocore.exceptions import ClientError

from shoplib.errors import LabError
from shoplib.provision import stack_waiter
from shoplib.provision.refusals import code_of, explain_errors
from shoplib.provision.stack import Resource, Stack, deployed_body, describe, resources, stack_names
from shoplib.provision.stack_waiter import Progress, silent
from shoplib.provision.target import Target
from shoplib.provision.verify import verify_deleted

RETAINED = ("Retain", "RetainExceptOnCreate", "Snapshot")
VERSIONS = ("Versions", "DeleteMarkers")


def destroy(
    stack_name: str, target: Target, progress: Progress = silent, empty_buckets: bool = False
) -> tuple[str, ...]:
    """Delete a stack and wait until it and its resources are deleted; return the ids that its template retains.

    `empty_buckets` deletes what its buckets hold, all versions of it. LabError when there is no such stack, when
    a bucket is not empty, or when a resource cannot be deleted.
    """
    with explain_errors(target.banner):
        description = describe(stack_name, target)
        if not description:
            there = ", ".join(stack_names(target)) or "none"
            raise LabError(f"stack not found: {stack_name} on {target.banner}", f"stacks there: {there}")
        stack = Stack(stack_name, {}, tuple(resources(stack_name, target)))
        body = deployed_body(stack_name, target)
        retained = {r.logical_id for r in stack.resources if _is_retained(body, r)}
        # What a failed creation never made has no id of its own, or that of somebody else's resource.
        existing = [r for r in stack.resources if r.physical_id and r.status != "CREATE_FAILED"]
        removed = [r for r in existing if r.logical_id not in retained]
        _make_room([r.physical_id for r in removed if r.type == "AWS::S3::Bucket"], stack_name, target, empty_buckets)
        _delete(description["StackId"], stack, target, progress)
        _delete_late_logs([r.physical_id for r in removed if r.type == "AWS::Logs::LogGroup"], target)
        verify_deleted(removed, stack, body, target)
    functions = {r.physical_id for r in removed if r.type == "AWS::Lambda::Function"}
    physical_ids = (r.physical_id for r in stack.resources if r.logical_id in retained)
    return tuple(physical_id for physical_id in physical_ids if not _is_version_of(functions, physical_id))


def _is_version_of(functions: set[str], physical_id: str) -> bool:
    """SAM retains published versions; Lambda deletes them with their function all the same."""
    return physical_id.startswith("arn:") and physical_id.split(":")[-2] in functions


def _delete_late_logs(groups: list[str], target: Target) -> None:
    """Lambda makes a deleted group again for the last lines of a function, as of one behind a custom resource."""
    logs = target.client("logs")
    for group in groups:
        try:
            logs.delete_log_group(logGroupName=group)
        except ClientError as error:
            if code_of(error) != "ResourceNotFoundException":
                raise


def _is_retained(body: dict[str, Any], resource: Resource) -> bool:
    return body["Resources"].get(resource.logical_id, {}).get("DeletionPolicy") in RETAINED


def _make_room(buckets: list[str], stack_name: str, target: Target, empty_buckets: bool) -> None:
    """S3 deletes no bucket that holds something: refused before half of the stack is gone."""
    s3 = target.client("s3")
    full = [bucket for bucket in buckets if _holds_something(s3, bucket)]
    if full and not empty_buckets:
        what = f"{stack_name} was not touched: its bucket {', '.join(full)} is not empty"
        raise LabError(what, "--empty-buckets deletes what it holds, for good")
    for bucket in full:
        _empty(s3, bucket)


def _holds_something(s3: Any, bucket: str) -> bool:
    try:
        versions = s3.list_object_versions(Bucket=bucket, MaxKeys=1)
    except ClientError as error:
        if code_of(error) == "NoSuchBucket":
            return False  # somebody deleted it by hand
        raise
    return any(versions.get(kind) for kind in VERSIONS)


def _empty(s3: Any, bucket: str) -> None:
    for page in s3.get_paginator("list_object_versions").paginate(Bucket=bucket):
        entries = [entry for kind in VERSIONS for entry in page.get(kind, [])]
        objects = [{"Key": entry["Key"], "VersionId": entry["VersionId"]} for entry in entries]
        failed = s3.delete_objects(Bucket=bucket, Delete={"Objects": objects, "Quiet": True}).get("Errors", [])
        if failed:
            raise LabError(f"{bucket}: {failed[0]['Key']} cannot be deleted: {failed[0].get('Message', '')}", "")


def _delete(stack_id: str, stack: Stack, target: Target, progress: Progress) -> None:
    target.client("cloudformation").delete_stack(StackName=stack_id)
    status = stack_waiter.wait_until_settled(stack_id, stack.name, target, len(stack.resources), progress)
    if status != stack_waiter.DELETED:
        why = stack_waiter.reason(stack_id, target)
        raise LabError(f"{stack.name} was not deleted ({status}): {why}", "fix the cause and destroy again")
