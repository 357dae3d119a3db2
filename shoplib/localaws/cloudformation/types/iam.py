"""IAM roles and groups. moto's own role type drops policies that belong to AWS."""

import json
from collections.abc import Callable
from contextlib import suppress
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


def _managed_policies(kind: str) -> Callable[[Context, Any], None]:
    """An aspect that attaches these managed policies to a role, user or group, and no others."""

    def put(context: Context, arns: Any) -> None:
        client, name = context.client(), {f"{kind}Name": context.ref}
        listed = getattr(client, f"list_attached_{kind.lower()}_policies")(**name)["AttachedPolicies"]
        present = [policy["PolicyArn"] for policy in listed]
        for arn in dict.fromkeys(arns or []):
            if arn not in present:
                getattr(client, f"attach_{kind.lower()}_policy")(**name, PolicyArn=arn)
        for arn in present:
            if arn not in (arns or []):
                getattr(client, f"detach_{kind.lower()}_policy")(**name, PolicyArn=arn)

    return put


def _inline_policies(kind: str) -> Callable[[Context, Any], None]:
    def put(context: Context, policies: Any) -> None:
        client, name = context.client(), {f"{kind}Name": context.ref}
        for policy in policies or []:
            document = _document(policy["PolicyDocument"])
            put_policy = getattr(client, f"put_{kind.lower()}_policy")
            put_policy(**name, PolicyName=policy["PolicyName"], PolicyDocument=document)
        names = [policy["PolicyName"] for policy in policies or []]
        for present in getattr(client, f"list_{kind.lower()}_policies")(**name)["PolicyNames"]:
            if present not in names:
                getattr(client, f"delete_{kind.lower()}_policy")(**name, PolicyName=present)

    return put


def _tags(kind: str) -> Callable[[Context, Any], None]:
    def put(context: Context, tags: Any) -> None:
        client, name = context.client(), {f"{kind}Name": context.ref}
        present = [tag["Key"] for tag in getattr(client, f"list_{kind.lower()}_tags")(**name)["Tags"]]
        if present:
            getattr(client, f"untag_{kind.lower()}")(**name, TagKeys=present)
        if tags:
            getattr(client, f"tag_{kind.lower()}")(**name, Tags=tags)

    return put


def _boundary(kind: str) -> Callable[[Context, Any], None]:
    def put(context: Context, arn: Any) -> None:
        client, name = context.client(), {f"{kind}Name": context.ref}
        if arn:
            getattr(client, f"put_{kind.lower()}_permissions_boundary")(**name, PermissionsBoundary=arn)
        else:
            getattr(client, f"delete_{kind.lower()}_permissions_boundary")(**name)

    return put


def _of(kind: str) -> tuple[Aspect, ...]:
    return (
        Aspect("ManagedPolicyArns", _managed_policies(kind)),
        Aspect("Policies", _inline_policies(kind)),
    )


def _strip(kind: str) -> Callable[[Context], None]:
    """Nothing of it is deleted while policies hang on it."""

    def strip(context: Context) -> None:
        for aspect in _of(kind):
            aspect.put(context, [])

    return strip


def _member_of(context: Context, groups: Any) -> None:
    client, name = context.client(), {"UserName": context.ref}
    present = [group["GroupName"] for group in client.list_groups_for_user(**name)["Groups"]]
    for group in groups or []:
        client.add_user_to_group(**name, GroupName=group)
    for group in present:
        if group not in (groups or []):
            client.remove_user_from_group(**name, GroupName=group)


def _login(context: Context, profile: Any) -> None:
    client, name = context.client(), {"UserName": context.ref}
    with suppress(client.exceptions.NoSuchEntityException):
        client.delete_login_profile(**name)
    if profile:
        settings = {"PasswordResetRequired": bool(profile.get("PasswordResetRequired", False))}
        client.create_login_profile(**name, Password=profile["Password"], **settings)


def _strip_user(context: Context) -> None:
    _strip("User")(context)
    _member_of(context, [])
    _login(context, None)


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
        aspects=(*_of("Role"), Aspect("Tags", _tags("Role")), Aspect("PermissionsBoundary", _boundary("Role"))),
        before_delete=_strip("Role"),
    ),
    "AWS::IAM::User": ApiType(
        service="iam",
        create_call="create_user",
        name="UserName",
        generated=short(64),
        exists=succeeds("get_user", UserName="UserName"),
        ref=prop("UserName"),
        delete_call="delete_user",
        key=by("UserName"),
        attributes={"Arn": from_answer("User", "Arn")},
        aspects=(
            *_of("User"),
            Aspect("Tags", _tags("User")),
            Aspect("PermissionsBoundary", _boundary("User")),
            Aspect("Groups", _member_of),
            Aspect("LoginProfile", _login),
        ),
        before_delete=_strip_user,
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
        aspects=_of("Group"),
        before_delete=_strip("Group"),
    ),
}
