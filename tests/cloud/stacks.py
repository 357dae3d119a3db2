"""Stacks of a test: deployed under names of their own, looked at through the API, and deleted in the end."""

import itertools
import json
from collections.abc import Callable
from typing import Any

from botocore.exceptions import ClientError

_names = itertools.count()
CAPABILITIES = ["CAPABILITY_NAMED_IAM", "CAPABILITY_AUTO_EXPAND"]


class Stacks:
    """`deploy` returns the stack's name; `delete_all` deletes what is left of this test's stacks."""

    def __init__(self, aws: Callable[..., Any]) -> None:
        self.cloudformation = aws("cloudformation")
        self._deployed: list[str] = []

    def deploy(self, template: dict[str, Any] | str, name: str = "", **options: Any) -> str:
        name = name or f"test-{next(_names)}"
        body = template if isinstance(template, str) else json.dumps(template)
        answer = self.cloudformation.create_stack(
            StackName=name, TemplateBody=body, Capabilities=CAPABILITIES, **options
        )
        self._deployed.append(answer["StackId"])
        return name

    def update(self, name: str, template: dict[str, Any] | str, **options: Any) -> None:
        body = template if isinstance(template, str) else json.dumps(template)
        options = {"Capabilities": CAPABILITIES, **options}
        self.cloudformation.update_stack(StackName=name, TemplateBody=body, **options)

    def describe(self, name: str) -> dict[str, Any]:
        stack: dict[str, Any] = self.cloudformation.describe_stacks(StackName=name)["Stacks"][0]
        return stack

    def status(self, name: str) -> str:
        return str(self.describe(name)["StackStatus"])

    def outputs(self, name: str) -> dict[str, str]:
        return {each["OutputKey"]: each["OutputValue"] for each in self.describe(name).get("Outputs", [])}

    def physical_ids(self, name: str) -> dict[str, str]:
        resources = self.cloudformation.list_stack_resources(StackName=name)["StackResourceSummaries"]
        return {each["LogicalResourceId"]: each["PhysicalResourceId"] for each in resources}

    def events(self, name: str) -> list[tuple[str, str]]:
        """(logical id, status), oldest first."""
        pages = self.cloudformation.get_paginator("describe_stack_events").paginate(StackName=name)
        found = [(each["LogicalResourceId"], each["ResourceStatus"]) for page in pages for each in page["StackEvents"]]
        return found[::-1]

    def reasons(self, name: str) -> dict[str, str]:
        """Why which resource failed."""
        events = self.cloudformation.describe_stack_events(StackName=name)["StackEvents"]
        return {
            each["LogicalResourceId"]: each.get("ResourceStatusReason", "")
            for each in events
            if each["ResourceStatus"].endswith("_FAILED")
        }

    def delete(self, name: str, **options: Any) -> str:
        """The status in the end."""
        stack_id = self.describe(name)["StackId"]
        self.cloudformation.delete_stack(StackName=name, **options)
        return self.status(stack_id)

    def delete_all(self) -> None:
        for stack_id in reversed(self._deployed):
            self.cloudformation.update_termination_protection(StackName=stack_id, EnableTerminationProtection=False)
            self.cloudformation.delete_stack(StackName=stack_id)


def refusal(call: Callable[..., Any], **arguments: Any) -> str:
    """`Code: message` of the error that this call answers with."""
    try:
        call(**arguments)
    except ClientError as error:
        return f"{error.response['Error']['Code']}: {error.response['Error']['Message']}"
    raise AssertionError(f"{call.__name__} was not refused")
