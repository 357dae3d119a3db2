"""IAM roles and groups. moto's own role type drops policies that belong to AWS."""

import json
from collections.abc import Callable
from typing import Any

from shoplib.localaws.cloudformation.api_type import (
    ApiType,
    Aspect,
    Context,
    by,
    from_answer,
    prop,
    renamed,
    short,
    succeeds,
)
from shoplib.localaws.cloudformation.resource_providers import Properties


def _update(context: Context, before: Properties) -> None:
    client, now = context.client(), context.properties
    client.update_assume_role_policy(RoleName=context.ref, PolicyDocument=_document(now["AssumeRolePolicyDocument"]))
    settings = {name: now[name] for name in ("Description", "MaxSessionDuration") if name in now}
    if "MaxSessionDuration" in settings:
        settings["MaxSessionDuration"] = int(settings["MaxSessionDuration"])
    if settings:
        client.update_role(RoleName=context.ref, **settings)


def _document(value: Any) -> str:
    if isinstance(value, str):
        return value
    # AWS takes documents without a Version, and SAM's own policies have none; moto refuses them.
    return json.dumps({"Version": "2012-10-17", **value})


def _managed_role_policies(context: Context, arns: Any) -> None:
    client = context.client()
    attached = client.list_attached_role_policies(RoleName=context.ref)["AttachedPolicies"]
    present = [policy["PolicyArn"] for policy in attached]
    for arn in dict.fromkeys(arns or []):
        if arn not in present:
            client.attach_role_policy(RoleName=context.ref, PolicyArn=arn)
    for arn in present:
        if arn not in (arns or []):
            client.detach_role_policy(RoleName=context.ref, PolicyArn=arn)


def _inline_role_policies(context: Context, policies: Any) -> None:
    client = context.client()
    for policy in policies or []:
        client.put_role_policy(
            RoleName=context.ref,
            PolicyName=policy["PolicyName"],
            PolicyDocument=_document(policy["PolicyDocument"]),
        )
    names = [policy["PolicyName"] for policy in policies or []]
    for name in client.list_role_policies(RoleName=context.ref)["PolicyNames"]:
        if name not in names:
            client.delete_role_policy(RoleName=context.ref, PolicyName=name)


def _role_tags(context: Context, tags: Any) -> None:
    client = context.client()
    present = [tag["Key"] for tag in client.list_role_tags(RoleName=context.ref)["Tags"]]
    if present:
        client.untag_role(RoleName=context.ref, TagKeys=present)
    if tags:
        client.tag_role(RoleName=context.ref, Tags=tags)


def _strip_role(context: Context) -> None:
    """A role is deleted only when nothing hangs on it."""
    _managed_role_policies(context, [])
    _inline_role_policies(context, [])


def _managed_group_policies(context: Context, arns: Any) -> None:
    client = context.client()
    attached = client.list_attached_group_policies(GroupName=context.ref)["AttachedPolicies"]
    present = [policy["PolicyArn"] for policy in attached]
    for arn in arns or []:
        if arn not in present:
            client.attach_group_policy(GroupName=context.ref, PolicyArn=arn)
    for arn in present:
        if arn not in (arns or []):
            client.detach_group_policy(GroupName=context.ref, PolicyArn=arn)


def _inline_group_policies(context: Context, policies: Any) -> None:
    client = context.client()
    names = [policy["PolicyName"] for policy in policies or []]
    for policy in policies or []:
        document = _document(policy["PolicyDocument"])
        client.put_group_policy(GroupName=context.ref, PolicyName=policy["PolicyName"], PolicyDocument=document)
    for name in client.list_group_policies(GroupName=context.ref)["PolicyNames"]:
        if name not in names:
            client.delete_group_policy(GroupName=context.ref, PolicyName=name)


def _strip_group(context: Context) -> None:
    _managed_group_policies(context, [])
    _inline_group_policies(context, [])


def _attached_to(kind: str) -> Callable[[Context, Any], None]:
    """An aspect that attaches a managed policy to these roles, users or groups, and to no others."""

    def put(context: Context, names: Any) -> None:
        client, arn = context.client(), context.ref
        listed = client.list_entities_for_policy(PolicyArn=arn)[f"Policy{kind}s"]
        present = [each[f"{kind}Name"] for each in listed]
        for name in names or []:
            if name not in present:
                getattr(client, f"attach_{kind.lower()}_policy")(**{f"{kind}Name": name, "PolicyArn": arn})
        for name in present:
            if name not in (names or []):
                getattr(client, f"detach_{kind.lower()}_policy")(**{f"{kind}Name": name, "PolicyArn": arn})

    return put


KINDS = ("Role", "User", "Group")


def _detach_everywhere(context: Context) -> None:
    for kind in KINDS:
        _attached_to(kind)(context, [])


def _new_version(context: Context, before: Properties) -> None:
    document = _document(context.properties["PolicyDocument"])
    client = context.client()
    versions = client.list_policy_versions(PolicyArn=context.ref)["Versions"]
    for version in versions:
        if not version["IsDefaultVersion"]:
            client.delete_policy_version(PolicyArn=context.ref, VersionId=version["VersionId"])
    client.create_policy_version(PolicyArn=context.ref, PolicyDocument=document, SetAsDefault=True)


TYPES = {
    "AWS::IAM::ManagedPolicy": ApiType(
        service="iam",
        create_call="create_policy",
        shape=renamed(ManagedPolicyName="PolicyName"),
        update_call=_new_version,
        name="ManagedPolicyName",
        fixed=frozenset({"Path", "Description"}),
        ref=from_answer("Policy", "Arn"),
        delete_call="delete_policy",
        key=by("PolicyArn"),
        attributes={"PolicyArn": lambda context: context.ref, "PolicyId": from_answer("Policy", "PolicyId")},
        aspects=tuple(Aspect(f"{kind}s", _attached_to(kind)) for kind in KINDS),
        before_delete=_detach_everywhere,
    ),
    "AWS::IAM::Role": ApiType(
        service="iam",
        create_call="create_role",
        update_call=_update,
        name="RoleName",
        generated=short(64),
        exists=succeeds("get_role", RoleName="RoleName"),
        fixed=frozenset({"Path"}),
        ref=prop("RoleName"),
        delete_call="delete_role",
        key=by("RoleName"),
        attributes={"Arn": from_answer("Role", "Arn"), "RoleId": from_answer("Role", "RoleId")},
        aspects=(
            Aspect("ManagedPolicyArns", _managed_role_policies),
            Aspect("Policies", _inline_role_policies),
            Aspect("Tags", _role_tags),
        ),
        before_delete=_strip_role,
    ),
    "AWS::IAM::Group": ApiType(
        service="iam",
        create_call="create_group",
        name="GroupName",
        generated=short(64),
        exists=succeeds("get_group", GroupName="GroupName"),
        ref=prop("GroupName"),
        delete_call="delete_group",
        key=by("GroupName"),
        attributes={"Arn": from_answer("Group", "Arn")},
        aspects=(
            Aspect("ManagedPolicyArns", _managed_group_policies),
            Aspect("Policies", _inline_group_policies),
        ),
        before_delete=_strip_group,
    ),
}
