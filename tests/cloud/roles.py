"""Roles for the tests, as an account has them: somebody may assume each, and a policy says what it may do."""

import json
from collections.abc import Callable
from typing import Any

Aws = Callable[..., Any]
VERSION = "2012-10-17"
SERVICES = ("lambda", "events", "scheduler", "apigateway", "states", "firehose", "pipes")


def trust(*services: str) -> dict[str, Any]:
    names = [f"{each}.amazonaws.com" for each in services]
    statement = {"Effect": "Allow", "Principal": {"Service": names}, "Action": "sts:AssumeRole"}
    return {"Version": VERSION, "Statement": [statement]}


def allow(actions: Any = "*", resources: Any = "*", **parts: Any) -> dict[str, Any]:
    return {"Effect": "Allow", "Action": actions, "Resource": resources, **parts}


def document(*statements: dict[str, Any]) -> str:
    return json.dumps({"Version": VERSION, "Statement": list(statements)})


def role(aws: Aws, name: str, *statements: dict[str, Any], services: tuple[str, ...] = SERVICES) -> str:
    """The role of this name, whose policy has these statements, or lets it do everything; its ARN."""
    iam = aws("iam")
    try:
        arn = iam.create_role(RoleName=name, AssumeRolePolicyDocument=json.dumps(trust(*services)))["Role"]["Arn"]
    except iam.exceptions.EntityAlreadyExistsException:
        return str(iam.get_role(RoleName=name)["Role"]["Arn"])
    iam.put_role_policy(RoleName=name, PolicyName="own", PolicyDocument=document(*(statements or [allow()])))
    return str(arn)


def assumable(aws: Aws, name: str, *statements: dict[str, Any], **parts: Any) -> str:
    """A role that everybody of the account may assume who may do so at all; `parts` go to its creation."""
    iam, root = aws("iam"), {"AWS": f"arn:aws:iam::{aws('sts').get_caller_identity()['Account']}:root"}
    trusts = {"Version": VERSION, "Statement": [{"Effect": "Allow", "Principal": root, "Action": "sts:AssumeRole"}]}
    arn = iam.create_role(RoleName=name, AssumeRolePolicyDocument=json.dumps(trusts), **parts)["Role"]["Arn"]
    iam.put_role_policy(RoleName=name, PolicyName="own", PolicyDocument=document(*(statements or [allow()])))
    return str(arn)


def open_to_services(action: str) -> str:
    """The policy of a queue (sqs:SendMessage) or topic (sns:Publish) that AWS's services may reach."""
    services = [f"{each}.amazonaws.com" for each in ("s3", "sns", "events", "scheduler")]
    return document(allow(action, "*", Principal={"Service": services}))
