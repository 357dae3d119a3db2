"""Map states in mode DISTRIBUTED: executions of their own for items of the input, of files and of listings."""

import csv
import gzip
import io
import json
import uuid
from typing import Any

import pytest

from shoplib.localaws.json_text import compact
from tests.cloud.lambda_room import Room, eventually
from tests.cloud.roles import allow, role
from tests.cloud.test_state_machines import Aws, Machines, refusal_of

PASS = {"StartAt": "Inner", "States": {"Inner": {"Type": "Pass", "End": True}}}
FAIL = {"StartAt": "Inner", "States": {"Inner": {"Type": "Fail", "Error": "Broken", "Cause": "by intent"}}}
ROWS = b"name,count\nmug,2\nbowl,3\n"


def distributed(machine: dict[str, Any] = PASS, kind: str = "STANDARD", **more: Any) -> dict[str, Any]:
    config = {"ProcessorConfig": {"Mode": "DISTRIBUTED", "ExecutionType": kind}}
    return {"Each": {"Type": "Map", "ItemProcessor": {**config, **machine}, "End": True, **more}}


@pytest.fixture(scope="module")
def machines(aws: Aws) -> Machines:
    return Machines(aws)


@pytest.fixture(scope="module")
def bucket(aws: Aws) -> str:
    name = f"b-{uuid.uuid4().hex}"
    aws("s3").create_bucket(Bucket=name)
    return name


def reader(bucket: str, key: str, kind: str, **config: Any) -> dict[str, Any]:
    return {
        "Resource": "arn:aws:states:::s3:getObject",
        "ReaderConfig": {"InputType": kind, **config},
        "Parameters": {"Bucket": bucket, "Key.$": "$.key"} if key == "$" else {"Bucket": bucket, "Key": key},
    }


def output_of(described: dict[str, Any]) -> Any:
    assert described["status"] == "SUCCEEDED", described
    return json.loads(described["output"])


def test_each_item_has_an_execution_of_its_own(machines: Machines) -> None:
    client, arn = (
        machines.client,
        machines.create(
            distributed(Label="each", ItemSelector={"at.$": "$$.Map.Item.Index", "value.$": "$$.Map.Item.Value"})
        ),
    )
    execution = machines.start(arn, ["a", "b"])
    assert output_of(machines.ended(execution)) == [{"at": 0, "value": "a"}, {"at": 1, "value": "b"}]
    assert [(each["id"], each["previousEventId"], each["type"]) for each in machines.events(execution)] == [
        *((1, 0, "ExecutionStarted"), (2, 0, "MapStateEntered"), (3, 2, "MapStateStarted"), (4, 3, "MapRunStarted")),
        *((5, 4, "MapRunSucceeded"), (6, 5, "MapStateSucceeded"), (7, 4, "MapStateExited")),
        (8, 7, "ExecutionSucceeded"),
    ]
    run = client.list_map_runs(executionArn=execution)["mapRuns"][0]
    assert run["mapRunArn"].startswith(arn.replace(":stateMachine:", ":mapRun:") + "/each:")
    assert (run["executionArn"], run["stateMachineArn"]) == (execution, f"{arn}/each")
    described = client.describe_map_run(mapRunArn=run["mapRunArn"])
    assert (described["status"], described["maxConcurrency"], described["toleratedFailureCount"]) == ("SUCCEEDED", 0, 0)
    assert described["itemCounts"] == described["executionCounts"]
    assert {name: n for name, n in described["itemCounts"].items() if n} == {
        "succeeded": 2,
        "total": 2,
        "resultsWritten": 2,
    }
    children = client.list_executions(mapRunArn=run["mapRunArn"])["executions"]
    assert {(each["stateMachineArn"], each["itemCount"], each["status"]) for each in children} == {
        (f"{arn}/each", 1, "SUCCEEDED")
    }
    child = client.describe_execution(executionArn=children[-1]["executionArn"])
    assert (child["mapRunArn"], json.loads(child["input"])) == (run["mapRunArn"], {"at": 0, "value": "a"})
    assert child["executionArn"].startswith(arn.replace(":stateMachine:", ":execution:") + "/each:")
    events = [each["type"] for each in machines.events(child["executionArn"])]
    assert events == ["ExecutionStarted", "PassStateEntered", "PassStateExited", "ExecutionSucceeded"]
    of_machine = client.list_executions(stateMachineArn=arn)["executions"]
    assert [each["executionArn"] for each in of_machine] == [execution], "those of a Map Run are listed with it alone"
    told = client.describe_state_machine_for_execution(executionArn=child["executionArn"])
    assert (told["label"], told["mapRunArn"], json.loads(told["definition"])) == ("each", run["mapRunArn"], PASS)


