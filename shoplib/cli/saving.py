"""`shoplib save | load | saves`: save and restore the state of the local AWS."""

import json
from dataclasses import asdict

import typer

from shoplib.errors import LabError

commands = typer.Typer()
NAME = typer.Argument(help="Letters, digits, dots, dashes and underscores.")
AS_JSON = typer.Option(False, "--json", help="Print JSON.")


@commands.command()
def save(name: str = NAME, as_json: bool = AS_JSON) -> None:
    """Save the full state of the local AWS: stacks, code, data, messages, logs, metrics, traces."""
    from shoplib import localaws, provision

    if not localaws.status():
        raise LabError("the local AWS is not running, so there is nothing to save", "`shoplib up` starts it")
    saved = provision.save_state(name, provision.local())
    typer.echo(json.dumps(saved) if as_json else f"saved {name}: {_size(saved['size'])}")


@commands.command()
def load(name: str = NAME, as_json: bool = AS_JSON) -> None:
    """Restore a saved state in place of the current one. Starts the local AWS if it is not running."""
    from shoplib import localaws, provision

    if not any(each.name == name for each in localaws.saves()):
        raise LabError(f"saved state not found: {name!r}", "`shoplib saves` lists them")
    engine = localaws.status() or localaws.up()
    loaded = provision.load_state(name, provision.local())
    text = f"loaded {name}, as it was at {loaded['saved_at']}, into EMULATOR {engine.url}"
    typer.echo(json.dumps(loaded) if as_json else text)


@commands.command()
def saves(
    delete: str = typer.Option(None, "--delete", help="Delete the saved state of this name."), as_json: bool = AS_JSON
) -> None:
    """List the saved states."""
    from shoplib import localaws

    if delete:
        localaws.delete_save(delete)
    rows = localaws.saves()
    if as_json:
        typer.echo(json.dumps([asdict(each) for each in rows]))
        return
    for each in rows:
        typer.echo(f"{each.name:20} {each.saved_at}  {_size(each.size):>9}")
    if not rows:
        typer.echo("no saved states; `shoplib save NAME` makes one")


def _size(count: int) -> str:
    return f"{count / 1e6:,.1f} MB"
