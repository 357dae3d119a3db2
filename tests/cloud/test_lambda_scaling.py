"""Concurrency, versions, aliases, layers and asynchronous invocation."""

import io
import json
import time
import zipfile
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from tests.cloud.lambda_room import Aws, Room, eventually, zipped

WHO = "import os, time\ndef handler(event, context):\n    time.sleep(event or 0)\n    return os.getpid()\n"
SEEN = "import json\ndef handler(event, context):\n    print('SEEN', json.dumps([context.aws_request_id, event]))\n"


@pytest.fixture
def room(aws: Aws) -> Room:
    return Room(aws)


def together(room: Room, name: str, event: Any, count: int) -> list[Any]:
    with ThreadPoolExecutor(count) as pool:
        return [answer.payload for answer in pool.map(lambda _: room.invoke(name, event), range(count))]


def test_environments_grow_with_load_and_are_reused(room: Room) -> None:
    name = room.function(WHO)
    began = time.monotonic()
    first = set(together(room, name, 2, 6))
    assert len(first) == 6
    assert time.monotonic() - began < 10, "one after the other would take 12 seconds"
    assert set(together(room, name, 0.2, 6)) <= first


def test_reserved_concurrency(room: Room) -> None:
    client, name = room.aws("lambda"), room.function(WHO)
    client.put_function_concurrency(FunctionName=name, ReservedConcurrentExecutions=1)
    with ThreadPoolExecutor(3) as pool:
        refusals = [refusal for refusal in pool.map(lambda _: _refusal(room, name, 1.5), range(3)) if refusal]
    assert len(refusals) == 2
    assert refusals[0]["ResponseMetadata"]["HTTPStatusCode"] == 429
    assert refusals[0]["Error"]["Code"] == "TooManyRequestsException"
    assert refusals[0]["Reason"] == "ReservedFunctionConcurrentInvocationLimitExceeded"
    assert room.invoke(name).error is None
    client.put_function_concurrency(FunctionName=name, ReservedConcurrentExecutions=0)
    assert _refusal(room, name, 0)


def _refusal(room: Room, name: str, seconds: float) -> Any:
    client = room.aws("lambda")
    try:
        client.invoke(FunctionName=name, Payload=json.dumps(seconds).encode())
    except client.exceptions.TooManyRequestsException as error:
        return error.response
    return None


def test_a_killed_worker_costs_one_invocation_at_most(room: Room) -> None:
    psutil = pytest.importorskip("psutil")
    name = room.function(WHO)
    pid = room.invoke(name).payload
    psutil.Process(pid).kill()
    assert room.invoke(name).payload != pid


def test_versions_and_weighted_aliases(room: Room) -> None:
    client = room.aws("lambda")
    name = room.function("def handler(e, c):\n    return [1, c.function_version, c.invoked_function_arn]")
    client.publish_version(FunctionName=name)
    code = zipped({"app.py": "def handler(e, c):\n    return [2, c.function_version, c.invoked_function_arn]"})
    client.update_function_code(FunctionName=name, ZipFile=code)
    client.publish_version(FunctionName=name)
    assert client.publish_version(FunctionName=name)["Version"] == "2", "nothing changed since"
    assert room.invoke(name, Qualifier="1").payload[:2] == [1, "1"]
    assert room.invoke(name).payload[:2] == [2, "$LATEST"]
    weights = {"AdditionalVersionWeights": {"2": 0.5}}
    client.create_alias(FunctionName=name, Name="live", FunctionVersion="1", RoutingConfig=weights)
    answers = [room.invoke(f"{name}:live") for _ in range(40)]
    assert {answer.version for answer in answers} == {"1", "2"}
    assert {answer.payload[2].split(":")[-1] for answer in answers} == {"live"}
    client.update_alias(FunctionName=name, Name="live", FunctionVersion="2", RoutingConfig={})
    assert room.invoke(name, Qualifier="live").version == "2"


