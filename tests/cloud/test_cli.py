"""`shoplib ...` as typed: exit codes, two lines for a mistake, nothing left behind.

What must be true of a process (its life, its streams, its first import) is tried with processes; the rest in this one.
"""

import io
import json
import os
import subprocess
import sys
import zipfile
from collections.abc import Iterator
from pathlib import Path

import pytest
import yaml

from shoplib import localaws
from tests.commands import Command, Ended, assert_refused

QUEUE = "Resources:\n  Mail:\n    Type: AWS::SQS::Queue\nOutputs:\n  Url: {Value: !Ref Mail}\n"
NOWHERE = {
    "AWS_EC2_METADATA_DISABLED": "true",
    "AWS_CONFIG_FILE": os.devnull,
    "AWS_SHARED_CREDENTIALS_FILE": os.devnull,
    # Who asks AWS itself after all meets a closed door.
    "HTTPS_PROXY": "http://127.0.0.1:9",
}


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The working folder. Its name is hard on paths that were glued together."""
    made = tmp_path / "my shop ü"
    made.mkdir()
    monkeypatch.chdir(made)
    return made


@pytest.fixture(autouse=True)
def alone(folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """A state directory of the test's own and no AWS account whatever."""
    for name in [name for name in os.environ if name.startswith(("AWS_", "SHOPLIB_"))]:
        monkeypatch.delenv(name)
    for name, value in (NOWHERE | {"SHOPLIB_STATE_DIR": str(tmp_path / "state")}).items():
        monkeypatch.setenv(name, value)
    yield
    localaws.down()


def process(*arguments: object) -> Ended:
    """The command in a process of its own."""
    command = [sys.executable, "-m", "shoplib", *map(str, arguments)]
    environment = os.environ | {"PYTHONWARNINGS": "error::ResourceWarning", "PYTHONUTF8": "1"}
    done = subprocess.run(
        command,
        env=environment,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        encoding="utf-8",
        timeout=120,
        check=False,
    )
    return Ended(done.returncode, done.stdout, done.stderr)


def test_a_stack_lives_as_long_as_the_engine_that_was_told_to_stay(folder: Path) -> None:
    (folder / "mail.yaml").write_text(QUEUE, encoding="utf-8")
    engine = process("up", "--json").json
    deployed = process("deploy", "mail.yaml", "--json")
    assert (deployed.code, deployed.err) == (0, "")
    assert json.loads(deployed.out)[0]["outputs"]["Url"].startswith(engine["url"])

    # Another process, the same stack.
    assert process("plan", "mail.yaml", "--exit-code").code == 0
    (folder / "mail.yaml").write_text(QUEUE.replace("Mail", "Post"), encoding="utf-8")
    assert process("plan", "mail.yaml", "--exit-code").code == 2

    assert process("destroy", "mail.yaml", "--json").json == [{"stack": "mail", "retained": []}]
    assert process("down", "--json").json == {"stopped": True}


def test_mistakes_in_templates_start_no_engine(command: Command, folder: Path) -> None:
    (folder / "broken.yaml").write_text("Resources:\n  Mail:\n    Type: [\n", encoding="utf-8")
    (folder / "untyped.yaml").write_text("Resources:\n  Mail: {}\n", encoding="utf-8")
    assert_refused(process("deploy", "broken.yaml"), "broken.yaml:4")
    assert_refused(command("deploy", "untyped.yaml"), "Mail")
    assert_refused(command("deploy", "clikstream"), "did you mean clickstream?")
    assert command("status").code == 1


@pytest.mark.parametrize("action", ["plan", "deploy", "destroy"])
def test_a_real_account_without_keys_or_region_is_said(command: Command, action: str) -> None:
    yes = [] if action == "plan" else ["--yes"]
    assert_refused(command(action, "rest", "--target", "aws", *yes), "no AWS region is set", "--region")
    there = command(action, "rest", "--target", "aws", "--region", "eu-west-1", *yes)
    assert_refused(there, "Unable to locate credentials", "aws configure")


@pytest.mark.parametrize("action", ["deploy", "destroy"])
def test_a_real_account_is_left_alone_where_nobody_can_say_yes(command: Command, action: str) -> None:
    there = command(action, "rest", "--target", "aws", "--region", "eu-west-1")
    assert_refused(there, "non-interactively", "--yes")


