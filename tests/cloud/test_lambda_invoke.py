"""Invoking functions: answers, errors in AWS's shapes, the log, what a handler finds around itself."""

import json
import re

import pytest
from botocore.exceptions import ClientError

from tests.cloud.lambda_room import Aws, Room, eventually, zipped
from tests.processes import lives

ECHO = (
    "def handler(event, context):\n    print('got', event)\n    return {'event': event, 'id': context.aws_request_id}\n"
)
REPORT = re.compile(
    r"REPORT RequestId: [0-9a-f-]{36}\tDuration: \d+\.\d\d ms\tBilled Duration: \d+ ms\tMemory Size: 256 MB"
    r"\tMax Memory Used: (\d+) MB(\tInit Duration: \d+\.\d\d ms)?\t"
)


@pytest.fixture
def room(aws: Aws) -> Room:
    return Room(aws)


def test_answer_and_log(room: Room) -> None:
    name = room.function(ECHO)
    first, second = room.invoke(name, {"a": "ü"}), room.invoke(name, 1)
    assert (first.status, first.error, first.version) == (200, None, "$LATEST")
    assert first.payload["event"] == {"a": "ü"}
    lines = first.log.splitlines()
    request = first.payload["id"]
    assert lines[:3] == [f"START RequestId: {request} Version: $LATEST", "got {'a': 'ü'}", f"END RequestId: {request}"]
    cold, warm = REPORT.match(lines[3]), REPORT.match(second.log.splitlines()[3])
    assert cold and cold[2], "a cold start reports its init phase"
    assert warm and not warm[2], "a warm one has none"
    assert 5 < int(cold[1]) < 100


def test_log_stream_per_environment(room: Room) -> None:
    name = room.function(ECHO)
    for _ in range(2):
        room.invoke(name)
    streams = room.aws("logs").describe_log_streams(logGroupName=f"/aws/lambda/{name}")["logStreams"]
    assert len(streams) == 1
    assert re.fullmatch(r"\d{4}/\d\d/\d\d/\[\$LATEST\][0-9a-f]{32}", streams[0]["logStreamName"])
    assert room.messages(name)[0].startswith("INIT_START Runtime Version: python")


@pytest.mark.parametrize(
    ("code", "kind", "message"),
    [
        ("def handler(e, c):\n    raise KeyError('k')", "KeyError", "'k'"),
        ("import absent_module", "Runtime.ImportModuleError", "Unable to import module 'app'"),
        ("def handler(:", "Runtime.UserCodeSyntaxError", "Syntax error in module 'app'"),
        ("other = 1", "Runtime.HandlerNotFound", "Handler 'handler' missing on module 'app'"),
        ("def handler(e, c):\n    return {1, 2}", "Runtime.MarshalError", "Unable to marshal response"),
        ("import sys\ndef handler(e, c):\n    sys.exit(3)", "Runtime.ExitError", "exit status 3"),
        ("import os\ndef handler(e, c):\n    os.abort()", "Runtime.ExitError", "signal: aborted"),
        ("raise ValueError('at import')", "ValueError", "at import"),
        ("import os\nos._exit(7)", "Runtime.ExitError", "exit status 7"),
    ],
)
def test_errors(room: Room, code: str, kind: str, message: str) -> None:
    answer = room.invoke(room.function(code))
    assert (answer.status, answer.error) == (200, "Unhandled")
    assert answer.payload["errorType"] == kind
    assert message in answer.payload["errorMessage"]
    assert "REPORT" in answer.log


def test_stack_trace_names_the_function_only(room: Room) -> None:
    answer = room.invoke(room.function("def handler(e, c):\n    return inner()\ndef inner():\n    raise OSError('x')"))
    trace = answer.payload["stackTrace"]
    assert [re.findall(r"line (\d+), in (\w+)", frame) for frame in trace] == [[("2", "handler")], [("4", "inner")]]
    assert [re.findall(r'File "(.+)"', frame) for frame in trace] == [["/var/task/app.py"]] * 2
    assert answer.log.count('File "/var/task/app.py"') == 2
    assert answer.payload["requestId"] in answer.log
    assert "[ERROR] OSError: x" in answer.log


