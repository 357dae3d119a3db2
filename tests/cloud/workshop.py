"""Templates of a test, deployed under the test's own name in a region of their own, and gone with it."""

import json
from pathlib import Path
from typing import Any

from shoplib import provision
from shoplib.provision import Plan, Target

REGION = "eu-west-2"


class Workshop:
    """A template file of the test, deployed under the test's own name."""

    def __init__(self, folder: Path, name: str, target: Target) -> None:
        self.path, self.name, self.target = folder / "template.json", name, target

    def plan(self, body: dict[str, Any], **given: str) -> Plan:
        self.path.write_text(json.dumps(body, indent=1), encoding="utf-8")
        return provision.plan_one(str(self.path), self.target, given, self.name)

    def deploy(self, body: dict[str, Any], **given: str) -> provision.Stack:
        return provision.apply(self.plan(body, **given))

    def changes(self, body: dict[str, Any], **given: str) -> dict[str, str]:
        return {change.logical_id: change.action for change in self.plan(body, **given).changes}

    def status(self) -> str:
        return self.target.client("cloudformation").describe_stacks(StackName=self.name)["Stacks"][0]["StackStatus"]


def queue(**properties: Any) -> dict[str, Any]:
    return {"Type": "AWS::SQS::Queue", "Properties": properties}


def bucket(**more: Any) -> dict[str, Any]:
    return {"Type": "AWS::S3::Bucket", **more}


def resources(**named: dict[str, Any]) -> dict[str, Any]:
    return {"Resources": named}
