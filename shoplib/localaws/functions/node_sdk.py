"""The AWS SDK for JavaScript (v3), which AWS's Node.js runtimes bring: fetched by npm when a function first names it.

Packages go into one folder of the user's cache, each once. A folder that SHOPLIB_NODE_MODULES names takes its place,
and then nothing is fetched.
"""

import logging
import os
import re
import shutil
import subprocess
from collections.abc import Iterable, Iterator
from pathlib import Path

import platformdirs
from filelock import FileLock

LOG = logging.getLogger(__name__)
NAME = re.compile(rb"""["'](@aws-sdk/[a-z0-9-]+|@smithy/[a-z0-9-]+)["'/]""")
SCRIPTS = (".js", ".mjs", ".cjs")
LARGEST_SCRIPT = 2 * 1024 * 1024
INSTALL_LIMIT_S = 300.0
# What samples and CDK's own providers use; `shoplib doctor --fix` fetches them at once.
USUAL = tuple(
    f"@aws-sdk/{name}"
    for name in (
        *("client-apigatewaymanagementapi", "client-cloudformation", "client-cloudwatch", "client-cloudwatch-logs"),
        *("client-dynamodb", "client-eventbridge", "client-kinesis", "client-lambda", "client-s3", "client-scheduler"),
        *("client-secrets-manager", "client-sfn", "client-sns", "client-sqs", "client-ssm", "client-sts"),
        *("lib-dynamodb", "lib-storage", "s3-request-presigner", "util-dynamodb"),
    )
)


def folder() -> Path:
    """The `node_modules` in which functions find the SDK; it need not exist."""
    own = os.environ.get("SHOPLIB_NODE_MODULES", "")
    return Path(own) if own else _home() / "node_modules"


def provide(code: Path) -> None:
    """Fetch what the scripts of a function name and nobody has; a failure is logged, and the function fails by name."""
    if os.environ.get("SHOPLIB_NODE_MODULES") or not shutil.which("npm"):
        return
    lacking = [name for name in sorted(_names(code)) if not _is_there(name, code)]
    if lacking:
        try:
            fetch(lacking)
        except (OSError, subprocess.SubprocessError) as error:
            LOG.warning("npm did not fetch %s: %s", ", ".join(lacking), error)


def fetch(names: Iterable[str]) -> None:
    """Raises OSError or SubprocessError when npm cannot; scripts of packages are not run."""
    home, npm = _home(), shutil.which("npm")
    if npm is None:
        raise FileNotFoundError("npm is not on the PATH")
    home.mkdir(parents=True, exist_ok=True)
    with FileLock(home / ".lock"):
        missing = [name for name in names if not (home / "node_modules" / name).exists()]
        if not missing:
            return
        LOG.info("npm fetches %s", ", ".join(missing))
        manifest = home / "package.json"
        if not manifest.exists():
            manifest.write_text('{"private": true}', encoding="utf-8")
        options = ("--ignore-scripts", "--no-audit", "--no-fund", "--no-progress", "--loglevel=error")
        subprocess.run([npm, "install", *options, *missing], cwd=home, check=True, timeout=INSTALL_LIMIT_S)


def missing_usual() -> list[str]:
    return [name for name in USUAL if not (folder() / name).exists()]


def _home() -> Path:
    return Path(platformdirs.user_cache_dir("shoplib")) / "node-sdk"


def _is_there(name: str, code: Path) -> bool:
    return any((place / name).exists() for place in (code / "node_modules", folder()))


def _names(code: Path) -> set[str]:
    return {match.decode() for script in _scripts(code) for match in NAME.findall(script.read_bytes())}


def _scripts(code: Path) -> Iterator[Path]:
    for directory, folders, names in os.walk(code):
        folders[:] = [name for name in folders if name != "node_modules"]
        paths = (Path(directory, name) for name in names if name.endswith(SCRIPTS))
        yield from (path for path in paths if path.stat().st_size <= LARGEST_SCRIPT)