@pytest.mark.parametrize(
    ("kind", "body", "config", "items"),
    [
        (
            "CSV",
            ROWS,
            {"CSVHeaderLocation": "FIRST_ROW"},
            [{"name": "mug", "count": "2"}, {"name": "bowl", "count": "3"}],
        ),
        (
            "CSV",
            b"mug|2",
            {"CSVHeaderLocation": "GIVEN", "CSVHeaders": ["n", "c"], "CSVDelimiter": "PIPE"},
            [{"c": "2", "n": "mug"}],
        ),
        ("CSV", b"0,True,{}\na,b\n", {"CSVHeaderLocation": "FIRST_ROW"}, [{"0": "a", "{}": "", "True": "b"}]),
        ("CSV", ROWS, {"CSVHeaderLocation": "FIRST_ROW", "MaxItems": 1}, [{"name": "mug", "count": "2"}]),
        ("JSON", b"[1, 2]", {}, [1, 2]),
        ("JSON", b'{"in": {"a/b": [3]}}', {"ItemsPointer": "/in/a~1b"}, [3]),
        ("JSONL", b'{"a": 1}\n{"a": 2}\n', {}, [{"a": 1}, {"a": 2}]),
        ("JSONL", gzip.compress(b'{"a": 1}', mtime=0), {}, [{"a": 1}]),
    ],
)
def test_items_of_a_file(
    machines: Machines, bucket: str, aws: Aws, kind: str, body: bytes, config: dict[str, Any], items: list[Any]
) -> None:
    aws("s3").put_object(Bucket=bucket, Key="data", Body=body)
    states = distributed(kind="EXPRESS", ItemReader=reader(bucket, "$", kind, **config))
    assert machines.run(states, {"key": "data"})["output"] == compact(items), "columns are in AWS's order"


@pytest.mark.parametrize("label", ["", "x" * 41, "a b", "a:b", "a/b", 1])
def test_a_label_that_no_address_can_have_is_refused(machines: Machines, label: Any) -> None:
    assert refusal_of(lambda: machines.create(distributed(Label=label)))[0] == "InvalidDefinition"


@pytest.mark.parametrize("most", [-1, 100_000_001, "2"])
def test_more_items_than_aws_takes_are_refused(machines: Machines, bucket: str, most: Any) -> None:
    states = distributed(ItemReader=reader(bucket, "data", "JSON", MaxItems=most))
    assert refusal_of(lambda: machines.create(states))[0] == "InvalidDefinition"


def test_a_file_that_is_not_there_fails_the_map(machines: Machines, bucket: str) -> None:
    execution = machines.start(machines.create(distributed(ItemReader=reader(bucket, "absent", "JSON"))))
    described = machines.ended(execution)
    assert (described["status"], described["error"]) == ("FAILED", "States.ItemReaderFailed")
    kinds = [each["type"] for each in machines.events(execution)]
    assert kinds == [
        *("ExecutionStarted", "MapStateEntered", "MapStateStarted", "MapRunStarted"),
        *("MapRunFailed", "MapStateFailed", "ExecutionFailed"),
    ]


