"""The `shoplib` command: parse -> one library call -> rich output."""

import importlib
import sys

import typer

from shoplib.errors import LabError

COMMAND_MODULES = ("engine", "deploying", "shop", "simulating", "lake", "pictures")


def application() -> typer.Typer:
    app = typer.Typer(no_args_is_help=True, add_completion=False, pretty_exceptions_enable=False)
    for name in COMMAND_MODULES:
        app.add_typer(importlib.import_module(f"shoplib.cli.{name}").commands)
    return app


def main() -> None:
    try:
        application()()
    except LabError as error:
        print(f"error: {error.what}", file=sys.stderr)
        if error.next:
            print(f"  next: {error.next}", file=sys.stderr)
        sys.exit(1)
    except KeyboardInterrupt:
        sys.exit(130)