def test_timeout_kills_and_replaces(room: Room) -> None:
    code = "import os, time\ndef handler(e, c):\n    print(os.getpid())\n    time.sleep(e or 0)\n    return os.getpid()"
    name = room.function(code, Timeout=1)
    before = room.invoke(name).payload
    late = room.invoke(name, 30)
    assert late.payload["errorType"] == "Sandbox.Timedout"
    assert late.payload["errorMessage"].endswith("Task timed out after 1.00 seconds")
    assert "Status: timeout" in late.log
    assert room.invoke(name).payload != before


def test_memory_limit(room: Room) -> None:
    greedy = room.function("def handler(e, c):\n    return len(bytearray(b'x') * (600 << 20))", MemorySize=256)
    answer = room.invoke(greedy)
    assert answer.payload["errorType"] == "Runtime.OutOfMemory"
    assert "Memory Size: 256 MB\tMax Memory Used: 256 MB" in answer.log
    modest = room.function("def handler(e, c):\n    return len(bytearray(b'x') * (100 << 20))", MemorySize=256)
    answer = room.invoke(modest)
    assert answer.error is None
    assert 100 < int(REPORT.search(answer.log)[1]) < 150  # type: ignore[index]


def test_multi_line_record_is_one_event(room: Room) -> None:
    body = ["print('before')", "logging.warning('two\\nlines')", "print('after')"]
    name = room.function("import logging\ndef handler(e, c):\n    " + "\n    ".join(body))
    room.invoke(name)
    messages = [message for message in room.messages(name) if "RequestId" not in message][1:]
    assert messages[0] == "before\n"
    assert messages[1].startswith("[WARNING]\t") and messages[1].endswith("\ttwo\nlines\n")
    assert messages[2] == "after\n"


def test_surroundings(room: Room) -> None:
    code = """
import os, sys, tempfile
def handler(event, context):
    return {
        "variables": dict(os.environ), "input": sys.stdin.read(), "cwd": os.getcwd(), "tmp": tempfile.gettempdir(),
        "left": context.get_remaining_time_in_millis(), "memory": context.memory_limit_in_mb,
        "arn": context.invoked_function_arn, "exit": callable(exit),
    }
"""
    name = room.function(code, Environment={"Variables": {"MINE": "1"}}, Timeout=7)
    found = room.invoke(name).payload
    variables = found["variables"]
    assert variables["MINE"] == "1"
    assert variables["AWS_LAMBDA_FUNCTION_NAME"] == name
    assert variables["AWS_EXECUTION_ENV"] == "AWS_Lambda_python3.12"
    assert variables["AWS_ACCESS_KEY_ID"].startswith("ASIA")
    assert variables["AWS_ENDPOINT_URL"].startswith("http://127.0.0.1:")
    assert variables["_X_AMZN_TRACE_ID"].startswith("Root=1-")
    assert variables["LAMBDA_TASK_ROOT"] == found["cwd"]
    assert found["tmp"] == variables.get("TMPDIR", "/tmp")
    assert not {"USER", "PYTHONPATH", "VIRTUAL_ENV", "SHOPLIB_STATE_DIR"} & variables.keys()
    assert 6000 < found["left"] <= 7000
    assert (found["memory"], found["input"], found["exit"]) == ("256", "", True)
    assert found["arn"].endswith(f":function:{name}")


@pytest.mark.parametrize("module", ["numpy", "shoplib", "moto", "pytest", "aws_lambda_powertools", "requests"])
def test_lab_packages_are_invisible(room: Room, module: str) -> None:
    answer = room.invoke(room.function(f"import {module}"))
    assert answer.payload["errorMessage"] == f"Unable to import module 'app': No module named '{module}'"


def test_runtime_packages_and_own_modules(room: Room) -> None:
    code = (
        "import boto3, botocore, jmespath, dateutil, urllib3, helper.part\ndef handler(e, c):\n    return helper.part.N"
    )
    assert room.invoke(room.function(code, Files={"helper/part.py": "N = 4"})).payload == 4


def test_role_credentials(room: Room) -> None:
    code = "import boto3\ndef handler(e, c):\n    return boto3.client('sts').get_caller_identity()['Arn']"
    name = room.function(code)
    assert room.invoke(name).payload.endswith(f":assumed-role/lambda-tests/{name}")


def test_temporary_folder_is_kept_while_warm(room: Room) -> None:
    code = """
import pathlib, tempfile
def handler(event, context):
    file = pathlib.Path(tempfile.gettempdir()) / "count"
    file.write_text(str(int(file.read_text()) + 1) if file.exists() else "1")
    return file.read_text()
"""
    name, other = room.function(code), room.function(code)
    assert [room.invoke(name).payload for _ in range(2)] == ["1", "2"]
    assert room.invoke(other).payload == "1"


