"""Workers are forked from one that has read AWS's SDK; what a handler sees is what a process of its own would see."""

import sys
from collections.abc import Iterator

import psutil
import pytest

from shoplib import localaws
from tests.cloud.lambda_room import Aws, Room, eventually
from tests.cloud.load_room import is_fork_server
from tests.processes import living

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="workers are forked on Linux alone")
LOOKS_AROUND = """
import os, random, sys, uuid, time
FIRST = [random.random(), str(uuid.uuid4())]
LOADED = "boto3" in sys.modules
def handler(event, context):
    return {
        "first": FIRST, "loaded": LOADED, "argv": sys.argv, "session": os.getsid(0) == os.getpid(), "zone": time.tzname,
        "open": sorted(int(number) for number in os.listdir("/proc/self/fd")), "path": sys.path[:2],
        "variables": {name: value for name, value in os.environ.items() if "MINE" in name or "LAB_" in name},
    }
"""
READS_SDK_LATER = """
import sys
BEFORE = "boto3" in sys.modules
import queue
def handler(event, context):
    return [BEFORE, getattr(queue, "OWN", None)]
"""
WRITES_AND_ENDS = """
import os, sys
def handler(event, context):
    print("the last words", flush=True)
    os._exit(event)
"""

MODELS = """
import os
os.environ["AWS_DATA_PATH"] = os.environ["LAMBDA_TASK_ROOT"] + "/models"
import boto3
def handler(event, context):
    session = boto3.Session()
    return [name for name in session.get_available_services() if name in ("shop", "sqs")]
"""


@pytest.fixture(scope="module")
def room(aws: Aws) -> Room:
    return Room(aws)


@pytest.fixture
def server(engine: localaws.Engine, room: Room) -> psutil.Process:
    room.invoke(room.function(LOOKS_AROUND))
    return next(_servers(engine))


def _servers(engine: localaws.Engine) -> Iterator[psutil.Process]:
    return (child for child in psutil.Process(engine.pid).children() if is_fork_server(child))


def test_a_worker_is_forked_and_has_what_is_its_own(room: Room) -> None:
    first, second = [
        room.invoke(room.function(LOOKS_AROUND, Environment={"Variables": {"MINE": name}})).payload
        for name in ("a", "b")
    ]
    assert first["loaded"], "it was not forked"
    assert first["first"] != second["first"]
    assert [each["variables"]["MINE"] for each in (first, second)] == ["a", "b"]
    assert first["argv"] == ["/var/runtime/bootstrap.py"]
    assert first["session"]
    assert first["zone"] == ["UTC", "UTC"]
    assert max(first["open"]) < 12, "streams of the server were left open"


@pytest.mark.parametrize(
    "options",
    [
        {"Files": {"queue.py": "OWN = 'mine'"}},
        {"Files": {"queue/__init__.py": "OWN = 'mine'"}},
        {"Files": {"queue.py": "OWN = 'mine'"}, "Environment": {"Variables": {"PYTHONHASHSEED": "7"}}},
    ],
)
def test_a_module_of_the_functions_own_comes_before_one_that_is_read_already(
    room: Room, options: dict[str, object]
) -> None:
    assert room.invoke(room.function(READS_SDK_LATER, **options)).payload == [False, "mine"]


@pytest.mark.parametrize("variables", [{"TZ": "Asia/Kolkata"}, {"PYTHONHASHSEED": "7"}, {"LC_ALL": "C"}])
def test_what_an_interpreter_reads_when_it_starts_is_read(room: Room, variables: dict[str, str]) -> None:
    code = "import sys, time\nLOADED = 'boto3' in sys.modules\ndef handler(event, context):\n"
    code += "    return [LOADED, time.tzname[0], sys.flags.hash_randomization, hash('a')]"
    answers = [room.invoke(room.function(code, Environment={"Variables": variables})).payload for _ in range(2)]
    assert answers[0][0] is False
    assert answers[0][1] == ("IST" if "TZ" in variables else "UTC")
    assert (answers[0][3] == answers[1][3]) is ("PYTHONHASHSEED" in variables)


@pytest.mark.parametrize("folder", ["models", "elsewhere"])
def test_models_of_the_functions_own_are_found_beside_those_of_the_sdk(room: Room, folder: str) -> None:
    files = {f"{folder}/shop/2026-01-01/service-2.json": "{}"}
    expected = ["shop", "sqs"] if folder == "models" else ["sqs"]
    assert room.invoke(room.function(MODELS, Files=files)).payload == expected


def test_how_a_worker_ends_is_said(room: Room) -> None:
    answer = room.invoke(room.function(WRITES_AND_ENDS), 3)
    assert "exit status 3" in answer.payload["errorMessage"]
    assert "the last words" in answer.log


def test_when_the_server_dies_another_takes_its_place(
    engine: localaws.Engine, room: Room, server: psutil.Process
) -> None:
    name = room.function(LOOKS_AROUND)
    before = room.invoke(name).payload
    workers = server.children()
    server.kill()
    eventually(lambda: not living([server, *workers]))
    after = eventually(lambda: (answer := room.invoke(name)).error is None and answer.payload)
    assert after["first"] != before["first"]
    assert after["loaded"]
    assert next(_servers(engine)).pid != server.pid


def test_a_worker_is_named_after_its_function(engine: localaws.Engine, room: Room) -> None:
    name = room.function(LOOKS_AROUND)
    room.invoke(name)
    names = [child.name() for child in psutil.Process(engine.pid).children(recursive=True)]
    assert name[-15:] in names, "`top` shows whose it is"
