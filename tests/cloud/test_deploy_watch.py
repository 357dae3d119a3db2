"""`shoplib deploy --watch` as a process: a save is live at once, a mistake is told and the old code stays."""

import json
import os
import queue
import signal
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from shoplib import localaws
from tests.processes import deaf_to_interrupts

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="Windows cannot send Ctrl-C or SIGTERM to a child")
REGION = "eu-north-1"
NAME = "watched"
LIMIT_SECONDS = 60
TEMPLATE = """
Transform: AWS::Serverless-2016-10-31
Globals:
  Function: {Runtime: python3.12, Handler: app.handler, Timeout: 10}
Resources:
  Hello: {Type: AWS::Serverless::Function, Properties: {FunctionName: watched-hello, CodeUri: hello}}
  Other: {Type: AWS::Serverless::Function, Properties: {FunctionName: watched-other, CodeUri: other}}
  Published:
    Type: AWS::Serverless::Function
    Properties: {FunctionName: watched-published, CodeUri: published, AutoPublishAlias: live}
"""
MORE = "  Mail: {Type: AWS::SQS::Queue}\nOutputs: {Url: {Value: !Ref Mail}}\n"


def code(answer: str) -> str:
    return f"def handler(event, context):\n    return {answer!r}\n"


class Watch:
    """The running command; its events are read as they come."""

    def __init__(self, process: subprocess.Popen[str], command: list[str]) -> None:
        self.process, self.command = process, command
        self.events: queue.Queue[dict[str, Any]] = queue.Queue()
        threading.Thread(target=self._read, daemon=True).start()

    def _read(self) -> None:
        assert self.process.stdout
        for line in self.process.stdout:
            self.events.put(json.loads(line))

    def next(self) -> dict[str, Any]:
        return self.events.get(timeout=LIMIT_SECONDS)


@pytest.fixture
def project(tmp_path: Path) -> Path:
    for name in ("hello", "other", "published"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "app.py").write_text(code("one"), encoding="utf-8")
    (tmp_path / "template.yaml").write_text(TEMPLATE, encoding="utf-8")
    return tmp_path


@pytest.fixture
def watch(project: Path, engine: localaws.Engine) -> Iterator[Callable[[], Watch]]:
    started: list[Watch] = []
    command = [sys.executable, "-m", "shoplib", "deploy", "template.yaml", "--watch", "--json", "--region", REGION]
    command += ["--stack-name", NAME, "--endpoint-url", engine.url]

    def run(*, deaf: bool = False) -> Watch:
        process = subprocess.Popen(
            deaf_to_interrupts(command) if deaf else command,
            cwd=project,
            env=os.environ | {"PYTHONUTF8": "1"},
            stdout=subprocess.PIPE,
            encoding="utf-8",
            stdin=subprocess.DEVNULL,
        )
        started.append(Watch(process, command))
        return started[-1]

    yield run
    for each in started:
        with each.process as process:
            process.kill()


@pytest.fixture
def ask(aws: Callable[..., Any]) -> Iterator[Callable[..., Any]]:
    functions = aws("lambda", region_name=REGION)

    def invoke(function: str, **options: str) -> Any:
        return json.load(functions.invoke(FunctionName=f"watched-{function}", **options)["Payload"])

    yield invoke
    aws("cloudformation", region_name=REGION).delete_stack(StackName=NAME)


def begun(watch: Watch) -> None:
    assert watch.next()["event"] == "deployed"
    assert watch.next()["event"] == "watching"


def ended(watch: Watch, by: signal.Signals = signal.SIGINT) -> dict[str, Any]:
    watch.process.send_signal(by)
    assert watch.process.wait(LIMIT_SECONDS) == 0
    return watch.next()


def save(path: Path, text: str) -> None:
    """As editors do: a file beside it takes its place."""
    beside = path.with_name(f".{path.name}.tmp")
    beside.write_text(text, encoding="utf-8")
    beside.replace(path)


