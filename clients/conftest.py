"""An engine for any keys, and the tools: each in an environment of its own below `.clients`, fetched once."""

import json
import os
import shutil
import subprocess
import sys
import venv
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import boto3
import pytest

HOME = Path(__file__).parents[1] / ".clients"
NOTHING_OF_THE_USERS = {"AWS_CONFIG_FILE": os.devnull, "AWS_SHARED_CREDENTIALS_FILE": os.devnull}
QUIET = {"CI": "1", "SAM_CLI_TELEMETRY": "0", "CDK_DISABLE_CLI_TELEMETRY": "1", "DO_NOT_TRACK": "1"}
LIMIT_SECONDS = 300
FETCH_SECONDS = 900
Run = Callable[..., str]


@pytest.fixture(scope="session")
def endpoint(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    command = [sys.executable, "-m", "shoplib", "serve", "--port", "0", "--json"]
    environment = {**os.environ, "SHOPLIB_STATE_DIR": str(tmp_path_factory.mktemp("engine"))}
    with subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        yield json.loads(process.stdout.readline())["url"]
        process.terminate()


@pytest.fixture(scope="session")
def variables(endpoint: str) -> dict[str, str]:
    """What a user exports, and nothing that leads anywhere else."""
    own = {name: value for name, value in os.environ.items() if not name.startswith("AWS_")}
    keys = {"AWS_ACCESS_KEY_ID": "any", "AWS_SECRET_ACCESS_KEY": "any"}
    place = {"AWS_ENDPOINT_URL": endpoint, "AWS_DEFAULT_REGION": "us-east-1", "AWS_REGION": "us-east-1"}
    return {**own, **keys, **place, **NOTHING_OF_THE_USERS, **QUIET, "NO_PROXY": "127.0.0.1,localhost"}


@pytest.fixture(scope="session")
def aws(endpoint: str) -> Callable[[str], Any]:
    session = boto3.Session("any", "any", region_name="us-east-1")
    return lambda service: session.client(service, endpoint_url=endpoint)


@pytest.fixture
def run(variables: dict[str, str], tmp_path: Path) -> Run:
    """`run("sam", "deploy", ...)` in the test's folder; answers what it printed, and shows it when it fails."""

    def call(*command: str, **more: str) -> str:
        done = subprocess.run(
            command,
            cwd=tmp_path,
            env={**variables, **more},
            capture_output=True,
            text=True,
            timeout=LIMIT_SECONDS,
            check=False,
            stdin=subprocess.DEVNULL,
        )
        assert done.returncode == 0, f"{' '.join(command)}\n{done.stdout[-3000:]}\n{done.stderr[-3000:]}"
        return done.stdout

    return call


@pytest.fixture(scope="session")
def python_tool() -> Callable[..., str]:
    """The program of a package of PyPI, by default called as its tool; it gets an environment of its own."""

    def provide(name: str, package: str, program_name: str = "") -> str:
        folder = HOME / name
        program, complete = folder / "bin" / (program_name or name), folder / "complete"
        if not complete.exists():
            venv.create(folder, with_pip=True, clear=True)
            _fetch(name, [str(folder / "bin" / "pip"), "install", "--quiet", "--disable-pip-version-check", package])
            complete.touch()
        return str(program)

    return provide


@pytest.fixture(scope="session")
def node_tool() -> Callable[..., Path]:
    """The `node_modules` with these packages of npm."""

    def provide(name: str, *packages: str) -> Path:
        npm = shutil.which("npm")
        if npm is None:
            pytest.skip(f"{name}: there is no npm on this machine")
        folder = HOME / name
        if not (folder / "node_modules" / packages[0]).exists():
            folder.mkdir(parents=True, exist_ok=True)
            (folder / "package.json").write_text('{"private": true}', encoding="utf-8")
            _fetch(name, [npm, "install", "--no-audit", "--no-fund", "--loglevel=error", *packages], folder)
        return folder / "node_modules"

    return provide


def _fetch(name: str, command: list[str], folder: Path | None = None) -> None:
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, timeout=FETCH_SECONDS, check=False)
    if done.returncode:
        pytest.skip(f"{name} could not be fetched: {done.stderr.strip()[-300:]}")
