"""`shoplib invoke | logs | destroy NAME`: what was deployed, by any name that a person has for it."""

import io
import json
import os
import re
import subprocess
import sys
import threading
import zipfile
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace

import pytest

from shoplib import localaws, provision
from shoplib.provision import Target
from tests.commands import Command, assert_refused
from tests.processes import wait_until

REGION = "ap-northeast-2"
HERE = ("--region", REGION)
CODE = """
def handler(event, context):
    print("hello", event.get("name", "nobody"), ":rocket:")
    return {"hi": event["name"], "ü": True}

def other(event, context):
    print("from the other")
"""
TEMPLATE = """
Transform: AWS::Serverless-2016-10-31
Globals: {Function: {Runtime: python3.12, CodeUri: code}}
Resources:
  Hello: {Type: AWS::Serverless::Function, Properties: {Handler: app.handler}}
  Other: {Type: AWS::Serverless::Function, Properties: {Handler: app.other, FunctionName: its-own-name}}
"""


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    made = tmp_path_factory.mktemp("project") / "greetings"
    (made / "code").mkdir(parents=True)
    (made / "code" / "app.py").write_text(CODE, encoding="utf-8")
    (made / "template.yaml").write_text(TEMPLATE, encoding="utf-8")
    return made


@pytest.fixture(scope="module")
def greetings(engine: localaws.Engine, folder: Path) -> Iterator[Target]:
    """Where the template is deployed as the stack `greetings`."""
    place = provision.local(REGION)
    provision.deploy_patterns([str(folder)], place)
    yield place
    provision.destroy("greetings", place)


@pytest.fixture
def shoplib(command: Command, greetings: Target) -> Command:
    """Commands beside the session's engine."""
    return command


def event_in(path: Path, text: str) -> Path:
    path.write_text(text, encoding="utf-8")
    return path


def test_a_function_is_invoked_by_its_logical_id_or_its_name(shoplib, tmp_path):
    event = event_in(tmp_path / "event.json", '{"name": "Ada"}')
    done = shoplib("invoke", "Hello", "--event", event, *HERE)
    assert (done.code, json.loads(done.out)) == (0, {"hi": "Ada", "ü": True})
    assert "ü" in done.out
    assert shoplib("invoke", "its-own-name", *HERE).out == "null\n"
    assert shoplib("invoke", "Other", "--stack-name", "greetings", *HERE).out == "null\n"


def test_the_event_comes_from_stdin(shoplib, monkeypatch):
    monkeypatch.setattr(sys, "stdin", SimpleNamespace(buffer=io.BytesIO(b'{"name": "Bob"}'), isatty=lambda: False))
    assert shoplib("invoke", "Hello", "-e", "-", *HERE).json["hi"] == "Bob"


def test_a_function_that_fails_says_why_and_where_to_look(shoplib):
    failed = shoplib("invoke", "Hello", *HERE)
    assert (failed.code, failed.out) == (1, "")
    assert "error: Hello failed: KeyError: 'name'" in failed.err
    assert "hello nobody :rocket:" in failed.err  # the end of its log
    assert "logs Hello" in failed.err.splitlines()[-1]


def test_mistakes_are_said_before_anything_is_called(shoplib, tmp_path):
    assert_refused(shoplib("invoke", "Helo", *HERE), "function not found: Helo", "Hello")
    broken = event_in(tmp_path / "broken.json", "{")
    assert_refused(shoplib("invoke", "Hello", "--event", broken, *HERE), "is not JSON")
    assert_refused(shoplib("invoke", "Hello", "--event", tmp_path / "none.json", *HERE), "cannot be read")
    assert_refused(shoplib("logs", "Hello", "--since", "yesterday", *HERE), "--since 10m")


def test_logs_of_a_function_and_of_all_of_a_stack(shoplib, folder):
    shoplib("invoke", "Hello", *HERE)
    shoplib("invoke", "Other", *HERE)
    alone = shoplib("logs", "Hello", *HERE)
    assert "hello nobody :rocket:\n" in alone.out and "from the other" not in alone.out
    for name in ("greetings", folder):
        both = shoplib("logs", name, *HERE).out.splitlines()
        assert "Hello  hello nobody :rocket:" in both
        assert "Other  from the other" in both
    lines = [json.loads(line) for line in shoplib("logs", "Other", "--json", *HERE).out.splitlines()]
    assert {line["function"] for line in lines} == {"Other"}
    assert "from the other" in {line["text"] for line in lines}


def test_each_line_of_a_traceback_has_its_time_and_its_function(shoplib, folder):
    shoplib("invoke", "Hello", *HERE)
    lines = shoplib("logs", folder, "-t", *HERE).out.splitlines()
    assert any("KeyError" in line for line in lines)
    assert [line for line in lines if not re.match(r"20\d\d-\d\d-\d\dT[\d:]{8}\.\d{3}Z  (Hello|Other)  ", line)] == []


