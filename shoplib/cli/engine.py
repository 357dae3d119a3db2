"""`shoplib up | down | status | serve`: the laptop's AWS."""

import json
from dataclasses import asdict
from typing import TYPE_CHECKING

import typer

if TYPE_CHECKING:
    from shoplib.localaws import Engine

commands = typer.Typer()
AS_JSON = typer.Option(False, "--json", help="Answer with JSON.")


@commands.command()
def up(as_json: bool = AS_JSON) -> None:
    """Start the laptop's AWS and keep it running until `shoplib down`."""
    from shoplib import localaws

    engine = localaws.up()
    typer.echo(
        json.dumps(asdict(engine)) if as_json else f"EMULATOR {engine.url} (pid {engine.pid}), until shoplib down"
    )


@commands.command()
def down(as_json: bool = AS_JSON) -> None:
    """Stop the laptop's AWS and all that it runs."""
    from shoplib import localaws

    stopped = localaws.down()
    typer.echo(json.dumps({"stopped": stopped}) if as_json else "stopped" if stopped else "nothing was running")


@commands.command()
def status(as_json: bool = AS_JSON) -> None:
    """Say where the laptop's AWS runs; exit code 1 when it does not."""
    from shoplib import localaws

    engine = localaws.status()
    typer.echo(json.dumps(asdict(engine) if engine else None) if as_json else _line(engine))
    raise typer.Exit(0 if engine else 1)


@commands.command()
def serve(port: int = typer.Option(0, min=0, max=65535, help="0: any free port."), as_json: bool = AS_JSON) -> None:
    """Run an AWS of its own in the foreground, for any AWS client, until Ctrl-C."""
    from shoplib import localaws

    localaws.serve(port, ready=_print_json if as_json else None)


def _print_json(engine: "Engine") -> None:
    print(json.dumps(asdict(engine)), flush=True)


def _line(engine: "Engine | None") -> str:
    if not engine:
        return "not running; `shoplib up` starts it"
    how = "pinned" if engine.pinned else "until its last user is gone"
    return f"EMULATOR {engine.url} (pid {engine.pid}, since {engine.started_at}, {how})"
