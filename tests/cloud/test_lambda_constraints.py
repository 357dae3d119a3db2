"""Values that AWS refuses are refused here: a template that deploys on the laptop deploys on AWS."""

from typing import Any

import pytest
from botocore.config import Config
from botocore.exceptions import ClientError

from tests.cloud.lambda_room import Aws, Room

CODE = "def handler(event, context):\n    return 1\n"


@pytest.fixture
def room(aws: Aws) -> Room:
    return Room(lambda service: aws(service, config=Config(parameter_validation=False)))


@pytest.mark.parametrize(
    ("settings", "said"),
    [
        ({"Timeout": 901}, "Value '901' at 'timeout' failed to satisfy constraint: Member must have value less than"),
        ({"Timeout": 0}, "Member must have value greater than or equal to 1"),
        ({"MemorySize": 64}, "at 'memorySize'"),
        ({"MemorySize": 10_241}, "less than or equal to 10240"),
        ({"EphemeralStorage": {"Size": 100}}, "at 'ephemeralStorage.size'"),
        ({"Environment": {"Variables": {"1A": "x"}}}, "regular expression pattern"),
        ({"Architectures": ["x86"]}, r"enum value set: \[x86_64, arm64\]"),
        ({"Timeout": 901, "MemorySize": 64}, "2 validation errors detected"),
    ],
)
def test_out_of_range(room: Room, settings: dict[str, Any], said: str) -> None:
    with pytest.raises(ClientError, match=f"ValidationException.*{said}"):
        room.function(CODE, **settings)
    name = room.function(CODE)
    if "Architectures" not in settings:
        with pytest.raises(ClientError, match=said):
            room.aws("lambda").update_function_configuration(FunctionName=name, **settings)
    assert room.aws("lambda").get_function_configuration(FunctionName=name)["Timeout"] == 5


def test_the_environment_has_four_kilobytes(room: Room) -> None:
    with pytest.raises(ClientError, match="InvalidParameterValueException.*exceeded the 4KB limit"):
        room.function(CODE, Environment={"Variables": {"BIG": "x" * 4096}})
    assert room.invoke(room.function(CODE, Environment={"Variables": {"BIG": "x" * 4000}})).payload == 1


def test_names(room: Room) -> None:
    client, role = room.aws("lambda"), room.role()
    rest = {"Role": role, "Runtime": "python3.12", "Handler": "a.b", "Code": {"ZipFile": b"x"}}
    for name in ("with space", "x" * 65):
        with pytest.raises(ClientError, match="ValidationException.*functionName"):
            client.create_function(FunctionName=name, **rest)
    name = room.function(CODE)
    client.publish_version(FunctionName=name)
    with pytest.raises(ClientError, match="ValidationException.*'name'"):
        client.create_alias(FunctionName=name, Name="7", FunctionVersion="1")
    heavy = {"AdditionalVersionWeights": {"1": 1.5}}
    with pytest.raises(ClientError, match="less than or equal to 1"):
        client.create_alias(FunctionName=name, Name="live", FunctionVersion="1", RoutingConfig=heavy)


def test_a_published_version_stays_as_it_is(room: Room) -> None:
    client, name = room.aws("lambda"), room.function(CODE)
    client.publish_version(FunctionName=name)
    client.create_alias(FunctionName=name, Name="live", FunctionVersion="1")
    with pytest.raises(client.exceptions.InvalidParameterValueException):
        client.update_function_configuration(FunctionName=f"{name}:1", Timeout=9)
    with pytest.raises(client.exceptions.InvalidParameterValueException):
        client.update_function_code(FunctionName=f"{name}:1", ZipFile=b"x")
    with pytest.raises(client.exceptions.ResourceConflictException):
        client.delete_function(FunctionName=name, Qualifier="1")
    with pytest.raises(client.exceptions.InvalidParameterValueException, match="LATEST version cannot be deleted"):
        client.delete_function(FunctionName=name, Qualifier="$LATEST")
    assert client.get_function_configuration(FunctionName=name, Qualifier="live")["Timeout"] == 5
    client.delete_alias(FunctionName=name, Name="live")
    client.delete_function(FunctionName=name, Qualifier="1")
    assert client.get_function(FunctionName=name)["Configuration"]["Version"] == "$LATEST"
