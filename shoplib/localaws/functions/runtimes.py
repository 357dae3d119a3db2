"""Which runtimes this laptop has, and how a worker of each is started."""

import hashlib
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from functools import cache
from pathlib import Path

from shoplib.localaws.functions import node_sdk

PYTHON = re.compile(r"python3\.\d+")
NODE = re.compile(r"nodejs\d+\.x")
WORKER = Path(__file__).parent / "worker"
# -S and -s: nothing of the lab's or the user's packages; -P: not even the bootstrap's own folder on the search path.
INTERPRETER = (sys.executable, "-S", "-s", "-P")
VERSION_LIMIT_S = 10.0


def refusal(runtime: str) -> str | None:
    """Why functions of this runtime cannot run here; None when they can."""
    if PYTHON.fullmatch(runtime):
        return None
    if not NODE.fullmatch(runtime):
        return f"the runtime {runtime} cannot run here; the local AWS executes python3.x and nodejs functions"
    if node() is None:
        return f"the runtime {runtime} needs Node.js, and there is no `node` on the PATH of the local AWS"
    return None


def command(runtime: str, handler: str) -> list[str]:
    """Of a worker process. On POSIX Node too is started by the Python bootstrap, which prepares the process for it."""
    if not NODE.fullmatch(runtime):
        return [*INTERPRETER, str(WORKER / "bootstrap.py"), handler]
    executable = node()
    if executable is None:
        raise FileNotFoundError("`node` is no longer on the PATH")
    if os.name == "posix":
        return [*INTERPRETER, str(WORKER / "bootstrap.py"), handler, executable]
    return [executable, str(WORKER / "bootstrap.cjs"), handler]


def version(runtime: str) -> str:
    """What really runs, as the INIT_START line names it: `python:3.11.7`."""
    if NODE.fullmatch(runtime):
        return f"nodejs:{_node_version()}"
    return "python:" + ".".join(map(str, sys.version_info[:3]))


def layer_folders(runtime: str, layer: Path) -> Iterator[Path]:
    """Folders of an unpacked layer in which this runtime looks for modules, the first one first."""
    if NODE.fullmatch(runtime):
        yield layer / "nodejs" / f"node{runtime.removeprefix('nodejs').removesuffix('.x')}" / "node_modules"
        yield layer / "nodejs" / "node_modules"
    else:
        yield from sorted((layer / "python").glob("lib/python3*/site-packages"))
        yield layer / "python"


def node_path(layers: tuple[Path, ...]) -> str:
    """NODE_PATH of a worker: its layers, then the folder that stands in for the SDK of AWS's runtime."""
    return os.pathsep.join(map(str, [*layers, node_sdk.folder()]))


def is_node(runtime: str) -> bool:
    return NODE.fullmatch(runtime) is not None


@cache
def node() -> str | None:
    path = shutil.which("node")
    return os.path.realpath(path) if path else None


@cache
def _node_version() -> str:
    executable = node()
    assert executable is not None
    result = subprocess.run(
        [executable, "--version"], capture_output=True, text=True, timeout=VERSION_LIMIT_S, check=True
    )
    return result.stdout.strip().removeprefix("v")


def version_arn(region: str, runtime: str) -> str:
    """The runtime's own ARN, which AWS shows of every function and in INIT_START."""
    return f"arn:aws:lambda:{region}::runtime:{hashlib.sha256(runtime.encode()).hexdigest()}"
