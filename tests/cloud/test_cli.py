"""`python -m shoplib ...` as processes of their own: exit codes, two lines for a mistake, nothing left behind."""

import io
import json
import os
import subprocess
import sys
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from shoplib import localaws

QUEUE = "Resources:\n  Mail:\n    Type: AWS::SQS::Queue\nOutputs:\n  Url: {Value: !Ref Mail}\n"
Shell = Callable[..., subprocess.CompletedProcess[str]]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A working folder whose name is hard on paths that were glued together."""
    made = tmp_path / "my shop ü"
    made.mkdir()
    return made


@pytest.fixture
def shell(folder: Path, tmp_path: Path) -> Iterator[Shell]:
    """Runs a command in `folder`, with a state directory of the test's own and no AWS account whatever."""
    environment = {name: value for name, value in os.environ.items() if not name.startswith(("AWS_", "SHOPLIB_"))}
    environment |= {
        "SHOPLIB_STATE_DIR": str(tmp_path / "state"),
        "AWS_EC2_METADATA_DISABLED": "true",
        "AWS_CONFIG_FILE": os.devnull,
        "AWS_SHARED_CREDENTIALS_FILE": os.devnull,
        # Who asks AWS itself after all meets a closed door.
        "HTTPS_PROXY": "http://127.0.0.1:9",
        "PYTHONWARNINGS": "error::ResourceWarning",
        "PYTHONUTF8": "1",
    }

    def run(*arguments: object, **more: str) -> subprocess.CompletedProcess[str]:
        command = [sys.executable, "-m", "shoplib", *map(str, arguments)]
        options: dict[str, Any] = {"cwd": folder, "env": environment | more, "stdin": subprocess.DEVNULL}
        return subprocess.run(command, capture_output=True, encoding="utf-8", timeout=120, check=False, **options)

    yield run
    if (tmp_path / "state").exists():  # else nothing was started
        run("down")


def refused(done: subprocess.CompletedProcess[str], *texts: str) -> None:
    """A mistake of the user's: exit code 1, what is wrong, what to do next, and no more."""
    assert (done.returncode, done.stdout) == (1, ""), done.stderr
    first, *rest = done.stderr.splitlines()
    assert first.startswith("error: ")
    assert len(rest) == 1 and rest[0].startswith("  next: ")
    for text in texts:
        assert text in done.stderr


def test_a_stack_lives_as_long_as_the_engine_that_was_told_to_stay(shell: Shell, folder: Path) -> None:
    (folder / "mail.yaml").write_text(QUEUE, encoding="utf-8")
    engine = json.loads(shell("up", "--json").stdout)
    deployed = shell("deploy", "mail.yaml", "--json")
    assert (deployed.returncode, deployed.stderr) == (0, "")
    assert json.loads(deployed.stdout)[0]["outputs"]["Url"].startswith(engine["url"])

    # Another process, the same stack.
    assert shell("plan", "mail.yaml", "--exit-code").returncode == 0
    (folder / "mail.yaml").write_text(QUEUE.replace("Mail", "Post"), encoding="utf-8")
    assert shell("plan", "mail.yaml", "--exit-code").returncode == 2

    assert json.loads(shell("destroy", "mail.yaml", "--json").stdout) == [{"stack": "mail", "retained": []}]
    assert json.loads(shell("down", "--json").stdout) == {"stopped": True}


def test_mistakes_in_templates_start_no_engine(shell: Shell, folder: Path) -> None:
    (folder / "broken.yaml").write_text("Resources:\n  Mail:\n    Type: [\n", encoding="utf-8")
    (folder / "untyped.yaml").write_text("Resources:\n  Mail: {}\n", encoding="utf-8")
    refused(shell("deploy", "broken.yaml"), "broken.yaml:4")
    refused(shell("deploy", "untyped.yaml"), "Mail")
    refused(shell("deploy", "clikstream"), "did you mean clickstream?")
    assert shell("status").returncode == 1


