"""The engine process: one for all, alive as long as somebody needs it, and nothing left behind."""

import io
import json
import os
import signal
import socket
import subprocess
import sys
import urllib.request
import zipfile
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path

import boto3
import psutil
import pytest

from shoplib import localaws
from shoplib.errors import LabError
from tests.cloud.roles import role
from tests.processes import deaf_to_interrupts, lives, under_a_parent_that_never_reaps, wait_until

HOLD = "import sys; from shoplib import localaws; print(localaws.start().pid, flush=True); sys.stdin.read()"


@pytest.fixture
def own_state(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A state directory of its own, without an engine before and after."""
    state = tmp_path / "state"
    monkeypatch.setenv("SHOPLIB_STATE_DIR", str(state))
    yield state
    localaws.down()


def holder(**options: object) -> subprocess.Popen[str]:
    """Another user process: starts the engine, says its pid, and holds its lease until its stdin closes."""
    return subprocess.Popen(
        [sys.executable, "-c", HOLD], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, **options
    )


def health(engine: localaws.Engine) -> dict[str, object]:
    with urllib.request.urlopen(f"{engine.url}/_aws/health", timeout=10) as answer:
        return json.loads(answer.read())


def test_start_joins_and_down_ends(own_state: Path) -> None:
    assert localaws.status() is None
    engine = localaws.start()
    assert localaws.start() == engine == localaws.status()
    assert health(engine)["status"] == "ok"
    assert not engine.pinned
    assert localaws.down()
    assert not lives(engine.pid)
    assert localaws.status() is None
    assert not localaws.down()


def test_ten_processes_at_once_start_one_engine(own_state: Path) -> None:
    holders = [holder() for _ in range(10)]
    try:
        pids = {int(process.stdout.readline()) for process in holders}
        assert len(pids) == 1
    finally:
        for process in holders:
            process.communicate()


def test_the_engine_ends_after_its_last_user_was_killed(own_state: Path) -> None:
    first, second = holder(), holder()
    pid = int(first.stdout.readline())
    assert int(second.stdout.readline()) == pid
    first.kill()
    first.communicate()
    second.kill()
    second.communicate()
    assert lives(pid)
    wait_until(lambda: not lives(pid), "the engine ends by itself", 30)
    assert not (own_state / "engine.json").exists()


def test_a_pinned_engine_outlives_its_users(own_state: Path) -> None:
    code = "from shoplib import localaws; print(localaws.up().pid)"
    command = [sys.executable, "-W", "error", "-c", code]
    run = subprocess.run(command, capture_output=True, text=True, check=True, timeout=120)
    pid = int(run.stdout)
    assert run.stderr == ""
    engine = localaws.status()
    assert engine and engine.pid == pid and engine.pinned
    assert localaws.down()
    assert not lives(pid)


def test_a_killed_engine_is_replaced(own_state: Path) -> None:
    first = localaws.start()
    os.kill(first.pid, signal.SIGKILL)
    wait_until(lambda: not lives(first.pid), "the killed engine is gone", 10)
    assert localaws.status() is None
    second = localaws.start()
    assert second.pid != first.pid
    assert health(second)["pid"] == second.pid


WORKERS = """
def handler(event, context):
    import os, socket, time
    with socket.create_connection(("127.0.0.1", event["port"])) as test:
        test.sendall(str(os.getpid()).encode())
    time.sleep(event["sleep"])
"""


def function(engine: localaws.Engine) -> Callable[..., object]:
    """Invokes a function of this engine that tells a port its process id and then sleeps."""
    session = boto3.Session(engine.key_id, engine.secret, region_name=engine.region)
    body = io.BytesIO()
    with zipfile.ZipFile(body, "w") as archive:
        archive.writestr("app.py", WORKERS)
    aws = partial(session.client, endpoint_url=engine.url)
    lambdas = aws("lambda")
    code = {"ZipFile": body.getvalue()}
    lambdas.create_function(
        FunctionName="worker",
        Runtime="python3.12",
        Handler="app.handler",
        Role=role(aws, "worker"),
        Code=code,
        Timeout=60,
    )
    return partial(lambdas.invoke, FunctionName="worker", InvocationType="Event")


@pytest.mark.parametrize("ending", ["killed", "stopped"])
def test_the_end_of_the_engine_ends_its_busy_and_idle_workers(own_state: Path, ending: str) -> None:
    engine = localaws.start()
    invoke = function(engine)
    with socket.create_server(("127.0.0.1", 0)) as server:
        server.settimeout(60)
        workers = {said_by_a_worker(server, invoke, seconds) for seconds in (0, 50)}
    if ending == "killed":
        os.kill(engine.pid, signal.SIGKILL)
    else:
        localaws.down()
    wait_until(lambda: all(not lives(pid) for pid in workers), "the workers end with their engine", 15)


def said_by_a_worker(server: socket.socket, invoke: Callable[..., object], seconds: int) -> int:
    """The process id of the one that runs a function for so long."""
    invoke(Payload=json.dumps({"port": server.getsockname()[1], "sleep": seconds}))
    with server.accept()[0] as connection:
        return int(connection.makefile().read())


def test_the_commands(own_state: Path) -> None:
    def run(*arguments: str) -> tuple[int, str]:
        command = [sys.executable, "-m", "shoplib", *arguments]
        done = subprocess.run(command, capture_output=True, text=True, timeout=120, check=False)
        return done.returncode, done.stdout.strip()

    assert run("status", "--json") == (1, "null")
    code, text = run("up", "--json")
    engine = json.loads(text)
    assert (code, engine["pinned"], json.loads(run("status", "--json")[1])) == (0, True, engine)
    assert engine["url"] in run("status")[1]
    assert run("down", "--json") == (0, '{"stopped": true}')
    assert run("down") == (0, "nothing was running")
    assert not lives(engine["pid"])


def test_who_stops_an_engine_in_use_is_told_what_its_users_do_next(own_state: Path) -> None:
    localaws.start()
    command = [sys.executable, "-m", "shoplib", "down"]
    done = subprocess.run(command, capture_output=True, text=True, timeout=120, check=True)
    assert (done.stdout, "run the first cell again" in done.stderr) == ("stopped\n", True)
    assert localaws.users() == 0


def test_a_dead_engine_that_nobody_reaps_is_gone(own_state: Path) -> None:
    """As in a container without an init."""
    command = under_a_parent_that_never_reaps([sys.executable, "-m", "shoplib", "up"])
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True) as adoptive:
        try:
            assert "ended 0\n" in adoptive.stdout
            engine = localaws.status()
            assert localaws.down()
            assert psutil.Process(engine.pid).ppid() == adoptive.pid
            assert psutil.Process(engine.pid).status() == psutil.STATUS_ZOMBIE
            assert localaws.status() is localaws.stale() is None
            again = localaws.start()
            assert health(again)["pid"] != engine.pid
        finally:
            adoptive.kill()


def test_whoever_leaves_an_engine_as_the_last_one_ends_it(own_state: Path) -> None:
    engine = localaws.start()
    with holder() as other:
        assert int(other.stdout.readline()) == engine.pid
        localaws.leave()
        assert localaws.status()
        assert localaws.start().pid == engine.pid
        other.communicate()
    localaws.leave()
    assert not lives(engine.pid)
    assert localaws.status() is None
    localaws.leave()


def test_whoever_leaves_a_pinned_engine_lets_it_be(own_state: Path) -> None:
    engine = localaws.up()
    localaws.leave()
    assert localaws.status() == engine


def test_a_starter_does_not_wait_for_the_engine_to_close_its_output(own_state: Path) -> None:
    code = "from shoplib import localaws; localaws.up()"
    subprocess.run([sys.executable, "-c", code], capture_output=True, check=True, timeout=60)


def test_the_users_aws_settings_do_not_reach_the_engine(own_state: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_PROFILE", "does-not-exist")
    monkeypatch.setenv("AWS_CA_BUNDLE", "/does/not/exist.pem")
    monkeypatch.setenv("AWS_ENDPOINT_URL", "http://127.0.0.1:9")
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:9")
    monkeypatch.setenv("HTTPS_PROXY", "http://127.0.0.1:9")
    engine = localaws.start()
    for name in ("AWS_PROFILE", "AWS_CA_BUNDLE", "AWS_ENDPOINT_URL", "HTTP_PROXY", "HTTPS_PROXY"):
        monkeypatch.delenv(name)
    assert health(engine)["status"] == "ok"


def test_an_unwritable_state_directory_is_said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "file").write_text("not a directory")
    monkeypatch.setenv("SHOPLIB_STATE_DIR", str(tmp_path / "file" / "state"))
    with pytest.raises(LabError, match="cannot write to the state directory"):
        localaws.start()


def test_an_engine_that_cannot_start_shows_its_log(own_state: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    stub = own_state.parent / "stub"
    stub.mkdir()
    (stub / "cheroot.py").write_text("raise RuntimeError('broken on purpose')")
    monkeypatch.setenv("PYTHONPATH", str(stub))
    with pytest.raises(LabError, match="broken on purpose"):
        localaws.start()


def test_a_port_in_use_is_said() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        command = [sys.executable, "-m", "shoplib", "serve", "--port", str(port)]
        run = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
    assert run.returncode == 1
    assert f"port {port} of 127.0.0.1 is already in use" in run.stderr
    assert "Traceback" not in run.stderr


def test_serve_runs_until_it_is_told_to_end() -> None:
    command = [sys.executable, "-m", "shoplib", "serve", "--json"]
    with subprocess.Popen(deaf_to_interrupts(command), stdout=subprocess.PIPE, text=True) as process:
        url = json.loads(process.stdout.readline())["url"]
        with urllib.request.urlopen(f"{url}/_aws/health", timeout=10) as answer:
            assert json.loads(answer.read())["pid"] == process.pid
        process.terminate()
        assert process.wait(20) == 0
