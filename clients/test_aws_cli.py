"""The AWS CLI, as the README shows it: one command per service that it names."""

import json
import os
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from clients.conftest import Run
from shoplib.localaws import client_settings


@pytest.fixture
def aws_cli(run: Run, python_tool: Callable[[str, str], str], endpoint: str) -> Run:
    # Its version 1 leads SQS in us-east-1 to AWS, whatever AWS_ENDPOINT_URL says.
    program = python_tool("aws", "awscli")
    return lambda *words: run(program, "--endpoint-url", endpoint, "--output", "json", *words)


def test_a_message_goes_through_a_queue(aws_cli: Run) -> None:
    url = json.loads(aws_cli("sqs", "create-queue", "--queue-name", "letters"))["QueueUrl"]
    aws_cli("sqs", "send-message", "--queue-url", url, "--message-body", "hello")
    received = json.loads(aws_cli("sqs", "receive-message", "--queue-url", url))
    assert received["Messages"][0]["Body"] == "hello"


def test_what_the_lab_prints_for_a_shell_is_enough_for_version_1(
    variables: dict[str, str], python_tool: Callable[[str, str], str], endpoint: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", f"{Path(python_tool('aws', 'awscli')).parent}{os.pathsep}{os.environ['PATH']}")
    settings = client_settings.variables(endpoint, "us-east-1")
    script = f"{client_settings.as_shell_of_this_machine(settings)}\naws sqs create-queue --queue-name from-a-shell"
    clean = {name: variables[name] for name in ("AWS_CONFIG_FILE", "AWS_SHARED_CREDENTIALS_FILE")}
    environment = {**clean, "PATH": os.environ["PATH"]}
    done = subprocess.run(
        ["sh", "-c", script], env=environment, capture_output=True, text=True, timeout=60, check=False
    )
    assert f"{endpoint}/123456789012/from-a-shell" in done.stdout, done.stderr


def test_files_are_synchronised_with_a_bucket(aws_cli: Run, tmp_path: Path) -> None:
    (tmp_path / "folder" / "deep").mkdir(parents=True)
    (tmp_path / "folder" / "deep" / "a.txt").write_text("hello", encoding="utf-8")
    (tmp_path / "folder" / "large.bin").write_bytes(bytes(9 * 1024 * 1024))  # in parts
    aws_cli("s3", "mb", "s3://cli-files")
    aws_cli("s3", "sync", "folder", "s3://cli-files/copy")
    aws_cli("s3", "cp", "s3://cli-files/copy/deep/a.txt", "back.txt")
    assert (tmp_path / "back.txt").read_text(encoding="utf-8") == "hello"
    aws_cli("s3", "rb", "--force", "s3://cli-files")


def test_a_template_is_deployed_and_deleted(aws_cli: Run, tmp_path: Path) -> None:
    body = {"Resources": {"Box": {"Type": "AWS::SQS::Queue"}}, "Outputs": {"Url": {"Value": {"Ref": "Box"}}}}
    (tmp_path / "t.json").write_text(json.dumps(body), encoding="utf-8")
    aws_cli("cloudformation", "deploy", "--template-file", "t.json", "--stack-name", "cli")
    found = json.loads(aws_cli("cloudformation", "describe-stacks", "--stack-name", "cli"))["Stacks"][0]
    assert "Box" in found["Outputs"][0]["OutputValue"]
    aws_cli("cloudformation", "delete-stack", "--stack-name", "cli")
    aws_cli("cloudformation", "wait", "stack-delete-complete", "--stack-name", "cli")


def test_a_table_keeps_an_item(aws_cli: Run) -> None:
    key = ("AttributeName=id,AttributeType=S", "--key-schema", "AttributeName=id,KeyType=HASH")
    mode = ("--billing-mode", "PAY_PER_REQUEST", "--table-name", "cli")
    aws_cli("dynamodb", "create-table", "--attribute-definitions", *key, *mode)
    aws_cli("dynamodb", "put-item", "--table-name", "cli", "--item", '{"id": {"S": "1"}, "n": {"N": "7"}}')
    assert json.loads(aws_cli("dynamodb", "scan", "--table-name", "cli"))["Items"][0]["n"] == {"N": "7"}
    aws_cli("dynamodb", "delete-table", "--table-name", "cli")
