"""What the Lambda API refuses, and the form in which it answers."""

import io
import re
import zipfile

import pytest
from botocore.exceptions import ClientError

from tests.cloud.lambda_room import Aws, Room

COUNTING = "calls = 0\ndef handler(e, c):\n    global calls\n    calls += 1\n    return calls\n"
UNZIPPED_LIMIT = 262_144_000


@pytest.fixture
def room(aws: Aws) -> Room:
    return Room(aws)


@pytest.mark.parametrize(
    ("option", "said"),
    [
        ("InvocationType", r"'invocationType'.*\[Event, RequestResponse, DryRun\]"),
        ("LogType", r"'logType'.*\[None, Tail\]"),
    ],
)
def test_an_unknown_choice_runs_nothing(room: Room, option: str, said: str) -> None:
    client, name = room.aws("lambda"), room.function(COUNTING)
    with pytest.raises(ClientError, match=f"ValidationException.*Value 'Nope' at {said}"):
        client.invoke(FunctionName=name, **{option: "Nope"})
    assert room.invoke(name).payload == 1


@pytest.mark.parametrize(
    ("option", "value"),
    [
        ("DurableConfig", {"ExecutionTimeout": 60}),
        ("TenancyConfig", {"TenantIsolationMode": "PER_TENANT"}),
    ],
)
def test_what_would_be_dropped_makes_no_function(room: Room, option: str, value: dict[str, object]) -> None:
    with pytest.raises(ClientError, match=f"InvalidParameterValueException.*{option} is not supported"):
        room.function(COUNTING, **{option: value})


def test_a_refused_invocation_says_type_and_request(room: Room) -> None:
    with pytest.raises(ClientError) as refused:
        room.aws("lambda").invoke(FunctionName="absent")
    answer = refused.value.response
    assert (answer["Error"]["Code"], answer["Type"]) == ("ResourceNotFoundException", "User")
    assert answer["Error"]["Message"].startswith("Function not found: arn:aws:lambda:")
    assert re.fullmatch(r"[0-9a-f-]{36}", answer["ResponseMetadata"]["RequestId"])


def test_a_throttled_invocation_says_why(room: Room) -> None:
    client, name = room.aws("lambda"), room.function(COUNTING)
    client.put_function_concurrency(FunctionName=name, ReservedConcurrentExecutions=0)
    with pytest.raises(client.exceptions.TooManyRequestsException) as refused:
        client.invoke(FunctionName=name)
    answer = refused.value.response
    assert (answer["Reason"], answer["Type"]) == ("ReservedFunctionConcurrentInvocationLimitExceeded", "User")
    assert answer["ResponseMetadata"]["HTTPStatusCode"] == 429


def test_the_answer_names_the_trace_of_the_handler(room: Room) -> None:
    name = room.function("import os\ndef handler(e, c):\n    return os.environ['_X_AMZN_TRACE_ID']\n")
    answer = room.aws("lambda").invoke(FunctionName=name)
    told = answer["ResponseMetadata"]["HTTPHeaders"]["x-amzn-trace-id"]
    assert answer["Payload"].read().decode() == f'"{told}"'
    assert re.fullmatch(r"Root=1-[0-9a-f]{8}-[0-9a-f]{24};Parent=[0-9a-f]{16};Sampled=[01]", told)


def test_code_that_unpacks_to_too_much(room: Room) -> None:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as archive:
        archive.writestr("app.py", COUNTING)
        with archive.open("big.bin", "w") as big:
            for _ in range(UNZIPPED_LIMIT // 1_000_000 + 1):
                big.write(bytes(1_000_000))
    client, name, said = (
        room.aws("lambda"),
        room.function(COUNTING),
        "Unzipped size must be smaller than 262144000 bytes",
    )
    with pytest.raises(ClientError, match=f"InvalidParameterValueException.*{said}"):
        client.update_function_code(FunctionName=name, ZipFile=buffer.getvalue())
    assert room.invoke(name).payload == 1


def test_lists_come_in_pages(room: Room) -> None:
    client, name, other = room.aws("lambda"), room.function(COUNTING), room.function(COUNTING)
    for count in (1, 2):
        client.update_function_configuration(FunctionName=name, Description=f"change {count}")
        client.publish_version(FunctionName=name)
    first = client.list_versions_by_function(FunctionName=name, MaxItems=2)
    rest = client.list_versions_by_function(FunctionName=name, Marker=first["NextMarker"])
    assert [version["Version"] for version in first["Versions"] + rest["Versions"]] == ["$LATEST", "1", "2"]
    assert "NextMarker" not in rest
    assert len(client.list_functions(MaxItems=1)["Functions"]) == 1
    pages = client.get_paginator("list_functions").paginate(PaginationConfig={"PageSize": 1})
    names = [function["FunctionName"] for page in pages for function in page["Functions"]]
    assert len(names) == len(set(names))
    assert {name, other} <= set(names)
    with pytest.raises(ClientError, match="InvalidParameterValueException.*Marker"):
        client.list_functions(Marker="nonsense")
