"""What may be wrong with a machine: each finding says what was seen and, when it matters, what to do."""

import os
import shutil
import socket
import sys
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, requires, version
from pathlib import Path

from shoplib.errors import LabError

# Variables that point an AWS client somewhere else than the lab says.
REACHES_AWS = ("AWS_PROFILE", "AWS_ACCESS_KEY_ID", "AWS_SESSION_TOKEN")
REDIRECTS = ("AWS_ENDPOINT_URL", "HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "http_proxy", "https_proxy", "all_proxy")
LEAST_FREE_GB = 2


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
        _variables,
        _disk,
        _data,
        _browser,
    )
    return [finding for check in checks for finding in check()]


def _python() -> Iterator[Finding]:
    # An older one cannot have installed the package.
    yield Finding("ok", f"Python {sys.version.split()[0]} ({sys.platform})")


def _packages() -> Iterator[Finding]:
    from packaging.requirements import Requirement

    wanted = [Requirement(text) for text in requires("shoplib") or []]
    needed = [each for each in wanted if not each.marker or each.marker.evaluate()]
    wrong = [text for each in needed if (text := _mismatch(each.name, each.specifier))]
    if wrong:
        yield Finding(
            "fail", f"packages: {'; '.join(wrong)}", "run `make clean` and `make demo`, or `pip install .` again"
        )
    else:
        yield Finding("ok", f"{len(needed)} packages, each in the version asked for")


def _mismatch(name: str, specifier: object) -> str:
    from packaging.specifiers import SpecifierSet

    try:
        found = version(name)
    except PackageNotFoundError:
        return f"{name} is missing"
    fits = isinstance(specifier, SpecifierSet) and specifier.contains(found, prereleases=True)
    return "" if fits else f"{name} is {found}, wanted {specifier}"


def _graphviz() -> Iterator[Finding]:
    try:
        import pygraphviz

        graph = pygraphviz.AGraph("digraph { a -> b }")
        graph.layout(prog="dot")
    except (ImportError, OSError, ValueError) as error:
        yield Finding("fail", f"Graphviz does not draw: {error}", "pip install --force-reinstall pygraphviz")
    else:
        yield Finding("ok", "Graphviz draws (inside pygraphviz)")


def _state_directory() -> Iterator[Finding]:
    from shoplib.localaws.state import state_directory, writable

    try:
        where = writable(state_directory()).path
    except LabError as error:
        yield Finding("fail", error.what, error.next)
    else:
        yield Finding("ok", f"state directory {where} can be written")


def _loopback() -> Iterator[Finding]:
    try:
        with socket.create_server(("127.0.0.1", 0)):
            yield Finding("ok", "127.0.0.1 takes connections")
    except OSError as error:
        yield Finding("fail", f"127.0.0.1 cannot be listened on: {error}", "does a firewall forbid local servers?")


def _engine() -> Iterator[Finding]:
    from shoplib import localaws

    engine = localaws.status()
    yield Finding("ok", f"the laptop's AWS runs at {engine.url}" if engine else "the laptop's AWS is not running")


def _variables() -> Iterator[Finding]:
    reaching = [name for name in REACHES_AWS if os.environ.get(name)]
    if reaching:
        what = f"{', '.join(reaching)} would take a plain boto3 client to a real account"
        yield Finding("warn", what, "the lab's own clients ignore it; unset it before you experiment with your own")
    redirecting = [name for name in REDIRECTS if os.environ.get(name)]
    if redirecting:
        what = f"{', '.join(redirecting)} would lead a plain boto3 client past the lab"
        yield Finding("warn", what, "the lab's own clients ignore it; add 127.0.0.1 to NO_PROXY for others")
    if not reaching and not redirecting:
        yield Finding("ok", "no variable leads AWS clients astray")


def _disk() -> Iterator[Finding]:
    free = shutil.disk_usage(tempfile.gettempdir()).free / 1e9
    state = "ok" if free > LEAST_FREE_GB else "warn"
    yield Finding(state, f"{free:.0f} GB free for temporary files", "" if state == "ok" else "make some room")


def _data() -> Iterator[Finding]:
    from shoplib.shoppers import online_retail

    try:
        found: Path | None = online_retail.find()
    except LabError as error:
        yield Finding("fail", error.what, error.next)
        return
    if found:
        yield Finding("ok", f"UCI Online Retail at {found}")
    else:
        yield Finding(
            "warn", "UCI Online Retail is not here; the demo goes on without it", online_retail.how_to_get_it()
        )


def _browser() -> Iterator[Finding]:
    found = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
    if found:
        yield Finding("ok", f"browser tests use {found}")
    else:
        yield Finding(
            "warn", "no Chromium: the browser tests are skipped", "install chromium if you change the notebooks"
        )