def test_a_query_over_the_logs_of_functions(shoplib, folder):
    shoplib("invoke", "Other", *HERE)
    query = "filter @message like /from the other/ | stats count(*) as lines"
    (row,) = [json.loads(line) for line in shoplib("logs", folder, "-q", query, "--json", *HERE).out.splitlines()]
    assert int(row["lines"]) >= 1
    table = shoplib("logs", "Other", "--query", f"{query} by @logStream", *HERE).out.splitlines()
    assert table[0].split() == ["@logStream", "lines"] and table[1].split()[-1] >= "1"
    assert shoplib("logs", "Other", "-q", "filter @message = 'none'", *HERE).out == "Nothing matches.\n"
    assert_refused(shoplib("logs", "Other", "-q", "count lines", *HERE), "unexpected symbol found count")
    assert_refused(shoplib("logs", "Other", "-f", "-q", query, *HERE), "leave one of them out")


def test_where_no_pattern_is_deployed_pictures_show_the_stacks_that_are(shoplib, tmp_path):
    for which in ("--live", "--deployed"):
        drawn = shoplib("diagrams", which, "--out", tmp_path, "--format", "svg", *HERE)
        assert drawn.code == 0, drawn.err
    assert "greetings" in (tmp_path / "live.svg").read_text() and "Hello" in (tmp_path / "deployed.svg").read_text()
    assert_refused(shoplib("journey", *HERE), "nothing selected to follow", "pass an order id")
    assert_refused(shoplib("journey", "no-such-text", *HERE), "recorded calls mentions no-such-text")


def test_logs_are_followed(shoplib, greetings, tmp_path):
    command = [sys.executable, "-m", "shoplib", "logs", "-f", "Hello", "--endpoint-url", greetings.endpoint_url, *HERE]
    environment = os.environ | {"PYTHONUTF8": "1", **keys_of(greetings)}
    with subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, text=True) as following:
        lines: list[str] = []
        threading.Thread(target=lambda: lines.extend(following.stdout), daemon=True).start()
        try:
            for name in ("Cy", "Di"):
                shoplib("invoke", "Hello", "-e", event_in(tmp_path / "event.json", json.dumps({"name": name})), *HERE)
                wait_until(lambda line=f"hello {name} :rocket:\n": line in lines, f"the line of {name}", 30)
        finally:
            following.terminate()
        assert following.wait(20) == 130
    assert lines.count("hello Cy :rocket:\n") == 1


def keys_of(target: Target) -> dict[str, str]:
    keys = target.session.get_credentials()
    return {"SHOPLIB_KEY_ID": keys.access_key, "SHOPLIB_SECRET": keys.secret_key}


def test_a_name_that_two_stacks_have_is_asked_for_and_a_stack_goes_by_its_name(shoplib, folder):
    copy = folder.parent / "twice" / "template.yaml"
    copy.parent.mkdir()
    text = TEMPLATE.replace(", FunctionName: its-own-name", "").replace("CodeUri: code", "CodeUri: ../greetings/code")
    copy.write_text(text, encoding="utf-8")
    assert shoplib("deploy", copy, *HERE).code == 0
    assert_refused(shoplib("invoke", "Other", *HERE), "Other is in greetings and twice", "--stack-name")
    assert shoplib("invoke", "Other", "--stack-name", "twice", *HERE).code == 0
    assert_refused(shoplib("destroy", "twice", "gone", *HERE), "not found: gone", "greetings", "twice")
    assert shoplib("destroy", "twice", *HERE).out == "twice is gone\n"


def test_a_function_that_no_stack_has_is_found_by_its_name(shoplib, greetings):
    there = greetings.client("lambda")
    copied = there.get_function(FunctionName="its-own-name")["Configuration"]
    archive = io.BytesIO()
    with zipfile.ZipFile(archive, "w") as file:
        file.writestr("app.py", CODE)
    made = {name: copied[name] for name in ("Runtime", "Role", "Handler")}
    there.create_function(FunctionName="by-hand", Code={"ZipFile": archive.getvalue()}, **made)
    there.get_waiter("function_active_v2").wait(FunctionName="by-hand")
    assert "no log lines of by-hand" in shoplib("logs", "by-hand", *HERE).err
    assert shoplib("invoke", "by-hand", *HERE).out == "null\n"
    assert "from the other" in shoplib("logs", "by-hand", *HERE).out
    there.delete_function(FunctionName="by-hand")


def test_nothing_runs_nothing_is_started(command: Command, tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("SHOPLIB_STATE_DIR", str(tmp_path / "nobody"))
    for words in (("logs", "Hello"), ("invoke", "Hello"), ("report",), ("compact",), ("journey", "x")):
        assert_refused(command(*words), "the local AWS is not running", "demo --keep")
    assert command("status").code == 1
