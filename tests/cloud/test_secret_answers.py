"""Secrets Manager and Parameter Store: versions, secrets among parameters, and refusals in the words of AWS."""

import json
import uuid
from collections.abc import Callable
from typing import Any

import pytest

from tests.cloud.refusals import code_and_message, code_of
from tests.cloud.triggers_room import watcher

Aws = Callable[..., Any]
INVALID_NAME = (
    "ValidationException",
    "Invalid name. Must be a valid name containing alphanumeric characters, or any of the following: -/_+=.@!",
)
NOBODYS = ("ResourceNotFoundException", "Secrets Manager can't find the specified secret.")
HIERARCHY = "sub-paths divided by slash symbol"


@pytest.fixture(scope="module")
def secrets(aws: Aws) -> Any:
    return aws("secretsmanager")


@pytest.fixture(scope="module")
def ssm(aws: Aws) -> Any:
    return aws("ssm")


@pytest.fixture
def name() -> str:
    return f"of-test-{uuid.uuid4().hex[:8]}-s"


@pytest.mark.parametrize("bad", ["In valid", " invalid", "In*valid?", "In]valid"])
def test_a_name_of_other_characters_is_refused_everywhere(secrets: Any, bad: str) -> None:
    assert code_and_message(secrets.create_secret, Name=bad, SecretString="s") == INVALID_NAME
    for operation in ("describe_secret", "get_secret_value", "list_secret_version_ids", "delete_secret"):
        assert code_and_message(getattr(secrets, operation), SecretId=bad) == INVALID_NAME


def test_what_is_not_there_is_told_as_aws_does(secrets: Any, name: str) -> None:
    for operation in ("describe_secret", "get_secret_value", "list_secret_version_ids", "get_resource_policy"):
        assert code_and_message(getattr(secrets, operation), SecretId=name) == NOBODYS
    secret = {"SecretId": name}
    version = secrets.create_secret(Name=name, SecretString="first")["VersionId"]
    no_value = "Secrets Manager can't find the specified secret value for"
    for asked, message in (
        ({"VersionStage": "AWSPREVIOUS"}, f"{no_value} staging label: AWSPREVIOUS"),
        ({"VersionId": "v" * 32}, f"{no_value} VersionId: {'v' * 32}"),
    ):
        assert code_and_message(secrets.get_secret_value, **secret, **asked) == (NOBODYS[0], message)
    mismatch = "You provided a VersionStage that is not associated to the provided VersionId."
    answer = code_and_message(secrets.get_secret_value, **secret, VersionId=version, VersionStage="AWSPREVIOUS")
    assert answer == ("InvalidRequestException", mismatch)
    secrets.delete_secret(**secret, RecoveryWindowInDays=7)
    marked = "You can't perform this operation on the secret because it was marked for deletion."
    assert code_and_message(secrets.get_secret_value, **secret) == ("InvalidRequestException", marked)
    put = code_and_message(secrets.put_secret_value, **secret, SecretString="second")
    assert put == ("InvalidRequestException", marked)
    scheduled = "You can't create this secret because a secret with this name is already scheduled for deletion."
    again = code_and_message(secrets.create_secret, Name=name, SecretString="second")
    assert again == ("InvalidRequestException", scheduled)
    empty = secrets.create_secret(Name=f"{name}-empty")
    assert "VersionId" not in empty
    answer = code_and_message(secrets.get_secret_value, SecretId=empty["ARN"])
    assert answer == (NOBODYS[0], f"{no_value} staging label: AWSCURRENT")


def test_versions_are_listed_with_their_keys_and_without_those_that_nobody_needs(secrets: Any, name: str) -> None:
    secret = {"SecretId": name}
    first = secrets.create_secret(Name=name, SecretString="1")["VersionId"]
    assert "LastAccessedDate" not in secrets.describe_secret(**secret)
    second, third = (secrets.put_secret_value(**secret, SecretString=text)["VersionId"] for text in ("2", "3"))
    secrets.get_secret_value(**secret)
    listed = {each["VersionId"]: each for each in secrets.list_secret_version_ids(**secret)["Versions"]}
    stages = {version: each["VersionStages"] for version, each in listed.items()}
    assert stages == {second: ["AWSPREVIOUS"], third: ["AWSCURRENT"]}
    assert {each["KmsKeyIds"][0] for each in listed.values()} == {"DefaultEncryptionKey"}
    assert ["LastAccessedDate" in listed[version] for version in (second, third)] == [False, True]
    everything = secrets.list_secret_version_ids(**secret, IncludeDeprecated=True)["Versions"]
    assert {each["VersionId"]: each.get("VersionStages") for each in everything}[first] is None
    assert "LastAccessedDate" in secrets.describe_secret(**secret)


def test_one_secret_has_one_value(secrets: Any, name: str) -> None:
    both = code_of(secrets.create_secret, Name=name, SecretString="text", SecretBinary=b"bytes")
    assert both == "InvalidParameterException"


