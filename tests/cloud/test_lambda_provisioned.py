"""Provisioned concurrency, and the account's limits."""

import time
from typing import Any

import pytest
from botocore.exceptions import ClientError

from tests.cloud.lambda_room import Aws, Room, eventually
from tests.cloud.stacks import Stacks

CODE = """
import os, time
started = time.time()
def handler(event, context):
    return [os.getpid(), started, os.environ["AWS_LAMBDA_INITIALIZATION_TYPE"]]
"""


@pytest.fixture
def room(aws: Aws) -> Room:
    return Room(aws)


def ready(client: Any, where: dict[str, str]) -> dict[str, Any]:
    eventually(lambda: client.get_provisioned_concurrency_config(**where)["Status"] == "READY", 30)
    found: dict[str, Any] = client.get_provisioned_concurrency_config(**where)
    return found


def test_environments_are_there_before_the_first_call(room: Room) -> None:
    client, name = room.aws("lambda"), room.function(CODE)
    client.publish_version(FunctionName=name)
    client.create_alias(FunctionName=name, Name="live", FunctionVersion="1")
    where = {"FunctionName": name, "Qualifier": "live"}
    asked = client.put_provisioned_concurrency_config(**where, ProvisionedConcurrentExecutions=2)
    assert (asked["Status"], asked["RequestedProvisionedConcurrentExecutions"]) == ("IN_PROGRESS", 2)
    assert ready(client, where)["AvailableProvisionedConcurrentExecutions"] == 2
    called_at = time.time()
    _, started, kind = room.invoke(name, Qualifier="live").payload
    assert (kind, started < called_at) == ("provisioned-concurrency", True)
    listed = client.list_provisioned_concurrency_configs(FunctionName=name)["ProvisionedConcurrencyConfigs"]
    assert [(each["FunctionArn"].rsplit(":", 1)[1], each["Status"]) for each in listed] == [("live", "READY")]
    client.delete_provisioned_concurrency_config(**where)
    with pytest.raises(client.exceptions.ProvisionedConcurrencyConfigNotFoundException):
        client.get_provisioned_concurrency_config(**where)


def test_it_follows_the_alias(room: Room) -> None:
    client, name = room.aws("lambda"), room.function(CODE)
    client.publish_version(FunctionName=name)
    client.create_alias(FunctionName=name, Name="live", FunctionVersion="1")
    where = {"FunctionName": name, "Qualifier": "live"}
    client.put_provisioned_concurrency_config(**where, ProvisionedConcurrentExecutions=1)
    ready(client, where)
    client.update_function_configuration(FunctionName=name, Environment={"Variables": {"COLOUR": "green"}})
    client.publish_version(FunctionName=name)
    client.update_alias(FunctionName=name, Name="live", FunctionVersion="2")
    ready(client, where)
    first = room.invoke(name, Qualifier="live")
    assert (first.version, first.payload[2]) == ("2", "provisioned-concurrency")


def test_an_environment_that_died_is_replaced(room: Room) -> None:
    client = room.aws("lambda")
    name = room.function(CODE.replace("    return", "    os._exit(1) if event == 'die' else None\n    return"))
    client.publish_version(FunctionName=name)
    where = {"FunctionName": name, "Qualifier": "1"}
    client.put_provisioned_concurrency_config(**where, ProvisionedConcurrentExecutions=1)
    ready(client, where)
    assert room.invoke(name, "die", Qualifier="1").error == "Unhandled"
    ready(client, where)
    assert room.invoke(name, Qualifier="1").payload[2] == "provisioned-concurrency"


def test_a_version_that_cannot_start_says_so(room: Room) -> None:
    client, name = room.aws("lambda"), room.function("raise ValueError('no')")
    client.publish_version(FunctionName=name)
    where = {"FunctionName": name, "Qualifier": "1"}
    client.put_provisioned_concurrency_config(**where, ProvisionedConcurrentExecutions=1)
    eventually(lambda: client.get_provisioned_concurrency_config(**where)["Status"] == "FAILED", 30)
    assert client.get_provisioned_concurrency_config(**where)["StatusReason"] == "FUNCTION_ERROR_INIT_FAILURE"


def test_refusals(room: Room) -> None:
    client, name = room.aws("lambda"), room.function(CODE)
    client.publish_version(FunctionName=name)
    client.create_alias(FunctionName=name, Name="live", FunctionVersion="1")
    one: dict[str, Any] = {"FunctionName": name, "ProvisionedConcurrentExecutions": 1}
    with pytest.raises(ClientError, match="unpublished function versions"):
        client.put_provisioned_concurrency_config(**one, Qualifier="$LATEST")
    with pytest.raises(client.exceptions.ResourceNotFoundException):
        client.put_provisioned_concurrency_config(**one, Qualifier="7")
    client.put_function_concurrency(FunctionName=name, ReservedConcurrentExecutions=1)
    with pytest.raises(ClientError, match="reservedConcurrentExecution"):
        client.put_provisioned_concurrency_config(**one | {"ProvisionedConcurrentExecutions": 2}, Qualifier="1")
    client.put_provisioned_concurrency_config(**one, Qualifier="1")
    with pytest.raises(ClientError, match="already Provisioned version"):
        client.put_provisioned_concurrency_config(**one, Qualifier="live")


def test_account_limits(room: Room) -> None:
    client, name = room.aws("lambda"), room.function(CODE)
    before = client.get_account_settings()
    assert before["AccountLimit"]["ConcurrentExecutions"] == 1000
    client.put_function_concurrency(FunctionName=name, ReservedConcurrentExecutions=7)
    version = client.publish_version(FunctionName=name)
    after = client.get_account_settings()
    assert after["AccountUsage"]["FunctionCount"] == before["AccountUsage"]["FunctionCount"]
    assert after["AccountUsage"]["TotalCodeSize"] == before["AccountUsage"]["TotalCodeSize"] + version["CodeSize"]
    free = "UnreservedConcurrentExecutions"
    assert after["AccountLimit"][free] == before["AccountLimit"][free] - 7
    with pytest.raises(client.exceptions.InvalidParameterValueException, match="minimum value of"):
        client.put_function_concurrency(FunctionName=name, ReservedConcurrentExecutions=901)


def test_a_template_asks_for_it(room: Room, stacks: Stacks) -> None:
    template = {
        "Resources": {
            "Function": {
                "Type": "AWS::Lambda::Function",
                "Properties": {
                    "Runtime": "python3.12",
                    "Handler": "index.handler",
                    "Role": room.role(),
                    "Code": {"ZipFile": CODE},
                },
            },
            "Version": {"Type": "AWS::Lambda::Version", "Properties": {"FunctionName": {"Ref": "Function"}}},
            "Alias": {
                "Type": "AWS::Lambda::Alias",
                "Properties": {
                    "FunctionName": {"Ref": "Function"},
                    "FunctionVersion": {"Fn::GetAtt": ["Version", "Version"]},
                    "Name": "live",
                    "ProvisionedConcurrencyConfig": {"ProvisionedConcurrentExecutions": 1},
                },
            },
        },
        "Outputs": {"Name": {"Value": {"Ref": "Function"}}},
    }
    stack = stacks.deploy(template)
    name = stacks.describe(stack)["Outputs"][0]["OutputValue"]
    ready(room.aws("lambda"), {"FunctionName": name, "Qualifier": "live"})
    assert room.invoke(name, Qualifier="live").payload[2] == "provisioned-concurrency"
