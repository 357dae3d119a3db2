"""The doctor: each trouble is found, says what to do, and no trouble keeps it from looking further."""

import builtins
import json
import os
import sys
from pathlib import Path
from typing import Any

import psutil
import pytest

from shoplib import doctor
from shoplib.doctor import Finding, examine

SETTINGS = ("AWS_", "HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "NO_PROXY", "SHOPLIB_")


@pytest.fixture(autouse=True)
def clean(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Nothing of the machine's own set-up, and a state directory of the test's own."""
    for name in [name for name in os.environ if name.upper().startswith(SETTINGS)]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("SHOPLIB_STATE_DIR", str(tmp_path / "state"))


def troubles(*, about: str = "") -> list[Finding]:
    return [finding for finding in examine() if finding.state != "ok" and about in finding.what]


def test_a_healthy_machine_has_no_failure():
    findings = examine()
    assert not [finding for finding in findings if finding.state == "fail"]
    said = " ".join(finding.what for finding in findings)
    assert "Python 3." in said and "Graphviz draws" in said and "the local AWS is not running" in said
    assert "no variable leads AWS clients astray" in said


def test_every_trouble_says_what_to_do(monkeypatch, tmp_path):
    for name, value in {
        "AWS_PROFILE": "production",
        "AWS_ENDPOINT_URL": "http://elsewhere",
        "AWS_CA_BUNDLE": str(tmp_path / "nothing.pem"),
        "HTTP_PROXY": "http://proxy",
        "SHOPLIB_ONLINE_RETAIL": str(tmp_path / "nothing.csv"),
    }.items():
        monkeypatch.setenv(name, value)
    found = troubles()
    assert all(finding.next for finding in found)
    for word in ("AWS_PROFILE", "AWS_ENDPOINT_URL", "AWS_CA_BUNDLE", "proxy for 127.0.0.1", "nothing.csv"):
        assert [finding for finding in found if word in finding.what], word


def test_a_proxy_that_is_bypassed_is_no_trouble(monkeypatch):
    monkeypatch.setenv("HTTP_PROXY", "http://proxy")
    monkeypatch.setenv("NO_PROXY", "127.0.0.1,localhost")
    assert not troubles(about="proxy")


def test_a_state_directory_that_is_a_file_fails(monkeypatch, tmp_path):
    (tmp_path / "file").write_text("", encoding="utf-8")
    monkeypatch.setenv("SHOPLIB_STATE_DIR", str(tmp_path / "file"))
    found = troubles(about="state directory")
    assert [finding.state for finding in found] == ["fail"]
    assert "SHOPLIB_STATE_DIR" in found[0].next


def record(state: Path, pid: int, created: float = 0.0) -> None:
    """What an engine leaves behind that ended without a word."""
    engine = {"url": "http://127.0.0.1:9", "pid": pid, "region": "us-east-1", "account_id": "1", "started_at": "x"}
    found = {"engine": engine, "lease_address": "127.0.0.1:9", "instance": "x", "process_created": created}
    state.mkdir()
    (state / "engine.json").write_text(json.dumps(found), encoding="utf-8")


def test_the_file_of_an_engine_that_has_gone_is_no_trouble(tmp_path):
    record(tmp_path / "state", pid=2**22 + 1)
    said = [finding.what for finding in examine() if "ended abruptly" in finding.what]
    assert said and not troubles(about="local AWS")


def test_an_engine_that_hangs_is_a_trouble(tmp_path):
    record(tmp_path / "state", os.getpid(), psutil.Process().create_time())
    found = troubles(about="does not answer")
    assert [finding.state for finding in found] == ["warn"]
    assert "shoplib down" in found[0].next


def test_a_missing_package_fails_and_the_rest_is_still_looked_at(monkeypatch):
    imported = builtins.__import__

    def without_graphviz(name: str, *rest: Any) -> Any:
        if name == "pygraphviz":
            raise ImportError("No module named 'pygraphviz'")
        return imported(name, *rest)

    monkeypatch.delitem(sys.modules, "pygraphviz", raising=False)
    monkeypatch.setattr(builtins, "__import__", without_graphviz)
    findings = examine()
    assert [finding for finding in findings if finding.state == "fail" and "pygraphviz" in finding.what]
    assert [finding for finding in findings if "GB free" in finding.what]


def test_a_package_of_another_version_is_named(monkeypatch):
    real = doctor.version
    monkeypatch.setattr(doctor, "version", lambda name: "0.1" if name == "moto" else real(name))
    found = troubles(about="packages")
    assert found[0].state == "fail" and "moto is 0.1, wanted ==5.2.5" in found[0].what


def test_a_package_that_the_tests_do_not_run_with_is_a_warning(monkeypatch):
    real = doctor.version
    monkeypatch.setattr(doctor, "version", lambda name: "15.99.0" if name == "rich" else real(name))
    found = troubles(about="rich")
    assert [(finding.state, "15.99.0" in finding.what) for finding in found] == [("warn", True)]


def test_127_0_0_1_that_cannot_be_listened_on_fails(monkeypatch):
    def refuse(*_: Any, **__: Any) -> None:
        raise PermissionError("not allowed")

    monkeypatch.setattr(doctor.socket, "create_server", refuse)
    assert [finding.state for finding in troubles(about="cannot be listened on")] == ["fail"]


def test_a_full_disk_is_a_warning(monkeypatch):
    monkeypatch.setattr(doctor.shutil, "disk_usage", lambda _: _Usage())
    assert [finding.next for finding in troubles(about="GB free")] == ["make some room"]


class _Usage:
    free = 10**9


@pytest.mark.parametrize(("state", "code"), [("ok", 0), ("warn", 0), ("fail", 1)])
def test_the_command_ends_with_1_when_something_must_be_mended(monkeypatch, capsys, state, code):
    from shoplib.cli import main

    monkeypatch.setattr(doctor, "examine", lambda: [Finding(state, "something [odd]", "mend it")])
    monkeypatch.setattr(sys, "argv", ["shoplib", "doctor"])
    with pytest.raises(SystemExit) as ended:
        main()
    assert ended.value.code == code
    assert capsys.readouterr().out == f"{state:4}  something [odd]\n      next: mend it\n"


def test_the_command_answers_machines(monkeypatch, capsys):
    from shoplib.cli import main

    monkeypatch.setattr(doctor, "examine", lambda: [Finding("ok", "fine")])
    monkeypatch.setattr(sys, "argv", ["shoplib", "doctor", "--json"])
    with pytest.raises(SystemExit):
        main()
    assert json.loads(capsys.readouterr().out) == [{"state": "ok", "what": "fine", "next": ""}]
