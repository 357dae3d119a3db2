"""Stacks, resources, events and change sets in the shapes of the CloudFormation API."""

from typing import Any

from shoplib.localaws.cloudformation.change_details import with_values, without_values
from shoplib.localaws.cloudformation.change_sets import ChangeSet
from shoplib.localaws.cloudformation.stack import Event, Output, Resource, Stack


def stack(source: Stack) -> dict[str, Any]:
    """Empty lists are left out, as AWS does, but for tags and notifications."""
    return {
        **stack_summary(source),
        "ChangeSetId": None if source.deleted else source.change_set_id,
        "Description": source.template.get("Description"),
        "Parameters": source.parameters or None,
        "Outputs": [output(each) for each in source.outputs] or None,
        "Tags": tags(source.options.tags),
        "NotificationARNs": source.options.notification_arns,
        "RoleARN": source.options.role_arn,
        "DisableRollback": source.options.on_failure == "DO_NOTHING",
        "EnableTerminationProtection": None if source.deleted else source.options.termination_protection,
        "TimeoutInMinutes": source.options.timeout_minutes,
        "Capabilities": source.options.capabilities or None,
        "RollbackConfiguration": source.options.rollback,
    }


def stack_summary(source: Stack) -> dict[str, Any]:
    return {
        "StackId": source.stack_id,
        "StackName": source.name,
        "TemplateDescription": source.template.get("Description"),
        "CreationTime": source.created,
        "LastUpdatedTime": source.updated,
        "DeletionTime": source.deleted,
        "StackStatus": source.status,
        "StackStatusReason": source.reason or None,
        "ParentId": source.parent_id,
        "DriftInformation": {"StackDriftStatus": "NOT_CHECKED"},
    }


def resource(stack: Stack, each: Resource) -> dict[str, Any]:
    return {
        "StackId": stack.stack_id,
        "StackName": stack.name,
        "LogicalResourceId": each.logical_id,
        "PhysicalResourceId": each.physical_id or None,
        "ResourceType": each.type,
        "ResourceStatus": each.status,
        "ResourceStatusReason": each.reason or None,
        "Timestamp": each.changed,
        "LastUpdatedTimestamp": each.changed,
        "DriftInformation": {"StackResourceDriftStatus": "NOT_CHECKED"},
    }


def event(stack: Stack, each: Event) -> dict[str, Any]:
    return {
        "StackId": stack.stack_id,
        "StackName": stack.name,
        "EventId": each.event_id,
        "LogicalResourceId": each.resource_id,
        "PhysicalResourceId": each.physical_id,
        "ResourceType": each.type,
        "ResourceStatus": each.status,
        "ResourceStatusReason": each.reason or None,
        "ResourceProperties": each.properties or None,
        "Timestamp": each.at,
    }


def output(each: Output) -> dict[str, Any]:
    return {
        "OutputKey": each.key,
        "OutputValue": each.value,
        "Description": each.description,
        "ExportName": each.export,
    }


def change_set(source: ChangeSet, of_values: bool = False) -> dict[str, Any]:
    changes = with_values(source.changes) if of_values else without_values(source.changes)
    return {
        **change_set_summary(source),
        "Parameters": source.planned.described_parameters or None,
        "NotificationARNs": source.options.notification_arns,
        "Tags": tags(source.options.tags) or None,
        "Changes": changes,
        "Capabilities": source.options.capabilities,
        "RollbackConfiguration": source.options.rollback,
    }


def change_set_summary(source: ChangeSet) -> dict[str, Any]:
    return {
        "ChangeSetId": source.change_set_id,
        "ChangeSetName": source.name,
        "StackId": source.stack.stack_id,
        "StackName": source.stack.name,
        "Description": source.description,
        "CreationTime": source.created,
        "Status": source.status,
        "StatusReason": source.reason,
        "ExecutionStatus": source.execution_status,
        "IncludeNestedStacks": False,
    }


def tags(by_key: dict[str, str]) -> list[dict[str, str]]:
    return [{"Key": key, "Value": value} for key, value in by_key.items()]