def test_nothing_is_rotated_by_nobody(secrets: Any, name: str) -> None:
    secrets.create_secret(Name=name, SecretString="first")
    assert code_and_message(secrets.rotate_secret, SecretId=name) == (
        "InvalidRequestException",
        "No Lambda rotation function ARN is associated with this secret.",
    )
    rules = {"AutomaticallyAfterDays": 30, "ScheduleExpression": "rate(30 days)"}
    assert code_and_message(secrets.rotate_secret, SecretId=name, RotationRules=rules) == (
        "InvalidParameterException",
        "You cannot specify both rotation frequency and schedule expression together.",
    )
    assert list(secrets.describe_secret(SecretId=name)["VersionIdsToStages"].values()) == [["AWSCURRENT"]]


def test_a_secret_is_rotated_again_by_the_function_that_it_has(
    aws: Callable[..., Any], secrets: Any, name: str
) -> None:
    secret = secrets.create_secret(Name=name, SecretString="first")["ARN"]
    function = watcher(aws, ("secretsmanager", secret))
    secrets.rotate_secret(SecretId=name, RotationLambdaARN=function.arn)
    steps = ["createSecret", "setSecret", "testSecret", "finishSecret"]
    assert sorted(each["Step"] for each in function.events(4)) == sorted(steps)
    secrets.rotate_secret(SecretId=name)
    assert sorted(each["Step"] for each in function.events(8)) == sorted(2 * steps)
    assert secrets.describe_secret(SecretId=name)["RotationLambdaARN"] == function.arn


def test_an_arn_that_ends_as_a_whole_one_is_one(secrets: Any, name: str) -> None:
    whole = secrets.create_secret(Name=f"{name}-a1b2c3", SecretString="s")["ARN"]
    assert secrets.get_secret_value(SecretId=whole)["SecretString"] == "s"
    assert code_and_message(secrets.get_secret_value, SecretId=whole[:-7]) == NOBODYS
    part = secrets.create_secret(Name=name, SecretString="t")["ARN"][:-7]
    assert secrets.get_secret_value(SecretId=part)["SecretString"] == "t"


def test_a_secret_is_read_among_parameters(secrets: Any, ssm: Any, name: str) -> None:
    arn = secrets.create_secret(Name=name, SecretString="s")["ARN"]
    ssm.put_parameter(Name=name, Value="p", Type="String")
    reference, missing = f"/aws/reference/secretsmanager/{name}", "/aws/reference/secretsmanager/none"
    read = ssm.get_parameter(Name=reference, WithDecryption=True)["Parameter"]
    assert (read["Name"], read["Value"]) == (reference, "s")
    source = json.loads(read["SourceResult"])
    assert (source["ARN"], source["name"], source["versionStages"]) == (arn, name, ["AWSCURRENT"])
    several = ssm.get_parameters(Names=[name, reference, missing, "none"], WithDecryption=True)
    assert {each["Name"]: each["Value"] for each in several["Parameters"]} == {name: "p", reference: "s"}
    assert set(several["InvalidParameters"]) == {missing, "none"}


def test_a_parameter_is_found_by_what_aws_takes_for_its_name(ssm: Any, name: str) -> None:
    ssm.put_parameter(Name=name, Value="p", Type="String")
    assert ssm.get_parameter(Name=f"/{name}")["Parameter"]["Name"] == f"/{name}"
    assert ssm.get_parameters(Names=[f"/{name}"])["Parameters"][0]["Name"] == f"/{name}"
    ssm.put_parameter(Name=f"/{name}/b", Value="p", Type="String")
    ssm.label_parameter_version(Name=f"/{name}/b", ParameterVersion=1, Labels=["latest"])
    assert ssm.get_parameter(Name=f"/{name}/b:latest")["Parameter"]["Selector"] == ":latest"
    for bad in (f"/{name}//b", f"{name}/b"):
        code, message = code_and_message(ssm.get_parameter, Name=bad)
        assert code == "ValidationException" and HIERARCHY in message


def test_a_label_that_is_refused_leaves_nothing(aws: Callable[..., Any], ssm: Any, name: str) -> None:
    for label in (ssm.label_parameter_version, ssm.unlabel_parameter_version):
        assert code_of(label, Name=name, ParameterVersion=1, Labels=["a"]) == "ParameterNotFound"
    assert code_and_message(ssm.get_parameter, Name=name) == ("ParameterNotFound", "")
    assert "ResourceTagMappingList" in aws("resourcegroupstaggingapi").get_resources()
    assert ssm.put_parameter(Name=name, Value="p", Type="String")["Version"] == 1


def test_a_value_keeps_to_the_allowed_pattern(ssm: Any, name: str) -> None:
    of_letters = {"Name": name, "Type": "String", "AllowedPattern": "^[a-z]+$"}
    mismatch = "Parameter value, cannot be validated against allowedPattern: ^[a-z]+$"
    answer = code_and_message(ssm.put_parameter, **of_letters, Value="1")
    assert answer == ("ParameterPatternMismatchException", mismatch)
    assert ssm.put_parameter(**of_letters, Value="a")["Version"] == 1