@pytest.mark.parametrize(
    ("kind", "body", "config", "cause"),
    [
        (
            "CSV",
            b"a",
            {"CSVHeaderLocation": "GIVEN", "CSVHeaders": ["H", "H"]},
            "CSV headers cannot contain duplicates.",
        ),
        ("JSON", b'"text"', {}, "Attempting to map over non-iterable node."),
        ("JSON", b"[1]", {"MaxItemsPath": "$.most"}, "field MaxItems must be positive"),
    ],
)
def test_a_file_that_cannot_be_read_fails_the_map(
    machines: Machines, bucket: str, aws: Aws, kind: str, body: bytes, config: dict[str, Any], cause: str
) -> None:
    aws("s3").put_object(Bucket=bucket, Key="odd", Body=body)
    described = machines.run(distributed(ItemReader=reader(bucket, "odd", kind, **config)), {"most": -1})
    assert (described["error"], described["cause"]) == ("States.ItemReaderFailed", cause)


@pytest.mark.parametrize(
    ("field", "value", "cause"),
    [
        ("MaxItems", 1.5, 'The MaxItemsPath field refers to value "1.5" which is not a valid integer: $.n'),
        (
            "ToleratedFailureCount",
            {},
            'The ToleratedFailureCountPath field refers to value "{}" which is not a valid integer: $.n',
        ),
        (
            "ToleratedFailurePercentage",
            "no",
            'The ToleratedFailurePercentagePath field refers to value "no" which is not a valid float: $.n',
        ),
        ("ToleratedFailurePercentage", -1.1, "ToleratedFailurePercentage must be between 0 and 100."),
    ],
)
def test_a_number_that_is_none_fails_the_map_before_its_run(
    machines: Machines, bucket: str, field: str, value: Any, cause: str
) -> None:
    config = {f"{field}Path": "$.n"} if field == "MaxItems" else {}
    limits = {} if config else {f"{field}Path": "$.n"}
    states = distributed(ItemReader=reader(bucket, "absent", "JSON", **config), **limits)
    execution = machines.start(machines.create(states), {"n": value})
    described = machines.ended(execution)
    entered = "An error occurred while executing the state 'Each' (entered at the event id #2)."
    assert (described["error"], described["cause"]) == ("States.Runtime", f"{entered} {cause}")
    assert [each["type"] for each in machines.events(execution)][1:] == [
        *("MapStateEntered", "MapStateStarted", "ExecutionFailed"),
    ]


def test_objects_of_a_listing(machines: Machines, aws: Aws) -> None:
    bucket = f"b-{uuid.uuid4().hex}"
    aws("s3").create_bucket(Bucket=bucket)
    for number in range(3):
        aws("s3").put_object(Bucket=bucket, Key=f"in/{number}", Body=b'[{"n": %d}]' % number)
    listing = {"Resource": "arn:aws:states:::s3:listObjectsV2", "Parameters": {"Bucket": bucket, "Prefix": "in/"}}
    entries = output_of(machines.run(distributed(ItemReader=listing)))
    assert [(each["Key"], each["Size"], each["StorageClass"]) for each in entries] == [
        (f"in/{number}", 10, "STANDARD") for number in range(3)
    ]
    flat = {**listing, "ReaderConfig": {"InputType": "JSON", "Transformation": "LOAD_AND_FLATTEN"}}
    assert output_of(machines.run(distributed(ItemReader=flat))) == [{"n": number} for number in range(3)]


def test_files_of_an_inventory(machines: Machines, bucket: str, aws: Aws) -> None:
    rows = io.StringIO()
    csv.writer(rows, quoting=csv.QUOTE_ALL).writerows([[bucket, "a%2Fb", "1"], [bucket, "c", "2"]])
    aws("s3").put_object(Bucket=bucket, Key="rows.csv.gz", Body=gzip.compress(rows.getvalue().encode()))
    manifest = {"fileFormat": "CSV", "fileSchema": "Bucket, Key, Size", "files": [{"key": "rows.csv.gz"}]}
    aws("s3").put_object(Bucket=bucket, Key="manifest.json", Body=json.dumps(manifest))
    items = output_of(machines.run(distributed(ItemReader=reader(bucket, "manifest.json", "MANIFEST"))))
    assert items == [{"Bucket": bucket, "Key": "a/b", "Size": "1"}, {"Bucket": bucket, "Key": "c", "Size": "2"}]


