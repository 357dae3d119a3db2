"""Settings of asynchronous invocations answer what was set; a destination sees AWS's counts and conditions."""

import re
import uuid
from typing import Any

import pytest
from botocore.exceptions import ClientError

from tests.cloud.lambda_room import Room, eventually, zipped

FAILING = "def handler(e, c):\n    raise ValueError('no')"
BOTH = {"OnSuccess": {}, "OnFailure": {}}


@pytest.fixture
def room(aws: Any) -> Room:
    return Room(aws)


def without_time(answer: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in answer.items() if name not in ("LastModified", "ResponseMetadata")}


def test_settings_answer_what_was_set(room: Room) -> None:
    client, name = room.aws("lambda"), room.function(FAILING)
    put = without_time(client.put_function_event_invoke_config(FunctionName=name, MaximumRetryAttempts=0))
    assert put.pop("FunctionArn").endswith(f":function:{name}:$LATEST")
    assert put == {"MaximumRetryAttempts": 0, "DestinationConfig": BOTH}
    updated = client.update_function_event_invoke_config(FunctionName=name, MaximumEventAgeInSeconds=60)
    assert (updated["MaximumRetryAttempts"], updated["MaximumEventAgeInSeconds"]) == (0, 60)
    replaced = client.put_function_event_invoke_config(FunctionName=name, MaximumRetryAttempts=1)
    assert "MaximumEventAgeInSeconds" not in replaced
    assert without_time(client.get_function_event_invoke_config(FunctionName=name)) == without_time(replaced)


@pytest.mark.parametrize(
    ("given", "code", "said"),
    [
        ({}, "InvalidParameterValueException", "at least one of error handling or destination setting"),
        ({"DestinationConfig": {"OnSuccess": {"Destination": "{self}"}}}, "InvalidParameterValueException", "itself"),
        (
            {"DestinationConfig": {"OnSuccess": {"Destination": "{self}x"}}},
            "InvalidParameterValueException",
            "The destination ARN .*x is invalid",
        ),
        (
            {"DestinationConfig": {"OnFailure": {"Destination": "arn:aws:iam::123456789012:role/r"}}},
            "InvalidParameterValueException",
            "is invalid",
        ),
        ({"Qualifier": "none", "MaximumRetryAttempts": 1}, "ResourceNotFoundException", "The function doesn't exist"),
    ],
    ids=["nothing", "itself", "no such function", "no destination", "no such alias"],
)
def test_settings_that_are_refused(room: Room, given: dict[str, Any], code: str, said: str) -> None:
    client, name = room.aws("lambda"), room.function(FAILING)
    arn = client.get_function(FunctionName=name)["Configuration"]["FunctionArn"]
    for destination in given.get("DestinationConfig", {}).values():
        destination["Destination"] = destination["Destination"].replace("{self}", arn)
    with pytest.raises(ClientError, match=said) as refused:
        client.put_function_event_invoke_config(FunctionName=name, **given)
    assert refused.value.response["Error"]["Code"] == code


@pytest.mark.parametrize(("age_s", "runs"), [(60, 1), (90, 2), (300, 3)])
def test_an_event_that_would_grow_too_old_is_not_tried_again(room: Room, age_s: int, runs: int) -> None:
    """AWS waits one and two minutes: at the second try an event is a minute old, at the third three minutes."""
    client, name, (url, arn) = room.aws("lambda"), room.function(FAILING), room.queue()
    client.put_function_event_invoke_config(
        FunctionName=name,
        MaximumEventAgeInSeconds=age_s,
        DestinationConfig={"OnFailure": {"Destination": arn}},
    )
    client.invoke(FunctionName=name, InvocationType="Event", Payload=b"{}")
    (record,) = eventually(lambda: room.received(url))
    context = record["requestContext"]
    condition = "RetriesExhausted" if runs == 3 else "EventAgeExceeded"
    assert (context["condition"], context["approximateInvokeCount"]) == (condition, runs)
    assert record["responseContext"]["functionError"] == "Unhandled"
    assert record["responsePayload"]["errorMessage"] == "no"


def test_a_function_and_a_bus_as_destinations(room: Room) -> None:
    client, events, (url, arn) = room.aws("lambda"), room.aws("events"), room.queue()
    seen, name = room.function(FAILING), room.function("def handler(e, c):\n    return {'hello': e}")
    bus = events.create_event_bus(Name=name)["EventBusArn"]
    events.put_rule(Name=name, EventBusName=name, EventPattern='{"source": ["lambda"]}')
    events.put_targets(Rule=name, EventBusName=name, Targets=[{"Id": "q", "Arn": arn}])
    listener = client.get_function(FunctionName=seen)["Configuration"]["FunctionArn"]
    client.put_function_event_invoke_config(FunctionName=seen, DestinationConfig={"OnFailure": {"Destination": arn}})
    client.put_function_event_invoke_config(FunctionName=name, DestinationConfig={"OnSuccess": {"Destination": bus}})
    client.invoke(FunctionName=name, InvocationType="Event", Payload=b"1")
    (event,) = eventually(lambda: room.received(url))
    function = client.get_function(FunctionName=name)["Configuration"]["FunctionArn"]
    assert event["detail-type"] == "Lambda Function Invocation Result - Success"
    assert event["resources"] == [bus, f"{function}:$LATEST"]
    assert event["detail"]["responsePayload"] == {"hello": 1}
    client.put_function_event_invoke_config(
        FunctionName=name, DestinationConfig={"OnSuccess": {"Destination": listener}}
    )
    client.put_function_event_invoke_config(
        FunctionName=seen, MaximumRetryAttempts=0, DestinationConfig={"OnFailure": {"Destination": arn}}
    )
    client.invoke(FunctionName=name, InvocationType="Event", Payload=b"2")
    (record,) = eventually(lambda: room.received(url))
    assert record["requestPayload"]["responsePayload"] == {"hello": 2}


def test_create_function_answers_what_aws_does(room: Room) -> None:
    client = room.aws("lambda")
    code = zipped({"app.py": FAILING})
    created = client.create_function(
        FunctionName=f"created-{uuid.uuid4().hex[:8]}",
        Runtime="python3.12",
        Handler="app.handler",
        Role=room.role(),
        Code={"ZipFile": code},
    )
    assert (created["State"], created["StateReasonCode"]) == ("Pending", "Creating")
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}\+0000", created["LastModified"])
    assert ":lambda:us-east-1::runtime:" in created["RuntimeVersionConfig"]["RuntimeVersionArn"]
    assert not created.keys() & {"Layers", "DeadLetterConfig", "LastUpdateStatus", "VpcConfig"}
    configuration = client.get_function_configuration(FunctionName=created["FunctionName"])
    assert (configuration["State"], configuration["LastUpdateStatus"]) == ("Active", "Successful")
    assert "StateReasonCode" not in configuration


def test_an_error_has_the_fields_of_its_kind(room: Room) -> None:
    client = room.aws("lambda")
    for operation, parameters, name in (
        (client.get_function, {"FunctionName": "none"}, "Message"),
        (client.put_function_event_invoke_config, {"FunctionName": room.function(FAILING)}, "message"),
    ):
        with pytest.raises(ClientError) as refused:
            operation(**parameters)
        response = refused.value.response
        assert (response["Type"], response[name]) == ("User", response["Error"]["Message"])