def test_layers(room: Room) -> None:
    client = room.aws("lambda")
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        archive.writestr("python/greeting.py", "WORD = 'hello'")
    content = {"ZipFile": buffer.getvalue()}
    layer = client.publish_layer_version(LayerName="greetings", Content=content)["LayerVersionArn"]
    powertools = "arn:aws:lambda:us-east-1:017000801446:layer:AWSLambdaPowertoolsPythonV3-python312-x86_64:18"
    code = (
        "import greeting\nfrom aws_lambda_powertools import Logger\n"
        "def handler(e, c):\n    return greeting.WORD + str(Logger)[:6]"
    )
    name = room.function(code, Layers=[layer, powertools])
    assert room.invoke(name).payload == "hello<class"
    listed = client.get_function_configuration(FunctionName=name)["Layers"]
    assert [entry["Arn"] for entry in listed] == [layer, powertools]
    with pytest.raises(client.exceptions.InvalidParameterValueException, match="SomebodysLayer"):
        room.function(code, Layers=["arn:aws:lambda:us-east-1:111111111111:layer:SomebodysLayer:1"])


def test_the_powertools_layer_has_the_extras_that_aws_builds_into_it(room: Room) -> None:
    powertools = "arn:aws:lambda:us-east-1:017000801446:layer:AWSLambdaPowertoolsPythonV3-python312-x86_64:18"
    code = (
        "from aws_lambda_powertools import Logger, Tracer\n"
        "from aws_lambda_powertools.utilities.parser import BaseModel, event_parser\n"
        "from aws_lambda_powertools.utilities.validation import validate\n"
        "tracer, logger = Tracer(service='orders'), Logger(service='orders')\n"
        "class Order(BaseModel):\n    n: int\n"
        "@tracer.capture_lambda_handler\n@event_parser(model=Order)\n"
        "def handler(order, context):\n"
        "    validate(event={'n': order.n}, schema={'properties': {'n': {'type': 'integer'}}})\n"
        "    return order.n"
    )
    assert room.invoke(room.function(code, Layers=[powertools]), {"n": 3}).payload == 3


def test_event_invocation_retries_twice_then_dead_letters(room: Room) -> None:
    client = room.aws("lambda")
    url, arn = room.queue()
    failure_url, failure_arn = room.queue()
    name = room.function(SEEN + "    raise ValueError('no')", DeadLetterConfig={"TargetArn": arn})
    client.put_function_event_invoke_config(
        FunctionName=name, DestinationConfig={"OnFailure": {"Destination": failure_arn}}
    )
    response = client.invoke(FunctionName=name, InvocationType="Event", Payload=b'{"n": 1}')
    assert response["StatusCode"] == 202
    assert eventually(lambda: room.received(url)) == [{"n": 1}]
    seen = room.seen(name)
    assert [event for _, event in seen] == [{"n": 1}] * 3
    assert len({request for request, _ in seen}) == 1, "all attempts carry the same request id"
    record = eventually(lambda: room.received(failure_url))[0]
    assert record["requestContext"]["condition"] == "RetriesExhausted"
    assert record["requestContext"]["approximateInvokeCount"] == 3
    assert record["responsePayload"]["errorMessage"] == "no"
    assert record["requestPayload"] == {"n": 1}


def test_success_destination_and_retry_limit(room: Room) -> None:
    client = room.aws("lambda")
    url, arn = room.queue()
    good, bad = room.function("def handler(e, c):\n    return {'ok': e}"), room.function(SEEN + "    raise OSError")
    for name in (good, bad):
        destinations = {"OnSuccess": {"Destination": arn}, "OnFailure": {"Destination": arn}}
        client.put_function_event_invoke_config(
            FunctionName=name, MaximumRetryAttempts=0, DestinationConfig=destinations
        )
        client.invoke(FunctionName=name, InvocationType="Event", Payload=b"7")
    records: list[Any] = []
    eventually(lambda: records.extend(room.received(url)) or len(records) == 2)
    by_condition = {record["requestContext"]["condition"]: record for record in records}
    assert by_condition["Success"]["responsePayload"] == {"ok": 7}
    assert by_condition["RetriesExhausted"]["requestContext"]["approximateInvokeCount"] == 1
    assert client.get_function_event_invoke_config(FunctionName=bad)["MaximumRetryAttempts"] == 0
    assert len(room.seen(bad)) == 1


def test_slow_function_delays_no_other(room: Room) -> None:
    client = room.aws("lambda")
    slow, quick = room.function("import time\ndef handler(e, c):\n    time.sleep(3)"), room.function(SEEN)
    for _ in range(20):
        client.invoke(FunctionName=slow, InvocationType="Event", Payload=b"{}")
    client.invoke(FunctionName=quick, InvocationType="Event", Payload=b"1")
    eventually(lambda: room.seen(quick), 2)


