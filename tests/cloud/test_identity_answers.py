"""IAM and STS: what they show of roles, policies and groups, and refusals in the words of AWS."""

import json
import uuid
from collections.abc import Callable
from typing import Any

import pytest

from tests.cloud.refusals import code_and_message, code_of

Aws = Callable[..., Any]
NOWHERE = "NoSuchEntity"
MALFORMED = "MalformedPolicyDocument"
INVALID = "1 validation error detected: Value at '{}' failed to satisfy constraint: {}"
PATTERN = r"Member must satisfy regular expression pattern: [\p{L}\p{Z}\p{N}_.:/=+\-@]+"
STATEMENT = {"Effect": "Allow", "Action": "s3:ListBucket", "Resource": "arn:aws:s3:::any"}
ASSUMED = {"Effect": "Allow", "Principal": {"Service": "lambda.amazonaws.com"}, "Action": "sts:AssumeRole"}


@pytest.fixture(scope="module")
def iam(aws: Aws) -> Any:
    return aws("iam")


@pytest.fixture
def name() -> str:
    return f"of-test-{uuid.uuid4().hex[:8]}"


@pytest.fixture
def role(iam: Any, name: str) -> dict[str, str]:
    made = iam.create_role(RoleName=name, AssumeRolePolicyDocument=_policy(ASSUMED), MaxSessionDuration=7200)
    assert made["Role"].keys() == {"Arn", "AssumeRolePolicyDocument", "CreateDate", "Path", "RoleId", "RoleName"}
    return {"RoleName": name}


@pytest.fixture
def arn(iam: Any, name: str) -> str:
    return iam.create_policy(PolicyName=name, PolicyDocument=_policy(STATEMENT))["Policy"]["Arn"]


def _policy(*statements: dict[str, Any], **members: Any) -> str:
    return json.dumps({"Version": "2012-10-17", "Statement": statements, **members})


@pytest.mark.parametrize(
    ("kind", "operation", "more"),
    [
        ("role", "get_role", {}),
        ("role", "tag_role", {"Tags": []}),
        ("role", "put_role_policy", {"PolicyName": "p", "PolicyDocument": _policy(STATEMENT)}),
        ("user", "get_user", {}),
        ("user", "update_user", {"NewPath": "/x/"}),
        ("user", "create_access_key", {}),
        ("group", "get_group", {}),
        ("group", "update_group", {"NewPath": "/x/"}),
    ],
)
def test_who_is_not_there_is_named(iam: Any, kind: str, operation: str, more: dict[str, Any]) -> None:
    answer = code_and_message(getattr(iam, operation), **{f"{kind.capitalize()}Name": "nobody"}, **more)
    assert answer == (NOWHERE, f"The {kind} with name nobody cannot be found.")


@pytest.mark.parametrize(
    ("document", "message"),
    [
        (json.dumps({"Statement": STATEMENT}), "Policy document must be version 2012-10-17 or greater."),
        (_policy(STATEMENT, Version="2008-10-17"), "Policy document must be version 2012-10-17 or greater."),
        (_policy({"Effect": "Allow", "Action": "invalid"}), "Policy statement must contain resources."),
        (_policy({"Effect": "Allow", "Resource": "*"}), "Policy statement must contain actions."),
        ("no document", "Syntax errors in policy."),
    ],
)
def test_a_managed_policy_must_be_one(iam: Any, name: str, document: str, message: str) -> None:
    assert code_and_message(iam.create_policy, PolicyName=name, PolicyDocument=document) == (MALFORMED, message)


def test_a_condition_that_asks_nothing_is_met(iam: Any, name: str) -> None:
    iam.create_policy(PolicyName=name, PolicyDocument=_policy({**STATEMENT, "Condition": {"a": {}}}))


@pytest.mark.parametrize(
    ("document", "message"),
    [
        ("{", "This policy contains invalid Json"),
        (
            _policy({**ASSUMED, "Action": "dynamodb:PutItem"}),
            "AssumeRole policy may only specify STS AssumeRole actions.",
        ),
        (_policy({**ASSUMED, "Resource": "*"}), "Has prohibited field Resource"),
    ],
)
def test_trust_is_in_who_assumes_the_role(
    iam: Any, role: dict[str, str], name: str, document: str, message: str
) -> None:
    refused = (MALFORMED, message)
    assert code_and_message(iam.update_assume_role_policy, **role, PolicyDocument=document) == refused
    answer = code_and_message(iam.create_role, RoleName=f"{name}-2", AssumeRolePolicyDocument=document)
    assert answer == refused


def test_versions_of_a_policy(iam: Any, arn: str) -> None:
    policy = {"PolicyArn": arn}
    second = iam.create_policy_version(**policy, PolicyDocument=_policy(STATEMENT))["PolicyVersion"]
    assert second.keys() == {"CreateDate", "IsDefaultVersion", "VersionId"}
    answer = iam.list_policy_versions(**policy)
    assert [version["VersionId"] for version in answer["Versions"]] == ["v2", "v1"]
    assert not answer["IsTruncated"]
    assert "Document" not in answer["Versions"][0]
    assert iam.get_policy_version(**policy, VersionId="v2")["PolicyVersion"]["Document"]["Statement"] == [STATEMENT]
    for of in (arn, f"{arn}-of-nobody"):
        refused = (NOWHERE, f"Policy {of} version v9 does not exist or is not attachable.")
        for operation in ("get_policy_version", "delete_policy_version", "set_default_policy_version"):
            assert code_and_message(getattr(iam, operation), PolicyArn=of, VersionId="v9") == refused


