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
        (
            {"EphemeralStorage": {}},
            "Value null at 'ephemeralStorage.size' failed to satisfy constraint: Member must not",
        ),
        ({"Environment": {"Variables": {"1A": "x"}}}, "Value at 'environment.variables' failed .* regular expression"),
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
    for name, code in (("with space", "ValidationException"), ("x" * 65, "InvalidParameterValueException")):
        with pytest.raises(ClientError, match=f"{code}.*functionName"):
            client.create_function(FunctionName=name, **rest)
    name = room.function(CODE)
    client.publish_version(FunctionName=name)
    with pytest.raises(ClientError, match="ValidationException.*'name'"):
        client.create_alias(FunctionName=name, Name="7", FunctionVersion="1")
    heavy = {"AdditionalVersionWeights": {"1": 1.5}}
    with pytest.raises(ClientError, match="less than or equal to 1"):
        client.create_alias(FunctionName=name, Name="live", FunctionVersion="1", RoutingConfig=heavy)


def test_routing_that_leads_nowhere(room: Room) -> None:
    client, name = room.aws("lambda"), room.function(CODE)
    client.publish_version(FunctionName=name)
    half = {"AdditionalVersionWeights": {"7": 0.5}}
    with pytest.raises(client.exceptions.ResourceNotFoundException):
        client.create_alias(FunctionName=name, Name="live", FunctionVersion="1", RoutingConfig=half)
    itself = {"AdditionalVersionWeights": {"1": 0.5}}
    with pytest.raises(ClientError, match="already included in routing"):
        client.create_alias(FunctionName=name, Name="live", FunctionVersion="1", RoutingConfig=itself)
    with pytest.raises(ClientError, match="not supported for an alias pointing to more than 1 version"):
        client.create_alias(FunctionName=name, Name="live", FunctionVersion="$LATEST", RoutingConfig=itself)
    client.create_alias(FunctionName=name, Name="live", FunctionVersion="1")
    with pytest.raises(client.exceptions.ResourceConflictException):
        client.create_alias(FunctionName=name, Name="live", FunctionVersion="1")
    with pytest.raises(client.exceptions.ResourceNotFoundException):
        client.update_alias(FunctionName=name, Name="live", RoutingConfig=half)


def test_layers_that_do_not_fit_together(room: Room) -> None:
    arn = "arn:aws:lambda:us-east-1:017000801446:layer:AWSLambdaPowertoolsPythonV3-python312-x86_64"
    with pytest.raises(ClientError, match="Two different versions of the same layer"):
        room.function(CODE, Layers=[f"{arn}:18", f"{arn}:19"])
    with pytest.raises(ClientError, match="more than 5 layers"):
        room.function(CODE, Layers=[f"{arn}{number}:1" for number in range(6)])


def test_a_function_by_every_name(room: Room) -> None:
    client, name = room.aws("lambda"), room.function(CODE)
    client.publish_version(FunctionName=name)
    arn = client.get_function(FunctionName=name)["Configuration"]["FunctionArn"]
    account_id = arn.split(":")[4]
    for called in (name, f"{name}:1", f"{account_id}:{name}", f"{account_id}:function:{name}:1", arn, f"{arn}:1"):
        assert room.invoke(called).payload == 1
    with pytest.raises(ClientError, match="derived qualifier"):
        room.invoke(f"{name}:1", Qualifier="2")
    with pytest.raises(client.exceptions.ResourceNotFoundException):
        client.list_versions_by_function(FunctionName="missing")
    url = client.create_function_url_config(FunctionName=name, AuthType="NONE")["FunctionUrl"]
    assert "/_aws/lambda-url/" in url


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