def permit(room: Room, name: str, *services: str) -> None:
    for service in services:
        room.aws("lambda").add_permission(
            FunctionName=name,
            StatementId=service,
            Action="lambda:InvokeFunction",
            Principal=f"{service}.amazonaws.com",
        )


def test_s3_notification_is_asynchronous(room: Room) -> None:
    s3, name = room.aws("s3"), room.function(SEEN)
    arn = room.aws("lambda").get_function_configuration(FunctionName=name)["FunctionArn"]
    permit(room, name, "s3")
    s3.create_bucket(Bucket="notifying")
    configuration = {"LambdaFunctionArn": arn, "Events": ["s3:ObjectCreated:*"]}
    s3.put_bucket_notification_configuration(
        Bucket="notifying", NotificationConfiguration={"LambdaFunctionConfigurations": [configuration]}
    )
    s3.put_object(Bucket="notifying", Key="a b.txt", Body=b"x")
    ((_, event),) = eventually(lambda: room.seen(name))
    assert event["Records"][0]["s3"]["object"]["key"] == "a+b.txt"


def test_sns_and_eventbridge_call_functions(room: Room) -> None:
    name = room.function(SEEN)
    arn = room.aws("lambda").get_function_configuration(FunctionName=name)["FunctionArn"]
    sns, events = room.aws("sns"), room.aws("events")
    permit(room, name, "sns", "events")
    topic = sns.create_topic(Name=f"topic-{name}")["TopicArn"]
    sns.subscribe(TopicArn=topic, Protocol="lambda", Endpoint=arn)
    attributes = {"kind": {"DataType": "String", "StringValue": "order"}}
    sns.publish(TopicArn=topic, Message="hello", Subject="s", MessageAttributes=attributes)
    ((_, event),) = eventually(lambda: room.seen(name))
    notification = event["Records"][0]["Sns"]
    assert (notification["Message"], notification["TopicArn"], notification["Subject"]) == ("hello", topic, "s")
    assert notification["MessageAttributes"] == {"kind": {"Type": "String", "Value": "order"}}
    events.put_rule(Name=f"rule-{name}", EventPattern=json.dumps({"source": ["shop"]}))
    events.put_targets(Rule=f"rule-{name}", Targets=[{"Id": "1", "Arn": arn}])
    for source in ("elsewhere", "shop"):
        events.put_events(Entries=[{"Source": source, "DetailType": "placed", "Detail": json.dumps({"n": 1})}])
    _, (_, event) = eventually(lambda: room.seen(name)[1:] and room.seen(name))
    assert (event["source"], event["detail-type"], event["detail"]) == ("shop", "placed", {"n": 1})


def test_configuration_keeps_what_was_given(room: Room) -> None:
    given: dict[str, Any] = {
        "LoggingConfig": {"LogFormat": "JSON"},
        "EphemeralStorage": {"Size": 1024},
        "Architectures": ["arm64"],
        "TracingConfig": {"Mode": "Active"},
        "Description": "d",
    }
    client, name = room.aws("lambda"), room.function(WHO, **given)
    found = client.get_function_configuration(FunctionName=name)
    assert {key: found[key] for key in given} | {"LoggingConfig": found["LoggingConfig"]["LogFormat"]} == given | {
        "LoggingConfig": "JSON"
    }
    before = found["RevisionId"]
    client.update_function_configuration(FunctionName=name, EphemeralStorage={"Size": 2048}, Timeout=9)
    after = client.get_function_configuration(FunctionName=name)
    assert (after["EphemeralStorage"]["Size"], after["Timeout"], after["MemorySize"]) == (2048, 9, 256)
    assert after["RevisionId"] != before


def test_many_invocations_of_many_functions(room: Room) -> None:
    names = [room.function(f"def handler(e, c):\n    return [{index}, e]") for index in range(4)]

    def call(number: int) -> tuple[int, int]:
        owner, event = room.invoke(names[number % 4], number).payload
        return owner, event

    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(call, range(200)))
    assert Counter(owner for owner, _ in answers) == dict.fromkeys(range(4), 50)
    assert json.dumps(sorted(event for _, event in answers)) == json.dumps(list(range(200)))
