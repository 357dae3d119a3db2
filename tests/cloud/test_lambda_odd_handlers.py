"""Handlers that do what no manual shows: their environment may suffer, other invocations may not."""

import os
import sys

import pytest

from tests.cloud.lambda_room import Aws, Room, eventually
from tests.processes import lives

CALLS_THE_RUNTIME_API = """
import os, urllib.error, urllib.request
def handler(event, context):
    call = f"http://{os.environ['AWS_LAMBDA_RUNTIME_API']}/{event}"
    try:
        return urllib.request.urlopen(urllib.request.Request(call, data=b"{}"), timeout=3).status
    except urllib.error.HTTPError as refused:
        return refused.code
"""
FILLS_TMP = """
import os
def handler(event, context):
    if "TMPDIR" in os.environ:
        return None
    before = sorted(os.listdir("/tmp"))
    try:
        with open("/tmp/file", "ab") as file:
            file.write(bytes(event * 1024 * 1024))
    except OSError as error:
        return [before, error.strerror]
    return [before, os.path.getsize("/tmp/file")]
"""
STARTS_A_CHILD = """
import subprocess, sys
def handler(event, context):
    return subprocess.run([sys.executable, "-c", event], start_new_session=True).returncode
"""
LEAVES_A_CHILD = """
import subprocess
def handler(event, context):
    return subprocess.Popen(["sleep", "60"], start_new_session=True).pid
"""
LEAVES_AN_ORPHAN = """
import os, subprocess, sys
START = "import subprocess; print(subprocess.Popen(['sleep', '600'], stdout=2, start_new_session=True).pid)"
def handler(event, context):
    if event == "crash":
        os._exit(1)
    parent = subprocess.run([sys.executable, "-c", START], stdout=subprocess.PIPE, start_new_session=True)
    return int(parent.stdout)
"""
FORKS = """
import os
def handler(event, context):
    if event == "fork":
        os.fork()
    return event
"""


@pytest.fixture(scope="module")
def room(aws: Aws) -> Room:
    return Room(aws)


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("2018-06-01/runtime/nonsense", 404),
        ("2020-01-01/extension/register", 404),
        ("2018-06-01/runtime/invocation/not-mine/response", 400),
    ],
)
def test_own_calls_to_the_runtime_api_are_refused_and_disturb_nothing(room: Room, path: str, status: int) -> None:
    answer = room.invoke(room.function(CALLS_THE_RUNTIME_API), path)
    assert (answer.error, answer.payload) == (None, status)


@pytest.mark.skipif(not hasattr(os, "fork"), reason="this system cannot fork")
def test_after_a_fork_that_answers_as_well_the_function_works_again(room: Room) -> None:
    """Both processes write into one connection, so the answers near the fork may be torn, as they may on AWS."""
    functions, name = room.aws("lambda"), room.function(FORKS, Timeout=1)
    for event in (b'"fork"', b"1", b"2", b"3"):
        assert functions.invoke(FunctionName=name, Payload=event)["StatusCode"] == 200
    eventually(lambda: functions.invoke(FunctionName=name, Payload=b"4")["Payload"].read() == b"4")


def test_tmp_is_empty_private_kept_while_warm_and_limited(room: Room) -> None:
    first, second = (room.function(FILLS_TMP, Timeout=60) for _ in range(2))
    one = 1024 * 1024
    answer = room.invoke(first, 1).payload
    if answer is None:
        pytest.skip("this system gives no process a /tmp of its own")
    there = answer[0]  # nothing, but where the lab itself is installed below /tmp
    assert (answer[1], "file" in there, len(there) <= 1) == (one, False, True)
    assert room.invoke(first, 1).payload == [sorted([*there, "file"]), 2 * one]
    assert room.invoke(second, 1).payload == [there, one]
    assert room.invoke(first, 520).payload == [sorted([*there, "file"]), "No space left on device"]


def test_memory_of_children_counts(room: Room) -> None:
    function = room.function(STARTS_A_CHILD, MemorySize=192)
    answer = room.invoke(function, "import time; kept = b'x' * (400 << 20); time.sleep(5)")
    assert answer.payload["errorType"] == "Runtime.OutOfMemory"
    assert "Max Memory Used: 192 MB" in answer.log


def test_reported_memory_is_at_least_what_an_interpreter_takes(room: Room) -> None:
    log = room.invoke(room.function("def handler(event, context):\n    return 1")).log
    assert 8 < int(log.partition("Max Memory Used: ")[2].split()[0]) < 100


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux gives a process the children of its children")
def test_orphans_end_with_their_environment(room: Room) -> None:
    function, client = room.function(LEAVES_AN_ORPHAN), room.aws("lambda")
    first = room.invoke(function).payload
    client.update_function_configuration(FunctionName=function, Description="new environments")
    second = room.invoke(function).payload
    eventually(lambda: not lives(first))
    assert lives(second)
    room.invoke(function, "crash")
    eventually(lambda: not lives(second))


def test_children_end_with_their_environment(room: Room) -> None:
    function, client = room.function(LEAVES_A_CHILD), room.aws("lambda")
    child = room.invoke(function).payload
    assert lives(child)
    client.update_function_configuration(FunctionName=function, Description="new environments")
    room.invoke(function)
    eventually(lambda: not lives(child))
