"""The `shoplib` command: parse -> one library call -> rich output."""

import importlib
import logging
import os
import signal
import sys
import tempfile
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from types import FrameType

import typer

from shoplib import whole_files
from shoplib.cli.places import as_typed_here
from shoplib.errors import LabError

COMMAND_MODULES = (
    "engine",
    "console",
    "saving",
    "deploying",
    "removing",
    "functions",
    "faults",
    "shop",
    "storefront",
    "simulating",
    "lake",
    "pictures",
    "permissions",
    "staff",
    "contents",
    "mailbox",
    "costs",
    "gameday",
    "dashboards",
)
AGAIN_SECONDS = 0.05


def _say(requested: bool) -> None:
    from importlib.metadata import version

    if requested:
        typer.echo(f"shoplib {version('shoplib')}")
        raise typer.Exit


def application() -> typer.Typer:
    app = typer.Typer(no_args_is_help=True, add_completion=False, pretty_exceptions_enable=False)
    app.callback()(_about)
    for name in COMMAND_MODULES:
        app.add_typer(importlib.import_module(f"shoplib.cli.{name}").commands)
    return app


def _about(
    version: bool = typer.Option(False, "--version", help="Show the version.", is_eager=True, callback=_say),
) -> None:
    """A serverless architecture lab: a shop on real SAM templates, real handlers and real AWS APIs, on one laptop."""


def main() -> None:
    # Of a home where nothing can be written it says much, and helps itself.
    logging.getLogger("matplotlib").setLevel(logging.ERROR)
    try:
        with _announcing_stop():
            application()()
    except LabError as error:
        print(f"error: {error.what}", file=sys.stderr)
        if error.next:
            print(f"  next: {as_typed_here(error.next)}", file=sys.stderr)
        sys.exit(1)
    except OSError as error:
        if not whole_files.is_out_of_space(error):
            raise
        print(f"error: {error.strerror}: {error.filename or tempfile.gettempdir()}", file=sys.stderr)
        print("  next: make room on the disk", file=sys.stderr)
        sys.exit(1)
    except KeyboardInterrupt:
        sys.exit(130)


@contextmanager
def _announcing_stop() -> Iterator[None]:
    """Ctrl-C is answered at once, for what is under way may take seconds to end. Whoever cannot send Ctrl-C, as a
    supervisor or a job in the background, ends a command by SIGTERM instead."""
    signals, stop = [signal.SIGTERM], _Stop()
    if signal.getsignal(signal.SIGINT) is not signal.SIG_IGN:
        signals.append(signal.SIGINT)
    before = {number: signal.signal(number, stop) for number in signals}
    try:
        yield
    finally:
        stop.forget()
        for number, handler in before.items():
            signal.signal(number, handler)


class _Stop:
    """Raises KeyboardInterrupt. A module that is being imported may catch everything, as some do: there it comes
    again until the import is done."""

    def __init__(self) -> None:
        self._again: threading.Timer | None = None

    def __call__(self, number: int, frame: FrameType | None) -> None:
        if self._again is None:
            _announce_stop()
        if not _is_importing(frame):
            raise KeyboardInterrupt
        self.forget()
        self._again = threading.Timer(AGAIN_SECONDS, os.kill, (os.getpid(), number))
        self._again.daemon = True
        self._again.start()

    def forget(self) -> None:
        if self._again is not None:
            self._again.cancel()
            self._again.join()


def _announce_stop() -> None:
    # Past Python's buffer, which may be at work at this very moment.
    with suppress(OSError):  # nobody reads it any more
        os.write(2, b"\nstopping...\n")


def _is_importing(frame: FrameType | None) -> bool:
    while frame is not None:
        if frame.f_code.co_filename.startswith("<frozen importlib"):
            return True
        frame = frame.f_back
    return False