@pytest.mark.parametrize("command", ["plan", "deploy", "destroy"])
def test_a_real_account_without_keys_or_region_is_said(shell: Shell, command: str) -> None:
    yes = [] if command == "plan" else ["--yes"]
    refused(shell(command, "rest", "--target", "aws", *yes), "no AWS region is set", "--region")
    there = shell(command, "rest", "--target", "aws", "--region", "eu-west-1", *yes)
    refused(there, "Unable to locate credentials", "aws configure")


@pytest.mark.parametrize("command", ["deploy", "destroy"])
def test_a_real_account_is_left_alone_where_nobody_can_say_yes(shell: Shell, command: str) -> None:
    refused(shell(command, "rest", "--target", "aws", "--region", "eu-west-1"), "nobody can be asked here", "--yes")


def test_a_package_points_at_zips_that_hold_its_handlers(shell: Shell, folder: Path) -> None:
    done = shell("package", "fulfilment", "-o", "out put")
    assert done.returncode == 0, done.stderr
    written = yaml.safe_load((folder / "out put" / "template.yaml").read_text(encoding="utf-8"))
    made = [each for each in written["Resources"].values() if each["Type"] == "AWS::Serverless::Function"]
    assert made
    for function in made:
        content = (folder / "out put" / function["Properties"]["CodeUri"]).read_bytes()
        module = function["Properties"]["Handler"].rpartition(".")[0].replace(".", "/")
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            assert f"{module}.py" in archive.namelist()
    assert shell("status").returncode == 1, "packaging needs no AWS"


def test_a_state_directory_that_cannot_be_written_is_said(shell: Shell, folder: Path) -> None:
    (folder / "file").write_text("no directory", encoding="utf-8")
    (folder / "mail.yaml").write_text(QUEUE, encoding="utf-8")
    nowhere = {"SHOPLIB_STATE_DIR": str(folder / "file" / "state")}
    for command in (("up",), ("deploy", "mail.yaml")):
        refused(shell(*command, **nowhere), "cannot write to the state directory", "SHOPLIB_STATE_DIR")
    examined = shell("doctor", "--json", **nowhere)
    assert examined.returncode == 1
    failed = [each for each in json.loads(examined.stdout) if each["state"] == "fail"]
    assert ["state directory" in each["what"] and bool(each["next"]) for each in failed] == [True]


def test_the_doctor_answers_machines(shell: Shell) -> None:
    done = shell("doctor", "--json")
    findings = json.loads(done.stdout)
    assert all(each.keys() == {"state", "what", "next"} for each in findings)
    assert {each["state"] for each in findings} <= {"ok", "warn", "fail"}
    assert all(each["next"] for each in findings if each["state"] != "ok")
    assert done.returncode == int(any(each["state"] == "fail" for each in findings))


def test_a_served_engine_is_a_place_to_deploy_to(shell: Shell, folder: Path, engine: localaws.Engine) -> None:
    (folder / "there.yaml").write_text(QUEUE, encoding="utf-8")
    there = ("--endpoint-url", engine.url, "--region", "ap-southeast-2")
    deployed = shell("deploy", "there.yaml", *there)
    assert (deployed.returncode, deployed.stderr) == (0, "")
    assert f"EMULATOR {engine.url}" in deployed.stdout
    assert shell("destroy", "there.yaml", *there).stdout == "there is gone\n"
    assert shell("status").returncode == 1, "no engine of its own was started"


def test_simulated_shoppers_fill_a_lake_and_leave_the_truth(shell: Shell, folder: Path) -> None:
    done = shell("simulate", "--sessions", 100, "--start", "2026-01-05", "--json")
    facts = json.loads(done.stdout)
    assert facts["records"] >= facts["events"] > 300
    truth = json.loads((folder / "simulation/truth.json").read_text(encoding="utf-8"))
    assert truth["world"]["sessions"] == 100
    assert list((folder / "simulation/lake/raw/events").rglob("*.parquet"))


def test_mistakes_in_a_simulation_are_said(shell: Shell) -> None:
    refused(shell("simulate", "--to", "moon"), "http, stream, lake")
    refused(shell("simulate", "--start", "yesterday"), "2026-01-31")
    refused(shell("simulate", "--days", 2), "8 to 3650")
    refused(shell("simulate", "--sessions", 5, "--events", 5), "one of them")
