"""What may be wrong with a machine: each finding says what was seen and, when it matters, what to do."""

import os
import platform
import shutil
import socket
import subprocess
import sys
import tempfile
import tomllib
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from importlib.metadata import PackageNotFoundError, requires, version
from pathlib import Path

from shoplib.errors import LabError

# Variables that take an AWS client somewhere else than the lab says.
REACHES_AWS = ("AWS_PROFILE", "AWS_DEFAULT_PROFILE", "AWS_ACCESS_KEY_ID", "AWS_SESSION_TOKEN")
FILES = ("AWS_CA_BUNDLE", "AWS_CONFIG_FILE", "AWS_SHARED_CREDENTIALS_FILE")
LEAST_FREE_GB = 2
REINSTALL = "run `make clean` and `make demo`, or `pip install .` again"


@dataclass(frozen=True)
class Finding:
    """`state` is ok, warn or fail."""

    state: str
    what: str
    next: str = ""


def examine() -> list[Finding]:
    """Every check, in an order in which the first failure is the one to mend first."""
    checks: tuple[Callable[[], Iterator[Finding]], ...] = (
        _python,
        _packages,
        _graphviz,
        _state_directory,
        _loopback,
        _engine,
        _confinement,
        _node,
        _variables,
        _aws_cli,
        _disk,
        _data,
        _browser,
    )
    return [finding for check in checks for finding in _results(check)]


def _results(check: Callable[[], Iterator[Finding]]) -> list[Finding]:
    """A check that cannot even begin, for want of a package, is a finding too."""
    try:
        return list(check())
    except ImportError as error:
        return [Finding("fail", f"{check.__name__.strip('_')}: {error}", REINSTALL)]
    except LabError as error:
        return [Finding("fail", error.what, error.next)]


def _python() -> Iterator[Finding]:
    # An older one cannot have installed the package.
    yield Finding("ok", f"Python {platform.python_version()} ({platform.system()} {platform.machine()})")


def _packages() -> Iterator[Finding]:
    from packaging.requirements import Requirement

    requirements = [Requirement(text) for text in requires("shoplib") or []]
    needed = [each for each in requirements if not each.marker or each.marker.evaluate()]
    wrong = [text for each in needed if (text := _mismatch(each.name, each.specifier))]
    if wrong:
        yield Finding("fail", f"packages: {'; '.join(wrong)}", REINSTALL)
        return
    yield Finding("ok", f"{len(needed)} packages, each in the version asked for")
    others = [f"{each.name} {version(each.name)}" for each in needed if _differs_from_lock(each.name)]
    if others:
        what = f"not the versions that the tests run with: {', '.join(others)}"
        yield Finding("warn", what, "`uv sync` takes those of uv.lock, if something behaves oddly")


def _differs_from_lock(name: str) -> bool:
    locked = _locked().get(name, [])
    return bool(locked) and version(name) not in locked


@cache
def _locked() -> dict[str, list[str]]:
    """Versions in uv.lock (it may hold one per Python); a checkout has it, an installed package has not."""
    lock = Path(__file__).parents[1] / "uv.lock"
    versions: dict[str, list[str]] = {}
    packages = tomllib.loads(lock.read_text(encoding="utf-8")).get("package", []) if lock.is_file() else []
    for package in packages:
        versions.setdefault(package["name"], []).append(package.get("version", ""))
    return versions


def _mismatch(name: str, specifier: object) -> str:
    from packaging.specifiers import SpecifierSet

    try:
        installed = version(name)
    except PackageNotFoundError:
        return f"{name} is missing"
    fits = isinstance(specifier, SpecifierSet) and specifier.contains(installed, prereleases=True)
    return "" if fits else f"{name} is {installed}, wanted {specifier}"


def _graphviz() -> Iterator[Finding]:
    try:
        import pygraphviz

        graph = pygraphviz.AGraph("digraph { a -> b }")
        with _without_fontconfigs_warnings():
            graph.layout(prog="dot")
    except (ImportError, OSError, ValueError) as error:
        yield Finding("fail", f"Graphviz does not draw: {error}", "pip install --force-reinstall pygraphviz")
    else:
        yield Finding("ok", "Graphviz draws (inside pygraphviz)")


@contextmanager
def _without_fontconfigs_warnings() -> Iterator[None]:
    """pygraphviz carries a fontconfig of its own, which does not know all of a newer system's files and says so past
    Python; it draws all the same. Everything else that is said comes through."""
    sys.stderr.flush()
    with tempfile.TemporaryFile() as words:
        before = os.dup(2)
        os.dup2(words.fileno(), 2)
        try:
            yield
        finally:
            os.dup2(before, 2)
            os.close(before)
            words.seek(0)
            os.write(2, b"".join(line for line in words if not line.startswith(b"Fontconfig ")))


def _state_directory() -> Iterator[Finding]:
    from shoplib.localaws.state import state_directory, writable

    yield Finding("ok", f"state directory {writable(state_directory()).path} can be written")


def _loopback() -> Iterator[Finding]:
    try:
        with socket.create_server(("127.0.0.1", 0)):
            yield Finding("ok", "127.0.0.1 takes connections")
    except OSError as error:
        yield Finding("fail", f"127.0.0.1 cannot be listened on: {error}", "does a firewall forbid local servers?")