def test_items_go_in_batches(machines: Machines) -> None:
    batcher = {"MaxItemsPerBatch": 2, "BatchInput": {"factor.$": "$.factor"}}
    states = distributed(ItemsPath="$.items", ItemBatcher=batcher)
    execution = machines.start(machines.create(states), {"items": [1, 2, 3], "factor": 5})
    assert output_of(machines.ended(execution)) == [
        {"BatchInput": {"factor": 5}, "Items": [1, 2]},
        {"BatchInput": {"factor": 5}, "Items": [3]},
    ]
    run = machines.client.list_map_runs(executionArn=execution)["mapRuns"][0]["mapRunArn"]
    described = machines.client.describe_map_run(mapRunArn=run)
    assert (described["itemCounts"]["total"], described["executionCounts"]["total"]) == (3, 2)


def test_members_of_an_object_are_items(machines: Machines) -> None:
    selector = {"key.$": "$$.Map.Item.Key", "value.$": "$$.Map.Item.Value", "source.$": "$$.Map.Item.Source"}
    output = output_of(machines.run(distributed(ItemSelector=selector), {"a": 1, "b": 2}))
    assert output == [
        {"key": "a", "value": 1, "source": "STATE_DATA"},
        {"key": "b", "value": 2, "source": "STATE_DATA"},
    ]


@pytest.mark.parametrize("kind", ["STANDARD", "EXPRESS"])
def test_more_failures_than_tolerated_fail_the_map(machines: Machines, kind: str) -> None:
    execution = machines.start(machines.create(distributed(FAIL, kind, MaxConcurrency=1)), [1, 2, 3])
    described = machines.ended(execution)
    assert (described["status"], described["error"], described["cause"]) == (
        "FAILED",
        "States.ExceedToleratedFailureThreshold",
        "The specified tolerated failure threshold was exceeded",
    )
    run = machines.client.list_map_runs(executionArn=execution)["mapRuns"][0]["mapRunArn"]
    counts = machines.client.describe_map_run(mapRunArn=run)["itemCounts"]
    assert {name: n for name, n in counts.items() if n} == {"failed": 1, "pending": 2, "total": 3}


@pytest.mark.parametrize("limit", [{"ToleratedFailureCount": 2}, {"ToleratedFailurePercentage": 100}])
def test_failures_within_the_tolerance_leave_no_result(machines: Machines, limit: dict[str, int]) -> None:
    choice = {"Type": "Choice", "Choices": [{"Variable": "$", "NumericGreaterThan": 1, "Next": "No"}], "Default": "Yes"}
    machine = {"StartAt": "Which", "States": {"Which": choice, "No": {"Type": "Fail"}, "Yes": {"Type": "Succeed"}}}
    execution = machines.start(machines.create(distributed(machine, **limit)), [1, 2, 3])
    assert output_of(machines.ended(execution)) == [1]


def test_results_are_exported(machines: Machines, bucket: str, aws: Aws) -> None:
    writer = {"Resource": "arn:aws:states:::s3:putObject", "Parameters": {"Bucket": bucket, "Prefix": "out"}}
    result = output_of(machines.run(distributed(ResultWriter=writer), [1, 2]))
    details = result["ResultWriterDetails"]
    assert (details["Bucket"], details["Key"].split("/")[::2]) == (bucket, ["out", "manifest.json"])
    manifest = json.loads(aws("s3").get_object(Bucket=bucket, Key=details["Key"])["Body"].read())
    assert (manifest["DestinationBucket"], manifest["MapRunArn"]) == (bucket, result["MapRunArn"])
    assert (manifest["ResultFiles"]["FAILED"], manifest["ResultFiles"]["PENDING"]) == ([], [])
    (file,) = manifest["ResultFiles"]["SUCCEEDED"]
    rows = json.loads(aws("s3").get_object(Bucket=bucket, Key=file["Key"])["Body"].read())
    assert [(each["Input"], each["Output"], each["Status"]) for each in rows] == [
        ("1", "1", "SUCCEEDED"),
        ("2", "2", "SUCCEEDED"),
    ]
    flat = {**writer, "WriterConfig": {"Transformation": "FLATTEN", "OutputType": "JSONL"}}
    details = output_of(machines.run(distributed(ResultWriter=flat), [[1, 2], [3]]))["ResultWriterDetails"]
    key = details["Key"].replace("manifest.json", "SUCCEEDED_0.jsonl")
    assert aws("s3").get_object(Bucket=bucket, Key=key)["Body"].read() == b"1\n2\n3"


