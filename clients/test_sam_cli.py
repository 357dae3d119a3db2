"""SAM CLI: build, deploy, list, invoke, logs, test events, sync with hot changes, delete."""

import json
import os
import signal
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
import requests

from clients.conftest import LIMIT_SECONDS, Run

TEMPLATE = """
Transform: AWS::Serverless-2016-10-31
Resources:
  Hello:
    Type: AWS::Serverless::Function
    Properties:
      Runtime: python3.11
      Handler: app.handler
      CodeUri: hello/
      Events:
        Rest: {Type: Api, Properties: {Path: /hello, Method: get}}
        Http: {Type: HttpApi, Properties: {Path: /hello, Method: get}}
Outputs:
  Rest: {Value: !Sub "https://${ServerlessRestApi}.execute-api.${AWS::Region}.amazonaws.com/Prod/hello"}
  Http: {Value: !Sub "https://${ServerlessHttpApi}.execute-api.${AWS::Region}.amazonaws.com/hello"}
"""
CODE = "def handler(event, context):\n    print('called')\n    return {'statusCode': 200, 'body': 'hello from sam'}\n"
SYNC = ("--no-dependency-layer", "--capabilities", "CAPABILITY_IAM", "CAPABILITY_AUTO_EXPAND")


@pytest.fixture
def program(python_tool: Callable[[str, str], str], tmp_path: Path) -> str:
    (tmp_path / "hello").mkdir()
    (tmp_path / "hello" / "app.py").write_text(CODE, encoding="utf-8")
    (tmp_path / "hello" / "requirements.txt").write_text("", encoding="utf-8")
    (tmp_path / "template.yaml").write_text(TEMPLATE, encoding="utf-8")
    return python_tool("sam", "aws-sam-cli")


@pytest.fixture
def sam(run: Run, program: str) -> Run:
    return lambda *words: run(program, *words)


def outputs(sam: Run, *stack: str) -> dict[str, str]:
    listed = json.loads(sam("list", "stack-outputs", *stack, "--output", "json"))
    return {each["OutputKey"]: each["OutputValue"] for each in listed}


def test_an_application_from_build_to_delete(sam: Run, aws: Callable[[str], Any]) -> None:
    stack = ("--stack-name", "sam-app", "--region", "us-east-1")
    sam("build")
    sam("deploy", *stack, "--resolve-s3", "--capabilities", "CAPABILITY_IAM", "--no-confirm-changeset")
    addresses = outputs(sam, *stack)
    for name in ("Rest", "Http"):
        assert requests.get(addresses[name], timeout=20).text == "hello from sam"
    answer = sam("remote", "invoke", "Hello", *stack, "--event", "{}")
    assert "hello from sam" in answer
    assert "called" in sam("logs", *stack, "--name", "Hello")
    assert "Hello" in sam("list", "resources", *stack, "--output", "json")
    endpoints = json.loads(sam("list", "endpoints", *stack, "--output", "json"))
    assert {"Hello", "ServerlessRestApi", "ServerlessHttpApi"} <= {each["LogicalResourceId"] for each in endpoints}
    sam("deploy", *stack, "--resolve-s3", "--capabilities", "CAPABILITY_IAM", "--no-fail-on-empty-changeset")
    sam("delete", *stack, "--no-prompts")
    names = {each["StackName"] for each in aws("cloudformation").describe_stacks()["Stacks"]}
    assert "sam-app" not in names


def test_a_test_event_is_kept_and_invoked(sam: Run, tmp_path: Path) -> None:
    stack = ("--stack-name", "sam-events", "--region", "us-east-1")
    sam("build")
    sam("deploy", *stack, "--resolve-s3", "--capabilities", "CAPABILITY_IAM", "--no-confirm-changeset")
    sam("remote", "test-event", "put", "Hello", *stack, "--name", "ann", "--file", event_in(tmp_path))
    assert "ann" in sam("remote", "test-event", "list", "Hello", *stack)
    assert "Ann" in sam("remote", "test-event", "get", "Hello", *stack, "--name", "ann")
    assert "hello from sam" in sam("remote", "invoke", "Hello", *stack, "--test-event-name", "ann")
    sam("remote", "test-event", "delete", "Hello", *stack, "--name", "ann")
    sam("delete", *stack, "--no-prompts")


def test_saved_code_is_synchronised(sam: Run, program: str, variables: dict[str, str], tmp_path: Path) -> None:
    stack = ("--stack-name", "sam-sync", "--region", "us-east-1")
    with watching([program, "sync", "--watch", *SYNC, *stack], variables, tmp_path) as log:
        # What is saved before, SAM does not see: it begins to look at the code when the stack is complete.
        wait_for(lambda: "Infra sync completed." in log.read_text(), "the first synchronisation")
        url = outputs(sam, *stack)["Http"]
        wait_for(lambda: requests.get(url, timeout=20).text == "hello from sam", "the first answer")
        (tmp_path / "hello" / "app.py").write_text(CODE.replace("from sam", "again"), encoding="utf-8")
        wait_for(lambda: requests.get(url, timeout=20).text == "hello again", "the new code")
    sam("delete", *stack, "--no-prompts")


def event_in(folder: Path) -> str:
    (folder / "ann.json").write_text('{"name": "Ann"}', encoding="utf-8")
    return str(folder / "ann.json")


def wait_for(found: Callable[[], Any], what: str) -> Any:
    deadline = time.monotonic() + LIMIT_SECONDS
    while not (value := found()):
        assert time.monotonic() < deadline, f"{what} did not come"
        time.sleep(1)
    return value


@contextmanager
def watching(command: list[str], variables: dict[str, str], folder: Path) -> Iterator[Path]:
    """While the command goes on, the file of what it prints, which is shown when the test fails. A group of its own: it
    starts others."""
    log = folder / "watch.log"
    with (
        log.open("w") as output,
        subprocess.Popen(
            command,
            cwd=folder,
            env=variables,
            stdin=subprocess.PIPE,
            stdout=output,
            stderr=output,
            text=True,
            start_new_session=True,
        ) as process,
    ):
        assert process.stdin is not None
        process.stdin.write("Y\n")  # a development stack it is
        process.stdin.flush()
        try:
            yield log
        except BaseException:
            print(log.read_text()[-3000:])
            raise
        finally:
            os.killpg(process.pid, signal.SIGTERM)
