"""What a handler sees of the user and of the engine: nothing that is not its own, where the system can do it."""

import json
import os
import platform
import re
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import psutil
import pytest

from shoplib import localaws
from shoplib.localaws.functions.worker.confinement import landlock_version
from tests.cloud.lambda_room import Room

VERSION = landlock_version()
LOOKS = """
import os, resource, signal, subprocess, sys
def tried(look):
    try:
        return look()
    except OSError as error:
        return type(error).__name__
def handler(event, context):
    engine, home, state = event["engine"], event["home"], event["state"]
    return {
        "environ": tried(lambda: open(f"/proc/{engine}/environ").read()),
        "command": tried(lambda: open(f"/proc/{engine}/cmdline").read()),
        "memory": tried(lambda: open(f"/proc/{engine}/mem", "rb").read(1)),
        "home": tried(lambda: os.listdir(home)),
        "key": tried(lambda: open(f"{state}/engine.json").read()),
        "signal": tried(lambda: os.kill(engine, 0)),
        "self": "PATH" in open("/proc/self/environ").read(),
        "privileges": [line for line in open("/proc/self/status") if line.startswith("NoNewPrivs")][0].split()[1],
        "files": resource.getrlimit(resource.RLIMIT_NOFILE),
        "cores": resource.getrlimit(resource.RLIMIT_CORE),
        "session": os.getsid(0) == os.getpid(),
        "child": subprocess.run([sys.executable, "-c", "print(1)"], capture_output=True, text=True).stdout.strip(),
        "write": open("/tmp/mine", "w").write("x") and os.rename("/tmp/mine", "/tmp/yours"),
        "variables": sorted(os.environ),
    }
"""


@pytest.fixture(scope="module")
def seen(engine: localaws.Engine, aws: Callable[..., Any]) -> dict[str, Any]:
    event = {"engine": engine.pid, "home": str(Path.home()), "state": os.environ["SHOPLIB_STATE_DIR"]}
    function = Room(aws).function(LOOKS)
    return json.loads(aws("lambda").invoke(FunctionName=function, Payload=json.dumps(event))["Payload"].read())


@pytest.mark.skipif(VERSION < 1, reason="this system has no Landlock; `shoplib doctor` says so")
@pytest.mark.parametrize("what", ["environ", "command", "memory", "home", "key"])
def test_a_handler_sees_nothing_of_the_engine_and_the_users_home(seen: dict[str, Any], what: str) -> None:
    assert seen[what] in ("PermissionError", "FileNotFoundError")


@pytest.mark.skipif(VERSION < 6, reason="this system's Landlock does not forbid signals; `shoplib doctor` says so")
def test_a_handler_cannot_end_the_engine(seen: dict[str, Any]) -> None:
    assert seen["signal"] == "PermissionError"


@pytest.mark.skipif(sys.platform != "linux", reason="limits of Linux")
def test_a_handler_has_limits_and_a_life_of_its_own(seen: dict[str, Any]) -> None:
    assert (seen["self"], seen["privileges"], seen["session"]) == (True, "1", True)
    assert (seen["files"], seen["cores"]) == ([1024, 1024], [0, 0])
    assert (seen["child"], seen["write"]) == ("1", None)
    assert not [name for name in seen["variables"] if name.startswith("LAB_")]


WRITES = """
import os, helper
def tried(path):
    try:
        return open(path, "w").write("x")
    except OSError as error:
        return error.strerror
def handler(event, context):
    elsewhere = [f"{os.path.dirname(os.path.dirname(os.getcwd()))}/x", f"{os.environ['LAMBDA_TASK_ROOT']}/x", "x"]
    return {
        "elsewhere": {tried(path) for path in elsewhere} == {"Read-only file system"},
        "tmp": tried("/tmp/x"),
        "nothing": tried("/dev/null"),
        "compiled": os.path.exists(helper.__cached__),
        "files": sorted(os.listdir(".")),
    }
"""
LINUX = tuple(map(int, re.findall(r"\d+", platform.release())[:2]))


@pytest.mark.skipif(sys.platform != "linux" or LINUX < (5, 12), reason="this system has no read-only tree of mounts")
def test_a_handler_writes_into_tmp_alone(aws: Callable[..., Any]) -> None:
    room = Room(aws)
    answer = room.invoke(room.function(WRITES, Files={"helper.py": "A = 1"})).payload
    assert answer == {"elsewhere": True, "tmp": 1, "nothing": 1, "compiled": True, "files": ["app.py", "helper.py"]}


SYSTEM_PYTHON = shutil.which("python3", path="/usr/bin")
ADDRESS = "import os\ndef handler(event, context):\n    return os.environ['AWS_LAMBDA_RUNTIME_API']"
# Asks for the function's next event, as its bootstrap does.
ANOTHER_USER = """
import socket, sys
host, port = sys.argv[1].split(":")
with socket.create_connection((host, int(port)), timeout=20) as connection:
    try:
        connection.sendall(b"GET /2018-06-01/runtime/invocation/next HTTP/1.1\\r\\nHost: x\\r\\n\\r\\n")
        print("asked", flush=True)
        print(connection.recv(65536))
    except ConnectionError:
        print("refused")
"""


@pytest.mark.skipif(
    sys.platform != "linux" or os.geteuid() != 0 or SYSTEM_PYTHON is None, reason="only root can be another user"
)
def test_another_user_gets_no_event_of_a_function(aws: Callable[..., Any]) -> None:
    room = Room(aws)
    function = room.function(ADDRESS)
    address = room.invoke(function).payload
    command = [str(SYSTEM_PYTHON), "-c", ANOTHER_USER, address]
    with subprocess.Popen(
        command, user=65534, group=65534, extra_groups=[], cwd="/", stdout=subprocess.PIPE, text=True
    ) as other:
        assert other.stdout.readline() == "asked\n"
        assert [room.invoke(function).payload for _ in range(3)] == [address] * 3
        assert other.stdout.read().strip() in ("refused", "b''")


@pytest.mark.skipif(not Path("/proc/self/environ").exists(), reason="only /proc shows variables")
@pytest.mark.parametrize(
    "command", [["up", "--json"], ["serve", "--json", "--key-id", "mine", "--secret", "very-secret"]]
)
def test_an_engine_starts_without_the_users_keys(tmp_path: Path, command: list[str]) -> None:
    exported = {"AWS_SECRET_ACCESS_KEY": "aws-secret", "GITHUB_TOKEN": "github-secret", "MY_OWN": "own-secret"}
    environment = {**os.environ, **exported, "SHOPLIB_STATE_DIR": str(tmp_path)}
    run = [sys.executable, "-m", "shoplib"]
    with subprocess.Popen([*run, *command], env=environment, stdout=subprocess.PIPE, text=True) as process:
        pid = json.loads(process.stdout.readline())["pid"]
        began = Path(f"/proc/{pid}/environ").read_text() + " ".join(psutil.Process(pid).cmdline())
        process.terminate() if command[0] == "serve" else process.wait()
    subprocess.run([*run, "down"], env=environment, check=True, capture_output=True)
    assert "PATH=" in began
    assert not [secret for secret in (*exported, *exported.values()) if secret in began]
    assert "very-secret" not in " ".join(part for part in began.split("\0") if not part.startswith("SHOPLIB_SECRET="))