def test_a_package_points_at_zips_that_hold_its_handlers(command: Command, folder: Path) -> None:
    done = command("package", "fulfilment", "-o", "out put")
    assert done.code == 0, done.err
    written = yaml.safe_load((folder / "out put" / "template.yaml").read_text(encoding="utf-8"))
    made = [each for each in written["Resources"].values() if each["Type"] == "AWS::Serverless::Function"]
    assert made
    for function in made:
        content = (folder / "out put" / function["Properties"]["CodeUri"]).read_bytes()
        module = function["Properties"]["Handler"].rpartition(".")[0].replace(".", "/")
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            assert f"{module}.py" in archive.namelist()
    assert command("status").code == 1, "packaging needs no AWS"


def test_a_state_directory_that_cannot_be_written_is_said(
    command: Command, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (folder / "file").write_text("no directory", encoding="utf-8")
    (folder / "mail.yaml").write_text(QUEUE, encoding="utf-8")
    monkeypatch.setenv("SHOPLIB_STATE_DIR", str(folder / "file" / "state"))
    for arguments in (("up",), ("deploy", "mail.yaml")):
        assert_refused(command(*arguments), "cannot write to the state directory", "SHOPLIB_STATE_DIR")
    examined = command("doctor", "--json")
    assert examined.code == 1
    failed = [each for each in examined.json if each["state"] == "fail"]
    assert ["state directory" in each["what"] and bool(each["next"]) for each in failed] == [True]


@pytest.mark.skipif(sys.platform == "win32", reason="Windows limits no file's size")
def test_a_state_directory_without_room_is_said_in_one_line() -> None:
    import resource

    def no_room() -> None:
        resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))

    command = [sys.executable, "-m", "shoplib", "up"]
    done = subprocess.run(command, preexec_fn=no_room, capture_output=True, text=True, timeout=60, check=False)
    refused = Ended(done.returncode, done.stdout, done.stderr)
    assert_refused(refused, "cannot write to the state directory", "too large", "SHOPLIB_STATE_DIR")


def test_a_home_where_nothing_can_be_written_is_no_matter(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", "/proc/nobody" if sys.platform == "linux" else "/dev/null/nobody")
    done = process("diagrams", "login", "--format", "png", "--out", "pictures")
    assert (done.code, done.err) == (0, "drawing login\n")


def test_the_doctor_answers_machines(command: Command) -> None:
    done = command("doctor", "--json")
    findings = json.loads(done.out)
    assert all(each.keys() == {"state", "what", "next"} for each in findings)
    assert {each["state"] for each in findings} <= {"ok", "warn", "fail"}
    assert all(each["next"] for each in findings if each["state"] != "ok")
    assert done.code == int(any(each["state"] == "fail" for each in findings))


def test_an_age_of_reads_is_a_duration(command: Command) -> None:
    done = command("serve", "--eventual", "soon")
    assert (done.code, "--eventual soon is not a valid duration" in done.err) == (1, True)


def test_a_served_engine_is_a_place_to_deploy_to(command: Command, folder: Path, open_engine: localaws.Engine) -> None:
    (folder / "there.yaml").write_text(QUEUE, encoding="utf-8")
    there = ("--endpoint-url", open_engine.url, "--region", "ap-southeast-2")
    deployed = command("deploy", "there.yaml", *there)
    assert (deployed.code, deployed.err) == (0, "")
    assert f"EMULATOR {open_engine.url}" in deployed.out
    assert command("destroy", "there.yaml", *there).out == "there is gone\n"
    assert command("status").code == 1, "no engine of its own was started"


def test_simulated_shoppers_fill_a_lake_and_leave_the_truth(command: Command, folder: Path) -> None:
    done = command("simulate", "--sessions", 100, "--start", "2026-01-05", "--json")
    facts = json.loads(done.out)
    assert facts["records"] >= facts["events"] > 300
    truth = json.loads((folder / "simulation/truth.json").read_text(encoding="utf-8"))
    assert truth["world"]["sessions"] == 100
    assert list((folder / "simulation/lake/raw/events").rglob("*.parquet"))


def test_mistakes_in_a_simulation_are_said(command: Command) -> None:
    assert_refused(command("simulate", "--to", "moon"), "http, stream, lake")
    assert_refused(command("simulate", "--start", "yesterday"), "2026-01-31")
    assert_refused(command("simulate", "--days", 2), "8 to 3650")
    assert_refused(command("simulate", "--sessions", 5, "--events", 5), "one of them")