def test_policies_of_roles(iam: Any, role: dict[str, str], arn: str, name: str) -> None:
    refused = ("ValidationError", "ARN any-policy-but-no-arn is not valid.")
    assert code_and_message(iam.attach_role_policy, **role, PolicyArn="any-policy-but-no-arn") == refused
    refused = (NOWHERE, f"Policy {arn}-2 does not exist or is not attachable.")
    assert code_and_message(iam.attach_role_policy, **role, PolicyArn=f"{arn}-2") == refused
    refused = (NOWHERE, "The role policy with name none cannot be found.")
    assert code_and_message(iam.get_role_policy, **role, PolicyName="none") == refused
    trust = _policy(ASSUMED)
    bound = iam.create_role(RoleName=f"{name}-2", AssumeRolePolicyDocument=trust, PermissionsBoundary=arn)["Role"]
    boundary = {"PermissionsBoundaryType": "Policy", "PermissionsBoundaryArn": arn}
    assert bound["PermissionsBoundary"] == boundary
    assert iam.get_policy(PolicyArn=arn)["Policy"]["PermissionsBoundaryUsageCount"] == 1


def test_an_update_keeps_what_it_does_not_speak_of(iam: Any, role: dict[str, str], name: str) -> None:
    iam.update_role(**role, Description="of a test")
    assert iam.get_role(**role)["Role"]["MaxSessionDuration"] == 7200
    iam.update_role(**role, MaxSessionDuration=3600)
    assert iam.get_role(**role)["Role"]["Description"] == "of a test"
    iam.create_user(UserName=name)
    iam.create_login_profile(UserName=name, Password="any-Passw0rd!")
    iam.update_login_profile(UserName=name, PasswordResetRequired=True)
    assert iam.get_login_profile(UserName=name)["LoginProfile"]["PasswordResetRequired"]
    refused = ("EntityAlreadyExists", f"Login Profile for user {name} already exists.")
    assert code_and_message(iam.create_login_profile, UserName=name, Password="any-Passw0rd!") == refused
    iam.create_group(GroupName=name)
    iam.update_group(GroupName=name, NewPath="/moved/")
    assert iam.get_group(GroupName=name)["Group"]["Path"] == "/moved/"


@pytest.mark.parametrize(
    ("tags", "member", "constraint"),
    [
        (
            [{"Key": f"k{number}", "Value": ""} for number in range(51)],
            "tags",
            "Member must have length less than or equal to 50",
        ),
        ([{"Key": "k" * 129, "Value": ""}], "tags.1.member.key", "Member must have length less than or equal to 128"),
        (
            [{"Key": "k", "Value": "v" * 257}],
            "tags.1.member.value",
            "Member must have length less than or equal to 256",
        ),
        ([{"Key": "k!", "Value": ""}], "tags.1.member.key", PATTERN),
    ],
)
def test_tags_that_are_refused(
    iam: Any, role: dict[str, str], arn: str, tags: list[dict[str, str]], member: str, constraint: str
) -> None:
    refused = ("ValidationError", INVALID.format(member, constraint))
    assert code_and_message(iam.tag_role, **role, Tags=tags) == refused
    assert code_and_message(iam.tag_policy, PolicyArn=arn, Tags=tags) == refused


def test_only_a_policys_tags_tell_letters_case(iam: Any, role: dict[str, str], arn: str) -> None:
    tags = [{"Key": key, "Value": key} for key in ("k", "K")]
    assert code_of(iam.tag_role, **role, Tags=tags) == "InvalidInput"
    iam.tag_policy(PolicyArn=arn, Tags=tags)
    iam.untag_policy(PolicyArn=arn, TagKeys=["k"])
    assert iam.list_policy_tags(PolicyArn=arn)["Tags"] == [{"Key": "K", "Value": "K"}]
    refused = code_and_message(iam.tag_policy, PolicyArn=arn, Tags=[tags[0], tags[0]])
    assert refused == ("InvalidInput", "Duplicate tag keys found.")


def test_only_roles_are_assumed(aws: Aws) -> None:
    name = "r-a-n-d-o-m-and-too-long"
    answer = code_and_message(aws("sts").assume_role, RoleArn=name, RoleSessionName="any")
    assert answer == ("ValidationError", f"{name} is invalid")


def test_tags_of_a_session(aws: Aws, iam: Any, role: dict[str, str]) -> None:
    account = {**ASSUMED, "Principal": {"AWS": "*"}, "Action": ["sts:AssumeRole", "sts:TagSession"]}
    iam.update_assume_role_policy(**role, PolicyDocument=_policy(account))
    session = {"RoleArn": iam.get_role(**role)["Role"]["Arn"], "RoleSessionName": "any"}
    assert "PackedPolicySize" not in aws("sts").assume_role(**session)
    twice = [{"Key": "k", "Value": "1"}, {"Key": "K", "Value": "2"}]
    assert code_of(aws("sts").assume_role, **session, Tags=twice) == "InvalidParameterValue"
    assert code_of(aws("sts").assume_role, **session, TransitiveTagKeys=["k"]) == "InvalidParameterValue"
    assert code_of(aws("sts").assume_role, **{**session, "RoleSessionName": "a space"}) == "ValidationError"