def test_saved_code_is_live_and_a_mistake_leaves_the_old(project, watch, ask):
    running = watch()
    begun(running)
    app = project / "hello" / "app.py"
    assert ask("hello") == "one"

    app.write_text(code("two"), encoding="utf-8")
    told = running.next()
    assert (told["event"], told["stack"], told["resources"]) == ("code", NAME, ["Hello"])
    assert 0 < told["seconds"] < 10
    assert (ask("hello"), ask("other")) == ("two", "one")

    save(app, "def handler(event, context):\n    return (\n")
    refused = running.next()
    assert refused["event"] == "refused"
    assert refused["message"].startswith(f"{app.resolve()}:2: ")
    assert ask("hello") == "two"

    save(app, code("two"))
    assert running.next()["event"] == "current"

    app.rename(app.with_name("moved.py"))
    assert "needs app.py" in running.next()["message"]
    assert ask("hello") == "two"
    app.with_name("moved.py").rename(app)
    assert running.next()["event"] == "current"

    for number in range(20):  # a burst is one update, of the last
        save(app, code(f"burst {number}"))
    save(project / "other" / "app.py", code("burst"))
    seen = [running.next()]
    while "Other" not in seen[-1]["resources"]:
        seen.append(running.next())
    assert len(seen) <= 3
    assert (ask("hello"), ask("other")) == ("burst 19", "burst")

    failing = "def handler(event, context):\n    return 1 / 0\n"
    for text, why in (
        (f"import not_there\n{failing}", "No module named 'not_there'"),
        ("", "Handler 'handler' missing on module 'app'"),
        (failing, "ZeroDivisionError"),
    ):
        save(app, text)
        assert running.next()["event"] == "code"
        ask("hello")
        failed = running.next()
        assert (failed["event"], failed["resources"], failed["stack"]) == ("failed", ["Hello"], NAME)
        assert why in failed["message"] and not failed["message"].endswith("Traceback (most recent call last):")
    assert ended(running) == {"event": "stopped"}


def test_a_watch_ends_with_its_stack(watch, ask, aws, capfd):
    running = watch()
    begun(running)
    aws("cloudformation", region_name=REGION).delete_stack(StackName=NAME)
    assert running.process.wait(LIMIT_SECONDS) == 1
    assert f"error: {NAME} was destroyed" in capfd.readouterr().err


def test_what_cloudformation_must_do_is_deployed_again(project, watch, ask, aws):
    running = watch(deaf=True)
    begun(running)
    template = project / "template.yaml"

    save(template, TEMPLATE + MORE)
    told = running.next()
    assert (told["event"], told["resources"]) == ("stack", ["Mail", "Outputs"])
    urls = aws("sqs", region_name=REGION).list_queues(QueueNamePrefix=f"{NAME}-Mail")["QueueUrls"]
    assert running.next() == {"event": "outputs", "stack": NAME, "outputs": {"Url": urls[0]}}

    save(template, TEMPLATE + "  Bad: {Type: [\n")
    refused = running.next()
    assert (refused["event"], "template.yaml:" in refused["message"]) == ("refused", True)
    save(template, TEMPLATE + MORE)
    assert running.next()["event"] == "current"

    # The alias calls a published version, so that new code alone would change nothing for its callers.
    save(project / "published" / "app.py", code("two"))
    assert running.next()["event"] == "stack"
    assert ask("published", Qualifier="live") == "two"

    save(project / "hello" / "app.py", code("two"))
    assert running.next()["event"] == "code"
    assert ended(running, by=signal.SIGTERM) == {"event": "stopped"}

    # The stack still says "one" for it, and so do the files now: the next watch, or deployment, brings it back to that.
    save(project / "hello" / "app.py", code("one"))
    again = watch()
    assert again.next()["event"] == "deployed"
    assert again.next() == {"event": "code", "stack": NAME, "resources": ["Hello"]}
    assert ask("hello") == "one"
    assert again.next()["event"] == "watching"
    save(project / "hello" / "app.py", code("two"))
    assert again.next()["event"] == "code"
    ended(again)
    save(project / "hello" / "app.py", code("one"))
    command = [part for part in again.command if part != "--watch"]
    done = subprocess.run(
        command, cwd=project, capture_output=True, encoding="utf-8", timeout=LIMIT_SECONDS, check=True
    )
    assert "note: Hello: ran code of an earlier --watch" in done.stderr
    assert ask("hello") == "one"
