"""A devcontainer, Codespaces and Binder: their files are what those services read, and run the README's commands."""

import json
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
BINDER = ROOT / ".binder"
README = (ROOT / "README.md").read_text(encoding="utf-8")
DEVCONTAINER = json.loads((ROOT / ".devcontainer" / "devcontainer.json").read_text(encoding="utf-8"))
# Of devContainer.base.schema.json (containers.dev): a property -> what may be in it.
PROPERTIES: dict[str, type | tuple[type, ...]] = {
    "name": str,
    "image": str,
    "features": dict,
    "forwardPorts": list,
    "portsAttributes": dict,
    "otherPortsAttributes": dict,
    "containerEnv": dict,
    "remoteEnv": dict,
    "remoteUser": str,
    "onCreateCommand": (str, list, dict),
    "updateContentCommand": (str, list, dict),
    "postCreateCommand": (str, list, dict),
    "postStartCommand": (str, list, dict),
    "postAttachCommand": (str, list, dict),
    "waitFor": str,
    "hostRequirements": dict,
    "customizations": dict,
}
PORT_ATTRIBUTES = {"label", "onAutoForward", "protocol", "requireLocalPort", "elevateIfNeeded"}
AUTO_FORWARD = {"notify", "openBrowser", "openBrowserOnce", "openPreview", "silent", "ignore"}
REPO2DOCKER = {"runtime.txt", "postBuild", "start", "apt.txt", "requirements.txt", "environment.yml"}


def test_the_devcontainer_has_what_its_schema_allows() -> None:
    for name, value in DEVCONTAINER.items():
        assert isinstance(value, PROPERTIES[name]), name
    assert re.fullmatch(r"\d+([tgmk]b)?", DEVCONTAINER["hostRequirements"]["memory"])
    ports = [*DEVCONTAINER["portsAttributes"].values(), DEVCONTAINER["otherPortsAttributes"]]
    assert all(set(port) <= PORT_ATTRIBUTES and port["onAutoForward"] in AUTO_FORWARD for port in ports)
    assert all(0 < port < 65536 for port in DEVCONTAINER["forwardPorts"])


def test_its_commands_are_the_readmes() -> None:
    commands = [value for name, value in DEVCONTAINER.items() if name.endswith("Command")]
    assert commands
    assert all(command.startswith("make lab") and "`make lab`" in README for command in commands)


def test_the_options_that_it_gives_are_there() -> None:
    done = subprocess.run(
        [sys.executable, "-m", "shoplib", "lab", "--help"], capture_output=True, text=True, check=True, timeout=60
    )
    assert "--no-browser" in done.stdout


def test_the_container_has_a_python_that_the_package_takes() -> None:
    wanted = re.search(r'requires-python = ">=3\.(\d+)"', (ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    versions = [DEVCONTAINER["image"], (BINDER / "runtime.txt").read_text(encoding="utf-8")]
    assert wanted
    for text in versions:
        version = re.search(r"[:-]3\.(\d+)", text)
        assert version and int(version[1]) >= int(wanted[1])


def test_binder_has_only_files_that_it_reads_and_installs_as_the_readme_says() -> None:
    assert {path.name for path in BINDER.iterdir()} <= REPO2DOCKER
    assert re.search(
        r"^pip install( --no-cache-dir)? \.$", (BINDER / "postBuild").read_text(encoding="utf-8"), re.MULTILINE
    )
    assert "`pip install .`" in README


@pytest.mark.skipif(os.name == "nt", reason="the scripts are for a Linux container")
def test_binders_start_hands_over_to_jupyter() -> None:
    scripts = [BINDER / "postBuild", BINDER / "start"]
    assert all(os.access(script, os.X_OK) for script in scripts)
    assert all(subprocess.run(["bash", "-n", script], check=False).returncode == 0 for script in scripts)
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    done = subprocess.run(
        [scripts[1], "printenv", "JUPYTER_CONFIG_PATH"],
        capture_output=True,
        text=True,
        check=True,
        timeout=60,
        env={**os.environ, "PATH": path},
    )
    assert (Path(done.stdout.strip()) / "labconfig").exists() or list(Path(done.stdout.strip()).rglob("*.json"))