def _engine() -> Iterator[Finding]:
    from shoplib import localaws
    from shoplib.localaws.state import read_record, state_directory

    engine, record = localaws.status(), read_record(state_directory())
    if engine:
        yield Finding("ok", f"the local AWS runs at {engine.url}")
    elif stale := localaws.stale():
        what = f"the local AWS (process {stale.pid}) does not answer at {stale.url}"
        yield Finding("warn", what, "`shoplib down` ends it; the next start makes a new one")
    elif record:
        yield Finding("ok", "the local AWS is not running; the last one ended abruptly, the next start cleans up")
    else:
        yield Finding("ok", "the local AWS is not running")


def _confinement() -> Iterator[Finding]:
    from shoplib.localaws.functions.worker.confinement import landlock_version

    version = landlock_version()
    if version >= 6:
        what = "functions see no home folder and no foreign process, and cannot signal the engine"
        yield Finding("ok", f"{what} (Landlock {version})")
    elif version:
        what = f"functions see no home folder and no foreign process, but can end the engine (Landlock {version} of 6)"
        yield Finding("warn", what, "deploy only code that you would run yourself, or use Linux 6.12")
    else:
        what = "functions can read what you can read, and end the engine: this system has no Landlock"
        yield Finding("warn", what, "deploy only code that you would run yourself")


def _node() -> Iterator[Finding]:
    from shoplib.localaws.functions import node_sdk, runtimes

    if runtimes.node() is None:
        yield Finding("ok", "no Node.js: functions in JavaScript are refused, those in Python run")
        return
    lacking = len(node_sdk.missing_usual())
    if not lacking:
        yield Finding("ok", "Node.js and the AWS SDK for JavaScript: functions in JavaScript run")
    elif shutil.which("npm"):
        fetched = "npm fetches what they name of the AWS SDK (`shoplib doctor --fix` the usual parts now)"
        yield Finding("ok", f"Node.js: functions in JavaScript run; {fetched}")
    else:
        what = f"Node.js without npm: {lacking} usual packages of the AWS SDK for JavaScript are not here"
        yield Finding("warn", what, "install npm, or name a node_modules folder in SHOPLIB_NODE_MODULES")


def mend() -> Iterator[Finding]:
    """What can be mended without a question: the AWS SDK for JavaScript is fetched, where npm is."""
    from shoplib.localaws.functions import node_sdk

    lacking = node_sdk.missing_usual()
    if not lacking or not shutil.which("npm") or os.environ.get("SHOPLIB_NODE_MODULES"):
        return
    try:
        node_sdk.fetch(lacking)
    except (OSError, subprocess.SubprocessError) as error:
        yield Finding("warn", f"npm did not fetch the AWS SDK for JavaScript: {error}", "is the network up?")
    else:
        yield Finding("ok", f"npm fetched {len(lacking)} packages of the AWS SDK for JavaScript to {node_sdk.folder()}")


def _variables() -> Iterator[Finding]:
    findings = [*_reaching(), *_redirecting(), *_missing_files(), *_proxies()]
    yield from findings or [Finding("ok", "no variable leads AWS clients astray")]


def _reaching() -> Iterator[Finding]:
    if names := [name for name in REACHES_AWS if os.environ.get(name)]:
        what = f"{', '.join(names)} would take a plain boto3 client to a real account"
        yield Finding("warn", what, "the lab's own clients ignore it; unset it before you experiment with your own")


def _redirecting() -> Iterator[Finding]:
    if names := sorted(name for name in os.environ if name.startswith("AWS_ENDPOINT_URL") and os.environ[name]):
        what = f"{', '.join(names)} would lead a plain boto3 client past the lab"
        yield Finding("warn", what, "the lab's own clients ignore it; `--target aws` needs it unset")


def _missing_files() -> Iterator[Finding]:
    for name in FILES:
        path = os.environ.get(name)
        if path and not Path(path).expanduser().exists():
            yield Finding("warn", f"{name} names {path}, which does not exist", f"unset {name}, or mend it")


def _proxies() -> Iterator[Finding]:
    proxies = urllib.request.getproxies()
    if {"http", "all"} & set(proxies) and not urllib.request.proxy_bypass("127.0.0.1"):
        what = "HTTP clients of your own would ask a proxy for 127.0.0.1"
        yield Finding("warn", what, "the lab's own clients do not; set NO_PROXY=127.0.0.1,localhost for yours")


def _aws_cli() -> Iterator[Finding]:
    from shoplib.localaws.client_settings import is_aws_cli_1

    program = shutil.which("aws")
    if is_aws_cli_1(program):
        what = f"{program} is version 1, which leads sqs and rds to AWS whatever AWS_ENDPOINT_URL says"
        yield Finding("warn", what, '`eval "$(shoplib env)"` mends it for a shell; with a profile, add --endpoint-url')
    else:
        yield Finding("ok", f"the AWS CLI {'reads AWS_ENDPOINT_URL' if program else 'is not installed; boto3 is'}")


def _disk() -> Iterator[Finding]:
    free = shutil.disk_usage(tempfile.gettempdir()).free / 1e9
    state = "ok" if free > LEAST_FREE_GB else "warn"
    yield Finding(state, f"{free:.0f} GB free for temporary files", "" if state == "ok" else "make some room")


def _data() -> Iterator[Finding]:
    from shoplib.shoppers import online_retail

    path = online_retail.find()
    if path:
        yield Finding("ok", f"UCI Online Retail at {path}")
    else:
        what = "UCI Online Retail is not here; the demo goes on without it"
        yield Finding("warn", what, online_retail.how_to_get_it())


def _browser() -> Iterator[Finding]:
    browser = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
    if browser:
        yield Finding("ok", f"browser tests use {browser}")
    else:
        yield Finding(
            "warn", "no Chromium: the browser tests are skipped", "install chromium if you change the notebooks"
        )
