"""What is printed where an engine starts is all that an AWS client needs, in a clean shell or as a profile."""

import json
import os
import re
import subprocess
import sys
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest

from shoplib import localaws
from tests.commands import Command

README = (Path(__file__).parents[2] / "README.md").read_text(encoding="utf-8")
# What boto3 (and the AWS CLI, which is made of it) does with its settings alone: no argument says where or who.
CALL = """
import boto3, json, sys
session = boto3.Session(profile_name=sys.argv[1] if len(sys.argv) > 1 else None)
session.client("sqs").create_queue(QueueName="letters")
session.client("s3").create_bucket(Bucket="letters")
session.client("dynamodb").list_tables()
print(json.dumps([session.region_name, session.client("sts").get_caller_identity()["Account"]]))
"""


def call(settings: dict[str, str], *arguments: str) -> list[str]:
    """In a clean environment but for these settings."""
    clean = {"PATH": os.environ["PATH"], "HOME": "/nonexistent", **settings}
    command = [sys.executable, "-c", CALL, *arguments]
    done = subprocess.run(command, env=clean, capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def exports(text: str) -> dict[str, str]:
    pairs = [pair for line in re.findall(r"^export (.+)$", text, re.MULTILINE) for pair in line.split()]
    return dict(pair.split("=", 1) for pair in pairs)


def profile(text: str, folder: Path) -> dict[str, str]:
    """The profile of a text as the only one of a configuration file."""
    lines = re.search(r"^\[profile shoplib\]\n(?:\w+ = .*\n?)+", text, re.MULTILINE)
    assert lines, text
    file = folder / "config"
    file.write_text(lines[0], encoding="utf-8")
    return {"AWS_CONFIG_FILE": str(file)}


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """What `shoplib serve` prints, while it runs."""
    command = [sys.executable, "-m", "shoplib", "serve", "--port", "0"]
    environment = {**os.environ, "SHOPLIB_STATE_DIR": str(tmp_path_factory.mktemp("served"))}
    with subprocess.Popen(
        command, env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout is not None and process.stderr is not None
        lines = [process.stdout.readline()]
        while "account_id_endpoint_mode" not in lines[-1]:
            assert lines[-1], process.stderr.read()
            lines.append(process.stdout.readline())
        yield "".join(lines)
        process.terminate()
        assert process.stderr.read().endswith("stopping...\n")


def test_serve_prints_what_a_shell_needs(served):
    assert call(exports(served)) == ["us-east-1", "123456789012"]


def test_serve_prints_a_profile(served, tmp_path):
    assert call(profile(served, tmp_path), "shoplib") == ["us-east-1", "123456789012"]


def test_the_readmes_line_works_in_a_clean_shell(served):
    line = exports(README)
    assert set(line) == {"AWS_ENDPOINT_URL", "AWS_DEFAULT_REGION", "AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"}
    assert line["AWS_ENDPOINT_URL"] == "http://127.0.0.1:4566"
    here = {"AWS_ENDPOINT_URL": exports(served)["AWS_ENDPOINT_URL"]}
    assert call(line | here) == ["us-east-1", "123456789012"]


def test_the_landing_page_says_the_same(served, tmp_path):
    url = exports(served)["AWS_ENDPOINT_URL"]
    page = urllib.request.urlopen(url, timeout=10).read().decode()
    assert exports(page.replace("<pre>", "\n")) == exports(served)
    assert call(profile(page.replace("<pre>", "\n").replace("</pre>", "\n"), tmp_path), "shoplib")


def test_env_prints_the_keys_of_the_shared_engine_and_its_page_does_not(
    command: Command, engine: localaws.Engine, tmp_path: Path
):
    shell, as_profile = command("env").out, command("env", "--profile").out
    assert call(exports(shell)) == ["us-east-1", "123456789012"]
    assert call(profile(as_profile, tmp_path), "shoplib") == ["us-east-1", "123456789012"]
    page = urllib.request.urlopen(engine.url, timeout=10).read().decode()
    assert engine.secret not in page and "shoplib env" in page


@pytest.mark.parametrize(("version", "needs_more"), [("aws-cli/1.45.11 Python/3.11", True), ("aws-cli/2.31.0", False)])
def test_version_1_of_the_aws_cli_is_told_where_to_go(
    command: Command, engine: localaws.Engine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, version, needs_more
):
    program = tmp_path / "aws"
    program.write_text(f'#!/bin/sh\n[ "$1" = --version ] && echo "{version}" || echo "$@"\n')
    program.chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}:{os.environ['PATH']}")
    script = f"{command('env').out}\naws sqs list-queues"
    said = subprocess.run(["sh", "-c", script], capture_output=True, text=True, timeout=20, check=True).stdout
    assert said == f"{f'--endpoint-url {engine.url} ' if needs_more else ''}sqs list-queues\n"


def test_up_prints_both(command: Command, tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("SHOPLIB_STATE_DIR", str(tmp_path / "state"))
    try:
        said = command("up").out
        assert call(exports(said)) == call(profile(said, tmp_path), "shoplib") == ["us-east-1", "123456789012"]
    finally:
        localaws.down()


def test_an_api_answers_with_and_without_its_default_stage(aws, engine):
    apis = aws("apigatewayv2")
    api = apis.create_api(Name="both", ProtocolType="HTTP")["ApiId"]
    apis.create_stage(ApiId=api, StageName="$default", AutoDeploy=True)
    for stage in ("", "/$default", "/%24default"):
        with pytest.raises(urllib.error.HTTPError) as answer:
            urllib.request.urlopen(f"{engine.url}/_aws/execute-api/{api}{stage}/nowhere", timeout=10)
        assert (answer.value.code, json.loads(answer.value.read())) == (404, {"message": "Not Found"})
    apis.delete_api(ApiId=api)