def test_updates_replace_environments(room: Room) -> None:
    name = room.function("import os\ndef handler(e, c):\n    return os.environ.get('VALUE', 'none')")
    client = room.aws("lambda")
    assert room.invoke(name).payload == "none"
    client.update_function_configuration(FunctionName=name, Environment={"Variables": {"VALUE": "two"}})
    assert room.invoke(name).payload == "two"
    client.update_function_code(FunctionName=name, ZipFile=zipped({"app.py": "def handler(e, c):\n    return 3"}))
    assert room.invoke(name).payload == 3


def test_payload_limits(room: Room) -> None:
    name = room.function("def handler(e, c):\n    return 'x' * e")
    assert room.invoke(name, 7 << 20).payload["errorType"] == "Function.ResponseSizeTooLarge"
    assert len(room.invoke(name, 5 << 20).payload) == 5 << 20
    with pytest.raises(ClientError) as caught:
        room.invoke(name, "x" * (6 << 20))
    assert caught.value.response["Error"]["Code"] == "RequestTooLargeException"


def test_bad_requests(room: Room) -> None:
    client, name = room.aws("lambda"), room.function(ECHO)
    with pytest.raises(client.exceptions.InvalidRequestContentException):
        client.invoke(FunctionName=name, Payload=b"{not json")
    with pytest.raises(client.exceptions.ResourceNotFoundException):
        client.invoke(FunctionName="nobody")
    with pytest.raises(client.exceptions.ResourceNotFoundException):
        client.invoke(FunctionName=name, Qualifier="7")
    dry = client.invoke(FunctionName=name, InvocationType="DryRun")
    assert dry["StatusCode"] == 204 and dry["ResponseMetadata"]["RequestId"]
    assert room.messages(name) == [], "a dry run executes nothing"


def test_what_cannot_run_is_refused_by_name(room: Room) -> None:
    client = room.aws("lambda")
    with pytest.raises(client.exceptions.InvalidParameterValueException, match="java21"):
        room.function(ECHO, Runtime="java21")
    with pytest.raises(client.exceptions.InvalidParameterValueException, match="AWS_REGION"):
        room.function(ECHO, Environment={"Variables": {"AWS_REGION": "x"}})
    with pytest.raises(client.exceptions.InvalidParameterValueException, match="Could not unzip"):
        client.create_function(
            FunctionName="broken", Role=room.role(), Runtime="python3.12", Handler="a.b", Code={"ZipFile": b"no zip"}
        )


def test_code_from_s3(room: Room) -> None:
    s3, client = room.aws("s3"), room.aws("lambda")
    s3.create_bucket(Bucket="code-of-functions")
    s3.put_object(Bucket="code-of-functions", Key="app.zip", Body=zipped({"app.py": ECHO}))
    spec = {"Role": room.role(), "Runtime": "python3.12", "Handler": "app.handler"}
    client.create_function(FunctionName="from-s3", Code={"S3Bucket": "code-of-functions", "S3Key": "app.zip"}, **spec)
    assert room.invoke("from-s3", 5).payload["event"] == 5
    with pytest.raises(client.exceptions.InvalidParameterValueException, match="NoSuchKey"):
        client.create_function(FunctionName="x", Code={"S3Bucket": "code-of-functions", "S3Key": "no"}, **spec)


def test_json_log_format_and_own_group(room: Room) -> None:
    code = "import logging\ndef handler(e, c):\n    logging.getLogger().info('hello')"
    name = room.function(code, LoggingConfig={"LogFormat": "JSON", "LogGroup": "/mine/all"})
    room.invoke(name)
    pages = room.aws("logs").filter_log_events(logGroupName="/mine/all")["events"]
    events = [json.loads(event["message"]) for event in pages]
    assert [event.get("type", event.get("message")) for event in events] == [
        "platform.initStart",
        "platform.start",
        "hello",
        "platform.report",
    ]
    assert events[3]["record"]["metrics"]["memorySizeMB"] == 256


def test_workers_end_with_their_function(room: Room) -> None:
    name = room.function("import os\ndef handler(e, c):\n    return os.getpid()")
    pid = room.invoke(name).payload
    assert lives(pid)
    room.aws("lambda").delete_function(FunctionName=name)
    eventually(lambda: not lives(pid), 5)