MENDABLE = """
import os
def handler(event, context):
    if event == "bad" and "MENDED" not in os.environ:
        raise ValueError(event)
    return "MENDED" in os.environ
"""


@pytest.mark.parametrize("kind", ["STANDARD", "EXPRESS"])
def test_a_redriven_execution_goes_on_with_what_did_not_succeed(machines: Machines, aws: Aws, kind: str) -> None:
    name, client = Room(aws).function(MENDABLE), machines.client
    arn = aws("lambda").get_function(FunctionName=name)["Configuration"]["FunctionArn"]
    machine = {"StartAt": "Call", "States": {"Call": {"Type": "Task", "Resource": arn, "End": True}}}
    states = distributed(machine, kind, MaxConcurrency=1)
    execution = machines.start(machines.create(states), ["good", "bad", "good"])
    assert machines.ended(execution)["status"] == "FAILED"
    aws("lambda").update_function_configuration(FunctionName=name, Environment={"Variables": {"MENDED": "yes"}})
    aws("lambda").get_waiter("function_updated_v2").wait(FunctionName=name)
    client.redrive_execution(executionArn=execution)
    assert output_of(machines.ended(execution)) == [False, True, True]
    (run,) = client.list_map_runs(executionArn=execution)["mapRuns"]
    described = client.describe_map_run(mapRunArn=run["mapRunArn"])
    assert (described["status"], described["redriveCount"], described["itemCounts"]["succeeded"]) == ("SUCCEEDED", 1, 3)
    redriven = [each for each in machines.events(execution) if each["type"] == "MapRunRedriven"]
    assert [each["mapRunRedrivenEventDetails"] for each in redriven] == [
        {"mapRunArn": run["mapRunArn"], "redriveCount": 1}
    ]


def test_a_role_that_may_not_start_its_machine(machines: Machines, aws: Aws) -> None:
    arn = role(aws, f"narrow-{uuid.uuid4().hex[:8]}", allow(["s3:*"], "*"))
    described = machines.run(distributed(), [1], roleArn=arn)
    assert (described["status"], described["error"]) == ("FAILED", "States.Permissions")
    assert "states:StartExecution" in described["cause"]


def test_a_stopped_execution_ends_its_children(machines: Machines) -> None:
    machine = {"StartAt": "Wait", "States": {"Wait": {"Type": "Wait", "Seconds": 600, "End": True}}}
    execution = machines.start(machines.create(distributed(machine)), [1, 2])
    client = machines.client

    def waiting() -> Any:
        runs = client.list_map_runs(executionArn=execution)["mapRuns"]
        return runs and client.describe_map_run(mapRunArn=runs[0]["mapRunArn"])["itemCounts"]["running"] == 2 and runs

    run = eventually(waiting)[0]["mapRunArn"]
    client.update_map_run(mapRunArn=run, maxConcurrency=7, toleratedFailurePercentage=50)
    assert client.describe_map_run(mapRunArn=run)["maxConcurrency"] == 7
    client.stop_execution(executionArn=execution)
    described = client.describe_map_run(mapRunArn=run)
    assert (described["status"], described["itemCounts"]["aborted"]) == ("ABORTED", 2)
    assert [each["type"] for each in machines.events(execution)][-2:] == ["MapRunAborted", "ExecutionAborted"]
    assert refusal_of(lambda: client.update_map_run(mapRunArn=run, maxConcurrency=1))[0] == "ValidationException"


def test_what_is_no_map_run(machines: Machines) -> None:
    arn = "arn:aws:states:us-east-1:123456789012:mapRun:none/label:0"
    assert refusal_of(lambda: machines.client.describe_map_run(mapRunArn=arn))[0] == "ResourceNotFound"
    assert (
        refusal_of(lambda: machines.client.describe_map_run(mapRunArn=arn.replace("mapRun", "execution")))[0]
        == "InvalidArn"
    )
