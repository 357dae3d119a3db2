"""SAM CLI: build, deploy, list, invoke, logs, delete."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest
import requests

from clients.conftest import Run

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


@pytest.fixture
def sam(run: Run, python_tool: Callable[[str, str], str], tmp_path: Path) -> Run:
    (tmp_path / "hello").mkdir()
    (tmp_path / "hello" / "app.py").write_text(CODE, encoding="utf-8")
    (tmp_path / "hello" / "requirements.txt").write_text("", encoding="utf-8")
    (tmp_path / "template.yaml").write_text(TEMPLATE, encoding="utf-8")
    program = python_tool("sam", "aws-sam-cli")
    return lambda *words: run(program, *words)


def test_an_application_from_build_to_delete(sam: Run) -> None:
    stack = ("--stack-name", "sam-app", "--region", "us-east-1")
    sam("build")
    sam("deploy", *stack, "--resolve-s3", "--capabilities", "CAPABILITY_IAM", "--no-confirm-changeset")
    listed = json.loads(sam("list", "stack-outputs", *stack, "--output", "json"))
    outputs = {each["OutputKey"]: each["OutputValue"] for each in listed}
    for name in ("Rest", "Http"):
        assert requests.get(outputs[name], timeout=20).text == "hello from sam"
    answer = sam("remote", "invoke", "Hello", *stack, "--event", "{}")
    assert "hello from sam" in answer
    assert "called" in sam("logs", *stack, "--name", "Hello")
    assert "Hello" in sam("list", "resources", *stack, "--output", "json")
    sam("deploy", *stack, "--resolve-s3", "--capabilities", "CAPABILITY_IAM", "--no-fail-on-empty-changeset")
    sam("delete", *stack, "--no-prompts")
