"""Stacks, resources, events and change sets in the shapes of the CloudFormation API."""

from typing import Any

from shoplib.localaws.cloudformation.change_sets import ChangeSet
from shoplib.localaws.cloudformation.stack import Event, Output, Resource, Stack


def stack(found: Stack) -> dict[str, Any]:
    return {
        **stack_summary(found),
        "Description": found.template.get("Description"),
        "Parameters": found.parameters,
        "Outputs": [output(each) for each in found.outputs] or None,
        "Tags": tags(found.options.tags),
        "NotificationARNs": found.options.notification_arns,
        "RoleARN": found.options.role_arn,
        "DisableRollback": found.options.on_failure == "DO_NOTHING",
        "EnableTerminationProtection": found.options.termination_protection,
        "TimeoutInMinutes": found.options.timeout_minutes,
        "Capabilities": [],
    }


def stack_summary(found: Stack) -> dict[str, Any]:
    return {
        "StackId": found.stack_id,
        "StackName": found.name,
        "TemplateDescription": found.template.get("Description"),
        "CreationTime": found.created,
        "LastUpdatedTime": found.updated,
        "DeletionTime": found.deleted,
        "StackStatus": found.status,
        "StackStatusReason": found.reason or None,
        "ParentId": found.parent_id,
        "DriftInformation": {"StackDriftStatus": "NOT_CHECKED"},
    }


def resource(found: Stack, each: Resource) -> dict[str, Any]:
    return {
        "StackId": found.stack_id,
        "StackName": found.name,
        "LogicalResourceId": each.logical_id,
        "PhysicalResourceId": each.physical_id or None,
        "ResourceType": each.type,
        "ResourceStatus": each.status,
        "ResourceStatusReason": each.reason or None,
        "Timestamp": each.changed,
        "LastUpdatedTimestamp": each.changed,
        "DriftInformation": {"StackResourceDriftStatus": "NOT_CHECKED"},
    }


def event(found: Stack, each: Event) -> dict[str, Any]:
    return {
        "StackId": found.stack_id,
        "StackName": found.name,
        "EventId": each.event_id,
        "LogicalResourceId": each.resource_id,
        "PhysicalResourceId": each.physical_id,
        "ResourceType": each.type,
        "ResourceStatus": each.status,
        "ResourceStatusReason": each.reason or None,
        "Timestamp": each.at,
    }


def output(each: Output) -> dict[str, Any]:
    return {
        "OutputKey": each.key,
        "OutputValue": each.value,
        "Description": each.description,
        "ExportName": each.export,
    }


def change_set(found: ChangeSet) -> dict[str, Any]:
    return {
        **change_set_summary(found),
        "Parameters": found.planned.shown,
        "NotificationARNs": found.options.notification_arns,
        "Tags": tags(found.options.tags),
        "Changes": found.changes,
        "Capabilities": [],
    }


def change_set_summary(found: ChangeSet) -> dict[str, Any]:
    return {
        "ChangeSetId": found.change_set_id,
        "ChangeSetName": found.name,
        "StackId": found.stack.stack_id,
        "StackName": found.stack.name,
        "Description": found.description,
        "CreationTime": found.created,
        "Status": found.status,
        "StatusReason": found.reason,
        "ExecutionStatus": found.execution_status,
    }


def tags(found: dict[str, str]) -> list[dict[str, str]]:
    return [{"Key": key, "Value": value} for key, value in found.items()]
