"""What a function's resource policy says, its package's address, and the runtimes that there are."""

import io
import json
import zipfile
from collections.abc import Callable
from typing import Any

import pytest
import requests

from tests.cloud.lambda_room import Room, zipped
from tests.cloud.refusals import code_and_message

Aws = Callable[..., Any]
CODE = "def handler(event, context):\n    return 1\n"


@pytest.fixture(scope="module")
def room(aws: Aws) -> Room:
    return Room(aws)


@pytest.fixture(scope="module")
def function(room: Room) -> str:
    return room.function(CODE)


@pytest.mark.parametrize(
    ("parameters", "principal", "condition"),
    [
        (
            {"Principal": "*", "Action": "lambda:InvokeFunctionUrl", "FunctionUrlAuthType": "NONE"},
            "*",
            {"StringEquals": {"lambda:FunctionUrlAuthType": "NONE"}},
        ),
        (
            {"Principal": "*", "InvokedViaFunctionUrl": True},
            "*",
            {"Bool": {"lambda:InvokedViaFunctionUrl": "true"}},
        ),
        (
            {"Principal": "s3.amazonaws.com", "SourceArn": "arn:aws:s3:::b", "SourceAccount": "123456789012"},
            {"Service": "s3.amazonaws.com"},
            {
                "ArnLike": {"AWS:SourceArn": "arn:aws:s3:::b"},
                "StringEquals": {"AWS:SourceAccount": "123456789012"},
            },
        ),
        ({"Principal": "210987654321"}, {"AWS": "arn:aws:iam::210987654321:root"}, None),
        ({"Principal": "arn:aws:iam::210987654321:role/r"}, {"AWS": "arn:aws:iam::210987654321:role/r"}, None),
    ],
)
def test_a_permission_becomes_a_statement(
    aws: Aws, function: str, parameters: dict[str, Any], principal: Any, condition: Any
) -> None:
    statement = {"Action": "lambda:InvokeFunction", **parameters, "FunctionName": function, "StatementId": "one"}
    answer = json.loads(aws("lambda").add_permission(**statement)["Statement"])
    policy = json.loads(aws("lambda").get_policy(FunctionName=function)["Policy"])
    aws("lambda").remove_permission(FunctionName=function, StatementId="one")
    assert [each for each in policy["Statement"] if each["Sid"] == "one"] == [answer]
    assert set(answer) - {"Condition"} == {"Sid", "Effect", "Principal", "Action", "Resource"}
    assert (answer["Principal"], answer.get("Condition")) == (principal, condition)
    assert answer["Resource"].endswith(f":function:{function}")


def test_a_statement_is_there_once(aws: Aws, function: str) -> None:
    statement = {
        "FunctionName": function,
        "StatementId": "twice",
        "Action": "lambda:InvokeFunction",
        "Principal": "sns.amazonaws.com",
    }
    aws("lambda").add_permission(**statement)
    code, text = code_and_message(aws("lambda").add_permission, **statement)
    assert code == "ResourceConflictException" and text.startswith("The statement id (twice) provided already exists.")


def test_the_package_is_where_the_answer_says(aws: Aws, function: str) -> None:
    location = aws("lambda").get_function(FunctionName=function)["Code"]["Location"]
    package = requests.get(location, timeout=10)
    assert zipfile.ZipFile(io.BytesIO(package.content)).read("app.py").decode() == CODE
    other = location.replace(f"%3A{function}", "%3Aother")
    assert requests.get(other, timeout=10).status_code == requests.get(location[:-40], timeout=10).status_code == 403
    layer = zipped({"python/layer.py": "X = 1"})
    version = aws("lambda").publish_layer_version(LayerName="downloads", Content={"ZipFile": layer})
    assert requests.get(version["Content"]["Location"], timeout=10).content == layer


def test_an_unknown_runtime_is_an_invalid_parameter(aws: Aws, room: Room) -> None:
    code, text = code_and_message(
        aws("lambda").create_function,
        FunctionName="unknown-runtime",
        Runtime="python9",
        Handler="index.handler",
        Role=room.role(),
        Code={"ZipFile": zipped({"index.py": CODE})},
    )
    assert code == "InvalidParameterValueException"
    assert text.startswith(
        "Value python9 at 'runtime' failed to satisfy constraint: Member must satisfy enum value set"
    )
