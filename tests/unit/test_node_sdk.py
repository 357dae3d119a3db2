"""The AWS SDK for JavaScript: fetched when a function names it, each package once; no test asks a registry."""

import os
import sys
from pathlib import Path

import pytest

from shoplib import doctor
from shoplib.localaws.functions import node_sdk

NPM = """#!{python}
import os, pathlib, sys
assert "--ignore-scripts" in sys.argv
if os.path.exists("offline"):
    sys.exit("no network")
names = [each for each in sys.argv if each.startswith("@")]
for name in names:
    pathlib.Path("node_modules", name).mkdir(parents=True)
with open("calls", "a") as calls:
    calls.write(" ".join(names) + "\\n")
"""


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    program = tmp_path / "bin" / "npm"
    program.parent.mkdir()
    program.write_text(NPM.format(python=sys.executable), encoding="utf-8")
    program.chmod(0o755)
    monkeypatch.setenv("PATH", f"{program.parent}{os.pathsep}{os.environ['PATH']}")
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    monkeypatch.delenv("SHOPLIB_NODE_MODULES", raising=False)
    return node_sdk.folder().parent


@pytest.fixture
def code(tmp_path: Path) -> Path:
    folder = tmp_path / "code"
    for name, text in {
        "index.mjs": "import { S3Client } from '@aws-sdk/client-s3';",
        "lib/more.js": 'require("@aws-sdk/client-sqs"); require("@aws-sdk/lib-own");',
        "node_modules/@aws-sdk/lib-own/index.js": 'require("@aws-sdk/client-hidden")',
        "readme.md": "'@aws-sdk/client-text'",
    }.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text, encoding="utf-8")
    return folder


def calls(home: Path) -> list[str]:
    return (home / "calls").read_text(encoding="utf-8").splitlines()


def test_what_scripts_name_is_fetched_once(home: Path, code: Path) -> None:
    node_sdk.provide(code)
    node_sdk.provide(code)
    assert calls(home) == ["@aws-sdk/client-s3 @aws-sdk/client-sqs"]


def test_a_folder_of_the_users_takes_its_place(home: Path, code: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SHOPLIB_NODE_MODULES", str(code))
    node_sdk.provide(code)
    assert (node_sdk.folder(), home.exists()) == (code, False)


def test_without_network_a_function_is_left_to_say_what_it_lacks(home: Path, code: Path) -> None:
    home.mkdir(parents=True)
    (home / "offline").write_text("", encoding="utf-8")
    node_sdk.provide(code)
    assert not (home / "calls").exists()
    assert [(each.state, each.next) for each in doctor.mend()] == [("warn", "is the network up?")]


def test_the_doctor_fetches_the_usual_packages(home: Path) -> None:
    assert [each.state for each in doctor.mend()] == ["ok"]
    assert node_sdk.missing_usual() == []
    assert list(doctor.mend()) == []
